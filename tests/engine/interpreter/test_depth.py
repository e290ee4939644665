"""Five thousand rounds: the state and the work of a round stay what they were in the first rounds.

Work is counted, not timed: the functions that Python calls while a round is played.
"""

from __future__ import annotations

import sys

import pytest

ROUNDS = 5_000
#: rounds that are measured; a count of ids grows by a digit or two in between
EARLY, LATE = range(5, 10), range(ROUNDS - 5, ROUNDS)

SPLIT = """
    s: startEvent
    m: exclusiveGateway
    apply: userTask
    split: parallelGateway
    technical: userTask
    finance: userTask
    late: boundaryEvent attachedToRef="finance" cancelActivity="false" after(P9D)
    told: endEvent
    late -> told
    join: parallelGateway
    approve: userTask
    g: exclusiveGateway default="back"
    e: endEvent
    s -> m -> apply -> split -> technical -> join
    split -> finance -> join -> approve -> g
    back: g -> m
    g -> e [outcome = "agree"]
"""
SUBPROCESS = """
    s: startEvent
    apply: userTask
    part: subProcess {
    ps: startEvent
    check: userTask
    sign: userTask
    ps -> check -> sign
    objected: subProcess triggeredByEvent="true" {
    os: startEvent isInterrupting="false" after(P9D)
    oe: endEvent
    os -> oe
    }
    }
    limit: boundaryEvent attachedToRef="part" after(P30D)
    g: exclusiveGateway default="back"
    e: endEvent
    s -> apply -> part -> g
    limit -> e
    back: g -> apply
    g -> e [outcome = "agree"]
"""
SEVERAL = (
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3</bpmn:loopCardinality>"
    "</bpmn:multiInstanceLoopCharacteristics>"
)
INCLUSIVE = f"""
    s: startEvent
    m: exclusiveGateway
    i: inclusiveGateway default="none"
    experts: userTask {SEVERAL}
    b: userTask
    j: inclusiveGateway
    g: exclusiveGateway default="back"
    e: endEvent
    s -> m -> i
    i -> experts [true]
    none: i -> b
    i -> j [true]
    experts -> j
    b -> j -> g
    back: g -> m
    g -> e [outcome = "agree"]
"""


def calls(play_round) -> int:
    """How many functions a round calls."""
    count = 0

    def note(frame, event, _):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        play_round()
    finally:
        sys.setprofile(None)
    return count


def play_rounds(case, play_round):
    """Work, tokens and bytes in the first and in the last rounds."""
    measured = {}
    for number in range(ROUNDS):
        if number in EARLY or number in LATE:
            work = calls(play_round)
            measured[number] = (work, case.state.tokens.count(b"["), len(case.state.tokens), len(case.state.variables))
        else:
            play_round()
        case.steps.clear() if number + 1 < ROUNDS else None
    return [measured[number] for number in EARLY], [measured[number] for number in LATE]


def check(early, late):
    for (calls_then, *tokens_then), (calls_now, *tokens_now) in zip(early, late, strict=True):
        assert calls_now <= calls_then * 1.02
        assert tokens_now[0] == tokens_then[0]
        assert tokens_now[1] <= tokens_then[1] + 60
        assert tokens_now[2] <= tokens_then[2] + 30


def back_over_a_split(case):
    case.complete("apply").complete("finance").complete("technical").complete("approve", outcome="return")


def back_through_a_subprocess(case):
    case.complete("apply").complete("check").complete("sign", outcome="return")


def back_over_several(case):
    case.complete("experts").complete("experts").complete("experts", outcome="return")


def returned_over_a_split(case):
    case.complete("apply").complete("finance").return_to("technical", "apply")


def returned_into_a_branch(case):
    case.return_to("approve", "finance").complete("finance")


def returned_straight(case):
    case.return_to("approve", "technical", direct=True).complete("technical")


def returned_out_of_a_subprocess(case):
    case.complete("apply").complete("check").return_to("sign", "apply")


def returned_inside_a_subprocess(case):
    case.return_to("sign", "check").complete("check")


@pytest.mark.parametrize(
    ("drawing", "before", "play_round"),
    [
        (SPLIT, (), back_over_a_split),
        (SUBPROCESS, (), back_through_a_subprocess),
        (INCLUSIVE, (), back_over_several),
        (SPLIT, (), returned_over_a_split),
        (SPLIT, ("apply", "finance", "technical"), returned_into_a_branch),
        (SPLIT, ("apply", "finance", "technical"), returned_straight),
        (SUBPROCESS, (), returned_out_of_a_subprocess),
        (SUBPROCESS, ("apply", "check"), returned_inside_a_subprocess),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_round_costs_in_the_end_what_it_cost_in_the_beginning(play, drawing, before, play_round):
    case = play(drawing)
    for activity in before:
        case.complete(activity)

    early, late = play_rounds(case, lambda: play_round(case))

    check(early, late)
