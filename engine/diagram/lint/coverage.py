"""Whether some conditions, taken together, are true whatever the case is like: where that is cheap to see.

Every part that compares something with literals is tried with each literal and with values between them, so that
`x > 5` and `x <= 5` cover everything, and `x > 5` and `x < 5` do not. That a variable may be null is left aside.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from math import prod
from typing import Any

from engine.diagram.lint.feel_tree import tree
from engine.feel import syntax

#: Conditions looked at together.
MAX_CONDITIONS = 50
#: Combinations of values tried; conditions about more are taken as not covering.
MAX_TRIED = 2_000
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_HOLDS: Mapping[str, Callable[[int, int], bool]] = {
    "=": lambda rank, other: rank == other,
    "!=": lambda rank, other: rank != other,
    "<": lambda rank, other: rank < other,
    "<=": lambda rank, other: rank <= other,
    ">": lambda rank, other: rank > other,
    ">=": lambda rank, other: rank >= other,
}
#: part of a condition -> where its value lies among the literals it is compared with
Values = Mapping[str, int]
Judge = Callable[[Values], bool]


def covers(texts: Sequence[str], domains: Mapping[str, Set[str]] | None = None) -> bool:
    """Whether at least one of the conditions is always true; `domains` are the only values of some paths."""
    if len(texts) > MAX_CONDITIONS:
        return False
    parts = _Parts()
    judges = [judge for text in texts for judge in _judges(text, parts)]
    tried = parts.combinations(domains or {})
    return bool(judges) and tried is not None and all(any(judge(values) for judge in judges) for values in tried)


class _Unclear(Exception):
    """A part whose values cannot be listed."""


@dataclass(kw_only=True)
class _Part:
    literals: set[Any] = field(default_factory=set)
    #: true or false by itself
    is_flag: bool = False

    def ranks(self, domain: Set[str] | None) -> list[int]:
        """Odd ranks are the literals in their order, even ones what lies between."""
        if self.is_flag:
            return [0, 1]
        if domain and all(isinstance(literal, str) for literal in self.literals):
            return sorted({self.rank(value) for value in domain})
        return list(range(2 * len(self.literals) + 1))

    def rank(self, value: Any) -> int:
        ordered = sorted(self.literals)
        place = bisect_left(ordered, value)
        return 2 * place + (place < len(ordered) and ordered[place] == value)


class _Parts:
    def __init__(self) -> None:
        self.known: dict[str, _Part] = {}

    def compared(self, name: str, operator: str, literal: Any) -> Judge:
        part = self.known.setdefault(name, _Part())
        if part.is_flag or any(type(other) is not type(literal) for other in part.literals):
            raise _Unclear
        part.literals.add(literal)
        holds = _HOLDS[operator]
        return lambda values: holds(values[name], part.rank(literal))

    def flag(self, name: str, wanted: bool = True) -> Judge:
        if not self.known.setdefault(name, _Part(is_flag=True)).is_flag:
            raise _Unclear
        return lambda values: bool(values[name]) is wanted

    def combinations(self, domains: Mapping[str, Set[str]]) -> Iterator[Values] | None:
        ranks = [part.ranks(domains.get(name)) for name, part in self.known.items()]
        if prod(len(values) for values in ranks) > MAX_TRIED:
            return None
        return (dict(zip(self.known, chosen, strict=True)) for chosen in product(*ranks))


def _judges(text: str, parts: _Parts) -> Iterator[Judge]:
    """The condition's judge, or none: what is unclear may be false."""
    node = tree(text)
    try:
        yield _judge(node, parts)
    except _Unclear:
        return


