from __future__ import annotations

from datetime import datetime

from engine import feel
from engine.cases.functions import calendar_functions
from engine.clock import LOCAL_ZONE

FRIDAY = datetime(2026, 3, 6, 10, 0, tzinfo=LOCAL_ZONE)


def value_of(text: str) -> object:
    return feel.compile(text)(calendar_functions(FRIDAY))


def test_a_deadline_counts_working_days_and_ends_with_the_office_day() -> None:
    assert value_of("deadline(5)") == datetime(2026, 3, 13, 17, 30, tzinfo=LOCAL_ZONE)


def test_a_notice_is_over_at_midnight_after_its_last_day_and_the_first_day_does_not_count() -> None:
    assert value_of('notice_over_at(date("2026-03-02"), 5, "natural")') == datetime(2026, 3, 8, tzinfo=LOCAL_ZONE)
    assert value_of('notice_over_at(date("2026-03-02"), 5, "working")') == datetime(2026, 3, 10, tzinfo=LOCAL_ZONE)


def test_a_notice_without_a_date_has_no_end() -> None:
    assert value_of("notice_over_at(null, 5, null)") is None
    assert value_of('deadline("five")') is None
