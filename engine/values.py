"""Canonical bytes for process values: the same value always gives the same bytes, and they read back equal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson

from engine.errors import Refused
from engine.feel import YearsMonthsDuration

#: A JSON object with this single key carries a value that JSON itself cannot express.
TAG = "$"
_AS_THEY_ARE = frozenset({str, bool, type(None)})


class NotStorable(Refused):
    """表达式得出的值（如区间、函数）不能保存，请联系流程设计员改写。"""

    code = "not-storable"


def dumps(value: Any) -> bytes:
    """Encode a value; mapping keys are sorted, numbers stay exact. Raises `NotStorable` for ranges and functions."""
    return orjson.dumps(plain(value), option=orjson.OPT_SORT_KEYS)


def loads(content: bytes) -> Any:
    """Decode what `dumps` wrote."""
    return _rich(orjson.loads(content))


def trimmed(content: bytes) -> bytes:
    """The same bytes, for keeping: those that orjson gives take up 4 KB, however few they are."""
    return memoryview(content).tobytes()


def revive(content: Any) -> Any:
    """The value that parsed JSON stands for, where it was read as a part of something larger."""
    return _rich(content)


def plain(value: Any) -> Any:
    """The JSON that stands for a value, not yet written."""
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    # The exact types come first: nearly all values are one of them, and every event is written by this.
    if kind is Decimal:
        return {TAG: ["n", str(value)]}
    if kind is dict:
        return {
            escaped(key) if key[:1] == TAG else key: item if type(item) in _AS_THEY_ARE else plain(item)
            for key, item in value.items()
        }
    if kind is list:
        return [plain(item) for item in value]
    return _plain_other(value)


def _plain_other(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal):
        return _tagged("n", str(value))
    if isinstance(value, Mapping):
        return {escaped(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return _plain_temporal(value)


def _plain_temporal(value: Any) -> Any:
    if isinstance(value, datetime):
        return _tagged("dt", value.isoformat())
    if isinstance(value, date):
        return _tagged("d", value.isoformat())
    if isinstance(value, time):
        return _tagged("t", value.isoformat())
    if isinstance(value, timedelta):
        return _tagged("td", [value.days, value.seconds, value.microseconds])
    if isinstance(value, YearsMonthsDuration):
        return _tagged("ym", value.months)
    raise NotStorable(kind=type(value).__name__)


def _tagged(kind: str, content: Any) -> dict[str, Any]:
    return {TAG: [kind, content]}


def escaped(key: str) -> str:
    """One more marker for keys made of markers only, so that data can never look like a tag."""
    return TAG + key if key and not key.strip(TAG) else key


def original(key: str) -> str:
    """The key that `escaped` was given."""
    return key if key.strip(TAG) else key[1:]


def _rich(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        if len(value) == 1 and TAG in value:
            tag, content = value[TAG]
            return _READERS[tag](content)
        return {
            original(key) if key[:1] == TAG else key: item if type(item) in _AS_THEY_ARE else _rich(item)
            for key, item in value.items()
        }
    if kind is list:
        return [_rich(item) for item in value]
    return value


_READERS: dict[str, Any] = {
    "n": Decimal,
    "dt": datetime.fromisoformat,
    "d": date.fromisoformat,
    "t": time.fromisoformat,
    "td": lambda parts: timedelta(days=parts[0], seconds=parts[1], microseconds=parts[2]),
    "ym": lambda months: YearsMonthsDuration(months=months),
}
