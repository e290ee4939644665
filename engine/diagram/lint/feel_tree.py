"""The syntax tree of an expression, for what its compiled form does not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from engine.feel import FeelSyntaxError, syntax
from engine.feel.errors import shallow
from engine.feel.expression import known_names
from engine.feel.parser import Parser

_CALLED = re.compile(r"([^\W\d]\w*)\s*\(")


@lru_cache(maxsize=4096)
def tree(text: str) -> syntax.Node | None:
    """None for a text that is not FEEL."""
    source = text.lstrip().removeprefix("=")
    try:
        with shallow():
            return Parser(source, known_names((), ()), {}).expression()
    except FeelSyntaxError:
        return None


def called_names(text: str) -> frozenset[str]:
    """Names that are called as functions; whether these exist is asked elsewhere."""
    return frozenset(_CALLED.findall(text))


def filtered_names(text: str) -> frozenset[str]:
    """Names inside the brackets of a filter: each may be a variable or a member of the item."""
    if "[" not in text:
        return frozenset()
    return frozenset(
        name.name
        for node in _nodes(tree(text))
        if isinstance(node, syntax.Filter)
        for name in _nodes(node.condition)
        if isinstance(name, syntax.Name)
    )


def _nodes(node: object) -> Iterator[object]:
    """A node and all below it."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        if isinstance(current, tuple):
            pending.extend(part for part in current if isinstance(part, tuple))
