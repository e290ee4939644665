"""Values of Camunda's parameters that are no plain text: lists, maps, scripts of one expression."""

from __future__ import annotations

from lxml import etree

from engine.diagram.importing import expressions
from engine.diagram.importing.expressions import Untranslatable
from engine.diagram.importing.expressions.dialect import named
from engine.diagram.namespaces import local_name, text_of


def source(value: etree._Element) -> str:
    """FEEL for a parameter's value; raises `Untranslatable`."""
    kind = local_name(value)
    if kind == "list":
        return f"[{', '.join(_text(child) for child in _children(value))}]"
    if kind == "map":
        return "{" + ", ".join(f"{expressions.quoted(_key(entry))}: {_text(entry)}" for entry in _children(value)) + "}"
    dialect = named(value.get("scriptFormat"))
    if kind == "script" and dialect is not None and value.get("resource") is None:
        return expressions.value((text_of(value) or "").rstrip(";"), dialect)
    raise Untranslatable(f"{kind} 不能自动翻译。")


def _text(value: etree._Element) -> str:
    if _children(value):
        return source(_children(value)[0])
    return expressions.template(text_of(value) or "")


def _key(entry: etree._Element) -> str:
    return entry.get("key") or ""


def _children(element: etree._Element) -> list[etree._Element]:
    return [child for child in element if isinstance(child.tag, str)]
