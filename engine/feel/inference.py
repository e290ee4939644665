"""The type of an expression as far as its text shows it: what a function literal gives (DMN 1.5, 10.3.2.9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.feel import syntax
from engine.feel.syntax import Node
from engine.feel.types import ListType, Type
from engine.feel.values import kind_of

_TRUTHS = (syntax.Comparison, syntax.Between, syntax.In, syntax.InstanceOf, syntax.And, syntax.Or, syntax.Quantified)
_NUMBER, _STRING = Type("number"), Type("string")


def inferred(node: Node, names: Mapping[str, Type | None]) -> Type | None:
    """The type of a node, given those of some names; None where only a value can tell."""
    kind = type(node)
    if kind is syntax.Literal:
        return None if node.value is None else Type(kind_of(node.value))
    if kind is syntax.Name:
        return names.get(node.name)
    if kind in _TRUTHS:
        return Type("boolean")
    if kind is syntax.Negation:
        return inferred(node.operand, names)
    if kind is syntax.Arithmetic:
        return _arithmetic(node, names)
    if kind is syntax.If:
        return _common((*(result for _, result in node.branches), node.otherwise), names)
    if kind is syntax.ListLiteral:
        of = _common(node.items, names)
        return None if of is None else ListType("list", of=of)
    return None


def _common(nodes: Iterable[Node], names: Mapping[str, Type | None]) -> Type | None:
    types = {inferred(node, names) for node in nodes}
    return types.pop() if len(types) == 1 else None


def _arithmetic(node: syntax.Arithmetic, names: Mapping[str, Type | None]) -> Type | None:
    """A sum with a number in it is a number, one with a string a string; other operators also take durations."""
    operands = [inferred(operand, names) for operand in (node.first, *(operand for _, operand, _ in node.rest))]
    signs = {sign for sign, _, _ in node.rest}
    if signs == {"**"} or all(of == _NUMBER for of in operands) or (signs <= {"+", "-"} and _NUMBER in operands):
        return _NUMBER
    return _STRING if signs == {"+"} and _STRING in operands else None
