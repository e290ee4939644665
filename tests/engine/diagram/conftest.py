"""Small BPMN files."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import diagram
from engine.diagram import Problem

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions '
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="definitions" targetNamespace="urn:test">\n'
)


def file(body: str, roots: str = "") -> bytes:
    """A file with one executable process."""
    return (
        f'{HEAD}{roots}<bpmn:process id="p" isExecutable="true">\n{body}\n</bpmn:process></bpmn:definitions>'.encode()
    )


def around(element: str, element_id: str = "a", roots: str = "") -> bytes:
    """A file with one element between start and end."""
    return file(
        '<bpmn:startEvent id="s"/>\n'
        f"{element}\n"
        '<bpmn:endEvent id="e"/>\n'
        f'<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="{element_id}"/>\n'
        f'<bpmn:sequenceFlow id="f2" sourceRef="{element_id}" targetRef="e"/>',
        roots,
    )


@pytest.fixture(name="file")
def file_fixture() -> Callable[..., bytes]:
    return file


@pytest.fixture(name="around")
def around_fixture() -> Callable[..., bytes]:
    return around


@pytest.fixture
def errors() -> Callable[[bytes], list[Problem]]:
    """The errors of a file, without the warnings."""
    return lambda content: [problem for problem in diagram.lint(content) if problem.severity == "error"]
