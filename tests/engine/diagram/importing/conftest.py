"""Small foreign models, and what an import makes of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree

from engine.diagram import Change, import_draft
from engine.diagram.namespaces import ANLAN, BPMN, own_attributes, text_of

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions '
    f'xmlns:bpmn="{BPMN}" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:flowable="http://flowable.org/bpmn" '
    'xmlns:activiti="http://activiti.org/bpmn" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:signavio="http://www.signavio.com" '
    'xmlns:drools="http://www.jboss.org/drools" '
    'id="definitions" targetNamespace="urn:test">\n'
)


class Imported:
    """A model after its import."""

    def __init__(self, content: bytes) -> None:
        self.before = content
        self.content, self.changes = import_draft(content)
        self.root = etree.fromstring(self.content)

    def element(self, element_id: str) -> etree._Element:
        return next(element for element in self.root.iter() if element.get("id") == element_id)

    def own(self, element_id: str) -> dict[str, str]:
        """Our attributes of an element."""
        return own_attributes(self.element(element_id))

    def part(self, element_id: str, name: str) -> etree._Element:
        return next(self.element(element_id).iter(f"{{{BPMN}}}{name}"))

    def text(self, element_id: str, name: str) -> str | None:
        """The text of a BPMN element inside an element."""
        return text_of(self.part(element_id, name))

    def mappings(self, element_id: str, direction: str) -> dict[str, str]:
        found = self.element(element_id).iter(f"{{{ANLAN}}}{direction}")
        return {str(mapping.get("target")): str(mapping.get("source")) for mapping in found}

    def whole(self, element_id: str) -> list[str]:
        """The directions in which every variable is mapped."""
        mappings = self.element(element_id).iter(f"{{{ANLAN}}}in", f"{{{ANLAN}}}out")
        return [etree.QName(mapping).localname for mapping in mappings if mapping.get("variables") == "all"]

    def told(self, kind: str, code: str | None = None) -> list[Change]:
        return [change for change in self.changes if change.kind == kind and code in (None, change.code)]


def model(body: str, roots: str = "") -> bytes:
    """A file with one executable process."""
    process = f'<bpmn:process id="p" isExecutable="true">\n{body}\n</bpmn:process>'
    return f"{HEAD}{roots}{process}</bpmn:definitions>".encode()


@pytest.fixture(name="model")
def model_fixture() -> Callable[..., bytes]:
    return model


@pytest.fixture
def imported() -> Callable[..., Imported]:
    """Import a snippet that stands inside a process."""
    return lambda body, roots="": Imported(model(body, roots))


@pytest.fixture
def imported_file() -> Callable[[bytes], Imported]:
    return Imported
