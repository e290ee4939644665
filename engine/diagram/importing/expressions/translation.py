"""From another tool's expression to FEEL, or a reason why not."""

from __future__ import annotations

import re

from engine import feel
from engine.diagram.importing.expressions.dialect import Dialect, guessed, named
from engine.diagram.importing.expressions.errors import Untranslatable
from engine.diagram.importing.expressions.parser import compares_in_chain, parse
from engine.diagram.importing.expressions.tokens import LONGEST
from engine.diagram.importing.expressions.writer import quoted, write
from engine.diagram.lint import foreign

__all__ = ["condition", "is_feel", "quoted", "template", "value"]

_WRAPPED = re.compile(r"[$#]\{(?P<inner>(?:[^{}\"']|\"[^\"]*\"|'[^']*')*)\}", re.DOTALL)
#: How a JavaScript condition hands over its result.
_HANDED_OVER = re.compile(r"(?:next\s*\(\s*null\s*,(?P<next>.*)\)|return\s+(?P<returned>[^;]*))\s*;?", re.DOTALL)


def is_feel(text: str) -> bool:
    """Whether an expression is FEEL and means what its author thinks."""
    try:
        return len(text) <= LONGEST and not list(foreign.complaints(feel.compile(text)))
    except feel.FeelSyntaxError:
        return False


def value(text: str, dialect: Dialect) -> str:
    """One expression of a known language; raises `Untranslatable`."""
    written = write(parse(text.strip(), dialect), dialect)
    if not is_feel(written):
        raise Untranslatable(f"译出的“{written}”不是正确的 FEEL。")
    return written


def condition(text: str, language: str | None = None) -> str:
    """An expression of a language that is told by its marks; FEEL stays as it stands."""
    text = _bounded(text)
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped:
        return value(wrapped["inner"], Dialect.JUEL)
    if "${" in text or "#{" in text:
        raise Untranslatable("文字里夹着 ${…}，它的值是文字，不是条件。")
    if is_feel(text):
        return value(text, Dialect.PYTHON) if _is_chain(text) else text
    if text.startswith("="):
        raise Untranslatable("这个 FEEL 表达式在这里不能执行。")
    handed = _HANDED_OVER.fullmatch(text)
    dialect = named(language) or (Dialect.JAVASCRIPT if handed else guessed(text))
    if dialect is Dialect.JUEL:
        dialect = guessed(text)
    return value((handed["next"] or handed["returned"]) if handed else text.rstrip(";"), dialect)


def _is_chain(text: str) -> bool:
    try:
        return compares_in_chain(text)
    except Untranslatable:
        return False


def _bounded(text: str) -> str:
    if len(text) > LONGEST:
        raise Untranslatable(f"表达式超过 {LONGEST} 个字。")
    return text.strip()


def template(text: str) -> str:
    """A text with `${…}` in it, as FEEL that gives the text; one expression alone gives its value."""
    wrapped = _WRAPPED.fullmatch(_bounded(text))
    if wrapped:
        return value(wrapped["inner"], Dialect.JUEL)
    parts: list[str] = []
    end = 0
    for found in _WRAPPED.finditer(text):
        parts += [quoted(text[end : found.start()])] if found.start() > end else []
        parts.append(f"string({value(found['inner'], Dialect.JUEL)})")
        end = found.end()
    rest = text[end:]
    if "${" in rest or "#{" in rest:
        raise Untranslatable("文字里的 ${…} 不完整。")
    parts += [quoted(rest)] if rest or not parts else []
    return " + ".join(parts)
