"""Dates and times Python's own types cannot hold: nanoseconds, years outside 1 to 9999 (DMN 1.5, 10.3.2.3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TypeAlias

MAX_YEAR = 999_999_999
NANOS_PER_SECOND = 1_000_000_000
NANOS_PER_DAY = 86_400 * NANOS_PER_SECOND
_DAYS_PER_ERA = 146_097


class PreciseTime(time):
    """A time with nanoseconds; to Python it is the same time cut to microseconds."""

    nanosecond: int = 0


class PreciseDateTime(datetime):
    """A date and time with nanoseconds; to Python it is the same instant cut to microseconds."""

    nanosecond: int = 0


class PreciseDuration(timedelta):
    """A duration with nanoseconds; to Python it is the same duration cut to microseconds."""

    nanosecond: int = 0


@dataclass(frozen=True)
class DistantDate:
    """A date in a year that `datetime.date` does not know."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        return f"{year_text(self.year)}-{self.month:02}-{self.day:02}"

    isoformat = __str__


@dataclass(frozen=True)
class DistantDateTime:
    """A date and time in a year that `datetime.datetime` does not know."""

    year: int
    month: int
    day: int
    clock: time

    def __str__(self) -> str:
        return f"{DistantDate(self.year, self.month, self.day)}T{self.clock.isoformat()}"

    isoformat = __str__


Date: TypeAlias = date | DistantDate
DateTime: TypeAlias = datetime | DistantDateTime


def year_text(year: int) -> str:
    """A year as ISO 8601 writes it, with at least four digits."""
    return f"{year:04}" if year >= 0 else f"-{-year:04}"


def day_number(year: int, month: int, day: int) -> int:
    """Days since 0000-03-01 in the proleptic Gregorian calendar."""
    shifted = year - (month <= 2)
    era, year_of_era = divmod(shifted, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * _DAYS_PER_ERA + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year


def civil(number: int) -> tuple[int, int, int]:
    """Year, month and day of a day number."""
    era, day_of_era = divmod(number, _DAYS_PER_ERA)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted_month + 2) // 5 + 1
    month = shifted_month + (3 if shifted_month < 10 else -9)
    return year_of_era + era * 400 + (month <= 2), month, day


def days_in_month(year: int, month: int) -> int:
    """How many days a month has."""
    return day_number(year + month // 12, month % 12 + 1, 1) - day_number(year, month, 1)


def make_date(year: int, month: int, day: int) -> Date | None:
    """The date, or None where the calendar has no such day."""
    if not (1 <= month <= 12 and abs(year) <= MAX_YEAR and 1 <= day <= days_in_month(year, month)):
        return None
    return date(year, month, day) if 1 <= year <= 9999 else DistantDate(year, month, day)


def make_time(hour: int, minute: int, second: int, nanos: int, zone: tzinfo | None) -> time | None:
    """The time, or None where the clock has no such time."""
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        return None
    micros, rest = divmod(nanos, 1000)
    if not rest:
        return time(hour, minute, second, micros, zone)
    precise = PreciseTime(hour, minute, second, micros, zone)
    precise.nanosecond = rest
    return precise


def combine(day: Date | DateTime, clock: time) -> DateTime:
    """The date and time made of a date and a time with its zone."""
    if isinstance(day, DistantDate | DistantDateTime):
        return DistantDateTime(day.year, day.month, day.day, clock)
    parts = (day.year, day.month, day.day, clock.hour, clock.minute, clock.second, clock.microsecond, clock.tzinfo)
    if not isinstance(clock, PreciseTime):
        return datetime(*parts)
    precise = PreciseDateTime(*parts)
    precise.nanosecond = clock.nanosecond
    return precise


def clock_of(value: DateTime) -> time:
    """The time of day of a date and time, with its zone."""
    if isinstance(value, DistantDateTime):
        return value.clock
    if not isinstance(value, PreciseDateTime):
        return value.timetz()
    precise = PreciseTime(value.hour, value.minute, value.second, value.microsecond, value.tzinfo)
    precise.nanosecond = value.nanosecond
    return precise


def date_of(value: Date | DateTime) -> Date:
    """The date of a date and time."""
    if isinstance(value, datetime):
        return value.date()
    return DistantDate(value.year, value.month, value.day) if isinstance(value, DistantDateTime) else value


def nanos_of_day(clock: time) -> int:
    """Nanoseconds since midnight."""
    seconds = clock.hour * 3600 + clock.minute * 60 + clock.second
    return seconds * NANOS_PER_SECOND + clock.microsecond * 1000 + getattr(clock, "nanosecond", 0)


def clock_at(nanos: int, zone: tzinfo | None) -> time:
    """The time of day that many nanoseconds after midnight."""
    seconds, rest = divmod(nanos, NANOS_PER_SECOND)
    made = make_time(seconds // 3600, seconds // 60 % 60, seconds % 60, rest, zone)
    assert made is not None
    return made


def duration_nanos(value: timedelta) -> int:
    """A days and time duration in nanoseconds."""
    micros = (value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds
    return micros * 1000 + getattr(value, "nanosecond", 0)


def make_duration(nanos: int) -> timedelta | None:
    """The duration, or None where it is longer than 999,999,999 days."""
    micros, rest = divmod(nanos, 1000)
    try:
        if not rest:
            return timedelta(microseconds=micros)
        precise = PreciseDuration(microseconds=micros)
    except OverflowError:
        return None
    precise.nanosecond = rest
    return precise


def offset_of(zone: tzinfo | None, value: DateTime | None = None) -> timedelta | None:
    """The offset from UTC; a bare time with a named zone takes the zone's offset of 1 January 2000."""
    if zone is None:
        return None
    if isinstance(value, datetime):
        return zone.utcoffset(value)
    fixed = zone.utcoffset(None)
    return fixed if fixed is not None else zone.utcoffset(datetime(2000, 1, 1))
