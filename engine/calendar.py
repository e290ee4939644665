"""Working days as the State Council's office arranges them, and how periods are counted (spec §0.4)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files

from engine.clock import LOCAL_ZONE, local_date

#: a period ends with the business hours of its last day (民法典 203条 [K])
END_OF_BUSINESS = time(17, 30)

_DAY = timedelta(days=1)
_SATURDAY = 5
#: festivals with a fixed date by law; all that is known of a year whose arrangement is not published yet
_STATUTORY = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))


class Counting(StrEnum):
    """Which days of a period count."""

    NATURAL = "natural"
    WORKING = "working"


@dataclass(frozen=True, kw_only=True)
class HolidayArrangement:
    """One year's days off and the weekend days worked instead (放假调休)."""

    days_off: frozenset[date]
    working_weekends: frozenset[date]


#: the years whose arrangement may be used; None for all that are published
_KNOWN: ContextVar[frozenset[int] | None] = ContextVar("known", default=None)


@contextmanager
def knowing(years: Iterable[int] | None) -> Iterator[None]:
    """Count days as it was done when the arrangements of only these years were published."""
    token = _KNOWN.set(None if years is None else frozenset(years))
    try:
        yield
    finally:
        _KNOWN.reset(token)


@cache
def published_years() -> tuple[int, ...]:
    """The years whose arrangement is published."""
    folder = files("engine.calendar_data")
    return tuple(sorted(int(file.name[:4]) for file in folder.iterdir() if file.name.endswith(".json")))


def arrangement(year: int) -> HolidayArrangement | None:
    """The arrangement of a year, or None as long as there is none."""
    known = _KNOWN.get()
    return _published(year) if known is None or year in known else None


@cache
def _published(year: int) -> HolidayArrangement | None:
    source = files("engine.calendar_data") / f"{year}.json"
    if not source.is_file():
        return None
    content = json.loads(source.read_text(encoding="utf-8"))
    return HolidayArrangement(
        days_off=frozenset(day for holiday in content["days_off"] for day in _days(holiday["from"], holiday["to"])),
        working_weekends=frozenset(map(date.fromisoformat, content["working_weekends"])),
    )


def _days(first: str, last: str) -> Iterator[date]:
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        yield day
        day += _DAY


def is_working_day(day: date) -> bool:
    """Whether offices work on that day."""
    arranged = arrangement(day.year)
    weekend = day.weekday() >= _SATURDAY
    if arranged is None:
        return not weekend and (day.month, day.day) not in _STATUTORY
    return day in arranged.working_weekends or (not weekend and day not in arranged.days_off)


def add_working_days(start: date, days: int) -> date:
    """The working day on which a period of so many working days ends; the day after `start` is day one."""
    day = start
    for _ in range(days):
        day = next_working_day(day)
    return day


def next_working_day(day: date) -> date:
    """The first working day after a day."""
    day += _DAY
    while not is_working_day(day):
        day += _DAY
    return day


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after `start`, up to and including `end`."""
    return sum(is_working_day(start + _DAY * offset) for offset in range(1, (end - start).days + 1))


def due_at(opened_at: datetime, days: int) -> datetime:
    """When a task that may take so many working days is due: the end of business of the last one."""
    opened_on = local_date(opened_at)
    if days <= 0 and not is_working_day(opened_on):
        return end_of_business(next_working_day(opened_on))
    return end_of_business(add_working_days(opened_on, days))


def end_of_business(day: date) -> datetime:
    """The instant at which an office day ends."""
    return datetime.combine(day, END_OF_BUSINESS, LOCAL_ZONE)


def last_day(first_day: date, days: int, counting: Counting = Counting.NATURAL) -> date:
    """The last day of a notice put up on `first_day`; the next day is day one (次日起算)."""
    if counting == Counting.WORKING:
        return add_working_days(first_day, days)
    return first_day + _DAY * days


def notice_over_at(first_day: date, days: int, counting: Counting = Counting.NATURAL) -> datetime:
    """The instant a notice period has run out: midnight after its last day, never earlier."""
    return datetime.combine(last_day(first_day, days, counting) + _DAY, time.min, LOCAL_ZONE)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or that month's last day where it has no such day (民法典 202条 [K])."""
    month = day.year * 12 + day.month - 1 + months
    year, month = month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - _DAY).day
    return day.replace(year=year, month=month, day=min(day.day, last))
