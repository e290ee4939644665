"""The XML names a diagram is made of, whatever prefixes its modeler wrote."""

from __future__ import annotations

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ANLAN = "urn:anlan:bpmn:1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def bpmn(name: str) -> str:
    """The full name of a BPMN element."""
    return f"{{{BPMN}}}{name}"


def local_name(element: etree._Element) -> str:
    """The name without namespace; comments and processing instructions have none."""
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""


def namespace(element: etree._Element) -> str:
    return str(etree.QName(element).namespace or "") if isinstance(element.tag, str) else ""


def is_bpmn(element: etree._Element) -> bool:
    return namespace(element) == BPMN


def line_of(element: etree._Element) -> int | None:
    """Where the element begins in the file."""
    line = element.sourceline
    return line if isinstance(line, int) and line > 0 else None


def own_attributes(element: etree._Element) -> dict[str, str]:
    """The attributes of our own namespace (design §9), by local name."""
    marker = f"{{{ANLAN}}}"
    return {str(k)[len(marker) :]: str(v) for k, v in element.attrib.items() if str(k).startswith(marker)}


def text_of(element: etree._Element | None) -> str | None:
    """The text of an element without surrounding blanks, or None when there is none."""
    if element is None:
        return None
    text = "".join(str(part) for part in element.itertext()).strip()
    return text or None
