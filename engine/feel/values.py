"""The values of FEEL (DMN 1.5, 10.3.2.3) that Python has no type for, and the way of host values into FEEL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import total_ordering
from typing import Any, TypeAlias

from engine.feel.errors import FeelValueRefused
from engine.feel.instants import (
    DistantDate,
    DistantDateTime,
    PreciseDateTime,
    PreciseDuration,
    PreciseTime,
)
from engine.feel.limits import MAX_DEPTH, spend

#: Whatever an expression reads or gives: see `KINDS` for the types that can occur.
Value: TypeAlias = Any


@total_ordering
@dataclass(frozen=True, kw_only=True)
class YearsMonthsDuration:
    """A duration in months, which have no fixed length in days."""

    months: int

    @property
    def whole_years(self) -> int:
        """Full years, towards zero."""
        return self.months // 12 if self.months >= 0 else -(-self.months // 12)

    @property
    def rest_of_months(self) -> int:
        """Months beyond the full years, with the sign of the duration."""
        return self.months - 12 * self.whole_years

    def __lt__(self, other: YearsMonthsDuration) -> bool:
        return self.months < other.months

    def __str__(self) -> str:
        sign, months = ("-", -self.months) if self.months < 0 else ("", self.months)
        years, months = divmod(months, 12)
        return sign + "P" + (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")

    isoformat = __str__


@dataclass(frozen=True, kw_only=True)
class Range:
    """An interval of comparable values; a missing end is open towards infinity."""

    start: Value = None
    end: Value = None
    start_included: bool = True
    end_included: bool = True
    #: the standard's `!= x`, which is no interval but is tested like one
    excluded: Value = None


@dataclass(frozen=True)
class Signature:
    """What `instance of function<...>` looks at."""

    parameters: tuple[Any, ...]
    #: None where only a call can tell
    result: Any


class Function:
    """Something FEEL can call: a host function put into a context, or a function an expression has defined."""

    __slots__ = ("call", "name", "parameters", "signature")

    def __init__(
        self,
        parameters: tuple[str, ...] | list[str],
        call: Callable[..., Value],
        name: str = "",
        signature: Signature | None = None,
    ) -> None:
        self.parameters = tuple(parameters)
        self.call = call
        self.name = name
        self.signature = signature

    def __call__(self, *arguments: Value) -> Value:
        return self.call(*arguments)

    def __repr__(self) -> str:
        return f"function({', '.join(self.parameters)})"


class DefinedFunction(Function):
    """A function written in FEEL or DMN, whose results are FEEL values already."""

    __slots__ = ()


KINDS: dict[type, str] = {
    type(None): "null",
    Decimal: "number",
    str: "string",
    bool: "boolean",
    date: "date",
    DistantDate: "date",
    time: "time",
    PreciseTime: "time",
    datetime: "date and time",
    PreciseDateTime: "date and time",
    DistantDateTime: "date and time",
    timedelta: "days and time duration",
    PreciseDuration: "days and time duration",
    YearsMonthsDuration: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}

_SCALARS = frozenset(KINDS) - {list, dict, Decimal}


def kind_of(value: Value) -> str:
    """The FEEL type name of a value."""
    kind = KINDS.get(type(value))
    return kind if kind is not None else "function" if isinstance(value, Function) else type(value).__name__


def inward(value: Any) -> Value:
    """A host value as FEEL sees it; the same object where nothing has to change."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is Decimal:
        return value if value.is_finite() and -6176 <= value.adjusted() <= 6144 else None
    if kind is int:
        return _number(value)
    return _converted(value, 0)


def _number(value: int) -> Decimal | None:
    return Decimal(value) if value.bit_length() < 20_000 else None


def _converted(value: Any, depth: int) -> Value:
    if depth > MAX_DEPTH:
        raise FeelValueRefused(f"数据嵌套过深，超过 {MAX_DEPTH} 层")
    if isinstance(value, list | tuple):
        return _list(value, depth)
    if isinstance(value, Mapping):
        return _context(value, depth)
    return _scalar(value)


def _list(items: list[Any] | tuple[Any, ...], depth: int) -> list[Value]:
    spend(len(items))
    converted = [item if type(item) in _SCALARS else _item(item, depth) for item in items]
    if type(items) is list and all(new is old for new, old in zip(converted, items, strict=True)):
        return items
    return converted


def _context(entries: Mapping[Any, Any], depth: int) -> dict[str, Value]:
    spend(len(entries))
    converted = {}
    for key, item in entries.items():
        if not isinstance(key, str):
            raise FeelValueRefused(f"数据的名称必须是文字，而不是 {type(key).__name__}")
        converted[key] = item if type(item) in _SCALARS else _item(item, depth)
    if type(entries) is dict and all(converted[key] is entries[key] for key in converted):
        return entries
    return converted


def _item(value: Any, depth: int) -> Value:
    return inward(value) if type(value) in (Decimal, int) else _converted(value, depth + 1)


def _scalar(value: Any) -> Value:
    """Host numbers, and subclasses of the types FEEL knows."""
    if value is None or isinstance(value, Function):
        return value
    if isinstance(value, float):
        return inward(Decimal(repr(float(value))))
    if isinstance(value, Decimal):
        return inward(Decimal(value))
    if isinstance(value, int):
        return _number(int(value))
    if isinstance(value, str):
        return str.__str__(value)
    return _temporal(value)


def _temporal(value: Any) -> Value:
    if isinstance(value, datetime):
        return datetime.combine(datetime.date(value), datetime.timetz(value))
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if isinstance(value, time):
        return time(value.hour, value.minute, value.second, value.microsecond, value.tzinfo)
    if isinstance(value, timedelta):
        return timedelta(value.days, value.seconds, value.microseconds)
    raise FeelValueRefused(f"表达式不能使用 {type(value).__name__} 类型的数据")
