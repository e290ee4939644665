"""Gateways: splits and joins, balanced and not, in loops and with several tokens."""

from __future__ import annotations

import pytest

from engine.interpreter.errors import NoFlowTaken

EXCLUSIVE = """
    s: startEvent
    g: exclusiveGateway default="rest"
    a: userTask
    b: userTask
    c: userTask
    s -> g
    g -> a [n > 1]
    g -> b [n > 0]
    rest: g -> c
"""


@pytest.mark.parametrize(("n", "opened"), [(2, "a"), (1, "b"), (0, "c"), (None, "c")])
def test_an_exclusive_gateway_takes_the_first_true_flow_or_the_default(play, n, opened):
    assert play(EXCLUSIVE, n=n).open == [opened]


@pytest.mark.parametrize("kind", ["exclusiveGateway", "inclusiveGateway"])
def test_without_a_true_flow_and_default_it_refuses(play, kind):
    with pytest.raises(NoFlowTaken, match="“g”"):
        play(f"s: startEvent\n g: {kind}\n a: userTask\n b: userTask\n s -> g\n g -> a [n > 1]\n g -> b [n < 0]", n=1)


def test_an_exclusive_gateway_lets_every_token_through(play):
    case = play("""
        s: startEvent
        a: task
        b: task
        g: exclusiveGateway
        after: userTask
        s -> a -> g
        s -> b -> g
        g -> after
    """)

    assert case.open == ["after", "after"]


def test_a_gateway_may_join_and_split_at_once(play):
    case = play("""
        s: startEvent
        a: userTask
        b: userTask
        g: parallelGateway
        c: userTask
        d: userTask
        s -> a -> g
        s -> b -> g
        g -> c
        g -> d
    """)

    assert case.complete("a").open == ["b"]
    assert case.complete("b").open == ["c", "d"]


INCLUSIVE = """
    s: startEvent
    split: inclusiveGateway default="rest"
    a: userTask
    b: userTask
    c: userTask
    join: inclusiveGateway
    after: userTask
    s -> split
    split -> a [n > 0]
    split -> b [n > 1]
    rest: split -> c
    a -> join
    b -> join
    c -> join
    join -> after
"""


@pytest.mark.parametrize(("n", "opened"), [(0, ["c"]), (1, ["a"]), (2, ["a", "b"])])
def test_an_inclusive_gateway_takes_every_true_flow_and_waits_for_those_only(play, n, opened):
    case = play(INCLUSIVE, n=n)
    assert case.open == opened

    for activity in opened:
        assert "after" not in case.open
        case.complete(activity)

    assert case.open == ["after"]


def test_an_inclusive_join_does_not_wait_for_what_can_no_longer_come(play):
    case = play("""
        s: startEvent
        split: parallelGateway
        a: userTask
        b: userTask
        g: exclusiveGateway
        join: inclusiveGateway
        out: endEvent
        after: userTask
        s -> split -> a -> join
        split -> b -> g
        g -> join [back]
        g -> out [not(back)]
        join -> after
    """)

    assert case.complete("a").open == ["b"]
    assert case.complete("b", back=False).open == ["after"]


def test_a_parallel_join_takes_one_token_from_each_flow(play):
    case = play("""
        s: startEvent
        a: userTask
        b: userTask
        g: parallelGateway
        after: userTask
        s -> a -> g
        again: s -> a
        s -> b -> g
        g -> after
    """)
    assert case.complete("a").complete("a").open == ["b"]

    assert case.complete("b").open == ["after"]
    assert case.ended is None


def test_a_join_that_waits_for_ever_keeps_the_case_running(play):
    case = play(
        """
        s: startEvent
        g: exclusiveGateway
        a: userTask
        b: userTask
        join: parallelGateway
        e: endEvent
        s -> g
        g -> a [n = 1]
        g -> b [n = 2]
        a -> join
        b -> join
        join -> e
    """,
        n=1,
    )

    assert (case.complete("a").open, case.ended) == ([], None)


def test_nested_splits_join_inside_out(play):
    case = play("""
        s: startEvent
        p1: parallelGateway
        p2: parallelGateway
        a: userTask
        b: userTask
        c: userTask
        j2: parallelGateway
        j1: parallelGateway
        after: userTask
        s -> p1 -> a -> j1
        p1 -> p2 -> b -> j2
        p2 -> c -> j2 -> j1 -> after
    """)

    assert case.complete("b").complete("a").open == ["c"]
    assert case.complete("c").open == ["after"]


