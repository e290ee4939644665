"""A library session on a clock of its own, and diagrams drawn in lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

from engine import Session

NOW = datetime(2030, 1, 1, 8, 0, tzinfo=UTC)
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" '
    'id="definitions" targetNamespace="urn:test">'
)


def drawn(*elements: str, flows: str, key: str = "p", roots: str = "") -> bytes:
    """A diagram of elements, and flows such as `s -> a -> e; a -> b [x > 1]`."""
    lines = "".join(_flows(line.strip()) for line in flows.split(";"))
    process = f'<process id="{key}" isExecutable="true">{"".join(elements)}{lines}</process>'
    return f"{HEAD}{roots}{process}</definitions>".encode()


def _flows(line: str) -> str:
    route, _, condition = line.removesuffix("]").partition(" [")
    stops = route.split(" -> ")
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return "".join(
        f'<sequenceFlow id="{source}_{target}" sourceRef={quoteattr(source)} targetRef={quoteattr(target)}>'
        f"{inner}</sequenceFlow>"
        for source, target in pairwise(stops)
    )


START, END = '<startEvent id="s"/>', '<endEvent id="e"/>'


@pytest.fixture
def session() -> Iterator[Session]:
    with Session(now=NOW) as opened:
        yield opened


@pytest.fixture
def began(session: Session) -> Callable[..., str]:
    """Deploys a diagram and starts a case of it."""

    def begin(*elements: str, flows: str, roots: str = "", **variables: Any) -> str:
        (key,) = session.deploy(drawn(*elements, flows=flows, roots=roots))
        return session.start(key, variables)

    return begin
