"""What reads as FEEL but was meant in another language: it would compile, and silently give null."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine import feel

#: Functions the engine puts beside FEEL's own: decisions and the office calendar.
HOST_FUNCTIONS = frozenset({"decide", "deadline", "notice_over_at"})
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_CALL = re.compile(r"([\w.]+)\s*\(")
_CONSTANTS = {"True": "true", "False": "false", "None": "null", "undefined": "null"}


def complaints(expression: feel.Expression) -> Iterator[str]:
    """Sentences about what will not mean what its author thinks."""
    text = _STRING.sub('""', expression.text)
    paths = {".".join(path) for path in expression.references}
    if "==" in text:
        yield "相等用一个等号“=”。"
    for name in sorted({name for path in expression.references for name in path}):
        yield from _name(name)
    for called in sorted({match[1] for match in _CALL.finditer(text)} & paths - HOST_FUNCTIONS):
        yield f"没有名为 {called} 的函数。"


def _name(name: str) -> Iterator[str]:
    if name in _CONSTANTS:
        yield f"{name} 应写成 {_CONSTANTS[name]}。"
    elif name.startswith("__"):
        yield f"名称 {name} 不能使用。"
    elif " " in name:
        yield f"“{name}”不是变量名，请检查运算符（如 and、or、not(...)）。"
