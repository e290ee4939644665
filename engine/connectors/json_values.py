"""FEEL values as JSON and back: numbers stay exact, and only what FEEL can hold comes in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine import feel
from engine.connectors.errors import BadInput
from engine.feel import YearsMonthsDuration

#: levels of lists and contexts inside each other; FEEL itself takes no more
DEEPEST = 60
#: FEEL reckons with 34 digits (IEEE 754 decimal128), and other systems write more of them where they wrote a fraction
_MOST_DIGITS, _LARGEST = 200, 6144


class NotJson(ValueError):
    """Not JSON, or JSON that no FEEL value stands for."""


def text_of(value: Any) -> str:
    """JSON of a FEEL value; raises `BadInput` for ranges, functions and what is nested too deep."""
    return _text(value, 0)


def _text(value: Any, depth: int) -> str:
    if depth > DEEPEST:
        raise BadInput(f"要发送的内容嵌套超过 {DEEPEST} 层。")
    if value is None or isinstance(value, bool | str):
        return _quoted(value)
    if isinstance(value, int | Decimal):
        return _number(Decimal(value))
    if isinstance(value, Mapping):
        entries = (
            f"{json.dumps(str(key), ensure_ascii=False)}:{_text(item, depth + 1)}" for key, item in value.items()
        )
        return "{" + ",".join(entries) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_text(item, depth + 1) for item in value) + "]"
    return _quoted(plain_text(value))


def _quoted(value: str | bool | None) -> str:
    return json.dumps(value, ensure_ascii=False)


def plain_text(value: Any) -> str:
    """A single value as text: dates and durations as ISO 8601 writes them."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return _number(Decimal(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta | YearsMonthsDuration):
        return feel.text_of(value)
    raise BadInput("要发送的内容里有区间、函数等不能发送的值。")


def _number(number: Decimal) -> str:
    if not number.is_finite():
        raise BadInput("要发送的内容里有不是有限数的值。")
    return format(number, "f") if -40 <= number.adjusted() <= 40 else str(number).lower()


def value_of(text: str, edit: Callable[[str], str] = str) -> Any:
    """The FEEL value of JSON, with every text edited; raises `NotJson`."""
    try:
        read = json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_unknown)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise NotJson from error
    return _value(read, edit, 0)


def _value(read: Any, edit: Callable[[str], str], depth: int) -> Any:
    if depth > DEEPEST:
        raise NotJson
    if isinstance(read, dict):
        return {edit(well_formed(key)): _value(item, edit, depth + 1) for key, item in read.items()}
    if isinstance(read, list):
        return [_value(item, edit, depth + 1) for item in read]
    if isinstance(read, str):
        return edit(well_formed(read))
    return _reckoned(read) if isinstance(read, Decimal) else read


def _reckoned(number: Decimal) -> Decimal:
    """A number that FEEL can hold and the store can keep."""
    if abs(number.adjusted()) > _LARGEST or len(number.as_tuple().digits) > _MOST_DIGITS:
        raise NotJson
    return number


def well_formed(text: str) -> str:
    """Text that UTF-8 and every database can hold: NUL and halves of characters, which JSON escapes, are replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "\ufffd")


def _unknown(constant: str) -> Any:
    raise ValueError(constant)
