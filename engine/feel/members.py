"""`value.member`: entries of contexts, and the properties of dates, times, durations and ranges (DMN 1.5, table 65)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from engine.feel.instants import (
    NANOS_PER_SECOND,
    clock_of,
    day_number,
    duration_nanos,
    nanos_of_day,
    offset_of,
)
from engine.feel.limits import spend
from engine.feel.reasons import null
from engine.feel.temporal import zone_name
from engine.feel.values import Value, kind_of

Property = Callable[[Any], Value]

# 0000-03-01, day number 0 of the calendar, was a Wednesday.
_FIRST_WEEKDAY = 2


def member(value: Value, name: str) -> Value:
    """A member of a value; of a list, the list of the members of its elements."""
    if type(value) is dict:
        if name in value:
            return value[name]
        return null(f"没有名为“{name}”的内容")
    if type(value) is list:
        spend(len(value))
        return [member(item, name) for item in value]
    spend(3)
    read = _PROPERTIES.get(kind_of(value), {}).get(name)
    if read is None:
        return null(f"{{}} 没有“{name}”", value)
    return read(value)


def weekday(value: Any) -> int:
    """The day of the week of a date, Monday is 1."""
    return (day_number(value.year, value.month, value.day) + _FIRST_WEEKDAY) % 7 + 1


def _whole(read: Callable[[Any], int]) -> Property:
    return lambda value: Decimal(read(value))


def _of_clock(read: Property) -> Property:
    return lambda value: read(clock_of(value))


def _seconds(nanos: int) -> Decimal:
    """Seconds with their fraction, if there is one."""
    whole, fraction = divmod(abs(nanos), NANOS_PER_SECOND)
    seconds = Decimal(f"{whole}.{fraction:09}".rstrip("0").rstrip("."))
    return -seconds if nanos < 0 and seconds else seconds


def _remainder(nanos: int, unit: int) -> int:
    return -(-nanos % unit) if nanos < 0 else nanos % unit


def _part(nanos_per_unit: int, modulus: int) -> Property:
    """A unit of a days and time duration, with the sign of the duration."""

    def read(value: timedelta) -> Decimal:
        nanos = duration_nanos(value)
        units = abs(nanos) // nanos_per_unit
        units = units % modulus if modulus else units
        return Decimal(-units if nanos < 0 else units)

    return read


_DATE: Mapping[str, Property] = {
    "year": _whole(lambda value: value.year),
    "month": _whole(lambda value: value.month),
    "day": _whole(lambda value: value.day),
    "weekday": _whole(weekday),
}
_TIME: Mapping[str, Property] = {
    "hour": _whole(lambda value: value.hour),
    "minute": _whole(lambda value: value.minute),
    "second": lambda value: _seconds(nanos_of_day(value) % (60 * NANOS_PER_SECOND)),
    "time offset": lambda value: offset_of(value.tzinfo),
    "timezone": lambda value: zone_name(value.tzinfo),
}
_PROPERTIES: Mapping[str, Mapping[str, Property]] = {
    "date": _DATE,
    "time": _TIME,
    "date and time": {
        **_DATE,
        **{name: _of_clock(read) for name, read in _TIME.items()},
        "time offset": lambda value: offset_of(clock_of(value).tzinfo, value),
    },
    "days and time duration": {
        "days": _part(86_400 * NANOS_PER_SECOND, 0),
        "hours": _part(3_600 * NANOS_PER_SECOND, 24),
        "minutes": _part(60 * NANOS_PER_SECOND, 60),
        "seconds": lambda value: _seconds(_remainder(duration_nanos(value), 60 * NANOS_PER_SECOND)),
    },
    "years and months duration": {
        "years": lambda value: Decimal(value.whole_years),
        "months": lambda value: Decimal(value.rest_of_months),
    },
    "range": {
        "start": lambda value: value.start,
        "end": lambda value: value.end,
        "start included": lambda value: value.start_included,
        "end included": lambda value: value.end_included,
    },
}
