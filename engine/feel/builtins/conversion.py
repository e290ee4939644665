"""Conversion functions (DMN 1.5, table 67)."""

from __future__ import annotations

import re
from datetime import UTC, time, timedelta
from decimal import Decimal
from typing import Any

from engine.feel import temporal
from engine.feel.arithmetic import NUMBERS
from engine.feel.builtins.signatures import Functions
from engine.feel.instants import (
    NANOS_PER_SECOND,
    Date,
    DateTime,
    clock_of,
    combine,
    date_of,
    make_date,
    make_time,
)
from engine.feel.reasons import null
from engine.feel.text import text_of
from engine.feel.values import Range, Value, YearsMonthsDuration, kind_of

functions = Functions()

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?")


@functions.define("string(from: any)", steps=8)
def string(value: Value) -> str | None:
    """`string(1.1) = "1.1"`."""
    return None if value is None else text_of(value)


@functions.define("number(from: string, grouping separator: string?, decimal separator: string?)", steps=15)
def number(text: str, grouping: str | None = None, decimal: str | None = None, *rest: Value) -> Decimal | None:
    """`number("1 000,0", " ", ",") = 1000.0`."""
    if grouping not in (None, " ", ",", ".") or decimal not in (None, ",", ".") or (grouping and grouping == decimal):
        return null("分组符应为空格、逗号或句点，小数点应为逗号或句点，二者不同")
    plain = text.replace(grouping, "") if grouping else text
    if decimal == ",":
        plain = plain.replace(".", "x").replace(",", ".")
    if len(plain) > 100 or not _NUMBER.fullmatch(plain):
        return null(f"“{text[:40]}”不是数值")
    converted = NUMBERS.create_decimal(plain) if _fits(plain) else None
    return converted if converted is not None else null("数值超出范围")


def _fits(plain: str) -> bool:
    return abs(Decimal(plain).adjusted()) <= NUMBERS.Emax


@functions.define("date(from: string)", steps=15)
def date_from_text(text: str) -> Date | None:
    """`date("2012-12-25")`."""
    found = temporal.parse_date(text)
    return found if found is not None else null(f"“{text[:40]}”不是日期")


@functions.define("date(from: date|date and time)")
def date_from_instant(value: Any) -> Date:
    """`date(date and time("2012-12-25T11:00:00"))`."""
    return date_of(value)


@functions.define("date(year: number, month: number, day: number)", steps=12)
def date_from_parts(year: Decimal, month: Decimal, day: Decimal) -> Date | None:
    """`date(2012, 12, 25)`."""
    if any(part != part.to_integral_value() or abs(part) > 10**9 for part in (year, month, day)):
        return null("年、月、日应为整数")
    made = make_date(int(year), int(month), int(day))
    return made if made is not None else null("没有这样的日期")


@functions.define("time(from: string)", steps=15)
def time_from_text(text: str) -> time | None:
    """`time("23:59:00Z")`."""
    found = temporal.parse_time(text)
    return found if found is not None else null(f"“{text[:40]}”不是时刻")


@functions.define("time(from: time|date|date and time)")
def time_from_instant(value: Any) -> time:
    """`time(date and time("2012-12-25T11:00:00Z"))`; a date begins at midnight in UTC."""
    if kind_of(value) == "date":
        return time(tzinfo=UTC)
    return value if isinstance(value, time) else clock_of(value)


@functions.define("time(hour: number, minute: number, second: number, offset: days and time duration?)", steps=12)
def time_from_parts(hour: Decimal, minute: Decimal, second: Decimal, offset: timedelta | None = None) -> time | None:
    """`time(23, 59, 0, duration("PT0H"))`."""
    if any(abs(part) > 60 for part in (hour, minute, second)):
        return null("没有这样的时刻")
    zone = None if offset is None else temporal.fixed_zone(offset)
    if zone is None and offset is not None:
        return null("时差应在十八小时之内")
    seconds, fraction = divmod(second, 1)
    made = make_time(int(hour), int(minute), int(seconds), int(fraction * NANOS_PER_SECOND), zone)
    return made if made is not None and hour >= 0 and minute >= 0 and second >= 0 else null("没有这样的时刻")


@functions.define("date and time(from: string)", steps=25)
def date_and_time_from_text(text: str) -> DateTime | None:
    """`date and time("2012-12-24T23:59:00")`."""
    found = temporal.parse_date_and_time(text)
    return found if found is not None else null(f"“{text[:40]}”不是日期时间")


@functions.define("date and time(from: date and time)")
def date_and_time_again(value: DateTime) -> DateTime:
    """A date and time stays what it is."""
    return value


@functions.define("date and time(date: date|date and time, time: time)")
def date_and_time_from_parts(day: Any, clock: time) -> DateTime:
    """`date and time(date("2012-12-24"), time("23:59:00"))`."""
    return combine(day, clock)


@functions.define("duration(from: string)", steps=20)
def duration(text: str) -> timedelta | YearsMonthsDuration | None:
    """`duration("P2Y2M")`."""
    found = temporal.parse_duration(text)
    return found if found is not None else null(f"“{text[:40]}”不是时长")


@functions.define("duration(from: duration)")
def duration_again(value: Value) -> Value:
    """A duration stays what it is."""
    return value


@functions.define("years and months duration(from: date|date and time, to: date|date and time)")
def years_and_months_duration(start: Any, end: Any) -> YearsMonthsDuration | None:
    """`years and months duration(date("2011-12-22"), date("2013-08-24")) = @"P1Y8M"`; times do not count."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return temporal.months_duration(months)


@functions.define("range(from: string)", steps=60)
def range_from_text(text: str) -> Range | None:
    """`range("[1..3]")`; the ends have to be literals."""
    from engine.feel.expression import literal_range

    found = literal_range(text)
    return found if found is not None else null(f"“{text[:40]}”不是区间")
