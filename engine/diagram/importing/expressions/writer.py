"""A syntax tree written as FEEL."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from engine.diagram.importing.expressions import functions
from engine.diagram.importing.expressions.dialect import Dialect
from engine.diagram.importing.expressions.errors import Untranslatable
from engine.diagram.importing.expressions.tree import (
    Binary,
    Call,
    Comprehension,
    Conditional,
    Entries,
    Index,
    Items,
    Literal,
    Member,
    Name,
    Text,
    Tree,
    Unary,
)

_LEVELS = {"or": 1, "and": 2, **dict.fromkeys(("=", "!=", "<", ">", "<=", ">="), 3), "+": 4, "-": 4, "*": 5, "/": 5}
_LEVELS["**"] = 6
_NEGATION, _OPERAND = 7, 8
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
#: What a case has no variable for.
_FOREIGN_NAMES = frozenset(["execution", "task", "this", "environment", "self", "delegateExecution", "connector"])
#: Counters of a multi-instance activity; the standard's names are ours.
_COUNTERS = {
    "nrOfInstances": "numberOfInstances",
    "nrOfCompletedInstances": "numberOfCompletedInstances",
    "nrOfActiveInstances": "numberOfActiveInstances",
}
_OPPOSITES = {"=": "!=", "!=": "="}
_FALSE_IN_PYTHON = '[null, false, 0, "", [], {}]'
_EMPTY = 'list contains([null, "", [], {{}}], {})'


def write(tree: Tree, dialect: Dialect) -> str:
    """FEEL for a tree; raises `Untranslatable`."""
    return _Writer(dialect).text(tree)


def quoted(text: str) -> str:
    """A FEEL string."""
    return '"' + "".join(_ESCAPES.get(character, character) for character in text) + '"'


class _Writer:
    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.writers: Mapping[type, Callable[[Any], tuple[str, int]]] = {
            Literal: lambda tree: (tree.text, _OPERAND),
            Text: lambda tree: (quoted(tree.value), _OPERAND),
            Name: self.name,
            Member: self.member,
            Index: self.index,
            Call: self.call,
            Unary: self.unary,
            Binary: self.binary,
            Conditional: self.conditional,
            Items: lambda tree: (f"[{', '.join(map(self.text, tree.items))}]", _OPERAND),
            Entries: self.entries,
            Comprehension: self.comprehension,
        }

    def text(self, tree: Tree) -> str:
        return self.writers[type(tree)](tree)[0]

    def inside(self, tree: Tree, level: int) -> str:
        """The text in parentheses where it binds weaker than its place."""
        text, own = self.writers[type(tree)](tree)
        return text if own >= level else f"({text})"

    def name(self, tree: Name) -> tuple[str, int]:
        if tree.name in _FOREIGN_NAMES:
            raise Untranslatable(f"{tree.name} 是原来工具的对象，这里没有。")
        if self.dialect is Dialect.JUEL and tree.name == "loopCounter":
            return "loopCounter - 1", _LEVELS["-"]
        return _COUNTERS.get(tree.name, tree.name), _OPERAND

    def member(self, tree: Member) -> tuple[str, int]:
        variable = functions.variable(tree)
        if variable is not None:
            return variable, _OPERAND
        return f"{self.inside(tree.base, _OPERAND)}.{tree.name}", _OPERAND

    def index(self, tree: Index) -> tuple[str, int]:
        base = self.inside(tree.base, _OPERAND)
        index = tree.index
        if isinstance(index, Text):
            plain = _IDENTIFIER.fullmatch(index.value)
            return (f"{base}.{index.value}" if plain else f"get value({base}, {quoted(index.value)})"), _OPERAND
        if isinstance(index, Literal) and index.text.isdecimal():
            return f"{base}[{int(index.text) + (not self.dialect.counts_from_one)}]", _OPERAND
        if isinstance(index, Unary) and index.operator == "-" and self.dialect is Dialect.PYTHON:
            return f"{base}[{self.text(index)}]", _OPERAND
        # A name in brackets may be a position or a key: nobody can tell without the values.
        raise Untranslatable(f"方括号里的“{self.text(index)}”可能是序号也可能是名称，请改写。")

    def call(self, tree: Call) -> tuple[str, int]:
        replaced = functions.replaced(tree)
        if replaced is not None:
            return self.writers[type(replaced)](replaced)
        text = functions.written(tree, lambda part: self.inside(part, _OPERAND), self.text)
        return text, 0 if text.startswith(("if ", "some ", "every ")) else _LEVELS[
            "+"
        ] if " + " in text or " - " in text else _OPERAND

    def unary(self, tree: Unary) -> tuple[str, int]:
        if tree.operator == "empty":
            return _EMPTY.format(self.text(tree.operand)), _OPERAND
        if tree.operator == "not":
            return self.negation(tree.operand)
        return f"-{self.inside(tree.operand, _OPERAND)}", _NEGATION

    def negation(self, operand: Tree) -> tuple[str, int]:
        """Elsewhere what is missing counts as false; FEEL's not(null) is null."""
        if isinstance(operand, Binary) and operand.operator in _OPPOSITES:
            return self.binary(Binary(_OPPOSITES[operand.operator], operand.left, operand.right))
        text, level = self.writers[type(operand)](operand)
        if isinstance(operand, Literal) or text.startswith(("list contains(", "not(")):
            return f"not({text})", _OPERAND
        if self.dialect is Dialect.PYTHON and isinstance(operand, Name | Member | Index):
            return f"list contains({_FALSE_IN_PYTHON}, {text})", _OPERAND
        return f"{text if level > _LEVELS['='] else f'({text})'} != true", _LEVELS["="]

    def comprehension(self, tree: Comprehension) -> tuple[str, int]:
        source = self.inside(tree.source, _OPERAND)
        if tree.condition is not None:
            source += f"[some {tree.name} in [item] satisfies {self.text(tree.condition)}]"
        return f"for {tree.name} in {source} return {self.text(tree.element)}", 0

    def binary(self, tree: Binary) -> tuple[str, int]:
        if tree.operator == "%":
            return f"modulo({self.text(tree.left)}, {self.text(tree.right)})", _OPERAND
        if tree.operator == "//":
            return f"floor({self.inside(tree.left, 5)} / {self.inside(tree.right, 6)})", _OPERAND
        if tree.operator == "in":
            return self.membership(tree)
        level = _LEVELS[tree.operator]
        left = self.inside(tree.left, level + (level == _LEVELS["="] or tree.operator == "**"))
        right = self.inside(tree.right, level + (tree.operator not in ("and", "or")))
        return f"{left} {tree.operator} {right}", level

    def membership(self, tree: Binary) -> tuple[str, int]:
        if isinstance(tree.right, Items):
            return f"list contains({self.text(tree.right)}, {self.text(tree.left)})", _OPERAND
        return functions.containing(self.text(tree.right), self.text(tree.left)), 0

    def conditional(self, tree: Conditional) -> tuple[str, int]:
        parts = (self.text(part) for part in (tree.condition, tree.then, tree.otherwise))
        return "if {} then {} else {}".format(*parts), 0

    def entries(self, tree: Entries) -> tuple[str, int]:
        written = (f"{self.key(key)}: {self.text(value)}" for key, value in tree.entries)
        return "{" + ", ".join(written) + "}", _OPERAND

    def key(self, key: str) -> str:
        return key if _IDENTIFIER.fullmatch(key) else quoted(key)
