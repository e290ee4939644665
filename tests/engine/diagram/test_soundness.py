"""Joins that wait for ever and branches that meet without one: the fault is found, the mended drawing clean."""

from __future__ import annotations

from pathlib import Path

import pytest

import bpmn
from engine import diagram
from engine.diagram.lint.soundness.branching import compare_joins

TIMER = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"


def border(attributes: str = "") -> str:
    return f'<bpmn:boundaryEvent id="b" attachedToRef="a" {attributes}>{TIMER}</bpmn:boundaryEvent>'


#: what is wrong: (faulty, mended, code, element, line)
PAIRS = {
    "exclusive split into parallel join": (
        "s x1 ?u a p2 e; x1 ! b p2",
        "s x1 ?u a x2 e; x1 ! b x2",
        ("deadlock", "p2", 7),
    ),
    "a branch that ends before the join": (
        "s p1 a p2 e; p1 b x3 ?u p2; x3 ! e2",
        "s p1 a p2 e; p1 b x3 ?u x4 p2; x3 ! c x4",
        ("deadlock", "p2", 7),
    ),
    "a branch that goes around the join": (
        "s p1 a p2 c x4 e; p1 b x3 ?u p2; x3 ! x4",
        "s p1 a p2 c x4 e; p1 b p2",
        ("deadlock", "p2", 7),
    ),
    "a loop into one side of a join": (
        "s p1 a x4 p2 x3 ! e; p1 b p2; x3 ?u x4",
        "s x4 p1 a p2 x3 ! e; p1 b p2; x3 ?u x4",
        ("deadlock", "p2", 8),
    ),
    "an inclusive split into a parallel join": (
        "s i1 ?u a p2 e; i1 ! b p2",
        "s i1 ?u a i2 e; i1 ! b i2",
        ("deadlock", "p2", 7),
    ),
    "a parallel split merged by an exclusive gateway": (
        "s p1 a x2 c e; p1 b x2",
        "s p1 a p2 c e; p1 b p2",
        ("multiple-tokens", "x2", 7),
    ),
    "a parallel split merged by an activity": (
        "s p1 a c e; p1 b c",
        "s p1 a p2 c e; p1 b p2",
        ("multiple-tokens", "c", 7),
    ),
    "an activity with two ways out merged by an exclusive gateway": (
        "s a b x2 e; a c x2",
        "s a b p2 e; a c p2",
        ("multiple-tokens", "x2", 7),
    ),
    "an inclusive split merged by an exclusive gateway": (
        "s i1 ?u a x2 e; i1 ?v b x2",
        "s i1 ?u a i2 e; i1 ?v b i2",
        ("multiple-tokens", "x2", 7),
    ),
    "a branch back before its split": (
        "s x0 p1 a x2 ! p3 e; p1 b p3; x2 ?u x0",
        "s x0 p1 a p3 x2 ! e; p1 b p3; x2 ?u x0",
        ("multiple-tokens", "p1", 6),
    ),
}


@pytest.mark.parametrize("what", PAIRS)
def test_the_fault_is_found_and_the_mended_drawing_is_clean(sketch, what):
    faulty, mended, fault = PAIRS[what]

    assert found(sketch(faulty)) == [fault]
    assert found(sketch(mended)) == []


def test_a_boundary_event_may_lead_around_a_join(sketch):
    drawing = "s p1 a p2 e; p1 c p2; b d e2"

    assert found(sketch(drawing, {"b": "<"}, border())) == [("deadlock", "p2", 8)]
    assert found(sketch(drawing, {"b": "<"}, border('cancelActivity="false"'))) == []


def test_what_a_non_interrupting_event_adds_must_not_come_back(sketch):
    drawing = "s a x2 c e; b d x2"

    assert found(sketch(drawing, {"b": "<"}, border('cancelActivity="false"'))) == [("multiple-tokens", "x2", 7)]
    assert found(sketch(drawing, {"b": "<"}, border())) == []


def test_an_inclusive_join_does_not_wait_for_an_event_that_may_never_come(sketch):
    drawing = "s i1 ?u a i2 e; i1 ?v c i2; b d i2"

    assert found(sketch(drawing, {"b": "<"}, border('cancelActivity="false"'))) == [("multiple-tokens", "i2", 8)]
    assert found(sketch("s i1 ?u a i2 e; i1 ?v c i2; b d e2", {"b": "<"}, border('cancelActivity="false"'))) == []


def test_a_terminate_end_leaves_nothing_waiting(sketch):
    drawing = "s p1 a p2 e; p1 b x3 ?u p2; x3 ! e2"
    terminate = '<bpmn:endEvent id="e2"><bpmn:terminateEventDefinition/></bpmn:endEvent>'

    assert found(sketch(drawing, {"e2": "<"}, terminate)) == []


def test_a_deadlock_inside_a_subprocess_is_found(file):
    flow = '<bpmn:sequenceFlow id="{0}{1}" sourceRef="{0}" targetRef="{1}"/>'.format
    inner = (
        '<bpmn:startEvent id="s1"/><bpmn:exclusiveGateway id="x" default="xa"/>\n<bpmn:parallelGateway id="j"/>'
        '<bpmn:task id="a"/><bpmn:endEvent id="e1"/>'
        + "".join(map(flow, ("s1", "x", "x", "a", "j"), ("x", "a", "j", "j", "e1")))
    )
    outer = f'<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>{flow("s", "u")}{flow("u", "e")}'

    assert found(file(f'{outer}<bpmn:subProcess id="u">{inner}</bpmn:subProcess>')) == [("deadlock", "j", 5)]


def test_a_net_too_large_to_explore_is_judged_by_its_structure(sketch):
    def judged(drawing: str) -> list[tuple[str, str | None]]:
        read = diagram.read(sketch(drawing))
        return [(problem.code, problem.element_id) for problem in compare_joins(read.main.scope)]

    assert judged("s x1 a p2 e; x1 b p2") == [("deadlock", "p2")]
    assert judged("s p1 a x2 e; p1 b x2") == [("multiple-tokens", "x2")]
    assert judged("s x0 p1 a p2 x3 e; p1 b p2; x3 x0") == []


def test_many_branches_are_no_more_work_than_few(sketch):
    branches = "; ".join(f"p1 a{number} x{number} p2; x{number} b{number} p2" for number in range(2, 40))
    tangled = "; ".join(f"p1 a{number} x{number} ?u y{number} p2; x{number} ! p2" for number in range(2, 40))

    assert {code for code, *_ in found(sketch(f"s p1 c p2 e; {branches}"))} == {"deadlock"}
    assert {code for code, *_ in found(sketch(f"s p1 c p2 e; {tangled}"))} == {"deadlock"}


def test_the_message_tells_the_way_and_the_branches(sketch):
    (problem,) = [p for p in diagram.lint(sketch("s x1 ?u a p2 e; x1 ! b p2")) if p.code == "deadlock"]

    assert problem.severity == "warning"
    for word in ("并行网关“p2”", "排他网关“x1”走“a”", "从“b”来的分支不会再来", "排他网关汇合"):
        assert word in problem.message


def test_the_diagrams_of_the_product_are_sound():
    for path in sorted(Path(bpmn.__file__).parent.glob("*/*.bpmn")):
        assert found(path.read_bytes()) == [], path.name


def found(content: bytes) -> list[tuple[str, str | None, int | None]]:
    codes = ("deadlock", "multiple-tokens")
    return [(p.code, p.element_id, p.line) for p in diagram.lint(content) if p.code in codes]
