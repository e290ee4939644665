"""Whether the parts of a form fit together: keys are unique, conditions and rules name fields that exist."""

from __future__ import annotations

from collections.abc import Iterator

from engine.feel import Expression
from forms.components import Component, Field, Rows, walk
from forms.definition import FACTS, FUNCTIONS, Form, Rule
from forms.errors import FieldError

#: what FEEL itself names inside filters and loops
_FEEL_NAMES = frozenset({"item", "partial"})


def problems(form: Form) -> Iterator[FieldError]:
    """Everything a designer must mend, with the place."""
    known = _known_names(form)
    yield from _repeated(form)
    for place, component in _places(form):
        for expression in _conditions(component):
            yield from _unknown_names(expression, place, known)
    for rule in form.rules:
        yield from _rule_problems(form, rule, known)


def _known_names(form: Form) -> frozenset[str]:
    columns = {column.key for field in form.fields.values() if isinstance(field, Rows) for column in field.columns_of}
    return FACTS | FUNCTIONS | form.inputs | form.fields.keys() | columns | _FEEL_NAMES


def _repeated(form: Form) -> Iterator[FieldError]:
    keys = [part.key for part in walk(form.components) if isinstance(part, Field)]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield FieldError(path=key, message=f"字段标识“{key}”重复")


def _places(form: Form) -> Iterator[tuple[str, Component]]:
    for component in walk(form.components):
        yield component.key if isinstance(component, Field) else component.id, component
        if isinstance(component, Rows):
            yield from ((f"{component.key}.{column.key}", column) for column in component.columns_of)


def _conditions(component: Component) -> Iterator[Expression]:
    if component.hide is not None:
        yield component.hide
    if isinstance(component, Field):
        yield from (expression for expression in (component.required_if, component.value) if expression is not None)


def _unknown_names(expression: Expression, place: str, known: frozenset[str]) -> Iterator[FieldError]:
    for name in sorted({path[0] for path in expression.references if path} - known):
        yield FieldError(path=place, message=f"“{place}”的条件用到了表单里没有的“{name}”")


def _rule_problems(form: Form, rule: Rule, known: frozenset[str]) -> Iterator[FieldError]:
    key, _, column = rule.field.partition(".")
    field = form.fields.get(key)
    if field is None or (column and not (isinstance(field, Rows) and field.column(column))):
        yield FieldError(path=rule.field, message=f"校验规则指向了表单里没有的字段“{rule.field}”")
    if rule.each is not None and (rule.each != key or not isinstance(field, Rows)):
        yield FieldError(path=rule.field, message="逐行校验的规则应指向同一张表的列")
    yield from _unknown_names(rule.test, rule.field, known)
    if isinstance(rule.message, Expression):
        yield from _unknown_names(rule.message, rule.field, known)
