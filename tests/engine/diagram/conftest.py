"""Small BPMN files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape

import pytest

from engine import diagram
from engine.diagram import Problem

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions '
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="definitions" targetNamespace="urn:test">\n'
)

#: What the first letter of a sketched node means; every other is a manual task.
KINDS = {
    "s": "startEvent",
    "e": "endEvent",
    "x": "exclusiveGateway",
    "p": "parallelGateway",
    "i": "inclusiveGateway",
}


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


def sketch(ways: str, kinds: Mapping[str, str] | None = None, extra: str = "") -> bytes:
    """A file drawn from ways such as `s a e`; the first letter says what a node is, x, p and i are gateways.

    `x y ?c z` puts the condition c on the flow from y to z, `!` marks the default flow.
    """
    nodes: dict[str, str] = {}
    flows: list[str] = []
    defaults: dict[str, str] = {}
    for way in ways.split(";"):
        before, mark = "", ""
        for word in way.split():
            if word[0] in "?!":
                mark = word
                continue
            nodes.setdefault(word, (kinds or {}).get(word) or KINDS.get(word[0], "manualTask"))
            if before:
                flow = f"{before}_{word}"
                flow += "x" * sum(f'id="{flow}' in known for known in flows)
                defaults |= {before: flow} if mark.startswith("!") else {}
                condition = f"<bpmn:conditionExpression>{escape(mark[1:].replace('~', ' '))}</bpmn:conditionExpression>"
                body = condition if mark[1:] else ""
                flows.append(
                    f'<bpmn:sequenceFlow id="{flow}" sourceRef="{before}" targetRef="{word}">{body}</bpmn:sequenceFlow>'
                )
            before, mark = word, ""
    drawn = [
        f'<bpmn:{kind} id="{name}"{f" default={chr(34)}{defaults[name]}{chr(34)}" if name in defaults else ""}/>'
        for name, kind in nodes.items()
        if not kind.startswith("<")
    ]
    return file("\n".join([*([extra] if extra else []), *drawn, *flows]))


@pytest.fixture(name="sketch")
def sketch_fixture() -> Callable[..., bytes]:
    return sketch
