"""The tools whose extensions are met in the wild, by their XML namespaces."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.diagram.namespaces import ANLAN, BPMN, XSI, bpmn, local_name, namespace

CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
ACTIVITI = "http://activiti.org/bpmn"
FLOWABLE = "http://flowable.org/bpmn"
OPERATON = "http://operaton.org/schema/1.0/bpmn"
FOX = "http://www.camunda.com/fox"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
#: They share their words: formKey, candidateGroups, delegateExpression …
CAMUNDA_FAMILY = (CAMUNDA, FLOWABLE, ACTIVITI, OPERATON, FOX)
_STANDARD = frozenset([ANLAN, BPMN, XSI, "http://www.w3.org/XML/1998/namespace", ""])
_NAMES = {
    CAMUNDA: "Camunda",
    ACTIVITI: "Activiti",
    FLOWABLE: "Flowable",
    OPERATON: "Operaton",
    FOX: "camunda fox",
    ZEEBE: "Zeebe",
    SPIFF: "SpiffWorkflow",
    "http://camunda.org/schema/modeler/1.0": "Camunda Modeler",
    "http://www.signavio.com": "Signavio",
    "http://www.bizagi.com/bpmn20": "Bizagi",
    "http://www.jboss.org/drools": "Drools",
}


def name_of(uri: str) -> str:
    """What people call the tool; an unknown one is told by its namespace."""
    return _NAMES.get(uri, uri or "没有命名空间")


def is_foreign(uri: str) -> bool:
    return uri not in _STANDARD


def attribute(element: etree._Element, name: str, *uris: str) -> tuple[str, str] | None:
    """The first of a foreign attribute's spellings that is there: its full name and value."""
    for uri in uris or CAMUNDA_FAMILY:
        value = element.get(f"{{{uri}}}{name}")
        if value is not None and value.strip():
            return f"{{{uri}}}{name}", value.strip()
    return None


def extensions(element: etree._Element, name: str, *uris: str) -> Iterator[etree._Element]:
    """The extension elements of that name."""
    for holder in element.iterchildren(bpmn("extensionElements")):
        for child in holder.iterchildren():
            if local_name(child) == name and namespace(child) in (uris or CAMUNDA_FAMILY):
                yield child


def extension(element: etree._Element, name: str, *uris: str) -> etree._Element | None:
    return next(extensions(element, name, *uris), None)


def shown(name: str) -> str:
    """`{uri}formKey` as people write it: `camunda:formKey`."""
    uri, _, local = name.removeprefix("{").rpartition("}")
    return f"{name_of(uri)} 的 {local}" if uri else local
