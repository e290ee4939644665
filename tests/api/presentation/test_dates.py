"""Deadlines and dates as people read them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from api.presentation.dates import due_badge, write_due, write_start
from engine.clock import LOCAL_ZONE

MIDNIGHT = datetime(2027, 4, 1, tzinfo=LOCAL_ZONE)


def test_what_is_due_at_midnight_is_due_with_the_day_that_ends() -> None:
    assert write_due(MIDNIGHT) == "2027年3月31日"
    assert write_due(MIDNIGHT.replace(hour=17)) == "2027年4月1日"
    assert write_due(None) == ""


@pytest.mark.parametrize(
    ("hours_before", "text"),
    [(30, "剩 1 天"), (20, "今天到期"), (0, "已超期 1 天"), (-1, "已超期 1 天"), (-25, "已超期 2 天")],
)
def test_badges_count_to_the_last_day_in_time(hours_before: int, text: str) -> None:
    badge = due_badge(MIDNIGHT, MIDNIGHT - timedelta(hours=hours_before))

    assert badge is not None
    assert badge.text == text


def test_the_beginning_of_a_day_is_told_as_the_day() -> None:
    assert write_start(MIDNIGHT) == "2027年4月1日"
    assert write_start(MIDNIGHT.replace(hour=9)) == "2027年4月1日 09:00"
