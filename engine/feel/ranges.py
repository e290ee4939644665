"""Ranges as values: what lies in them, what they are made of, how to walk through them (DMN 1.5, 10.3.2.7)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from engine.feel.arithmetic import NUMBERS
from engine.feel.comparison import equal, order_keys, ordered, same
from engine.feel.instants import civil, day_number, make_date
from engine.feel.limits import check_list
from engine.feel.reasons import null
from engine.feel.values import Range, Value, kind_of

Truth = bool | None


def interval(start: Value, end: Value, start_included: bool, end_included: bool) -> Range | None:
    """The range between two values of one kind, or null."""
    if start is None or end is None:
        return null("区间的端点为空")
    keys = order_keys(start, end)
    if keys is None:
        return null("区间的两个端点不能比较：{} 与 {}", start, end)
    if keys[0] > keys[1]:
        return null("区间的起点大于终点")
    return Range(start=start, end=end, start_included=start_included, end_included=end_included)


def unary(operator: str, operand: Value) -> Range | None:
    """The range `< operand` and its like stand for."""
    if operator == "!=":
        return Range(excluded=operand, start_included=False, end_included=False)
    if operator == "=":
        return Range(start=operand, end=operand)
    if operand is None:
        return null("与空值比较大小")
    included = operator in ("<=", ">=")
    if operator in ("<", "<="):
        return Range(end=operand, start_included=False, end_included=included)
    return Range(start=operand, start_included=included, end_included=False)


def contains(interval: Range, value: Value) -> Truth:
    """Whether a value lies in a range."""
    if interval.excluded is not None or (interval.start is None and interval.end is None):
        return _differs(interval, value)
    if interval.start is interval.end and interval.start_included and interval.end_included:
        return equal(value, interval.start)
    if value is None:
        return null("空值不能与区间比较")
    above = interval.start is None or ordered(">=" if interval.start_included else ">", value, interval.start)
    if above is not True:
        return above
    return interval.end is None or ordered("<=" if interval.end_included else "<", value, interval.end)


def _differs(interval: Range, value: Value) -> Truth:
    found = equal(value, interval.excluded)
    return None if found is None else not found


def passes(value: Value, test: Value) -> Truth:
    """`value in test` for a test that is a value: equal to it, in its range, or one of its list (table 55)."""
    if type(test) is Range:
        return True if type(value) is Range and equal(value, test) else contains(test, value)
    if type(test) is list:
        if type(value) is list and same(value, test):
            return True
        return any(_is_member(value, item) for item in test)
    if value is None or test is None:
        return value is test
    return equal(value, test)


def _is_member(value: Value, item: Value) -> bool:
    if type(item) is Range and type(value) is not Range:
        return contains(item, value) is True
    return same(value, item)


def walk(start: Value, end: Value) -> Iterator[Value] | None:
    """The whole numbers or days from one to the other, downwards too; None where they cannot be counted."""
    kind = kind_of(start)
    if kind != kind_of(end) or kind not in ("number", "date"):
        return null("不能从 {} 数到 {}", start, end)
    if kind == "number":
        return _walk_numbers(start, end)
    return _walk_days(start, end)


def _walk_numbers(start: Decimal, end: Decimal) -> Iterator[Decimal] | None:
    if start != start.to_integral_value() or end != end.to_integral_value():
        return null("循环的起止应为整数")
    check_list(int(abs(NUMBERS.subtract(end, start))))
    step = 1 if end >= start else -1
    return (Decimal(number) for number in range(int(start), int(end) + step, step))


def _walk_days(start: Any, end: Any) -> Iterator[Value]:
    first, last = (day_number(day.year, day.month, day.day) for day in (start, end))
    check_list(abs(last - first))
    step = 1 if last >= first else -1
    return (make_date(*civil(number)) for number in range(first, last + step, step))


def elements(source: Value) -> Iterator[Value] | list[Value] | None:
    """What a loop goes through: the elements of a list, the values of a range, or a single value; None for null."""
    if type(source) is list:
        return source
    if type(source) is Range:
        return _elements_of_range(source)
    return None if source is None else [source]


def _elements_of_range(source: Range) -> Iterator[Value] | None:
    values = walk(source.start, source.end)
    if values is None:
        return None
    left_out = [source.start] if not source.start_included else []
    left_out += [source.end] if not source.end_included else []
    return (value for value in values if value not in left_out)
