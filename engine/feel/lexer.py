"""The words of an expression (DMN 1.5, 10.3.1.2, rules 26 to 41)."""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

from engine.feel.errors import FeelSyntaxError, place
from engine.feel.limits import MAX_SOURCE

NAME, NUMBER, STRING, AT, END = "name", "number", "string", "at", "end"

#: Words that end a name; the kind of their token is the word itself.
KEYWORDS = frozenset(
    {"for", "in", "return", "if", "then", "else", "some", "every", "satisfies", "between", "and", "or"}
    | {"true", "false", "null"}
)

_SPACE = "\t-\r \x85\xa0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
# What names cannot hold, which compiles much faster than what they can (rules 28 and 29). Full-width punctuation is
# among it although the standard allows it: refusing it catches the commonest slip of Chinese input.
_NOT_IN_NAME = (
    "\0-/:->@[-^`{-\xb6\xb8-\xbf\xd7\xf7\u037e\u2000-\u200b\u200e-\u203e\u2041-\u206f\u2190-\u2bff\u2ff0-\u3003"
    "\u3008-\u3011\u3014\u3015\ud800-\uf8ff\ufdd0-\ufdef\ufeff\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\uffe0-\uffff"
)
_NOT_AT_START = _NOT_IN_NAME + "0-9\xb7\u0300-\u036f\u203f\u2040"

_TOKEN = re.compile(
    rf"""(?:[{_SPACE}]++|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+
    (?:
      (?P<name>[^{_NOT_AT_START}][^{_NOT_IN_NAME}]*)
    | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<string>"(?:[^"\\]|\\.)*+")
    | (?P<at>@[{_SPACE}]*"[^"]*")
    | (?P<operator>\*\*|<=|>=|!=|\.\.|->|[-+*/=<>()\[\]{{}},:.'’])
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_NAME_WORD = re.compile(rf"[^{_NOT_IN_NAME}]+|[^{_SPACE}]")

_FULL_WIDTH = dict(zip("，。：；（）【】“”＝＞＜＋－＊／、！｛｝［］", ',.:;()[]""=><+-*/,!{}[]', strict=True))


class Token(NamedTuple):
    """One word of an expression and where it stands."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Split an expression; the last token has the kind `end`."""
    if len(text) > MAX_SOURCE:
        raise FeelSyntaxError(
            line=1, column=1, expected=f"不超过 {MAX_SOURCE} 个字符的表达式", found=f"{len(text)} 个字符"
        )
    found: list[Token] = []
    position = 0
    while True:
        match = _TOKEN.match(text, position)
        if match is None:
            _refuse(text, position)
        kind = match.lastgroup or ""
        start, position = match.span(kind)
        word = text[start:position]
        if kind == "operator" or (kind == NAME and word in KEYWORDS):
            kind = word
        found.append(Token(kind, word, start, position))
        if kind == END:
            return found


def name_parts(name: str) -> tuple[str, ...]:
    """The words and signs of a name; blanks between them do not count (10.3.1.4)."""
    return tuple(_NAME_WORD.findall(name))


def normal_name(name: str) -> str:
    """A name with single spaces, the way the standard compares names."""
    return " ".join(name.split())


def _refuse(text: str, position: int) -> NoReturn:
    skipped = re.match(rf"(?:[{_SPACE}]+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*", text[position:])
    position += skipped.end() if skipped else 0
    character = text[position : position + 1]
    line, column = place(text, position)
    half_width = _FULL_WIDTH.get(character)
    if half_width:
        hint = f"请改用半角符号 {half_width}"
        raise FeelSyntaxError(line=line, column=column, expected="表达式", found=f"全角符号 {character}", hint=hint)
    if character in ('"', "@"):
        raise FeelSyntaxError(line=line, column=column, expected='文字结尾的引号 "', found="没有结束的文字")
    raise FeelSyntaxError(line=line, column=column, expected="表达式", found=f"无法识别的符号 {character!a}")
