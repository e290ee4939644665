"""Moving over the tokens of an expression, finding its names, and refusing what does not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from engine.feel.errors import FeelSyntaxError, place
from engine.feel.lexer import END, NAME, NUMBER, STRING, Token, normal_name, tokens
from engine.feel.limits import MAX_NESTING
from engine.feel.names import Names
from engine.feel.syntax import Node

#: What tokens are called in messages.
WORDS = {
    END: "表达式的结尾",
    NAME: "名称",
    NUMBER: "数值",
    STRING: "文字",
    "expression": "表达式（数值、文字、名称、括号等）",
}

_NO_NAMES = Names()


class Cursor:
    """Where the parser stands."""

    def __init__(self, text: str, names: Names) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._index = 0
        self._token = self._tokens[0]
        self._names = names
        #: keys of the contexts read so far, which may follow a dot after they have gone out of scope
        self._keys = _NO_NAMES
        self._nesting = 0

    def _at(self, kind: str) -> bool:
        return self._token.kind == kind

    def _advance(self) -> Token:
        token = self._token
        self._index += 1
        self._token = self._tokens[self._index]
        return token

    def _go(self, index: int) -> None:
        self._index = index
        self._token = self._tokens[index]

    def _accept(self, kind: str) -> bool:
        if self._token.kind == kind:
            self._advance()
            return True
        return False

    def _expect(self, kind: str) -> Token:
        if self._token.kind != kind:
            self._refuse(WORDS.get(kind, kind))
        return self._advance()

    def _expect_end(self) -> None:
        if self._token.kind != END:
            self._refuse("运算符或表达式的结尾")

    def _refuse(self, expected: str, token: Token | None = None, hint: str = "") -> NoReturn:
        token = token or self._token
        line, column = place(self._text, token.start)
        found = "表达式的结尾" if token.kind == END else token.text[:40]
        raise FeelSyntaxError(line=line, column=column, expected=expected, found=found, hint=hint)

    def _separated(self, parse: Callable[[], Node]) -> tuple[Node, ...]:
        items = [parse()]
        while self._accept(","):
            items.append(parse())
        return tuple(items)

    def _enter(self) -> None:
        """Go one level of nesting in."""
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            self._refuse(f"不超过 {MAX_NESTING} 层的嵌套")

    def _leave(self) -> None:
        self._nesting -= 1

    def _member(self) -> str:
        """The name after a dot."""
        if not self._token.text.isidentifier() and self._token.kind != NAME:
            self._refuse("名称")
        known = self._keys.match(self._tokens, self._index)
        if known is None:
            return self._name_here()
        self._go(self._index + known[1])
        return known[0]

    def _name_here(self) -> str:
        """The longest name that starts here: a known one, otherwise words up to the next keyword or sign."""
        known = self._names.match(self._tokens, self._index)
        if known is not None:
            self._go(self._index + known[1])
            return known[0]
        first = self._advance()
        if not self._at(NAME):
            return first.text
        words = [first.text]
        while self._at(NAME) and not self._starts_instance_of():
            words.append(self._advance().text)
        return " ".join(words)

    def _starts_instance_of(self) -> bool:
        return self._token.text == "instance" and self._tokens[self._index + 1].text == "of"

    def _new_name(self, *stops: str) -> str:
        """A name being given: everything up to one of the stops."""
        start = self._index
        while self._token.kind not in stops:
            if self._token.kind in (END, STRING, ",", "(", ")", "{", "}", "[", "]"):
                self._refuse("或".join(WORDS.get(stop, stop) for stop in stops) if self._index > start else "名称")
            self._advance()
        if self._index == start:
            self._refuse("名称")
        return normal_name(self._text[self._tokens[start].start : self._tokens[self._index - 1].end])
