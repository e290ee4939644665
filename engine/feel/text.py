"""The text of a value, as the function `string` gives it (DMN 1.5, table 67)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.feel.limits import check_string, spend
from engine.feel.temporal import date_and_time_text, date_text, duration_text, time_text
from engine.feel.values import Range, Value, kind_of

#: characters of an excerpt
_SHOWN = 100
_PLAIN_KEY = re.compile(r"[^\W\d]\w*(?: \w+)*")


def text_of(value: Value) -> str:
    """A value as text; a string is its own text."""
    return value if type(value) is str else _nested(value)


def excerpt_of(value: Value) -> str:
    """The beginning of a value's text in one line, for a message that people read and incidents keep."""
    text = text_of(value)
    line = "".join(sign if sign.isprintable() else "�" for sign in text[:_SHOWN])
    return f"{line}…" if len(text) > _SHOWN else line


def _nested(value: Value) -> str:
    spend(1)
    write = _WRITERS.get(kind_of(value))
    return write(value) if write else str(value)


def _number(value: Decimal) -> str:
    return format(value, "f")


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _list(value: list[Value]) -> str:
    parts = [_nested(item) for item in value]
    check_string(sum(map(len, parts)))
    return f"[{', '.join(parts)}]"


def _context(value: dict[str, Value]) -> str:
    # A context has no order of its own: what is kept comes back sorted, and must read as before.
    parts = [f"{_key(key)}: {_nested(value[key])}" for key in sorted(value)]
    check_string(sum(map(len, parts)))
    return f"{{{', '.join(parts)}}}"


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else _quoted(key)


def _range(value: Range) -> str:
    if value.excluded is not None:
        return f"!={_nested(value.excluded)}"
    if value.start is None:
        return f"{'<=' if value.end_included else '<'}{_nested(value.end)}"
    if value.end is None:
        return f"{'>=' if value.start_included else '>'}{_nested(value.start)}"
    opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
    return f"{opening}{_nested(value.start)}..{_nested(value.end)}{closing}"


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "null": lambda value: "null",
    "number": _number,
    "string": _quoted,
    "boolean": lambda value: "true" if value else "false",
    "date": date_text,
    "time": time_text,
    "date and time": date_and_time_text,
    "days and time duration": duration_text,
    "years and months duration": str,
    "list": _list,
    "context": _context,
    "range": _range,
    "function": repr,
}
