"""Process values as readable JSON: exact numbers, dates and durations become text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from engine import feel


def text_of(value: Any) -> str:
    """Indented JSON that people and programs can read."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain)


def plain(value: Any) -> Any:
    """The same as JSON that is not written yet."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, str | int) else _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta | feel.YearsMonthsDuration):
        return feel.text_of(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)
