"""Our own attributes and elements: unknown names, most of them slips of the pen, would be silently ignored.

What may stand where is read from the descriptor that the modeler uses, so that the two cannot drift apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from lxml import etree

from engine.diagram.elements import ACTIVITIES, Kind
from engine.diagram.lint.similar import hint, similar
from engine.diagram.namespaces import ANLAN, line_of, local_name, namespace, own_attributes
from engine.diagram.problems import Problem, warning

_CATCHING = (Kind.START_EVENT, Kind.INTERMEDIATE_CATCH_EVENT, Kind.BOUNDARY_EVENT)
_THROWING = (Kind.END_EVENT, Kind.INTERMEDIATE_THROW_EVENT)
#: What a mapping or a right cannot do without, unless it passes everything.
_NEEDED = {
    "in": frozenset({"source", "target"}),
    "out": frozenset({"source", "target"}),
    "fieldRight": frozenset({"key", "right"}),
}
_WHOLE = "variables"
#: The abstract types of the descriptor and the elements they stand for.
_ABSTRACT: Mapping[str, frozenset[str]] = {
    "CatchEvent": frozenset(_CATCHING),
    "ThrowEvent": frozenset(_THROWING),
    "Event": frozenset(_CATCHING + _THROWING),
    "Activity": frozenset(ACTIVITIES),
}


def check(root: etree._Element) -> Iterator[Problem]:
    for element in root.iter("{*}*"):
        if namespace(element) == ANLAN:
            yield from _element(element)
            continue
        for name in own_attributes(element):
            yield from _attribute(element, name)


def _attribute(element: etree._Element, name: str) -> Iterator[Problem]:
    allowed = _settings().get(local_name(element), frozenset())
    if name in allowed:
        return
    known = frozenset(other for names in _settings().values() for other in names)
    if name in known:
        message = f"属性 anlan:{name} 写在 {local_name(element)} 上不起作用，请移到它该在的元素上或删除。"
        yield warning("attribute-ignored", _owner_id(element), line_of(element), message)
        return
    close = similar(name, sorted(allowed)) or similar(name, sorted(known))
    question = hint(name, [close]) if close else ""
    message = f"不认识的属性 anlan:{name}，它不起作用。{question}请改正或删除。"
    yield warning("unknown-attribute", _owner_id(element), line_of(element), message)


def _element(element: etree._Element) -> Iterator[Problem]:
    """`anlan:in`, `anlan:out` and `anlan:fieldRight`, with the attributes they need."""
    name, parts = local_name(element), _parts()
    if name not in parts:
        question = hint(name, sorted(parts))
        message = f"不认识的扩展元素 anlan:{name}，它不起作用。{question}请改正或删除。"
        yield warning("unknown-attribute", _owner_id(element), line_of(element), message)
        return
    given = {str(key) for key in element.attrib}
    for wrong in sorted(given - parts[name]):
        question = hint(wrong, sorted(parts[name]))
        message = f"anlan:{name} 没有属性 {wrong}，它不起作用。{question}请改正或删除。"
        yield warning("unknown-attribute", _owner_id(element), line_of(element), message)
    for missing in sorted(_NEEDED.get(name, frozenset()) - given) if _WHOLE not in given else ():
        message = f"anlan:{name} 缺少属性 {missing}，请补上。"
        yield warning("mapping-incomplete", _owner_id(element), line_of(element), message)


def _owner_id(element: etree._Element) -> str | None:
    """The nearest element around that has an id."""
    current: etree._Element | None = element
    while current is not None and not current.get("id"):
        current = current.getparent()
    return None if current is None else current.get("id")


@lru_cache(maxsize=1)
def _types() -> tuple[dict[str, Any], ...]:
    text = resources.files("engine.diagram").joinpath("anlan.json").read_text(encoding="utf-8")
    return tuple(json.loads(text)["types"])


@lru_cache(maxsize=1)
def _settings() -> Mapping[str, frozenset[str]]:
    """BPMN element name -> the attributes of ours it may carry."""
    found: dict[str, set[str]] = {}
    for kind in _types():
        for extended in kind.get("extends", ()):
            name = extended.removeprefix("bpmn:")
            for element in _ABSTRACT.get(name, {name[0].lower() + name[1:]}):
                found.setdefault(str(element), set()).update(prop["name"] for prop in kind["properties"])
    return {name: frozenset(attributes) for name, attributes in found.items()}


@lru_cache(maxsize=1)
def _parts() -> Mapping[str, frozenset[str]]:
    """Extension element name -> its attributes."""
    return {
        kind["name"][0].lower() + kind["name"][1:]: frozenset(prop["name"] for prop in kind["properties"])
        for kind in _types()
        if not kind.get("isAbstract")
    }
