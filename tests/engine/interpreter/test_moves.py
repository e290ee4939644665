"""Returns, recalls and moves by hand (design §8)."""

from __future__ import annotations

import pytest

from engine.interpreter.moves import MoveRefused

LINE = """
    s: startEvent
    a: userTask
    b: userTask
    c: userTask
    e: endEvent
    s -> a -> b -> c -> e
"""
THRICE = (
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3</bpmn:loopCardinality>"
    "</bpmn:multiInstanceLoopCharacteristics>"
)
FORK = """
    s: startEvent
    a: userTask
    split: parallelGateway
    b: userTask
    b2: userTask
    c: userTask
    c2: userTask
    join: parallelGateway
    d: userTask
    e: endEvent
    s -> a -> split -> b -> b2 -> join -> d -> e
    split -> c -> c2 -> join
"""


def test_a_task_may_go_back_to_every_step_that_led_to_it(play):
    case = play(LINE).complete("a").complete("b")

    assert case.targets("c") == ("b", "a")
    assert case.return_to("c", "a").open == ["a"]
    assert case.step.undone == ("a", "b")


def test_a_returned_case_goes_on_step_by_step(play):
    case = play(LINE).complete("a").complete("b").return_to("c", "a")

    case.complete("a").complete("b")

    assert case.open == ["c"]
    assert case.complete("c").ended == "e"


def test_a_corrected_step_may_lead_straight_back(play):
    case = play(LINE).complete("a").complete("b").return_to("c", "a", direct=True)

    assert case.complete("a").open == ["c"]
    assert case.targets("c") == ("b", "a")


def test_a_correction_inside_a_correction_leads_back_twice(play):
    case = play(LINE).complete("a").complete("b").return_to("c", "b", direct=True).return_to("b", "a", direct=True)

    assert case.complete("a").open == ["b"]
    assert case.complete("b").open == ["c"]


def test_a_later_step_is_no_target(play):
    case = play(LINE).complete("a")

    with pytest.raises(MoveRefused, match="不能退回到“c”"):
        case.return_to("b", "c")
    assert case.open == ["b"]


def test_leaving_a_split_backwards_withdraws_every_branch(play):
    case = play(FORK).complete("a").complete("b").complete("c").complete("c2")

    case.return_to("b2", "a")

    assert case.open == ["a"]
    assert case.step.undone == ("a", "b", "c", "c2")
    case.complete("a").complete("b").complete("b2")
    assert case.open == ["c"], "the join needs every branch anew"


def test_a_return_inside_a_branch_leaves_the_other_branches_alone(play):
    case = play(FORK).complete("a").complete("b").complete("c").complete("c2")

    case.return_to("b2", "b")

    assert case.open == ["b"]
    assert case.complete("b").complete("b2").open == ["d"]


def test_from_behind_a_join_only_one_branch_is_reopened(play):
    case = play(FORK).complete("a").complete("b").complete("c").complete("c2").complete("b2")

    case.return_to("d", "c")

    assert case.open == ["c"]
    assert case.complete("c").complete("c2").open == ["d"], "the join waits only for it"
    assert case.targets("d") == ("b2", "b", "c2", "c", "a")


def test_from_behind_a_join_a_branch_may_lead_straight_back(play):
    case = play(FORK).complete("a").complete("b").complete("c").complete("c2").complete("b2")

    case.return_to("d", "c", direct=True)

    assert case.complete("c").open == ["d"]
    assert case.complete("d").ended == "e"


def test_the_other_branch_is_no_target(play):
    case = play(FORK).complete("a").complete("c")

    assert case.targets("b") == ("a",)


def test_a_straight_way_back_needs_the_branches_to_stay(play):
    case = play(FORK).complete("a")

    with pytest.raises(MoveRefused, match="逐级"):
        case.return_to("b", "a", direct=True)


def test_an_instance_of_several_goes_back_with_all(play):
    case = play(
        f"""
        s: startEvent
        a: userTask
        m: userTask {THRICE}
        d: userTask
        e: endEvent
        s -> a -> m -> d -> e
        """
    ).complete("a")
    assert case.return_to("m", "a").open == ["a"]

    case.complete("a").complete("m").complete("m").complete("m")

    assert case.return_to("d", "m").open == ["m", "m", "m"]


def test_leaving_a_subprocess_backwards_ends_it(play):
    case = play(
        """
        s: startEvent
        a: userTask
        sub: subProcess {
        s2: startEvent
        x: userTask
        y: userTask
        z: userTask
        e2: endEvent
        s2 -> x -> y -> e2
        x -> z
        }
        late: boundaryEvent attachedToRef="sub" after(P1D)
        e: endEvent
        s -> a -> sub -> e
        late -> e
        """
    )
    case.complete("a").complete("x")
    assert case.targets("y") == ("x", "a")
    assert case.waits == ["late"]

    case.return_to("y", "a")

    assert (case.open, case.waits) == (["a"], [])


