"""Functions on dates and times (DMN 1.5, tables 76 and 78), with the clock that `now` and `today` read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from engine.feel.builtins.signatures import Functions
from engine.feel.comparison import same
from engine.feel.instants import clock_of, date_of, day_number
from engine.feel.members import weekday
from engine.feel.values import Value, kind_of

functions = Functions()

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_now: ContextVar[datetime | None] = ContextVar("feel_now", default=None)


@contextmanager
def clock(now: datetime) -> Iterator[None]:
    """Fix what `now()` and `today()` give inside the block; `today()` is the date of `now` as given."""
    token = _now.set(now)
    try:
        yield
    finally:
        _now.reset(token)


@functions.define("now()", steps=15)
def now() -> datetime:
    """The current date and time with its offset."""
    return _now.get() or datetime.now().astimezone()


@functions.define("today()", steps=15)
def today() -> date:
    """The current date."""
    return now().date()


@functions.define("is(value1: any, value2: any)")
def identical(value1: Value, value2: Value) -> bool:
    """`is(@"23:00:50Z", @"23:00:50+00:00") = true`; values of different kinds are not the same."""
    if kind_of(value1) != kind_of(value2):
        return False
    if kind_of(value1) == "time":
        return _time_parts(value1) == _time_parts(value2)
    if kind_of(value1) == "date and time":
        clocks = clock_of(value1), clock_of(value2)
        return date_of(value1) == date_of(value2) and _time_parts(clocks[0]) == _time_parts(clocks[1])
    return same(value1, value2)


def _time_parts(value: time) -> tuple[Any, ...]:
    zone = value.tzinfo
    offset = zone.utcoffset(None) if zone is not None else None
    parts = value.hour, value.minute, value.second, value.microsecond, getattr(value, "nanosecond", 0)
    return (*parts, offset if offset is not None else zone)


@functions.define("day of year(date: date|date and time)", steps=8)
def day_of_year(date: Any) -> Decimal:
    """`day of year(@"2019-09-17") = 260`."""
    return Decimal(_day_of_year(date))


def _day_of_year(date: Any) -> int:
    return day_number(date.year, date.month, date.day) - day_number(date.year, 1, 1) + 1


@functions.define("day of week(date: date|date and time)", steps=10)
def day_of_week(date: Any) -> str:
    """`day of week(@"2019-09-17") = "Tuesday"`."""
    return _WEEKDAYS[weekday(date) - 1]


@functions.define("month of year(date: date|date and time)")
def month_of_year(date: Any) -> str:
    """`month of year(@"2019-09-17") = "September"`."""
    return _MONTHS[date.month - 1]


@functions.define("week of year(date: date|date and time)", steps=18)
def week_of_year(date: Any) -> Decimal:
    """`week of year(@"2019-09-17") = 38`, weeks of ISO 8601."""
    week = (_day_of_year(date) - weekday(date) + 10) // 7
    if week < 1:
        return Decimal(_weeks_in(date.year - 1))
    return Decimal(1 if week > _weeks_in(date.year) else week)


def _weeks_in(year: int) -> int:
    """53 in the years that begin or end on a Thursday, else 52."""
    first, last = (_thursday(day_number(year, month, day)) for month, day in ((1, 1), (12, 31)))
    return 53 if first or last else 52


def _thursday(number: int) -> bool:
    return (number + 2) % 7 == 3
