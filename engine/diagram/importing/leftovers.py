"""What other tools added and nobody translated: it stays in the file, and the report says so."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.diagram.importing import vendors
from engine.diagram.importing.draft import Draft
from engine.diagram.importing.expression_slots import shortened
from engine.diagram.lint.vendors import CODE
from engine.diagram.namespaces import ANLAN, BPMN, bpmn, is_bpmn, local_name, namespace

_MOST_NAMES = 6
_LISTENERS = frozenset(["executionListener", "taskListener"])


def tell(draft: Draft, element: etree._Element) -> None:
    """One line per element and tool."""
    found: dict[str, dict[str, None]] = {}
    for uri, name in _foreign(draft, element):
        found.setdefault(uri, {})[name] = None
    for uri, names in found.items():
        listed = "、".join(list(names)[:_MOST_NAMES]) + (" 等" if len(names) > _MOST_NAMES else "")
        draft.kept(element, "vendor-data", f"{vendors.name_of(uri)} 的 {listed} 原样保留，办理时不起作用。")


def drop_listeners(draft: Draft, element: etree._Element) -> None:
    """Listeners call another tool's classes and scripts; the way a case takes does not depend on them."""
    for holder in element.iterchildren(bpmn("extensionElements")):
        for child in list(holder.iterchildren()):
            if local_name(child) in _LISTENERS and vendors.is_foreign(namespace(child)):
                tool = vendors.name_of(namespace(child))
                what = " ".join(f'{name}="{value}"' for name, value in _attributes(child))
                message = (
                    f"去掉了 {tool} 的 {local_name(child)}（{shortened(what)}）：它调用的代码这里没有，请确认不需要它。"
                )
                draft.dropped(element, "listener", message)
                draft.remove(child)


def tell_of_code(draft: Draft, element: etree._Element) -> None:
    """Code of another tool is kept too, but the lint will not let it be deployed."""
    for holder in element.iterchildren(bpmn("extensionElements")):
        for child in holder.iterdescendants():
            if vendors.is_foreign(namespace(child)) and local_name(child) in CODE:
                message = (
                    f"{vendors.name_of(namespace(child))} 的 {local_name(child)} 是代码，这里不会执行，请改画后删除它。"
                )
                draft.needs_work(child, "vendor-code", message)
                draft.tell_of(child)


def _attributes(element: etree._Element) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in element.items()]


def _foreign(draft: Draft, element: etree._Element) -> Iterator[tuple[str, str]]:
    for name in element.attrib:
        uri = str(etree.QName(str(name)).namespace or "")
        if vendors.is_foreign(uri) and not draft.is_told(element, str(name)):
            yield uri, str(etree.QName(str(name)).localname)
    for child in element.iterchildren():
        if local_name(child) == "extensionElements" and is_bpmn(child):
            yield from _extensions(draft, child)
        elif isinstance(child.tag, str) and namespace(child) != BPMN and not draft.is_told(child):
            yield namespace(child), local_name(child)


def _extensions(draft: Draft, holder: etree._Element) -> Iterator[tuple[str, str]]:
    for child in holder.iterchildren():
        if isinstance(child.tag, str) and namespace(child) not in (ANLAN, BPMN) and not draft.is_told(child):
            yield namespace(child), local_name(child)
