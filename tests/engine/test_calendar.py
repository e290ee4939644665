from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar import (
    Counting,
    add_months,
    add_working_days,
    arrangement,
    due_at,
    is_working_day,
    last_day,
    notice_over_at,
    working_days_between,
)
from engine.clock import LOCAL_ZONE

DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-02-13", True),  # Friday before Spring Festival
        ("2026-02-14", True),  # Saturday worked instead
        ("2026-02-16", False),  # New Year's Eve
        ("2026-02-24", True),
        ("2026-02-28", True),  # Saturday worked instead
        ("2026-10-10", True),
        ("2025-10-08", False),
        ("2025-10-11", True),
        ("2025-06-02", False),  # Monday of Dragon Boat
        ("2026-05-10", False),
    ],
)
def test_offices_work_as_the_state_council_arranged(day: str, works: bool) -> None:
    assert is_working_day(date.fromisoformat(day)) is works


def test_a_year_without_a_published_arrangement_has_the_festivals_fixed_by_law() -> None:
    assert arrangement(2031) is None
    assert not is_working_day(date(2031, 10, 1))
    assert is_working_day(date(2031, 10, 6))


def test_five_working_days_across_spring_festival() -> None:
    assert add_working_days(date(2026, 2, 12), 5) == date(2026, 2, 26)


@given(start=DAYS, days=st.integers(1, 40))
def test_counting_undoes_adding(start: date, days: int) -> None:
    end = add_working_days(start, days)

    assert is_working_day(end)
    assert working_days_between(start, end) == days


def test_a_task_is_due_at_the_end_of_business_in_the_offices_zone() -> None:
    late_on_thursday = datetime(2026, 3, 5, 16, 30, tzinfo=UTC)  # already Friday the 6th in Shanghai

    assert due_at(late_on_thursday, 3) == datetime(2026, 3, 11, 17, 30, tzinfo=LOCAL_ZONE)


def test_a_task_without_days_left_is_due_today_or_on_the_next_working_day() -> None:
    assert due_at(datetime(2026, 3, 6, 1, tzinfo=UTC), 0) == datetime(2026, 3, 6, 17, 30, tzinfo=LOCAL_ZONE)
    assert due_at(datetime(2026, 3, 7, 1, tzinfo=UTC), 0) == datetime(2026, 3, 9, 17, 30, tzinfo=LOCAL_ZONE)


def test_the_day_after_a_notice_is_put_up_is_its_first_day() -> None:
    assert last_day(date(2026, 4, 1), 5) == date(2026, 4, 6)
    assert last_day(date(2026, 4, 1), 5, Counting.WORKING) == date(2026, 4, 9)
    assert notice_over_at(date(2026, 4, 1), 5) == datetime(2026, 4, 7, tzinfo=LOCAL_ZONE)


@pytest.mark.parametrize(
    ("day", "months", "result"),
    [("2026-03-15", 12, "2027-03-15"), ("2024-02-29", 12, "2025-02-28"), ("2025-12-31", 2, "2026-02-28")],
)
def test_a_period_in_months_ends_on_the_same_day(day: str, months: int, result: str) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(result)


@given(day=DAYS, months=st.integers(0, 120))
def test_months_never_slip_into_the_next_one(day: date, months: int) -> None:
    result = add_months(day, months)

    assert (result.year * 12 + result.month) - (day.year * 12 + day.month) == months
    assert result.day == day.day or (result + timedelta(days=1)).day == 1
