"""Choices that may leave a token nowhere, and conditions that leave nothing out."""

from __future__ import annotations

import pytest

from engine import diagram
from engine.diagram.lint.coverage import covers

CODES = ("no-default", "no-condition", "outcome-unanswered", "condition-ignored", "default-condition")


def found(content: bytes) -> list[tuple[str, str | None, int | None]]:
    return [(p.code, p.element_id, p.line) for p in diagram.lint(content) if p.code in CODES]


@pytest.mark.parametrize(
    ("faulty", "mended", "fault"),
    [
        ("s x1 ?policy.a~>~5 a e; x1 ?policy.a~<~5 e", "s x1 ?policy.a~>~5 a e; x1 ! e", "x1"),
        (
            "s x1 ?policy.a~>~5 a e; x1 ?policy.b~<=~5 e",
            "s x1 ?policy.a~>~5 a e; x1 ?policy.a~<=~5 e",
            "x1",
        ),
        ("s x1 ?policy.a a e", "s x1 a e", "x1"),
        ("s i1 ?policy.a a e; i1 ?policy.b e", "s i1 ?policy.a a e; i1 ?not(policy.a) e", "i1"),
        ("s i1 ?policy.a a e; i1 ?policy.b e", "s i1 ?policy.a a e; i1 e", "i1"),
        ("s t ?policy.a a e; t ?policy.b e", "s t ?policy.a a e; t ! e", "t"),
    ],
)
def test_a_choice_needs_a_way_for_every_case(sketch, faulty, mended, fault):
    assert [(code, element) for code, element, _ in found(sketch(faulty))] == [("no-default", fault)]
    assert found(sketch(mended)) == []


def test_an_exclusive_flow_without_condition_hides_the_others(sketch):
    assert found(sketch("s x1 ?policy.a a e; x1 e")) == [("no-condition", "x1_e", 11)]


def test_parallel_and_event_based_gateways_have_no_conditions(sketch):
    assert found(sketch("s p1 ?policy.a a e; p1 e")) == [("condition-ignored", "p1_a", 9)]
    assert found(sketch("s p1 a e; p1 e")) == []


def test_a_default_flow_has_no_condition(sketch):
    assert found(sketch("s x1 ?policy.a a e; x1 !policy.b e")) == [("default-condition", "x1_e", 11)]


def test_outcomes_are_all_a_task_can_give(sketch):
    task = '<bpmn:userTask id="t" anlan:outcomes="agree:同意, reject:退回" anlan:resultVariable="r"/>'
    more = '<bpmn:userTask id="t" anlan:outcomes="agree:同意, reject:退回, defer:暂缓" anlan:resultVariable="r"/>'
    ways = 's t a x1 ?r.outcome~=~"agree" e; x1 ?r.outcome~=~"reject" e'

    assert found(sketch(ways, {"t": "<"}, task)) == []
    assert [code for code, *_ in found(sketch(ways, {"t": "<"}, more))] == ["no-default"]


@pytest.mark.parametrize(
    ("conditions", "covering"),
    [
        (["x > 5", "x <= 5"], True),
        (["x > 5", "x < 5"], False),
        (["x >= 6", "x <= 5"], False),
        (["5 < x", "5 >= x"], True),
        (["x > -1", "x <= -1"], True),
        (["x", "not(x)"], True),
        (["x"], False),
        (["true"], True),
        (["x = true", "x = false"], True),
        (["x = null", "x != null"], True),
        (['x = "a"', 'x != "a"'], True),
        (['x = "a"', 'x = "b"'], False),
        (["x in [1..5]", "x < 1", "x > 5"], True),
        (["x in (1, 2)", "not(x in (1, 2))"], True),
        (["x between 1 and 3", "x < 1 or x > 3"], True),
        (["a > b", "a <= b"], True),
        (["a > b", "b > a"], False),
        (["a.b > 5 and c", "a.b > 5 and not(c)", "a.b <= 5"], True),
        (['d < date("2026-01-01")', 'd >= date("2026-01-01")'], True),
        (["sum(x) > 3", "sum(x) <= 3"], True),
        (['x = "a"', "x = 1", "not(x = 1)"], False),
        (["x >"], False),
        ([], False),
    ],
)
def test_conditions_that_cover_everything_are_recognised(conditions, covering):
    assert covers(conditions) is covering
