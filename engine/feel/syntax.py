"""The syntax tree of FEEL. `at` is the offset in the text, for reasons and messages."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from engine.feel.types import Type

Node: TypeAlias = Any


class Literal(NamedTuple):
    """A number, string, boolean, null or at-literal."""

    value: Any
    at: int


class Name(NamedTuple):
    """A variable or function by its name."""

    name: str
    at: int


class Path(NamedTuple):
    """`source.member`."""

    source: Node
    member: str
    at: int


class Filter(NamedTuple):
    """`source[condition]`."""

    source: Node
    condition: Node
    at: int


class Call(NamedTuple):
    """`function(…)` with positional or named arguments."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None
    at: int


class Arithmetic(NamedTuple):
    """A chain of operators of one precedence, such as `a + b - c`."""

    first: Node
    rest: tuple[tuple[str, Node, int], ...]
    at: int


class Negation(NamedTuple):
    """`-operand`."""

    operand: Node
    at: int


class Comparison(NamedTuple):
    """`left operator right`."""

    operator: str
    left: Node
    right: Node
    at: int


class Between(NamedTuple):
    """`value between low and high`."""

    value: Node
    low: Node
    high: Node
    at: int


class In(NamedTuple):
    """`value in (tests)`."""

    value: Node
    tests: tuple[Node, ...]
    at: int


class InstanceOf(NamedTuple):
    """`value instance of type`."""

    value: Node
    #: None for a type nobody has defined
    type: Type | None
    at: int


class And(NamedTuple):
    """A conjunction of two or more."""

    operands: tuple[Node, ...]
    at: int


class Or(NamedTuple):
    """A disjunction of two or more."""

    operands: tuple[Node, ...]
    at: int


class If(NamedTuple):
    """`if … then … else if … then … else …`."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node
    at: int


class Iteration(NamedTuple):
    """`name in source` or `name in source .. end`."""

    name: str
    source: Node
    end: Node | None


class For(NamedTuple):
    """`for … return …`."""

    iterations: tuple[Iteration, ...]
    body: Node
    at: int


class Quantified(NamedTuple):
    """`some … satisfies …` or `every … satisfies …`."""

    every: bool
    iterations: tuple[Iteration, ...]
    condition: Node
    at: int


class FunctionLiteral(NamedTuple):
    """`function(parameters) body`."""

    parameters: tuple[tuple[str, Type | None], ...]
    body: Node
    external: bool
    at: int


class ListLiteral(NamedTuple):
    """`[…, …]`."""

    items: tuple[Node, ...]
    at: int


class ContextLiteral(NamedTuple):
    """`{key: value, …}`."""

    entries: tuple[tuple[str, Node], ...]
    at: int


class Interval(NamedTuple):
    """`[start..end]` with open or closed ends."""

    start: Node
    end: Node
    start_included: bool
    end_included: bool
    at: int


class UnaryComparison(NamedTuple):
    """`< end` and the like, a range with one end."""

    operator: str
    operand: Node
    at: int


class Tests(NamedTuple):
    """The unary tests of a decision table cell."""

    tests: tuple[Node, ...]
    negated: bool
    at: int
