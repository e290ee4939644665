"""From syntax tree to closures. A closure takes the frame: the host's context first, then the local variables."""

from __future__ import annotations

import operator as python
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from engine.feel import arithmetic, ranges, syntax
from engine.feel.builtins import BUILTINS
from engine.feel.comparison import equal, ordered
from engine.feel.invocation import invoke, invoke_named
from engine.feel.limits import called, check_list, spend
from engine.feel.members import member
from engine.feel.reasons import locate, null
from engine.feel.syntax import Node
from engine.feel.types import ANY_TYPE, Type, coerce, instance_of
from engine.feel.values import DefinedFunction, Function, Signature, Value, inward

Frame: TypeAlias = list[Any]
Evaluate: TypeAlias = Callable[[Frame], Value]
Path: TypeAlias = tuple[str, ...]

_MISSING: Any = object()
#: parts of an expression one step can evaluate
NODES_PER_STEP = 2
#: The value a unary test is about.
INPUT = "?"
_OPERATIONS: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": arithmetic.add,
    "-": arithmetic.subtract,
    "*": arithmetic.multiply,
    "/": arithmetic.divide,
    "**": arithmetic.power,
}
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": python.lt,
    "<=": python.le,
    ">": python.gt,
    ">=": python.ge,
}


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
                    return _members(_local(scope[name]), members, at)
            else:
                outer = self._resolve(name, index, members, at)
                return _element(int(scope), name, members, outer, at)
        self.references[(name, *members)] = None
        return _free(name, members, at)

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
        return _members(self.compile(source), names, node.at)

    def _filter(self, node: syntax.Filter) -> Evaluate:
        self.metered = True
        source = self.compile(node.source)
        index = _constant_index(node.condition)
        if index is not None:
            return _indexed(source, index, node.at)
        slot = self.slot()
        self._scopes.append(_Elements(slot))
        condition, steps = self._repeated(node.condition)
        self.unbind()
        return _filtered(source, condition, steps, slot, node.at)

    # operators

    def _literal(self, node: syntax.Literal) -> Evaluate:
        value = node.value
        return lambda frame: value

    def _arithmetic(self, node: syntax.Arithmetic) -> Evaluate:
        first = self.compile(node.first)
        rest = [(_OPERATIONS[sign], self.compile(operand), at) for sign, operand, at in node.rest]
        if any(sign == "**" for sign, _, _ in node.rest):
            self.metered = True
        return _binary(first, *rest[0]) if len(rest) == 1 else _chain(first, rest)

    def _negation(self, node: syntax.Negation) -> Evaluate:
        operand, at = self.compile(node.operand), node.at

        def negation(frame: Frame) -> Value:
            result = arithmetic.negate(operand(frame))
            return locate(at) if result is None else result

        return negation

    def _comparison(self, node: syntax.Comparison) -> Evaluate:
        left, right = self.compile(node.left), self.compile(node.right)
        if node.operator in ("=", "!="):
            return _equality(left, right, node.operator == "=", node.at)
        return _order(left, right, node.operator, node.at)

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
        return compiled[0] if len(compiled) == 1 else _disjunction(compiled)

    def _test(self, node: Node, slot: int) -> Evaluate:
        test = self.compile(node)
        if mentions(node, INPUT):
            return test

        ranged = type(node) in (syntax.Interval, syntax.UnaryComparison)

        def passes(frame: Frame) -> Value:
            value, wanted = frame[slot], test(frame)
            if wanted is None and ranged:
                return None
            if wanted is True and type(value) is not bool:
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
        return _conjunction([self.compile(operand) for operand in node.operands])

    def _or(self, node: syntax.Or) -> Evaluate:
        return _disjunction([self.compile(operand) for operand in node.operands])

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
        return _loop(loops, body, steps, partial if mentions(node.body, "partial") else 0, node.at)

    def _quantified(self, node: syntax.Quantified) -> Evaluate:
        loops = self._iterations(node.iterations)
        condition, steps = self._repeated(node.condition)
        self.unbind(len(loops))
        return _quantifier(loops, condition, steps, node.every, node.at)

    def _iterations(self, iterations: tuple[syntax.Iteration, ...]) -> list[tuple[int, Evaluate]]:
        self.metered = True
        loops = []
        for iteration in iterations:
            source = self.compile(iteration.source)
            values = _each(source) if iteration.end is None else _counted(source, self.compile(iteration.end))
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
        return _closure(names, slots, types, body, steps + 3)

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
        return _entries(entries)

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


