"""FEEL compiled at deploy, and what the places of a diagram expect from its results."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine import feel
from engine.diagram import iso8601
from engine.diagram.elements import ExpressionText
from engine.interpreter.errors import NotUsable

#: Instances of one multi-instance activity; more is a mistake in the diagram or its data.
MAX_INSTANCES = 5_000


class Literal:
    """A value written out in the diagram, used like an expression."""

    references: tuple[tuple[str, ...], ...] = ()

    def __init__(self, text: str, value: Any) -> None:
        self.text = text
        self.value = value

    def __call__(self, context: Mapping[str, Any]) -> Any:
        return self.value


Evaluable = feel.Expression | Literal


def compiled(source: ExpressionText | None) -> feel.Expression | None:
    return None if source is None else feel.compile(source.text)


def literal_or_feel(text: str) -> Evaluable:
    """ISO 8601 stands for itself, everything else is FEEL (design §9)."""
    return Literal(text, text) if iso8601.is_literal(text) else feel.compile(text)


def name_or_feel(text: str) -> Evaluable:
    """A bare word names a scope; a path, a call or a leading '=' is FEEL (design §9)."""
    return Literal(text, text) if text.isidentifier() else feel.compile(text)


def values_read(expression: Evaluable, context: Mapping[str, Any]) -> dict[str, Any]:
    """The values behind an expression's free paths, for the history."""
    return {".".join(path): _at(context, path) for path in expression.references}


def as_count(value: Any, element_id: str) -> int:
    """A whole number of instances."""
    number = Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
    if number is None or number != number.to_integral_value() or not 0 <= number <= MAX_INSTANCES:
        message = f"多实例的次数应为 0 到 {MAX_INSTANCES} 的整数，实际得到 {feel.excerpt_of(value)}。"
        raise NotUsable(message, element=element_id)
    return int(number)


def as_collection(value: Any, element_id: str) -> list[Any]:
    """The elements to go through; null is no elements, a single value is one."""
    items = [] if value is None else list(value) if isinstance(value, list | tuple) else [value]
    if len(items) > MAX_INSTANCES:
        raise NotUsable(f"多实例的集合最多 {MAX_INSTANCES} 个元素，实际有 {len(items)} 个。", element=element_id)
    return items


def _at(context: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = context
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return None if callable(value) else value
