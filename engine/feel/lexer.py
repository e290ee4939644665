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
# The standard lets names hold full-width punctuation; refusing it catches the commonest slip of Chinese input.
_NAME_START = (
    "?A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3004-\u3007\u3012\u3013\u3016-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc"
    "\U00010000-\U000effff"
)
_NAME_PART = _NAME_START + "0-9\xb7\u0300-\u036f\u203f\u2040"

_TOKEN = re.compile(
    rf"""(?:[{_SPACE}]++|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+
    (?:
      (?P<name>[{_NAME_START}][{_NAME_PART}]*)
    | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![{_NAME_START}]))
    | (?P<string>"(?:[^"\\]|\\.)*+")
    | (?P<at>@[{_SPACE}]*"[^"]*")
    | (?P<operator>\*\*|<=|>=|!=|\.\.|->|[-+*/=<>()\[\]{{}},:.])
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_NAME_WORD = re.compile(rf"[{_NAME_PART}]+|[^{_SPACE}]")

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
    raise FeelSyntaxError(line=line, column=column, expected="表达式", found=f"无法识别的符号 {character}")
