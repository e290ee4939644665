"""Running cases on another version of their process."""

from __future__ import annotations

import re

import pytest

from engine import interpreter
from engine.interpreter.moves import MoveRefused, propose

OLD = """
    s: startEvent
    a: userTask name="申请"
    split: parallelGateway
    b: userTask name="审核"
    soon: boundaryEvent attachedToRef="b" cancelActivity="false" after(P2D)
    c: userTask name="会签"
    join: parallelGateway
    e: endEvent
    n: endEvent
    s -> a -> split
    split -> b
    split -> c
    b_join: b -> join
    c_join: c -> join
    join -> e
    soon -> n
"""


@pytest.fixture
def migrated(play, draw):
    """Put a case on another drawing."""

    def migrate(case, drawing, **mapping):
        spec = interpreter.compile_definition(draw(drawing))
        step = interpreter.moves.migrate(case.spec, spec, case.state, mapping, case.services)
        case.spec = spec
        return case._take(step)

    return migrate


def test_a_case_goes_on_where_it_was(play, migrated):
    case = play(OLD).complete("a").complete("b")

    migrated(case, OLD.replace("join -> e", "f: userTask\n    join -> f -> e"))

    assert case.open == ["c"]
    assert case.complete("c").open == ["f"]


def test_timers_that_run_run_on_and_new_ones_start(play, migrated):
    case = play(OLD).complete("a")
    due = case.wait("soon").due_at
    case.later(hours=5)

    migrated(case, OLD + '\nlate: boundaryEvent attachedToRef="c" after(P1D)\nlate -> e')

    assert case.waits == ["late", "soon"]
    assert case.wait("soon").due_at == due


def test_listeners_that_are_gone_are_dropped(play, migrated):
    case = play(OLD).complete("a")
    without = "\n".join(line for line in OLD.splitlines() if "soon" not in line and "n: end" not in line)

    assert migrated(case, without).waits == []


def test_an_element_of_the_same_name_is_proposed(play, draw):
    case = play(OLD).complete("a")
    spec = interpreter.compile_definition(draw(re.sub(r"\bb\b", "review", OLD)))

    assert propose(case.spec, spec, case.state, case.services)["b"] == "review"


def test_a_token_without_a_place_refuses_the_migration(play, migrated):
    case = play(OLD).complete("a")

    with pytest.raises(MoveRefused, match="没有“审核”的去处"):
        migrated(case, OLD.replace("b: userTask", 'b: serviceTask anlan:connector="x"'))


def test_a_designer_may_say_where_it_goes(play, migrated):
    case = play(OLD).complete("a")
    drawing = re.sub(r"\bb\b", "x", OLD).replace("审核", "复核")

    migrated(case, drawing, b="x")

    assert case.targets("c") == ("a",)
    assert case.complete_token(next(iter(case.tasks))).open == ["c"]


def test_returns_work_on_the_new_version(play, migrated):
    case = play(OLD).complete("a")

    migrated(case, OLD).return_to("c", "a")

    assert (case.open, case.waits) == (["a"], [])


def test_a_way_straight_back_inside_another_leads_to_the_new_version(play, migrated):
    drawing = "s: startEvent\n a: userTask\n b: userTask\n c: userTask\n e: endEvent\n s -> a -> b -> c -> e"
    case = play(drawing).complete("a").complete("b").return_to("c", "b", direct=True).return_to("b", "a", direct=True)

    migrated(case, drawing.replace("c: ", "checked: ").replace("-> c ->", "-> checked ->"), c="checked")

    assert case.complete("a").open == ["b"]
    assert case.complete("b").open == ["checked"]


def test_arrows_that_were_redrawn_lead_to_their_join_again(play, migrated):
    case = play(OLD).complete("a").complete("b")

    migrated(case, OLD.replace("b_join", "redrawn").replace("c_join", "drawn_anew"))

    assert case.complete("c").ended == "e"


def test_a_return_over_redrawn_arrows_waits_for_its_branch_only(play, migrated):
    drawing = OLD.replace("join -> e", "d: userTask\n    join -> d -> e")
    case = play(drawing).complete("a").complete("b").complete("c")

    migrated(case, drawing.replace("b_join", "redrawn").replace("c_join", "drawn_anew")).return_to("d", "b")

    assert case.complete("b").open == ["d"]
