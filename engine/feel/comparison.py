"""Equality and order of FEEL values, three-valued (DMN 1.5, tables 52 to 54)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from engine.feel.instants import (
    NANOS_PER_DAY,
    DateTime,
    clock_of,
    day_number,
    duration_nanos,
    nanos_of_day,
    offset_of,
)
from engine.feel.limits import spend
from engine.feel.reasons import null
from engine.feel.values import Range, Value, YearsMonthsDuration, kind_of

Truth = bool | None
Operator = Literal["<", "<=", ">", ">="]

_PLAIN = frozenset({Decimal, str, date, timedelta, YearsMonthsDuration})


def equal(left: Value, right: Value) -> Truth:
    """Whether two values are the same; null where their kinds cannot be compared."""
    kind = type(left)
    if kind is type(right) and (kind in _PLAIN or kind is bool):
        return bool(left == right)
    if left is right or left is None or right is None:
        return left is right
    name = kind_of(left)
    if name != kind_of(right):
        return null("不能比较是否相等：{} 与 {}", left, right)
    compare = _EQUAL.get(name)
    return compare(left, right) if compare else left is right


def same(left: Value, right: Value) -> bool:
    """Equality for searching in lists, where what cannot be compared is just different."""
    if type(left) is type(right) and type(left) in _PLAIN:
        return bool(left == right)
    return kind_of(left) == kind_of(right) and equal(left, right) is True


def ordered(operator: Operator, left: Value, right: Value) -> Truth:
    """`left operator right`; null unless both are of one kind that has an order."""
    kind = type(left)
    if kind is type(right) and kind in _PLAIN:
        return _python_order(operator, left, right)
    key = order_keys(left, right)
    if key is None:
        return null("不能比较大小：{} 与 {}", left, right)
    return _python_order(operator, *key)


def order_keys(left: Value, right: Value) -> tuple[Any, Any] | None:
    """Two values Python can order in place of the given ones, or None where FEEL has no order for them."""
    name = kind_of(left)
    make_key = _ORDER.get(name)
    if make_key is None or name != kind_of(right):
        return None
    spend(4)
    left_key, right_key = make_key(left), make_key(right)
    if left_key[0] != right_key[0]:
        # The one without a zone takes the offset of the other (table 54): both are compared as local.
        return _local_nanos(left), _local_nanos(right)
    return left_key[1], right_key[1]


def _python_order(operator: Operator, left: Any, right: Any) -> bool:
    if operator == "<":
        return bool(left < right)
    if operator == "<=":
        return bool(left <= right)
    if operator == ">":
        return bool(left > right)
    return bool(left >= right)


def _plain_key(value: Value) -> tuple[bool, Any]:
    return False, value


def _date_key(value: Any) -> tuple[bool, Any]:
    return False, (value.year, value.month, value.day)


def _time_key(value: time) -> tuple[bool, Any]:
    """The first part tells whether there is a zone: a value that has one never equals one that has none."""
    offset = offset_of(value.tzinfo)
    return offset is not None, nanos_of_day(value) - duration_nanos(offset or timedelta(0))


def _instant_key(value: DateTime) -> tuple[bool, Any]:
    clock = clock_of(value)
    offset = offset_of(clock.tzinfo, value)
    days = day_number(value.year, value.month, value.day)
    return offset is not None, days * NANOS_PER_DAY + nanos_of_day(clock) - duration_nanos(offset or timedelta(0))


def _local_nanos(value: Any) -> int:
    if isinstance(value, time):
        return nanos_of_day(value)
    return day_number(value.year, value.month, value.day) * NANOS_PER_DAY + nanos_of_day(clock_of(value))


def _duration_key(value: timedelta) -> tuple[bool, Any]:
    return False, duration_nanos(value)


_ORDER: dict[str, Any] = {
    "number": _plain_key,
    "string": _plain_key,
    "date": _date_key,
    "time": _time_key,
    "date and time": _instant_key,
    "days and time duration": _duration_key,
    "years and months duration": _plain_key,
}


def instant(value: datetime | DateTime) -> int:
    """Nanoseconds on the time line; a value without a zone counts as UTC."""
    return int(_instant_key(value)[1])


def _equal_by_key(left: Value, right: Value) -> bool:
    make_key = _ORDER[kind_of(left)]
    return bool(make_key(left) == make_key(right))


def _equal_lists(left: list[Value], right: list[Value]) -> bool:
    spend(2 * min(len(left), len(right)))
    return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))


def _equal_contexts(left: dict[str, Value], right: dict[str, Value]) -> bool:
    spend(2 * min(len(left), len(right)))
    return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)


def _equal_ranges(left: Range, right: Range) -> bool:
    return (left.start_included, left.end_included) == (right.start_included, right.end_included) and all(
        same(a, b) for a, b in ((left.start, right.start), (left.end, right.end), (left.excluded, right.excluded))
    )


_EQUAL: dict[str, Any] = {
    "date": _equal_by_key,
    "time": _equal_by_key,
    "date and time": _equal_by_key,
    "days and time duration": _equal_by_key,
    "list": _equal_lists,
    "context": _equal_contexts,
    "range": _equal_ranges,
}