def test_inside_a_subprocess_its_instance_lives_on(play):
    case = play(
        """
        s: startEvent
        sub: subProcess {
        s2: startEvent
        x: userTask
        y: userTask
        s2 -> x -> y
        }
        late: boundaryEvent attachedToRef="sub" after(P1D)
        e: endEvent
        s -> sub -> e
        late -> e
        """
    )
    due = case.wait("late").due_at

    case.later(hours=3).complete("x").return_to("y", "x")

    assert case.open == ["x"]
    assert case.wait("late").due_at == due


def test_a_token_beside_its_activity_stays_when_that_goes_back(play):
    case = play(
        """
        s: startEvent
        a: userTask
        b: userTask
        soon: boundaryEvent attachedToRef="b" cancelActivity="false" after(PT1H)
        n: userTask
        e: endEvent
        s -> a -> b -> e
        soon -> n -> e
        """
    ).complete("a")

    case.fire("soon").return_to("b", "a")

    assert case.open == ["a", "n"]
    assert case.targets("n") == ()


def test_a_way_does_not_grow_with_the_rounds(play):
    case = play(
        """
        s: startEvent
        merge: exclusiveGateway
        split: parallelGateway
        b: userTask
        c: userTask
        join: parallelGateway
        good: exclusiveGateway default="back"
        e: endEvent
        s -> merge -> split -> b -> join -> good
        split -> c -> join
        good -> e [ok]
        back: good -> merge
        """,
        ok=False,
    )
    sizes = []
    for _ in range(60):
        case.complete("b").complete("c")
        sizes.append(len(case.state.tokens))

    assert case.targets("b") == ()
    assert sizes[-1] - sizes[2] < 20, "only the ids have more digits"


def test_a_completed_task_is_taken_back(play):
    case = play(FORK).complete("a").complete("b")

    assert case.recall("b").open == ["b", "c"]


def test_a_split_is_taken_back_whole(play):
    case = play(FORK).complete("a")

    assert case.recall("a").open == ["a"]


def test_nothing_is_taken_back_once_somebody_went_on(play):
    case = play(FORK).complete("a").complete("c")

    with pytest.raises(MoveRefused, match="不能拿回"):
        case.recall("a")


def test_the_last_arrival_at_a_join_is_taken_back_alone(play):
    case = play(FORK).complete("a").complete("b").complete("c").complete("c2").complete("b2")

    assert case.recall("b2").open == ["b2"]
    assert case.complete("b2").open == ["d"]


def test_an_administrator_moves_a_case_forward(play):
    case = play(FORK).complete("a")

    assert case.move("d").open == ["d"]
    assert case.complete("d").ended == "e"


def test_one_branch_is_moved_inside_its_split(play):
    case = play(FORK).complete("a")

    case.move("b2", withdraw=("b",))

    assert case.open == ["b2", "c"]
    assert case.complete("b2").complete("c").complete("c2").open == ["d"]


def test_a_move_into_a_subprocess_opens_it(play):
    case = play(
        """
        s: startEvent
        a: userTask
        sub: subProcess {
        s2: startEvent
        x: userTask
        y: userTask
        s2 -> x -> y
        }
        late: boundaryEvent attachedToRef="sub" after(P1D)
        e: endEvent
        s -> a -> sub -> e
        late -> e
        """
    )

    assert case.move("y").waits == ["late"]
    assert case.complete("y").ended == "e"


LOOP = """
    s: startEvent
    a: userTask
    b: userTask
    g: exclusiveGateway default="back"
    e: endEvent
    s -> a -> b -> g
    g -> e [ok]
    back: g -> a
"""


def test_who_sent_a_case_back_along_the_diagram_takes_it_back(play):
    case = play(LOOP, ok=False).complete("a").complete("b")

    assert case.open == ["a"]
    assert case.recall("b").open == ["b"]
    assert case.targets("b") == ("a",)


def test_what_was_sent_back_and_corrected_is_not_taken_back(play):
    case = play(LOOP, ok=False).complete("a").complete("b").complete("a")

    with pytest.raises(MoveRefused, match="不能拿回"):
        case.recall("b")


def test_a_case_sent_back_into_a_split_is_taken_back_whole(play):
    case = play(
        """
        s: startEvent
        merge: exclusiveGateway
        split: parallelGateway
        b: userTask
        c: userTask
        join: parallelGateway
        d: userTask
        g: exclusiveGateway default="back"
        e: endEvent
        s -> merge -> split -> b -> join -> d -> g
        split -> c -> join
        g -> e [ok]
        back: g -> merge
        """,
        ok=False,
    )
    case.complete("b").complete("c").complete("d")
    assert case.open == ["b", "c"]

    assert case.recall("d").open == ["d"]
    assert case.targets("d") == ("b", "c")


def test_a_correction_that_led_straight_back_is_taken_back(play):
    case = play(LINE).complete("a").complete("b").return_to("c", "a", direct=True).complete("a")

    assert case.recall("a").open == ["a"]
    assert case.complete("a").open == ["c"], "it still leads straight back"
    assert case.targets("c") == ("b", "a")