def _local(slot: int) -> Evaluate:
    return lambda frame: frame[slot]


def _members(source: Evaluate, names: Path, at: int) -> Evaluate:
    if not names:
        return source

    def read(frame: Frame) -> Value:
        value = source(frame)
        for name in names:
            value = member(value, name)
        return locate(at) if value is None else value

    return read


def _element(slot: int, name: str, members: Path, outer: Evaluate, at: int) -> Evaluate:
    """A name inside a filter: an entry of the element, else `item`, else something from outside."""

    def read(frame: Frame) -> Value:
        element = frame[slot]
        if type(element) is dict and name in element:
            value = element[name]
        elif name == "item":
            value = element
        else:
            return outer(frame)
        for part in members:
            value = member(value, part)
        return value

    return read


def _free(name: str, members: Path, at: int) -> Evaluate:
    """A name of the host's context, else a built-in function."""
    builtin = BUILTINS.get(name)
    if members:
        return _free_path(name, members, at)

    def read(frame: Frame) -> Value:
        value = frame[0].get(name, _MISSING)
        if value is _MISSING:
            return builtin or null(f"没有名为“{name}”的数据", offset=at)
        return inward(value)

    return read


def _free_path(name: str, members: Path, at: int) -> Evaluate:
    def read(frame: Frame) -> Value:
        value = frame[0].get(name, _MISSING)
        if value is _MISSING:
            return null(f"没有名为“{name}”的数据", offset=at)
        for index, part in enumerate(members):
            if not isinstance(value, Mapping):
                value = inward(value)
                for rest in members[index:]:
                    value = member(value, rest)
                return locate(at) if value is None else value
            value = value.get(part, _MISSING)
            if value is _MISSING:
                return null(f"没有名为“{part}”的内容", offset=at)
        return inward(value)

    return read


def _constant_index(node: Node) -> int | None:
    sign = 1
    if type(node) is syntax.Negation:
        sign, node = -1, node.operand
    value = node.value if type(node) is syntax.Literal else None
    if type(value) is Decimal and value == value.to_integral_value() and abs(value) < 10**9:
        return sign * int(value)
    return None


def _indexed(source: Evaluate, index: int, at: int) -> Evaluate:
    def read(frame: Frame) -> Value:
        return element_at(source(frame), index, at)

    return read


def element_at(value: Value, index: int, at: int) -> Value:
    """The element at a position counted from 1, or from the end where negative."""
    items = value if type(value) is list else [] if value is None else [value]
    if index > 0 and index <= len(items):
        return items[index - 1]
    if index < 0 and -index <= len(items):
        return items[index]
    return null(f"列表没有第 {index} 项", offset=at)


def _filtered(source: Evaluate, condition: Evaluate, steps: int, slot: int, at: int) -> Evaluate:
    def filtered(frame: Frame) -> Value:
        value = source(frame)
        if value is None:
            return null("对空值进行筛选", offset=at)
        items = value if type(value) is list else [value]
        spend(1 + len(items) * steps)
        kept: list[Value] = []
        for item in items:
            frame[slot] = item
            chosen = condition(frame)
            if chosen is True:
                kept.append(item)
            elif type(chosen) is Decimal:
                return element_at(items, int(chosen), at) if chosen == chosen.to_integral_value() else locate(at)
        if not items:
            frame[slot] = None
            return null("列表为空", offset=at) if type(condition(frame)) is Decimal else kept
        return kept

    return filtered


def _binary(left: Evaluate, operation: Callable[[Value, Value], Value], right: Evaluate, at: int) -> Evaluate:
    def binary(frame: Frame) -> Value:
        result = operation(left(frame), right(frame))
        return locate(at) if result is None else result

    return binary


def _chain(first: Evaluate, rest: list[tuple[Callable[[Value, Value], Value], Evaluate, int]]) -> Evaluate:
    def chain(frame: Frame) -> Value:
        result = first(frame)
        for operation, operand, at in rest:
            result = operation(result, operand(frame))
            if result is None:
                locate(at)
        return result

    return chain


