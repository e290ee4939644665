"""Whatever bytes come, the lint answers: the same every time, in bounded time, and never with an exception."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bpmn
from engine import diagram

SHIPPED = sorted(Path(bpmn.__file__).parent.glob("*/*.bpmn"))
#: what a mutation cuts a file into
PIECE = re.compile(rb"<[^>]*>|\s+|[^<\s]+")
SPLICES = [
    b"",
    b"<",
    b'"',
    b"]]>",
    b"&lt;",
    b'<bpmn:subProcess id="x" triggeredByEvent="true">',
    b"</process>",
    b"R/PT1H",
    b"=",
    b"null[null[null]]",
    b"not(",
    b"\xff",
    "\u3000".encode(),
    b'id="start"',
    b'sourceRef="start"',
    b'attachedToRef="start"',
    b'default="start"',
]
_LIGHT = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A shipped diagram with some pieces dropped, doubled, swapped or replaced."""
    pieces = PIECE.findall(draw(st.sampled_from(SHIPPED)).read_bytes())
    for _ in range(draw(st.integers(1, 6))):
        place, other = draw(st.tuples(*[st.integers(0, len(pieces) - 1)] * 2))
        match draw(st.sampled_from(["drop", "double", "swap", "splice", "copy"])):
            case "drop":
                pieces[place] = b""
            case "double":
                pieces[place] *= 2
            case "swap":
                pieces[place], pieces[other] = pieces[other], pieces[place]
            case "copy":
                pieces[place] = pieces[other]
            case _:
                pieces[place] = draw(st.sampled_from(SPLICES))
    return b"".join(pieces)


def names_swapped(content: bytes, one: int, other: int) -> bytes:
    """The file stays XML; a reference now leads elsewhere."""
    names = sorted(set(re.findall(rb'(?:id|Ref)="([^"]+)"', content)))
    return content.replace(b'Ref="' + names[one % len(names)] + b'"', b'Ref="' + names[other % len(names)] + b'"')


@_LIGHT
@given(content=mutated())
def test_a_mutated_diagram_is_judged(content: bytes) -> None:
    assert diagram.lint(content) == diagram.lint(content)


@_LIGHT
@given(path=st.sampled_from(SHIPPED), swaps=st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999)), max_size=8))
def test_a_rewired_diagram_is_judged(path: Path, swaps: list[tuple[int, int]]) -> None:
    content = path.read_bytes()
    for one, other in swaps:
        content = names_swapped(content, one, other)

    assert diagram.lint(content) == diagram.lint(content)


@_LIGHT
@given(content=st.binary(max_size=200))
def test_any_bytes_are_judged(content: bytes) -> None:
    assert diagram.lint(content)


def test_the_answer_does_not_depend_on_the_order_of_sets() -> None:
    """Two runs of Python hash names differently; what is found must not."""
    import os
    import subprocess
    import sys

    script = (
        "import sys; from engine import diagram; "
        "print([(p.code, p.element_id, p.line, p.message) for p in diagram.lint(sys.stdin.buffer.read())])"
    )
    content = SHIPPED[0].read_bytes().replace(b"parallelGateway", b"exclusiveGateway", 2)
    answers = {
        subprocess.run(
            [sys.executable, "-c", script],
            input=content,
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }

    assert len(answers) == 1


@pytest.mark.parametrize("kind", ["parallelGateway", "inclusiveGateway", "exclusiveGateway", "manualTask"])
def test_a_hostile_file_is_judged_in_bounded_time(file, kind: str) -> None:
    nodes = "".join(f'<bpmn:{kind} id="n{number}"/>' for number in range(6_000))
    flows = "".join(
        f'<bpmn:sequenceFlow id="f{number}" sourceRef="n{number * 7 % 6_000}" targetRef="n{number * 13 % 6_000}"/>'
        for number in range(1, 12_000)
    )
    content = file(f'<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="n0"/>{nodes}{flows}')

    began = time.process_time()
    diagram.lint(content)

    assert time.process_time() - began < 15
