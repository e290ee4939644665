"""Expressions cut into tokens; the languages agree on them far enough."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from engine.diagram.importing.expressions.errors import Untranslatable

LONGEST = 4_000
_TOKEN = re.compile(
    r"""(?P<blank>\s+)
    |(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,3})?[lLfFdD]?(?!\w))
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<name>[^\W\d]\w*)
    |(?P<sign>===|!==|==|!=|<=|>=|&&|\|\||\*\*|//|[<>=!?:.,()\[\]{}+\-*/%])
    """,
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")


class TokenKind(StrEnum):
    NUMBER = "number"
    STRING = "string"
    NAME = "name"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, kw_only=True)
class Token:
    kind: TokenKind
    #: of a string: its value
    text: str


END = Token(kind=TokenKind.END, text="")


def tokens(text: str) -> list[Token]:
    """All tokens with the end; raises `Untranslatable`."""
    if len(text) > LONGEST:
        raise Untranslatable(f"表达式超过 {LONGEST} 个字。")
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise Untranslatable(f"“{text[position]}”不能译成 FEEL。")
        position = match.end()
        if match.lastgroup != "blank":
            found.append(_token(TokenKind(str(match.lastgroup)), match[0]))
    return [*found, END]


def _token(kind: TokenKind, text: str) -> Token:
    if kind is TokenKind.STRING:
        return Token(kind=kind, text=_ESCAPE.sub(_unescaped, text[1:-1]))
    return Token(kind=kind, text=text.rstrip("lLfFdD") if kind is TokenKind.NUMBER else text)


def _unescaped(match: re.Match[str]) -> str:
    escape = match[1]
    if escape.startswith("u") and len(escape) == 5:
        return chr(int(escape[1:], 16))
    return _ESCAPES.get(escape, escape)
