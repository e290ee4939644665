"""Changed inputs of a call: what was a number, a date or a duration stays one, however it was typed or sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from engine import feel
from engine.errors import FieldProblem, Invalid
from engine.feel.temporal import parse_any

_DIGITS = 34
_NO_NUMBER = f"应为数字，例如 1200.50，不超过 {_DIGITS} 位"
_WORDS: Mapping[type, str] = {
    datetime: "日期和时间，例如 2026-03-02T09:00:00+08:00",
    date: "日期，例如 2026-03-02",
    time: "时间，例如 09:00:00",
    timedelta: "时长，例如 P3D 或 PT2H",
    feel.YearsMonthsDuration: "时长，例如 P1Y 或 P6M",
}


def retyped(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """All of `after`, typed after `before`. Raises `Invalid` with the path of each value that does not fit."""
    problems: list[FieldProblem] = []
    value = _typed(before, after, "", problems)
    if problems:
        told = "；".join(f"{problem.path}：{problem.message}" for problem in problems[:5])
        raise Invalid(tuple(problems), f"输入的内容有误。{told}")
    assert isinstance(value, dict)
    return value


def _typed(before: Any, after: Any, path: str, problems: list[FieldProblem]) -> Any:
    if isinstance(after, Mapping):
        known = before if isinstance(before, Mapping) else {}
        return {key: _typed(known.get(key), item, f"{path}{key}.", problems) for key, item in after.items()}
    if isinstance(after, list | tuple):
        pairs = zip(_prototypes(before, len(after)), after, strict=True)
        return [_typed(known, item, f"{path}{place}.", problems) for place, (known, item) in enumerate(pairs)]
    if isinstance(after, Decimal) and not _is_sane(after):
        problems.append(FieldProblem(path=path.removesuffix("."), message=_NO_NUMBER))
    if not isinstance(after, str) or before is None or isinstance(before, str | bool | Mapping | list | tuple):
        return after
    try:
        return read_like(before, after)
    except ValueError as error:
        problems.append(FieldProblem(path=path.removesuffix("."), message=str(error)))
        return after


def _prototypes(before: Any, count: int) -> Iterator[Any]:
    """What stood there; a row that was added is like the last one."""
    rows = before if isinstance(before, list | tuple) else []
    return (rows[min(place, len(rows) - 1)] if rows else None for place in range(count))


def read_like(before: Any, text: str) -> Any:
    """A text as a value of the same kind. Raises `ValueError` with a sentence that says what is expected."""
    if isinstance(before, int | Decimal):
        return _number(text)
    if feel.text_of(before) == text.strip():
        return before
    kind = next(kind for kind in _WORDS if isinstance(before, kind))
    value = parse_any(text.strip())
    if type(value) is not type(before):
        raise ValueError(f"应为{_WORDS[kind]}")
    return value


def _number(text: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", "").replace("，", "").strip())
    except InvalidOperation:
        raise ValueError(_NO_NUMBER) from None
    if not _is_sane(value):
        raise ValueError(_NO_NUMBER)
    return value


def _is_sane(value: Decimal) -> bool:
    return value.is_finite() and len(value.as_tuple().digits) <= _DIGITS and abs(value.adjusted()) <= _DIGITS
