"""Reading and writing dates, times and durations in their ISO 8601 form (DMN 1.5, 10.3.4.1)."""

from __future__ import annotations

import re
from datetime import UTC, date, time, timedelta, timezone, tzinfo
from functools import lru_cache

from engine.feel.instants import (
    NANOS_PER_SECOND,
    Date,
    DateTime,
    civil,
    clock_of,
    combine,
    day_number,
    duration_nanos,
    make_date,
    make_duration,
    make_time,
    offset_of,
    year_text,
)
from engine.feel.values import Value, YearsMonthsDuration

_MAX_OFFSET = timedelta(hours=18)
_MAX_MONTHS = 12 * 999_999_999

_END_OF_DAY = re.compile(r"24:00:00(?!\.)")
_DATE = re.compile(r"(-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9})[0-9]*)?"
    r"(?:([Zz])|([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?|@([A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*))?"
)
_MONTHS = re.compile(r"(-)?P(?=[0-9])(?:([0-9]{1,10})Y)?(?:([0-9]{1,11})M)?")
_DAYS = re.compile(
    r"(-)?P(?=[0-9T])(?:([0-9]{1,12})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,15})H)?(?:([0-9]{1,15})M)?(?:([0-9]{1,18})(?:\.([0-9]{1,9})[0-9]*)?S)?)?"
)


def parse_date(text: str) -> Date | None:
    """The date a text says, or None."""
    found = _DATE.fullmatch(text)
    return make_date(int(found[1]), int(found[2]), int(found[3])) if found else None


def parse_time(text: str) -> time | None:
    """The time a text says, with offset or zone, or None; 24:00:00 is the midnight that ends a day."""
    found = _TIME.fullmatch(_END_OF_DAY.sub("00:00:00", text, count=1))
    if not found:
        return None
    hour, minute, second, fraction, utc, sign, *offset, zone = found.groups()
    known, zone_info = _zone(utc, sign, offset, zone)
    return make_time(int(hour), int(minute), int(second), _nanos(fraction), zone_info) if known else None


def parse_date_and_time(text: str) -> DateTime | None:
    """The date and time a text says; a date alone means its midnight."""
    day_text, separator, clock_text = text.partition("T")
    day = parse_date(day_text)
    clock = parse_time(clock_text) if separator else time()
    if day is None or clock is None:
        return None
    if _END_OF_DAY.match(clock_text):
        day = make_date(*civil(day_number(day.year, day.month, day.day) + 1))
    return combine(day, clock) if day is not None else None


def parse_duration(text: str) -> timedelta | YearsMonthsDuration | None:
    """The duration a text says, of either kind, or None."""
    found = _MONTHS.fullmatch(text)
    if found:
        sign, years, months = found.groups()
        return months_duration((-1 if sign else 1) * (int(years or 0) * 12 + int(months or 0)))
    found = _DAYS.fullmatch(text)
    if not found:
        return None
    sign, days, hours, minutes, seconds, fraction = found.groups()
    total = ((int(days or 0) * 24 + int(hours or 0)) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return make_duration((-1 if sign else 1) * (total * NANOS_PER_SECOND + _nanos(fraction)))


def parse_any(text: str) -> Value:
    """What an at-literal such as `@"2026-03-01"` means, or None."""
    for parse in (parse_date, parse_time, parse_duration, parse_date_and_time):
        value = parse(text)
        if value is not None:
            return value
    return None


def months_duration(months: int) -> YearsMonthsDuration | None:
    """A duration of months, or None beyond a thousand million years."""
    return YearsMonthsDuration(months=months) if abs(months) <= _MAX_MONTHS else None


def fixed_zone(offset: timedelta) -> tzinfo | None:
    """The zone of an offset, or None beyond eighteen hours."""
    if abs(offset) > _MAX_OFFSET or offset.microseconds:
        return None
    return timezone(offset) if offset else UTC


def _nanos(fraction: str | None) -> int:
    return int(fraction.ljust(9, "0")) if fraction else 0


def _zone(utc: str | None, sign: str | None, offset: list[str | None], name: str | None) -> tuple[bool, tzinfo | None]:
    """Whether the zone of a time is known, and the zone, which may be absent."""
    if utc:
        return True, UTC
    if sign:
        hours, minutes, seconds = (int(part or 0) for part in offset)
        if minutes > 59 or seconds > 59:
            return False, None
        magnitude = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        zone = fixed_zone(-magnitude if sign == "-" else magnitude)
        return zone is not None, zone
    if name:
        zone = named_zone(name)
        return zone is not None, zone
    return True, None


@lru_cache(maxsize=1024)
def named_zone(name: str) -> tzinfo | None:
    """The zone of an IANA name, or None."""
    # Loaded here because most expressions never name a zone and the import takes 10 ms.
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_name(zone: tzinfo | None) -> str | None:
    """The IANA name of a zone that has one."""
    return getattr(zone, "key", None)


def date_text(value: Date) -> str:
    """A date as FEEL writes it."""
    return value.isoformat() if isinstance(value, date) else str(value)


def time_text(value: time) -> str:
    """A time as FEEL writes it, with every digit of the second that counts."""
    nanos = value.microsecond * 1000 + getattr(value, "nanosecond", 0)
    fraction = f".{nanos:09}".rstrip("0") if nanos else ""
    return f"{value.hour:02}:{value.minute:02}:{value.second:02}{fraction}{_zone_text(value.tzinfo)}"


def date_and_time_text(value: DateTime) -> str:
    """A date and time as FEEL writes it."""
    return f"{year_text(value.year)}-{value.month:02}-{value.day:02}T{time_text(clock_of(value))}"


def duration_text(value: timedelta) -> str:
    """A days and time duration as FEEL writes it."""
    nanos = duration_nanos(value)
    seconds, rest = divmod(abs(nanos), NANOS_PER_SECOND)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    fraction = f".{rest:09}".rstrip("0") if rest else ""
    clock = (f"{hour}H" if hour else "") + (f"{minute}M" if minute else "")
    clock += f"{second}{fraction}S" if second or fraction else ""
    body = (f"{day}D" if day else "") + (f"T{clock}" if clock else "")
    return ("-" if nanos < 0 else "") + "P" + (body or "T0S")


def _zone_text(zone: tzinfo | None) -> str:
    if zone is None:
        return ""
    name = zone_name(zone)
    if name:
        return f"@{name}"
    offset = offset_of(zone)
    if not offset:
        return "Z"
    seconds = int(abs(offset).total_seconds())
    sign = "-" if offset < timedelta(0) else "+"
    tail = f":{seconds % 60:02}" if seconds % 60 else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}{tail}"
