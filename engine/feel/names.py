"""Names of several words, such as `date and time` or `合同 金额`, found among the words of an expression (10.3.1.5)."""

from __future__ import annotations

from collections.abc import Iterable

from engine.feel.lexer import Token, name_parts, normal_name


class Names:
    """Known names that are more than one word, longest first."""

    __slots__ = ("_by_first_word",)

    def __init__(self, names: Iterable[str] = (), base: Names | None = None) -> None:
        self._by_first_word: dict[str, list[tuple[tuple[str, ...], str]]] = dict(base._by_first_word) if base else {}
        for name in names:
            self._declare(name)

    def _declare(self, name: str) -> None:
        parts = name_parts(name)
        if len(parts) < 2:
            return
        known = [*self._by_first_word.get(parts[0], ()), (parts, normal_name(name))]
        self._by_first_word[parts[0]] = sorted(known, key=lambda entry: -len(entry[0]))

    def with_name(self, name: str) -> Names:
        """These names and one more; the same object for a name of one word."""
        return Names((name,), base=self) if len(name_parts(name)) > 1 else self

    def match(self, tokens: list[Token], index: int) -> tuple[str, int] | None:
        """The longest known name that starts at a token, and how many tokens it takes."""
        candidates = self._by_first_word.get(tokens[index].text)
        if not candidates:
            return None
        for parts, name in candidates:
            taken = _taken(parts, tokens, index)
            if taken:
                return name, taken
        return None


def _taken(parts: tuple[str, ...], tokens: list[Token], index: int) -> int:
    """How many tokens the parts of a name cover; several parts may lie in one number such as `2.1`."""
    first = index
    offset = 0
    for part in parts:
        token = tokens[index]
        if token.kind == "string" or not token.text.startswith(part, offset):
            return 0
        offset += len(part)
        if offset == len(token.text):
            index, offset = index + 1, 0
    return index - first if offset == 0 else 0
