"""An expression's syntax tree, the same for every language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Literal:
    """FEEL text as it stands: a number, true, false or null."""

    text: str


@dataclass(frozen=True)
class Text:
    value: str


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Member:
    base: Tree
    name: str


@dataclass(frozen=True)
class Index:
    base: Tree
    index: Tree


@dataclass(frozen=True)
class Call:
    function: Tree
    arguments: tuple[Tree, ...]
    #: keyword arguments
    named: tuple[tuple[str, Tree], ...] = ()


@dataclass(frozen=True)
class Unary:
    """`-`, `not` or `empty`."""

    operator: str
    operand: Tree


@dataclass(frozen=True)
class Binary:
    """An operator by its FEEL name, beside `in`, `%` and `//`."""

    operator: str
    left: Tree
    right: Tree


@dataclass(frozen=True)
class Conditional:
    condition: Tree
    then: Tree
    otherwise: Tree


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[Tree, ...]


@dataclass(frozen=True)
class Entries:
    """A map with its keys written out."""

    entries: tuple[tuple[str, Tree], ...]


@dataclass(frozen=True)
class Comprehension:
    """Python's `element for name in source if condition`."""

    element: Tree
    name: str
    source: Tree
    condition: Tree | None


Tree = Literal | Text | Name | Member | Index | Call | Unary | Binary | Conditional | Items | Entries | Comprehension
