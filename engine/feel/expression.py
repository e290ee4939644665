"""What hosts use: an expression or a cell of unary tests, compiled once, evaluated many times from any thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from engine.feel import reasons, syntax
from engine.feel.builtins import BUILTINS
from engine.feel.compiler import Compiler
from engine.feel.errors import FeelLimitExceeded, FeelSyntaxError, shallow
from engine.feel.frame import Evaluate
from engine.feel.limits import MAX_DEPTH, begin_metering, end_metering, spend
from engine.feel.names import Names
from engine.feel.parser import Parser
from engine.feel.ranges import interval
from engine.feel.reasons import Reason
from engine.feel.syntax import Node
from engine.feel.type_parser import Types
from engine.feel.types import BASIC
from engine.feel.values import Range, Value, inward

Path = tuple[str, ...]

_STANDARD_NAMES = Names((*BUILTINS, *BASIC))


class Expression:
    """A FEEL expression; call it with a context to get its value."""

    __slots__ = ("_blank", "_evaluate", "_metered", "references", "text")

    def __init__(self, text: str, evaluate: Evaluate, compiler: Compiler) -> None:
        self.text = text
        #: what is read from the context, as paths
        self.references: tuple[Path, ...] = tuple(compiler.references)
        self._evaluate = evaluate
        self._blank = [None] * (compiler.slots - 1)
        self._metered = compiler.metered

    def __call__(self, context: Mapping[str, Any]) -> Value:
        if not self._metered:
            return self._evaluate([context, *self._blank])
        return within_limits(self._evaluate, [context, *self._blank])

    def explain(self, context: Mapping[str, Any]) -> tuple[Value, tuple[Reason, ...]]:
        """The value, and why parts of it are null."""
        with reasons.collect() as collected:
            value = self(context)
        return value, tuple(collected)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


class UnaryTests:
    """A cell of a decision table; call it with the input value and a context."""

    __slots__ = ("_evaluate", "_negated", "_slot", "_slots", "always", "references", "text")

    def __init__(self, text: str, tests: syntax.Tests) -> None:
        compiler = Compiler()
        self.text = text
        self._negated = tests.negated
        #: whether the cell is `-`, which every value passes
        self.always = not tests.tests
        self._evaluate: Evaluate = _always
        self._slot = 1
        if tests.tests:
            self._evaluate, self._slot = compiler.tests(tests.tests)
        self._slots = max(compiler.slots, 2)
        self.references: tuple[Path, ...] = tuple(compiler.references)

    def __call__(self, value: Any, context: Mapping[str, Any] | None = None) -> bool | None:
        if self.always:
            return True
        frame: list[Any] = [context or {}, *[None] * (self._slots - 1)]
        frame[self._slot] = inward(value)
        passed = within_limits(self._evaluate, frame)
        if type(passed) is not bool:
            return None
        return not passed if self._negated else passed

    def __repr__(self) -> str:
        return f"UnaryTests({self.text!r})"


class Program:
    """Expressions and tests that share one frame, such as the cells of a decision table."""

    __slots__ = ("_compiler", "_names", "_types")

    def __init__(self, names: Names, types: Types) -> None:
        self._compiler = Compiler()
        self._names = names
        self._types = types

    def expression(self, text: str) -> Evaluate:
        """Compile an expression."""
        with shallow():
            return self._compiler.compile(Parser(text, self._names, self._types).expression())

    def tests(self, text: str, slot: int) -> Evaluate:
        """Compile unary tests about the value in a slot."""
        with shallow():
            tests = Parser(text, self._names, self._types).unary_tests()
            passes = self._compiler.tests_about(slot, tests.tests)
        return _negated(passes) if tests.negated else passes

    def variable(self) -> int:
        """A new slot."""
        return self._compiler.slot()

    def frame(self, context: Mapping[str, Any]) -> list[Any]:
        """A frame to evaluate with; everything has to be compiled before."""
        return [context, *[None] * (self._compiler.slots - 1)]

    @property
    def references(self) -> tuple[Path, ...]:
        """What is read from the context, as paths."""
        return tuple(self._compiler.references)


def _negated(passes: Evaluate) -> Evaluate:
    def fails(frame: list[Any]) -> Value:
        passed = passes(frame)
        return not passed if type(passed) is bool else None

    return fails


def _always(frame: list[Any]) -> bool:
    return True


def within_limits(evaluate: Callable[..., Value], *arguments: Any) -> Value:
    """Evaluate with the caps of `limits`; nothing but a value or a FEEL error comes out."""
    outermost = begin_metering()
    try:
        value = evaluate(*arguments)
        _measure(value, 0)
    except RecursionError:
        raise FeelLimitExceeded("表达式嵌套过深") from None
    finally:
        if outermost:
            end_metering()
    return value


def _measure(value: Value, depth: int) -> None:
    """Refuse a value that is small in memory but huge when written out, because its parts are shared."""
    if type(value) is not list and type(value) is not dict:
        return
    if depth > MAX_DEPTH:
        raise FeelLimitExceeded(f"结果嵌套过深，超过 {MAX_DEPTH} 层")
    spend(len(value))
    items: Iterable[Value] = value.values() if isinstance(value, dict) else value
    for item in items:
        _measure(item, depth + 1)


def compile(
    text: str, names: Iterable[str] = (), *, members: Iterable[str] = (), types: Types | None = None
) -> Expression:
    """Compile an expression; raises `FeelSyntaxError` with line, column and what was expected.

    `names` and `members` are the known variables and entries; only those of several words or with signs need to be
    named. `types` are the types `instance of` may name. A leading `=` as some editors write it is skipped.
    """
    if types:
        return _compile(text, known_names(names, members), types)
    return _compile_cached(text, tuple(names), tuple(members))


def unary_tests(
    text: str, names: Iterable[str] = (), *, members: Iterable[str] = (), types: Types | None = None
) -> UnaryTests:
    """Compile the unary tests of a decision table cell."""
    with shallow():
        return UnaryTests(text, Parser(text, known_names(names, members), types or {}).unary_tests())


def known_names(names: Iterable[str], members: Iterable[str]) -> Names:
    """The names of several words an expression may use, those of the standard included."""
    given = (*names, *members)
    return Names(given, base=_STANDARD_NAMES) if given else _STANDARD_NAMES


@lru_cache(maxsize=4096)
def _compile_cached(text: str, names: tuple[str, ...], members: tuple[str, ...]) -> Expression:
    return _compile(text, known_names(names, members), {})


def _compile(text: str, names: Names, types: Types) -> Expression:
    source = text.lstrip()
    source = " " * (len(text) - len(source) + 1) + source[1:] if source.startswith("=") else text
    compiler = Compiler()
    with shallow():
        evaluate = compiler.compile(Parser(source, names, types).expression())
    return Expression(text, evaluate, compiler)


def literal_range(text: str) -> Range | None:
    """The range a text says, made of nothing but literals; None for any other text."""
    try:
        node = Parser(text, _STANDARD_NAMES, {}).range_literal()
    except FeelSyntaxError:
        return None
    start, end = (_literal(endpoint) for endpoint in (node.start, node.end))
    if (node.start is not None and start is None) or (node.end is not None and end is None):
        return None
    if start is not None and end is not None:
        return interval(start, end, node.start_included, node.end_included)
    return Range(start=start, end=end, start_included=node.start_included, end_included=node.end_included)


def _literal(node: Node | None) -> Value:
    if node is None:
        return None
    compiler = Compiler()
    return compiler.compile(node)([{}, *[None] * compiler.slots])
