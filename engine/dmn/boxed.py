"""Boxed expressions (DMN 1.5, 7.3 and 10.2): each becomes a function of the scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.dmn.document import Element, attribute, child, children, local_name, text
from engine.dmn.environment import Environment, coerced, unusable
from engine.dmn.scope import Logic, Scope
from engine.dmn.table import decision_table
from engine.dmn.types import result_type
from engine.feel import Function
from engine.feel.external import java_function
from engine.feel.invocation import invoke_named
from engine.feel.lexer import normal_name
from engine.feel.limits import called, check_list, spend
from engine.feel.ranges import elements
from engine.feel.reasons import null
from engine.feel.types import ANY_TYPE, Type, coerce
from engine.feel.values import DefinedFunction, Signature, Value

Build = Callable[[Element, Environment, str, Type], Logic]


def boxed(element: Element, environment: Environment, name: str, result: Type = ANY_TYPE) -> Logic:
    """The logic of a boxed expression; `name` and `result` are those of the variable it gives a value to."""
    build = _BOXED.get(local_name(element))
    if build is None:
        environment.note(element, f"不支持的决策逻辑 {local_name(element)}")
        return unusable("不支持的决策逻辑")
    return coerced(build(element, environment, name, result), environment.type_of(element))


def expression_in(element: Element | None) -> Element | None:
    """The boxed expression among the children of an element."""
    return None if element is None else child(element, *_BOXED)


def _inner(element: Element | None, environment: Environment, name: str = "") -> Logic:
    """The expression inside an element such as `if` or `in`; null where it is missing."""
    expression = expression_in(element)
    return unusable("没有填写表达式") if expression is None else boxed(expression, environment, name)


def _literal(element: Element, environment: Environment, name: str, result: Type) -> Logic:
    if not text(element).strip():
        return unusable("没有填写表达式")
    return environment.expression(element)


def _context(element: Element, environment: Environment, name: str, result: Type) -> Logic:
    entries: list[tuple[str, Logic]] = []
    for entry in children(element, "contextEntry"):
        variable, expression = child(entry, "variable"), expression_in(entry)
        key = normal_name(attribute(variable, "name"))
        of = environment.type_of(variable)
        # A function may call itself by the name of its own entry.
        inside = environment.with_names(key) if key else environment
        logic = boxed(expression, inside, key, of) if expression is not None else unusable("没有填写表达式")
        entries.append((key, coerced(logic, _type_of_entry(expression, of))))
        environment = inside
    return _entries(entries)


def _type_of_entry(expression: Element | None, of: Type) -> Type:
    """A boxed function fits every type that names its result."""
    function = expression is not None and local_name(expression) == "functionDefinition"
    return ANY_TYPE if function and result_type(of) is of else of


def _entries(entries: list[tuple[str, Logic]]) -> Logic:
    def context(scope: Scope) -> Value:
        inner = scope.with_values({})
        values: dict[str, Value] = {}
        for key, logic in entries:
            value = logic(inner)
            if not key:
                return value
            values[key] = inner.values[key] = value
        return values

    return context


def _list(element: Element, environment: Environment, name: str, result: Type) -> Logic:
    items = [boxed(item, environment, name) for item in children(element, *_BOXED)]
    return lambda scope: [item(scope) for item in items]


def _relation(element: Element, environment: Environment, name: str, result: Type) -> Logic:
    columns = [(attribute(column, "name"), environment.type_of(column)) for column in children(element, "column")]
    rows = [
        [
            (key, coerced(boxed(cell, environment, key), of))
            for (key, of), cell in zip(columns, children(row, *_BOXED), strict=False)
        ]
        for row in children(element, "row")
    ]
    return lambda scope: [{key: cell(scope) for key, cell in row} for row in rows]


def _invocation(element: Element, environment: Environment, name: str, result: Type) -> Logic:
    called = expression_in(element)
    function = unusable("没有填写要调用的函数") if called is None else boxed(called, environment, name)
    bindings = list(children(element, "binding"))
    names = [normal_name(attribute(child(binding, "parameter"), "name")) for binding in bindings]
    arguments = [
        coerced(_inner(binding, environment), environment.type_of(child(binding, "parameter"))) for binding in bindings
    ]

    def invocation(scope: Scope) -> Value:
        return invoke_named(function(scope), names, [argument(scope) for argument in arguments])

    return invocation


def function_definition(element: Element, environment: Environment, name: str, result: Type = ANY_TYPE) -> Logic:
    """A boxed function; the body sees its parameters and what is around the definition."""
    parameters = list(children(element, "formalParameter"))
    names = tuple(normal_name(attribute(parameter, "name")) for parameter in parameters)
    types = tuple(environment.type_of(parameter) for parameter in parameters)
    kind = attribute(element, "kind") or "FEEL"
    body = _inner(element, environment.with_names(*names), name)
    if kind == "Java":
        return lambda scope: _java(names, body(scope))
    if kind != "FEEL":
        environment.note(element, f"不支持 {kind} 函数")
        return unusable(f"不支持 {kind} 函数")
    signature = Signature(types, result_type(result))
    return lambda scope: defined(names, types, body, scope, signature)


def defined(
    names: tuple[str, ...], types: tuple[Type, ...], body: Logic, scope: Scope, signature: Signature
) -> Function:
    """A function value of a boxed body; an argument that does not fit its parameter makes the call null."""

    def call(*arguments: Value) -> Value:
        fitted = [coerce(argument, of) for argument, of in zip(arguments, types, strict=True)]
        if any(new is None and old is not None for new, old in zip(fitted, arguments, strict=True)):
            return None
        inner = scope.with_values(dict(zip(names, fitted, strict=True)))
        return coerce(called(body, inner, 4 + len(inner.values)), signature.result)

    return DefinedFunction(names, call, signature=signature)


def _java(names: tuple[str, ...], mapping: Value) -> Value:
    if type(mapping) is not dict:
        return null("外部函数缺少 class 和 method signature")
    return java_function(names, mapping.get("class"), mapping.get("method signature"))


def _conditional(element: Element, environment: Environment, name: str, result: Type) -> Logic:
    condition, then, otherwise = (_inner(child(element, part), environment, name) for part in ("if", "then", "else"))
    return lambda scope: then(scope) if condition(scope) is True else otherwise(scope)


def _filter(element: Element, environment: Environment, name: str, result: Type) -> Logic:
    source = _inner(child(element, "in"), environment)
    match = _inner(child(element, "match"), environment.with_names("item"))

    def filtered(scope: Scope) -> Value:
        value = source(scope)
        if value is None:
            return null("对空值进行筛选")
        items = value if type(value) is list else [value]
        spend(len(items))
        return [item for item in items if match(_about(scope, item)) is True]

    return filtered


def _about(scope: Scope, item: Value) -> Scope:
    """The scope of a filter's condition: the element, and its entries as names."""
    entries: dict[str, Any] = item if type(item) is dict else {}
    return scope.with_values({"item": item, **entries})


