"""Loops that never wait or never stop, endless timers, and ways without an end."""

from __future__ import annotations

import pytest

from engine import diagram

CODES = ("busy-loop", "endless-loop", "no-end", "timer-endless")
DAILY = "<bpmn:timerEventDefinition><bpmn:timeCycle>{}</bpmn:timeCycle></bpmn:timerEventDefinition>"


def found(content: bytes) -> list[tuple[str, str, str | None, int | None]]:
    return [(p.severity.value, p.code, p.element_id, p.line) for p in diagram.lint(content) if p.code in CODES]


@pytest.mark.parametrize(
    ("faulty", "mended", "fault"),
    [
        ("s x0 task x1 ?policy.a x0; x1 ! e", "s x0 a x1 ?policy.a x0; x1 ! e", ("warning", "busy-loop", "x1", 7)),
        ("s x0 task p1 x0; p1 e", "s x0 task p1 e; p1 e", ("error", "endless-loop", "p1", 7)),
        ("s x0 task x0", "s x0 task e", ("error", "endless-loop", "x0", 5)),
        ("s x0 a x0", "s x0 a x1 ?policy.a x0; x1 ! e", ("warning", "no-end", "x0", 5)),
    ],
)
def test_a_loop_needs_a_wait_and_a_way_out(sketch, faulty, mended, fault):
    kinds = {"task": "task"}

    assert found(sketch(faulty, kinds)) == [fault]
    assert found(sketch(mended, kinds)) == []


def test_a_timer_makes_a_loop_wait(sketch):
    wait = (
        '<bpmn:intermediateCatchEvent id="w"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration>'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )

    assert found(sketch("s x0 w task x1 ?policy.a x0; x1 ! e", {"w": "<", "task": "task"}, wait)) == []
    assert found(sketch("s x0 w task x0", {"w": "<", "task": "task"}, wait)) == [("warning", "no-end", "w", 4)]


def test_another_branch_may_end_an_endless_one(sketch):
    terminate = '<bpmn:endEvent id="e"><bpmn:terminateEventDefinition/></bpmn:endEvent>'

    assert found(sketch("s p1 x0 a x0; p1 b e", {"e": "<"}, terminate)) == []
    assert found(sketch("s p1 x0 a x0; p1 b e")) == [("warning", "no-end", "x0", 6)]


@pytest.mark.parametrize(
    ("attributes", "cycle", "endless"),
    [
        ('cancelActivity="false"', "R/PT1H", True),
        ('cancelActivity="false"', '"R/PT1H"', True),
        ('cancelActivity="false"', "PT1H", True),
        ('cancelActivity="false"', "R3/PT1H", False),
        ("", "R/PT1H", False),
    ],
)
def test_a_cycle_needs_a_count_where_it_repeats(sketch, attributes, cycle, endless):
    border = f'<bpmn:boundaryEvent id="b" attachedToRef="a" {attributes}>{DAILY.format(cycle)}</bpmn:boundaryEvent>'
    content = sketch("s a e; b c e2", {"b": "<"}, border)

    assert found(content) == ([("warning", "timer-endless", "b", 4)] if endless else [])
