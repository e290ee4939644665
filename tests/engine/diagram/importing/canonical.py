"""A model as a bag of facts, so that two of them can be subtracted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from engine.diagram.importing.draft import owner_of
from engine.diagram.namespaces import is_bpmn, local_name

Fact = tuple[str | None, str, str]


def facts(root: etree._Element) -> Counter[Fact]:
    """Every element, attribute, text, comment and processing instruction, with the BPMN element it belongs to."""
    return Counter(fact for node in _nodes(root) for fact in _facts(node))


def order(root: etree._Element) -> list[str]:
    """The BPMN elements with an id and everything in the layout, in document order."""
    found = [element for element in root.iter() if isinstance(element.tag, str)]
    return [f"{element.tag} {element.get('id')}" for element in found if element.get("id") or not is_bpmn(element)]


def layout(root: etree._Element) -> list[bytes]:
    """Every diagram interchange part, byte for byte but for our prefix, which the root declares."""
    diagrams = [element for element in root.iterchildren() if "BPMNDiagram" in str(element.tag)]
    return [etree.tostring(element).replace(b' xmlns:anlan="urn:anlan:bpmn:1"', b"") for element in diagrams]


def owners(found: Counter[Fact]) -> set[str | None]:
    return {owner for owner, _, _ in found}


def _nodes(root: etree._Element) -> Iterator[etree._Element]:
    before = list(root.itersiblings(preceding=True))
    yield from (*before, *root.iter(), *root.itersiblings())


def _facts(node: etree._Element) -> Iterator[Fact]:
    if not isinstance(node.tag, str):
        yield None, "comment or instruction", node.text or ""
        return
    owner, path = owner_of(node).get("id"), _path(node)
    yield owner, path, "element"
    for name, value in sorted(node.items()):
        yield owner, path, f"{name}={value}"
    for text in (node.text, *(child.tail for child in node)):
        if text and text.strip():
            yield owner, path, f"text {text}"
    # A prefix in a value such as xsi:type="bpmn:tFormalExpression" must go on meaning the same.
    for name, value in node.items():
        prefix = value.partition(":")[0]
        if prefix in node.nsmap:
            yield owner, path, f"{name} {prefix} means {node.nsmap[prefix]}"


def _path(node: etree._Element) -> str:
    names: list[str] = []
    place: etree._Element | None = node
    while place is not None:
        names.append(f"{etree.QName(place).namespace} {local_name(place)} {place.get('id') or ''}")
        place = place.getparent()
    return " / ".join(reversed(names))