def _for(element: Element, environment: Environment, name: str, result: Type) -> Logic:
    variable, source, body = _iterator(element, environment, "return")
    partial = any("partial" in part for part in element.itertext())

    def loop(scope: Scope) -> Value:
        items = elements(source(scope))
        if items is None:
            return null("循环的内容为空")
        results: list[Value] = []
        for item in items:
            spend(1)
            values = {variable: item}
            if partial:
                spend(len(results))
                values["partial"] = results.copy()
            results.append(body(scope.with_values(values)))
        check_list(len(results))
        return results

    return loop


def _quantified(element: Element, environment: Environment, name: str, result: Type) -> Logic:
    variable, source, condition = _iterator(element, environment, "satisfies")
    every = local_name(element) == "every"

    def quantified(scope: Scope) -> Value:
        items = elements(source(scope))
        if items is None:
            return null("循环的内容为空")
        outcome: bool | None = every
        for item in items:
            spend(1)
            value = condition(scope.with_values({variable: item}))
            if value is (not every):
                return value
            outcome = outcome if type(value) is bool else None
        return outcome

    return quantified


def _iterator(element: Element, environment: Environment, body: str) -> tuple[str, Logic, Logic]:
    variable = normal_name(attribute(element, "iteratorVariable"))
    inside = environment.with_names(variable)
    return variable, _inner(child(element, "in"), environment), _inner(child(element, body), inside)


_BOXED: Mapping[str, Build] = {
    "literalExpression": _literal,
    "decisionTable": decision_table,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": function_definition,
    "conditional": _conditional,
    "filter": _filter,
    "for": _for,
    "some": _quantified,
    "every": _quantified,
}
