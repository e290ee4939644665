"""Attributes and expression texts, read the same way everywhere."""

from __future__ import annotations

from lxml import etree

from engine.diagram.elements import ExpressionText
from engine.diagram.namespaces import line_of, own_attributes, text_of


def expression(element: etree._Element | None) -> ExpressionText | None:
    """An expression element such as `conditionExpression`; an empty one counts as absent."""
    text = text_of(element)
    if element is None or text is None:
        return None
    return ExpressionText(text=text, line=line_of(element), language=element.get("language"))


def own_expression(element: etree._Element, name: str) -> ExpressionText | None:
    """An attribute of our own namespace that holds an expression."""
    text = own_attributes(element).get(name, "").strip()
    return ExpressionText(text=text, line=line_of(element)) if text else None


def flag(element: etree._Element, name: str, default: bool) -> bool:
    """An xsd:boolean attribute."""
    value = element.get(name)
    return default if value is None else value.strip() in ("true", "1")


def literal_or_attribute(element: etree._Element | None) -> str | None:
    """The name of a data item: its text, its name if that can be a variable's, or its id."""
    if element is None:
        return None
    name = element.get("name")
    return text_of(element) or (name if name and name.isidentifier() else None) or element.get("id") or name
