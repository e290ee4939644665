"""Decision tables (DMN 1.5, chapter 8), compiled into one frame so that a table of many cells stays fast."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from engine.dmn.document import Element, attribute, child, children, text
from engine.dmn.environment import Environment
from engine.dmn.hit_policy import Hit, HitPolicy, resolve
from engine.dmn.outcome import MatchedRule
from engine.dmn.scope import Logic, Scope
from engine.feel import FeelSyntaxError
from engine.feel.expression import Program
from engine.feel.frame import Evaluate
from engine.feel.limits import spend
from engine.feel.reasons import null
from engine.feel.types import ANY_TYPE, ContextType, Type, coerce
from engine.feel.values import Value

Compile: TypeAlias = Callable[[Program], Evaluate]


class Input(NamedTuple):
    """An input column."""

    text: str
    value: Evaluate
    type: Type
    #: the values the column allows, or None for all
    allowed: Evaluate | None
    slot: int


class Output(NamedTuple):
    """An output column."""

    name: str
    type: Type
    #: allowed values in order of priority
    allowed: Evaluate | None
    default: Evaluate | None


class Rule(NamedTuple):
    """A row: the tests of its input cells (those that can fail) and the values of its output cells."""

    number: int
    id: str
    tests: tuple[Evaluate, ...]
    outputs: tuple[Evaluate, ...]


class Table:
    """A compiled decision table."""

    def __init__(self, element: Element, environment: Environment, name: str, result: Type) -> None:
        self._program = environment.program()
        self._environment = environment
        self._name = name
        self._policy = self._hit_policy(element)
        self._aggregation = attribute(element, "aggregation")
        self._inputs = [self._input(column) for column in children(element, "input")]
        self._outputs = [self._output(column, result) for column in children(element, "output")]
        self._rules = [self._rule(number, rule) for number, rule in enumerate(children(element, "rule"), 1)]

    def evaluate(self, scope: Scope) -> Value:
        """The result for the values of a scope."""
        frame = self._program.frame(scope.values)
        read: dict[str, Value] = {}
        for column in self._inputs:
            value = column.value(frame)
            if column.type is not ANY_TYPE:
                value = coerce(value, column.type)
            frame[column.slot] = read[column.text] = value
            if column.allowed is not None and value is not None and column.allowed(frame) is not True:
                return null(f"“{column.text}”的值不在允许的范围内")
        matched = self._matched(frame)
        scope.trace.inputs = read
        scope.trace.rules = tuple(MatchedRule(rule.number, rule.id) for rule in matched)
        if not matched:
            return self._default(frame)
        hits = [self._hit(rule, frame) for rule in matched]
        return resolve(self._policy, self._aggregation, hits, self._priorities(frame))

    def _matched(self, frame: list[Value]) -> list[Rule]:
        spend(1 + len(self._rules) * len(self._inputs) // 2)
        matched = []
        for rule in self._rules:
            for test in rule.tests:
                if test(frame) is not True:
                    break
            else:
                matched.append(rule)
                if self._policy.takes_first:
                    break
        return matched

    def _hit(self, rule: Rule, frame: list[Value]) -> Hit:
        values = tuple(
            coerce(cell(frame), column.type) for cell, column in zip(rule.outputs, self._outputs, strict=False)
        )
        return Hit(rule.number, values, self._result(values))

    def _result(self, values: tuple[Value, ...]) -> Value:
        if len(self._outputs) == 1:
            return values[0] if values else None
        return {column.name: value for column, value in zip(self._outputs, values, strict=False)}

    def _default(self, frame: list[Value]) -> Value:
        if any(column.default is not None for column in self._outputs):
            values = tuple(column.default(frame) if column.default else None for column in self._outputs)
            return self._result(values)
        if self._aggregation == "COUNT":
            return Decimal(0)
        if self._policy in (HitPolicy.COLLECT, HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER) and not self._aggregation:
            return []
        return null("没有规则命中")

    def _priorities(self, frame: list[Value]) -> list[list[Value]]:
        if self._policy not in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER):
            return []
        return [column.allowed(frame) if column.allowed else [] for column in self._outputs]

    # compiling

    def _hit_policy(self, element: Element) -> HitPolicy:
        wanted = attribute(element, "hitPolicy") or "UNIQUE"
        try:
            return HitPolicy(wanted)
        except ValueError:
            self._environment.note(element, f"没有名为“{wanted}”的命中策略")
            return HitPolicy.UNIQUE

    def _input(self, element: Element) -> Input:
        expression = child(element, "inputExpression")
        slot = self._program.variable()
        allowed = child(element, "inputValues")
        return Input(
            text=text(expression).strip(),
            value=self._expression(expression if expression is not None else element),
            type=self._environment.type_of(expression),
            allowed=self._tests(allowed, slot) if allowed is not None and text(allowed).strip() else None,
            slot=slot,
        )

    def _output(self, element: Element, result: Type) -> Output:
        name = attribute(element, "name") or self._name
        allowed, default = child(element, "outputValues"), child(element, "defaultOutputEntry")
        of = self._environment.type_of(element)
        if of is ANY_TYPE and isinstance(result, ContextType):
            of = result.entries.get(name, ANY_TYPE)
        return Output(
            name=name,
            type=of,
            allowed=self._list(allowed) if allowed is not None and text(allowed).strip() else None,
            default=self._expression(default) if default is not None and text(default).strip() else None,
        )

    def _rule(self, number: int, element: Element) -> Rule:
        cells, results = list(children(element, "inputEntry")), list(children(element, "outputEntry"))
        if (len(cells), len(results)) != (len(self._inputs), len(self._outputs)):
            columns = f"{len(self._inputs)} 个条件、{len(self._outputs)} 个结果"
            self._environment.note(
                element, f"第 {number} 条规则应有 {columns}，现有 {len(cells)} 个条件、{len(results)} 个结果"
            )
        tests = [self._tests(cell, column.slot) for cell, column in zip(cells, self._inputs, strict=False)]
        return Rule(
            number,
            attribute(element, "id"),
            tuple(test for test in tests if test is not None),
            tuple(self._expression(cell) for cell in results),
        )

    def _expression(self, element: Element) -> Evaluate:
        return self._compiled(element, lambda program: program.expression(text(element)))

    def _list(self, element: Element) -> Evaluate:
        """Several values separated by commas, as a list."""
        return self._compiled(element, lambda program: program.expression(f"[{text(element)}]"))

    def _tests(self, element: Element, slot: int) -> Evaluate | None:
        if text(element).strip() in ("", "-"):
            return None
        return self._compiled(element, lambda program: program.tests(text(element), slot))

    def _compiled(self, element: Element, compile: Compile) -> Evaluate:
        try:
            return compile(self._program)
        except FeelSyntaxError as error:
            message = error.message
            self._environment.note(element, message)
            return lambda frame: null(message)


def decision_table(element: Element, environment: Environment, name: str, result: Type) -> Logic:
    """The logic of a decision table."""
    return Table(element, environment, name, result).evaluate