def _judge(node: syntax.Node, parts: _Parts) -> Judge:
    match node:
        case syntax.And(operands=operands):
            judges = [_judge(operand, parts) for operand in operands]
            return lambda values: all(judge(values) for judge in judges)
        case syntax.Or(operands=operands):
            judges = [_judge(operand, parts) for operand in operands]
            return lambda values: any(judge(values) for judge in judges)
        case syntax.Call(function=syntax.Name(name="not"), arguments=(operand,)):
            judge = _judge(operand, parts)
            return lambda values: not judge(values)
        case syntax.Literal(value=bool() as constant):
            return lambda values: constant
        case syntax.Comparison(operator=operator, left=left, right=right):
            return _comparison(operator, left, right, parts)
        case syntax.Between(value=value, low=low, high=high):
            return _within(value, (">=", low), ("<=", high), parts)
        case syntax.In(value=value, tests=tests):
            judges = [_test(value, test, parts) for test in tests]
            return lambda values: any(judge(values) for judge in judges)
        case None | syntax.Literal():
            raise _Unclear
        case _:
            return parts.flag(_name(node))


def _comparison(operator: str, left: syntax.Node, right: syntax.Node, parts: _Parts) -> Judge:
    if _is_literal(left):
        operator, left, right = _MIRRORED[operator], right, left
    if _is_literal(left):
        raise _Unclear
    if not _is_literal(right):
        # Two things that change: smaller, equal or greater, whatever they are.
        names = (_name(left), _name(right))
        if names[0] > names[1]:
            operator = _MIRRORED[operator]
        return parts.compared(" : ".join(sorted(names)), operator, Decimal(0))
    literal = _literal(right)
    if literal is None or isinstance(literal, bool):
        if operator not in ("=", "!="):
            raise _Unclear
        name = _name(left) if literal is not None else f"{_name(left)} = null"
        return parts.flag(name, wanted=(operator == "=") is (literal is not False))
    return parts.compared(_name(left), operator, literal)


def _within(value: syntax.Node, low: tuple[str, Any], high: tuple[str, Any], parts: _Parts) -> Judge:
    above = _comparison(low[0], value, low[1], parts)
    below = _comparison(high[0], value, high[1], parts)
    return lambda values: above(values) and below(values)


def _test(value: syntax.Node, test: syntax.Node, parts: _Parts) -> Judge:
    """One of the tests after `in`."""
    match test:
        case syntax.UnaryComparison(operator=operator, operand=operand):
            return _comparison(operator, value, operand, parts)
        case syntax.Interval(start=start, end=end, start_included=from_start, end_included=to_end):
            return _within(value, (">=" if from_start else ">", start), ("<=" if to_end else "<", end), parts)
        case syntax.ListLiteral(items=items):
            judges = [_test(value, item, parts) for item in items]
            return lambda values: any(judge(values) for judge in judges)
        case syntax.Literal():
            return _comparison("=", value, test, parts)
        case _:
            raise _Unclear


def _is_literal(node: syntax.Node) -> bool:
    match node:
        case syntax.Literal() | syntax.Negation(operand=syntax.Literal(value=Decimal())):
            return True
        case syntax.Call(function=syntax.Name(name="date"), arguments=(syntax.Literal(value=str()),)):
            return True
        case _:
            return False


def _literal(node: syntax.Node) -> Any:
    """The value; dates as texts, whose order is theirs."""
    match node:
        case syntax.Negation(operand=operand):
            return -operand.value
        case syntax.Call(arguments=(operand,)):
            return ("date", operand.value)
        case syntax.Literal(value=bool() | str() | Decimal() | None as value):
            return value
        case _:
            raise _Unclear


def _name(node: object) -> str:
    """The same for two pieces of text that say the same."""
    match node:
        case syntax.Name(name=name):
            return name
        case syntax.Path(source=source, member=member):
            return f"{_name(source)}.{member}"
        case tuple() if hasattr(node, "_fields"):
            parts = [_name(part) for field, part in zip(node._fields, node, strict=True) if field != "at"]
            return f"{type(node).__name__}({', '.join(parts)})"
        case tuple():
            return f"({', '.join(map(_name, node))})"
        case _:
            return repr(node)
