"""What our own namespace adds to an element; what other vendors add stays out of the way."""

from __future__ import annotations

from lxml import etree

from engine.diagram.elements import DataMapping, ExpressionText, Extension
from engine.diagram.namespaces import ANLAN, bpmn, line_of, own_attributes


def extension_of(element: etree._Element) -> Extension:
    children = element.find(bpmn("extensionElements"))
    return Extension(
        attributes=own_attributes(element),
        inputs=_mappings(children, "in"),
        outputs=_mappings(children, "out"),
        field_rights=_field_rights(children),
        passes_all=any(_is_all(e) for e in _own(children, "in")),
        returns_all=any(_is_all(e) for e in _own(children, "out")),
    )


def _own(children: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if children is None else list(children.iterchildren(f"{{{ANLAN}}}{name}"))


def _mappings(children: etree._Element | None, name: str) -> tuple[DataMapping, ...]:
    return tuple(
        DataMapping(
            source=ExpressionText(text=(e.get("source") or "").strip(), line=line_of(e)),
            target=(e.get("target") or "").strip(),
        )
        for e in _own(children, name)
        if not _is_all(e)
    )


def _is_all(mapping: etree._Element) -> bool:
    """Whether it stands for every variable."""
    return mapping.get("variables") == "all"


def _field_rights(children: etree._Element | None) -> dict[str, str]:
    return {e.get("key") or "": e.get("right") or "" for e in _own(children, "fieldRight")}
