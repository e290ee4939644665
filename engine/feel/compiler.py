"""From syntax tree to closures that evaluate a frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.feel import arithmetic, lookups, operators, ranges, scopes, syntax
from engine.feel.builtins import BUILTINS
from engine.feel.comparison import ordered
from engine.feel.frame import Evaluate, Frame, Path
from engine.feel.inference import inferred
from engine.feel.invocation import invoke, invoke_named
from engine.feel.limits import spend
from engine.feel.reasons import locate, null
from engine.feel.syntax import Node
from engine.feel.types import ANY_TYPE, instance_of
from engine.feel.values import Function, Signature, Value

#: parts of an expression one step can evaluate
NODES_PER_STEP = 2
#: The value a unary test is about.
INPUT = "?"


class _Locals(dict[str, int]):
    """Names bound to slots of the frame."""


class _Elements(int):
    """The slot of the element a filter looks at, whose entries are names too."""


class Compiler:
    """Compiles one expression; knows afterwards what it reads and how many slots it takes."""

    def __init__(self) -> None:
        self.slots = 1
        self.references: dict[Path, None] = {}
        #: whether evaluation can loop or call, and so has to be metered
        self.metered = False
        self._nodes = 0
        self._scopes: list[_Locals | _Elements] = []

    def compile(self, node: Node) -> Evaluate:
        """The closure that evaluates a node."""
        self._nodes += 1
        evaluate: Evaluate = _COMPILE[type(node)](self, node)
        return evaluate

    def _repeated(self, node: Node) -> tuple[Evaluate, int]:
        """The closure of a node that is evaluated again and again, and the steps each time takes."""
        before = self._nodes
        evaluate = self.compile(node)
        return evaluate, 1 + (self._nodes - before) // NODES_PER_STEP

    def slot(self) -> int:
        """A new place in the frame."""
        self.slots += 1
        return self.slots - 1

    def bind(self, name: str) -> int:
        """A new scope with one local variable."""
        slot = self.slot()
        self._scopes.append(_Locals({name: slot}))
        return slot

    def unbind(self, scopes: int = 1) -> None:
        """Leave the innermost scopes."""
        del self._scopes[len(self._scopes) - scopes :]

    # names and paths

    def _name(self, node: syntax.Name) -> Evaluate:
        return self._resolve(node.name, len(self._scopes), (), node.at)

    def _resolve(self, name: str, depth: int, members: Path, at: int) -> Evaluate:
        """How to read a name from inside the given number of scopes, and members of it."""
        for index in range(depth - 1, -1, -1):
            scope = self._scopes[index]
            if isinstance(scope, _Locals):
                if name in scope:
                    return lookups.members_of(lookups.local(scope[name]), members, at)
            else:
                outer = self._resolve(name, index, members, at)
                return lookups.element(int(scope), name, members, outer, at)
        self.references[(name, *members)] = None
        return lookups.free(name, members, at)

    def _path(self, node: syntax.Path) -> Evaluate:
        members = [node.member]
        source = node.source
        while type(source) is syntax.Path:
            members.append(source.member)
            source = source.source
        names = tuple(reversed(members))
        if type(source) is syntax.Name:
            return self._resolve(source.name, len(self._scopes), names, node.at)
        self.metered = True
        return lookups.members_of(self.compile(source), names, node.at)

    def _filter(self, node: syntax.Filter) -> Evaluate:
        self.metered = True
        source = self.compile(node.source)
        index = _constant_index(node.condition)
        if index is not None:
            return lookups.indexed(source, index, node.at)
        slot = self.slot()
        self._scopes.append(_Elements(slot))
        condition, steps = self._repeated(node.condition)
        self.unbind()
        return lookups.filter_of(source, condition, steps, slot, node.at)

    # operators

    def _literal(self, node: syntax.Literal) -> Evaluate:
        value = node.value
        return lambda frame: value

    def _arithmetic(self, node: syntax.Arithmetic) -> Evaluate:
        first = self.compile(node.first)
        rest = [(operators.OPERATIONS[sign], self.compile(operand), at) for sign, operand, at in node.rest]
        if any(sign == "**" for sign, _, _ in node.rest):
            self.metered = True
        return operators.binary(first, *rest[0]) if len(rest) == 1 else operators.chain(first, rest)

    def _negation(self, node: syntax.Negation) -> Evaluate:
        operand, at = self.compile(node.operand), node.at

        def negation(frame: Frame) -> Value:
            result = arithmetic.negate(operand(frame))
            return locate(at) if result is None else result

        return negation

    def _comparison(self, node: syntax.Comparison) -> Evaluate:
        left, right = self.compile(node.left), self.compile(node.right)
        if node.operator in ("=", "!="):
            return operators.equality(left, right, node.operator == "=", node.at)
        return operators.order(left, right, node.operator, node.at)

    def _between(self, node: syntax.Between) -> Evaluate:
        value, low, high = self.compile(node.value), self.compile(node.low), self.compile(node.high)
        at = node.at

        def between(frame: Frame) -> Value:
            subject = value(frame)
            above, below = ordered(">=", subject, low(frame)), ordered("<=", subject, high(frame))
            if above is False or below is False:
                return False
            return True if above and below else locate(at)

        return between

    def _in(self, node: syntax.In) -> Evaluate:
        value = self.compile(node.value)
        tests, slot = self.tests(node.tests)
        at = node.at

        def contained(frame: Frame) -> Value:
            frame[slot] = value(frame)
            result = tests(frame)
            return locate(at) if result is None else result

        return contained

    def tests(self, tests: tuple[Node, ...]) -> tuple[Evaluate, int]:
        """The disjunction of unary tests, and the slot of the value they are about."""
        slot = self.slot()
        return self.tests_about(slot, tests), slot

    def tests_about(self, slot: int, tests: tuple[Node, ...]) -> Evaluate:
        """The disjunction of unary tests about the value in a slot."""
        self.metered = True
        self._scopes.append(_Locals({INPUT: slot}))
        compiled = [self._test(test, slot) for test in tests]
        self.unbind()
        return compiled[0] if len(compiled) == 1 else operators.disjunction(compiled)

    def _test(self, node: Node, slot: int) -> Evaluate:
        test = self.compile(node)
        if mentions(node, INPUT):
            return test

        if type(node) is syntax.Literal and type(node.value) is str:
            return _is_text(slot, node.value)
        ranged = type(node) in (syntax.Interval, syntax.UnaryComparison)
        # A cell that says true asks for true; only a computed one speaks for itself, whatever the value is.
        computed = type(node) is not syntax.Literal

        def passes(frame: Frame) -> Value:
            value, wanted = frame[slot], test(frame)
            if wanted is None and ranged:
                return None
            if wanted is True and computed and type(value) is not bool:
                return True if type(value) is not list else ranges.passes(value, wanted)
            return ranges.passes(value, wanted)

        return passes

    def _instance_of(self, node: syntax.InstanceOf) -> Evaluate:
        self.metered = True
        value, of, at = self.compile(node.value), node.type, node.at
        if of is None:
            return lambda frame: null("没有这样的类型，或者类型缺少参数，如 list<number>", offset=at)
        return lambda frame: instance_of(value(frame), of)

    def _and(self, node: syntax.And) -> Evaluate:
        return operators.conjunction([self.compile(operand) for operand in node.operands])

    def _or(self, node: syntax.Or) -> Evaluate:
        return operators.disjunction([self.compile(operand) for operand in node.operands])

    def _if(self, node: syntax.If) -> Evaluate:
        branches = [(self.compile(condition), self.compile(result)) for condition, result in node.branches]
        otherwise = self.compile(node.otherwise)

        def choice(frame: Frame) -> Value:
            for condition, result in branches:
                if condition(frame) is True:
                    return result(frame)
            return otherwise(frame)

        return choice

    # loops

    def _for(self, node: syntax.For) -> Evaluate:
        partial = self.bind("partial")
        loops = self._iterations(node.iterations)
        body, steps = self._repeated(node.body)
        self.unbind(len(loops) + 1)
        return scopes.loop(loops, body, steps, partial if mentions(node.body, "partial") else 0, node.at)

    def _quantified(self, node: syntax.Quantified) -> Evaluate:
        loops = self._iterations(node.iterations)
        condition, steps = self._repeated(node.condition)
        self.unbind(len(loops))
        return scopes.quantifier(loops, condition, steps, node.every, node.at)

    def _iterations(self, iterations: tuple[syntax.Iteration, ...]) -> list[tuple[int, Evaluate]]:
        self.metered = True
        loops = []
        for iteration in iterations:
            source = self.compile(iteration.source)
            values = (
                scopes.each(source) if iteration.end is None else scopes.counted(source, self.compile(iteration.end))
            )
            loops.append((self.bind(iteration.name), values))
        return loops

    # functions, lists, contexts, ranges

    def _function(self, node: syntax.FunctionLiteral) -> Evaluate:
        self.metered = True
        names = tuple(name for name, _ in node.parameters)
        types = tuple(of or ANY_TYPE for _, of in node.parameters)
        slots = [self.bind(name) for name in names]
        body, steps = self._repeated(node.body)
        self.unbind(len(slots))
        if node.external:
            from engine.feel.external import external_function

            return lambda frame: external_function(names, body(frame))
        known = {name: of for name, of in zip(names, types, strict=True) if of is not ANY_TYPE}
        return scopes.closure(names, slots, Signature(types, inferred(node.body, known)), body, steps + 3)

    def _call(self, node: syntax.Call) -> Evaluate:
        self.metered = True
        function = self._called(node.function)
        arguments = [self.compile(argument) for argument in node.arguments]
        at = node.at
        if node.names is not None:
            names = node.names

            def call_by_name(frame: Frame) -> Value:
                result = invoke_named(function(frame), names, [argument(frame) for argument in arguments])
                return locate(at) if result is None else result

            return call_by_name

        def call(frame: Frame) -> Value:
            result = invoke(function(frame), [argument(frame) for argument in arguments])
            return locate(at) if result is None else result

        return call

    def _called(self, node: Node) -> Evaluate:
        """What is called: a built-in function is hidden only by a variable that is a function itself."""
        builtin = BUILTINS.get(node.name) if type(node) is syntax.Name else None
        if builtin is None:
            return self.compile(node)
        before = dict(self.references)
        variable = self.compile(node)
        self.references = before

        def called(frame: Frame) -> Value:
            value = variable(frame)
            return value if isinstance(value, Function) else builtin

        return called

    def _list(self, node: syntax.ListLiteral) -> Evaluate:
        items = [self.compile(item) for item in node.items]
        return lambda frame: [item(frame) for item in items]

    def _context(self, node: syntax.ContextLiteral) -> Evaluate:
        scope = _Locals()
        self._scopes.append(scope)
        entries = []
        for key, value in node.entries:
            slot = self.slot()
            # A function may call itself by the name of its own entry.
            if type(value) is syntax.FunctionLiteral:
                scope[key] = slot
            entries.append((key, slot, self.compile(value)))
            scope[key] = slot
        self.unbind()
        return scopes.entries_of(entries)

    def _interval(self, node: syntax.Interval) -> Evaluate:
        start, end, at = self.compile(node.start), self.compile(node.end), node.at
        start_included, end_included = node.start_included, node.end_included

        def interval(frame: Frame) -> Value:
            spend(4)
            result = ranges.interval(start(frame), end(frame), start_included, end_included)
            return locate(at) if result is None else result

        return interval

    def _unary_comparison(self, node: syntax.UnaryComparison) -> Evaluate:
        sign, operand, at = node.operator, self.compile(node.operand), node.at

        def comparison(frame: Frame) -> Value:
            result = ranges.unary(sign, operand(frame))
            return locate(at) if result is None else result

        return comparison


def _is_text(slot: int, wanted: str) -> Evaluate:
    """The test of most cells of most decision tables."""

    def passes(frame: Frame) -> Value:
        value = frame[slot]
        return value == wanted if type(value) is str else ranges.passes(value, wanted)

    return passes


_COMPILE: Mapping[type, Callable[[Compiler, Any], Evaluate]] = {
    syntax.Literal: Compiler._literal,
    syntax.Name: Compiler._name,
    syntax.Path: Compiler._path,
    syntax.Filter: Compiler._filter,
    syntax.Call: Compiler._call,
    syntax.Arithmetic: Compiler._arithmetic,
    syntax.Negation: Compiler._negation,
    syntax.Comparison: Compiler._comparison,
    syntax.Between: Compiler._between,
    syntax.In: Compiler._in,
    syntax.InstanceOf: Compiler._instance_of,
    syntax.And: Compiler._and,
    syntax.Or: Compiler._or,
    syntax.If: Compiler._if,
    syntax.For: Compiler._for,
    syntax.Quantified: Compiler._quantified,
    syntax.FunctionLiteral: Compiler._function,
    syntax.ListLiteral: Compiler._list,
    syntax.ContextLiteral: Compiler._context,
    syntax.Interval: Compiler._interval,
    syntax.UnaryComparison: Compiler._unary_comparison,
}


def mentions(node: Any, name: str) -> bool:
    """Whether a name occurs anywhere in a tree."""
    if type(node) is syntax.Name:
        return bool(node.name == name)
    return isinstance(node, tuple) and any(mentions(part, name) for part in node)


def _constant_index(node: Node) -> int | None:
    sign = 1
    if type(node) is syntax.Negation:
        sign, node = -1, node.operand
    value = node.value if type(node) is syntax.Literal else None
    if type(value) is Decimal and value == value.to_integral_value() and abs(value) < 10**9:
        return sign * int(value)
    return None