def test_an_unbalanced_join_counts_flows_not_branches(play):
    case = play("""
        s: startEvent
        split: parallelGateway
        a: userTask
        b: userTask
        c: userTask
        first: exclusiveGateway
        join: parallelGateway
        after: userTask
        s -> split -> a -> first
        split -> b -> first
        split -> c -> join
        first -> join -> after
    """)

    case.complete("a").complete("c")
    assert case.open == ["after", "b"]


def test_a_gateway_loops_until_it_is_enough(play):
    case = play("""
        s: startEvent
        again: exclusiveGateway
        split: parallelGateway
        a: userTask
        b: userTask
        j: parallelGateway
        enough: exclusiveGateway default="no"
        e: endEvent
        s -> again -> split
        split -> a -> j
        split -> b -> j -> enough
        enough -> e [ok]
        no: enough -> again
    """)
    for _ in range(3):
        case.complete("b", ok=False).complete("a")
        assert case.open == ["a", "b"]

    assert case.complete("a", ok=True).complete("b").ended == "e"


@pytest.mark.parametrize("kind", ["exclusiveGateway", "inclusiveGateway", "parallelGateway"])
def test_one_flow_in_and_one_out_pass_through(play, kind):
    assert play(f"s: startEvent\n g: {kind}\n a: userTask\n s -> g -> a").open == ["a"]


EVENTS = {
    "message": ("intermediateCatchEvent message(m)", lambda case: case.send("x")),
    "timer": ("intermediateCatchEvent after(P1D)", lambda case: case.fire("x")),
    "signal": ("intermediateCatchEvent signal(sig)", lambda case: case.send("x")),
    "conditional": ("intermediateCatchEvent condition(ready)", lambda case: case.complete("beside", ready=True)),
    "receive task": ('receiveTask messageRef="m"', lambda case: case.send("x")),
}


@pytest.mark.parametrize("event", EVENTS)
def test_the_first_event_behind_an_event_gateway_decides(play, event):
    definition, happen = EVENTS[event]
    case = play(f"""
        m: message name="m"
        other: message name="other"
        sig: signal name="sig"
        s: startEvent
        beside: userTask
        g: eventBasedGateway
        x: {definition}
        y: intermediateCatchEvent message(other)
        a: userTask
        b: userTask
        e: endEvent
        s -> g
        s -> beside -> e
        g -> x -> a
        g -> y -> b
    """)

    happen(case)

    assert "a" in case.open
    assert case.waits == []


def test_two_events_of_one_signal_decide_once(play):
    case = play("""
        sig: signal name="sig"
        s: startEvent
        g: eventBasedGateway
        x: intermediateCatchEvent signal(sig)
        y: intermediateCatchEvent signal(sig)
        a: userTask
        b: userTask
        s -> g
        g -> x -> a
        g -> y -> b
    """)

    assert case.hear("sig").open == ["a"]
    assert case.waits == []


def test_an_event_gateway_offers_its_events_again_in_a_loop(play):
    case = play("""
        m: message name="m"
        s: startEvent
        again: exclusiveGateway
        g: eventBasedGateway
        told: intermediateCatchEvent message(m)
        late: intermediateCatchEvent after(P1D)
        e: endEvent
        s -> again -> g
        g -> told -> again
        g -> late -> e
    """)
    for _ in range(3):
        case.send("told")
        assert case.waits == ["late", "told"]

    assert case.fire("late").ended == "e"


def test_an_interrupted_scope_takes_its_event_gateway_with_it(play):
    case = play("""
        m: message name="m"
        s: startEvent
        part: subProcess {
        i: startEvent
        g: eventBasedGateway
        told: intermediateCatchEvent message(m)
        late: intermediateCatchEvent after(P5D)
        o: endEvent
        i -> g
        g -> told -> o
        g -> late -> o
        }
        stop: boundaryEvent attachedToRef="part" after(P1D)
        handle: userTask
        s -> part
        stop -> handle
    """)

    assert (case.fire("stop").open, case.waits) == (["handle"], [])
