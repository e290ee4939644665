"""Reading DMN XML safely: no DOCTYPE, no entities, bounded size, elements and depth."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.dmn.errors import ModelRefused

MAX_BYTES = 2 * 1024 * 1024
MAX_ELEMENTS = 20_000
MAX_DEPTH = 64

Element = etree._Element


def parse(content: bytes) -> Element:
    """The root element of a DMN file."""
    if len(content) > MAX_BYTES:
        raise ModelRefused(f"决策文件超过 {MAX_BYTES // 1024 // 1024} MB")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ModelRefused(f"决策文件不是正确的 XML：第{error.lineno or 1}行有误", error.lineno or 1) from None
    _check(root)
    return root


def _check(root: Element) -> None:
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise ModelRefused("决策文件不得含有 DOCTYPE")
    if local_name(root) != "definitions":
        raise ModelRefused("这不是 DMN 决策文件，根元素应为 definitions")
    depth = elements = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            raise ModelRefused("决策文件不得含有实体引用")
        depth += 1 if event == "start" else -1
        elements += event == "start"
        if depth > MAX_DEPTH or elements > MAX_ELEMENTS:
            raise ModelRefused(f"决策文件过大：最多 {MAX_ELEMENTS} 个元素、{MAX_DEPTH} 层")


def local_name(element: Element) -> str:
    """The name of an element without its namespace, which differs between DMN 1.1 and 1.5."""
    return etree.QName(element).localname


def children(element: Element, *names: str) -> Iterator[Element]:
    """The children with one of the names."""
    return (child for child in element if local_name(child) in names)


def child(element: Element, *names: str) -> Element | None:
    """The first child with one of the names."""
    return next(children(element, *names), None)


def text(element: Element | None) -> str:
    """The content of an element, or of its `text` child."""
    if element is None:
        return ""
    inner = child(element, "text")
    return (inner.text if inner is not None else element.text) or ""


def attribute(element: Element | None, name: str) -> str:
    """An attribute without surrounding blanks; empty where absent."""
    return (element.get(name) or "").strip() if element is not None else ""


def line(element: Element) -> int:
    """The line an element starts on."""
    return getattr(element, "sourceline", None) or 0