def _equality(left: Evaluate, right: Evaluate, wanted: bool, at: int) -> Evaluate:
    def equality(frame: Frame) -> Value:
        found = equal(left(frame), right(frame))
        if found is None:
            return locate(at)
        return found is wanted

    return equality


def _order(left: Evaluate, right: Evaluate, sign: Any, at: int) -> Evaluate:
    compare = _ORDERS[sign]

    def order(frame: Frame) -> Value:
        first, second = left(frame), right(frame)
        if type(first) is Decimal and type(second) is Decimal:
            return compare(first, second)
        result = ordered(sign, first, second)
        return locate(at) if result is None else result

    return order


def _conjunction(operands: list[Evaluate]) -> Evaluate:
    def conjunction(frame: Frame) -> Value:
        result: bool | None = True
        for operand in operands:
            value = operand(frame)
            if value is False:
                return False
            if value is not True:
                result = None
        return result

    return conjunction


def _disjunction(operands: list[Evaluate]) -> Evaluate:
    def disjunction(frame: Frame) -> Value:
        result: bool | None = False
        for operand in operands:
            value = operand(frame)
            if value is True:
                return True
            if value is not False:
                result = None
        return result

    return disjunction


def _each(source: Evaluate) -> Evaluate:
    return lambda frame: ranges.elements(source(frame))


def _counted(start: Evaluate, end: Evaluate) -> Evaluate:
    return lambda frame: ranges.walk(start(frame), end(frame))


def _turns(loops: list[tuple[int, Evaluate]], frame: Frame, index: int = 0) -> Any:
    """Go through every combination of the loop variables; a source that cannot be walked ends it with a None."""
    slot, values = loops[index]
    source = values(frame)
    if source is None:
        yield None
        return
    last = index + 1 == len(loops)
    for value in source:
        frame[slot] = value
        if last:
            yield True
        else:
            spend(1)
            yield from _turns(loops, frame, index + 1)


def _loop(loops: list[tuple[int, Evaluate]], body: Evaluate, steps: int, partial: int, at: int) -> Evaluate:
    def loop(frame: Frame) -> Value:
        results: list[Value] = []
        for turn in _turns(loops, frame):
            if turn is None:
                return null("循环的内容为空", offset=at)
            spend(steps)
            if partial:
                spend(len(results))
                frame[partial] = results.copy()
            results.append(body(frame))
        check_list(len(results))
        return results

    return loop


def _quantifier(loops: list[tuple[int, Evaluate]], condition: Evaluate, steps: int, every: bool, at: int) -> Evaluate:
    def quantifier(frame: Frame) -> Value:
        result: bool | None = every
        for turn in _turns(loops, frame):
            if turn is None:
                return null("循环的内容为空", offset=at)
            spend(steps)
            value = condition(frame)
            if type(value) is bool and value is not every:
                return value
            if type(value) is not bool:
                result = None
        return result

    return quantifier


def _closure(names: Path, slots: list[int], types: tuple[Type, ...], body: Evaluate, steps: int) -> Evaluate:
    typed = any(of is not ANY_TYPE for of in types)
    signature = Signature(types, ANY_TYPE)

    def define(frame: Frame) -> Value:
        captured = frame.copy()

        def call(*arguments: Value) -> Value:
            inner = captured.copy()
            for slot, of, argument in zip(slots, types, arguments, strict=True):
                inner[slot] = coerce(argument, of) if typed else argument
                if inner[slot] is None and argument is not None:
                    return None
            return called(body, inner, steps)

        return _Closure(names, call, captured, signature)

    return define


class _Closure(DefinedFunction):
    """A function an expression has defined, with the variables it saw."""

    __slots__ = ("captured",)

    def __init__(self, names: Path, call: Callable[..., Value], captured: Frame, signature: Signature) -> None:
        super().__init__(names, call, signature=signature)
        self.captured = captured


def _entries(entries: list[tuple[str, int, Evaluate]]) -> Evaluate:
    def context(frame: Frame) -> Value:
        result = {}
        for key, slot, value in entries:
            if key in result:
                return null(f"名称“{key}”在同一个上下文中出现了两次")
            result[key] = frame[slot] = value(frame)
            if type(result[key]) is _Closure:
                result[key].captured[slot] = result[key]
        return result

    return context
