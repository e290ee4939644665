"""What a program hands over, as process values; what cannot be one is refused with its place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.errors import FieldProblem, Invalid
from engine.feel import YearsMonthsDuration

_LEAVES = (str, bool, date, datetime, time, timedelta, YearsMonthsDuration)
_DEEPEST = 100


def variables(given: object, place: str = "variables") -> dict[str, Any]:
    """Named values; numbers become exact, as FEEL and the store want them."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise _wrong(place, f"应为“名称: 值”的映射，不能是 {type(given).__name__}。")
    plain: dict[str, Any] = _plain(given, place, 0)
    return plain


def value(given: object, place: str) -> Any:
    """One process value."""
    return _plain(given, place, 0)


def text(given: object, place: str) -> str:
    """A key, a name or an id."""
    if not isinstance(given, str) or not given:
        raise _wrong(place, f"应为非空的文字，不能是 {given!r:.40}。")
    return given


def duration(given: object, place: str) -> timedelta:
    """How long."""
    if not isinstance(given, timedelta):
        raise _wrong(place, f"应为 timedelta，不能是 {type(given).__name__}。")
    return given


def instant(given: object, place: str) -> datetime:
    """When; without a zone nobody knows."""
    if not isinstance(given, datetime) or given.tzinfo is None:
        raise _wrong(place, f"应为带时区的 datetime，不能是 {given!r:.40}。")
    return given


def _plain(value: Any, place: str, depth: int) -> Any:
    if depth > _DEEPEST:
        raise _wrong(place, f"嵌套超过 {_DEEPEST} 层。")
    if value is None or isinstance(value, _LEAVES):
        return value
    if isinstance(value, int | float | Decimal):
        return _number(value, place)
    if isinstance(value, Mapping):
        return {_name(name, place): _plain(item, f"{place}.{name}", depth + 1) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, f"{place}.{index}", depth + 1) for index, item in enumerate(value)]
    raise _wrong(place, f"{type(value).__name__} 不能作为流程变量，请改用文字、数字、日期、列表或映射。")


def _number(value: float | Decimal, place: str) -> Decimal:
    """A float by its shortest notation, so that 0.1 stays 0.1."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    if not math.isfinite(exact):
        raise _wrong(place, "不是有限的数。")
    return exact


def _name(name: object, place: str) -> str:
    if not isinstance(name, str):
        raise _wrong(place, f"名称应为文字，不能是 {name!r:.40}。")
    return name


def _wrong(place: str, message: str) -> Invalid:
    return Invalid((FieldProblem(path=place, message=message),), f"{place}：{message}")
