"""End events: what each tells, and what it ends."""

from __future__ import annotations

import pytest

ROOTS = """
    m: message name="m"
    sig: signal name="sig"
    x: error errorCode="X"
    x2: escalation escalationCode="X"
"""


def test_a_token_that_ends_leaves_the_others_alone(play):
    case = play("""
        s: startEvent
        a: userTask
        b: userTask
        one: endEvent
        two: endEvent
        s -> a -> one
        s -> b -> two
    """)

    assert (case.complete("a").ended, case.open) == (None, ["b"])
    assert case.complete("b").ended == "two"


def test_a_token_without_a_flow_out_ends_where_it_is(play):
    assert play("s: startEvent\n a: userTask\n s -> a").complete("a").ended == "a"


@pytest.mark.parametrize(("event", "told"), [("message(m)", ("message", "m")), ("signal(sig)", ("signal", "sig"))])
@pytest.mark.parametrize("inside", [True, False])
def test_an_end_event_tells_before_its_token_ends(play, event, told, inside):
    end = f"bye: endEvent in(7 -> n){event}"
    text = f"s: startEvent\n {end}\n s -> bye"
    if inside:
        text = f"s: startEvent\n part: subProcess {{\n i: startEvent\n {end}\n i -> bye\n }}\n s -> part"
    case = play(ROOTS + text)

    assert [((t.kind, t.name), t.values) for t in case.step.thrown] == [(told, {"n": 7})]
    assert case.ended is not None


def test_a_signal_end_is_heard_in_the_case(play):
    case = play(f"""
        {ROOTS}
        s: startEvent
        begin: userTask
        wait: intermediateCatchEvent signal(sig)
        after: userTask
        bye: endEvent signal(sig)
        s -> begin -> bye
        s -> wait -> after
    """)

    assert case.complete("begin").open == ["after"]


def test_an_escalation_end_of_the_process_is_no_error(play):
    assert play(f"{ROOTS} s: startEvent\n bye: endEvent escalation(x2)\n s -> bye").ended == "bye"


@pytest.mark.parametrize(
    ("place", "called"),
    [
        ("part: subProcess {{\n{inside}\n}}", None),
        ('part: callActivity calledElement="called"', "called"),
        ('part: subProcess <bpmn:multiInstanceLoopCharacteristics anlan:collection="[1, 2]"/> {{\n{inside}\n}}', None),
    ],
    ids=["subprocess", "called process", "one instance"],
)
def test_a_terminate_end_ends_its_own_scope_only(play, place, called):
    inside = """
        i: startEvent
        work: userTask
        stop: userTask
        over: endEvent terminate()
        i -> work
        i -> stop -> over
    """
    case = play(
        f"""
        s: startEvent
        {place.format(inside=inside)}
        beside: userTask
        after: userTask
        s -> part -> after
        s -> beside
        """,
        {"called": inside} if called else None,
    )
    prefix = "called:" if called else ""
    several = "multiInstance" in place

    case.complete(f"{prefix}stop")

    assert case.open == (["beside", "stop", "work"] if several else ["after", "beside"])


def test_a_terminate_end_of_an_event_subprocess_ends_that_only(play):
    case = play(f"""
        {ROOTS}
        s: startEvent
        work: userTask
        s -> work
        handling: subProcess triggeredByEvent="true" {{
        told: startEvent isInterrupting="false" message(m)
        a: userTask
        b: userTask
        over: endEvent terminate()
        told -> a
        told -> b -> over
        }}
    """)

    assert case.send("told").complete("b").open == ["work"]


def test_a_terminate_end_of_the_process_takes_everything_with_it(play):
    case = play(
        f"""
        {ROOTS}
        s: startEvent
        stop: userTask
        over: endEvent terminate()
        part: subProcess {{
        i: startEvent
        inner: userTask
        i -> inner
        }}
        call: callActivity calledElement="called"
        wait: intermediateCatchEvent message(m)
        s -> stop -> over
        s -> part
        s -> call
        s -> wait
        """,
        {"called": "i: startEvent\n work: userTask\n i -> work"},
    )

    case.complete("stop")

    assert (case.ended, case.open, case.waits) == ("over", [], [])


@pytest.mark.parametrize("flows", ["a -> bye\n b -> bye", "a -> g -> bye\n b -> g\n g: exclusiveGateway"])
def test_several_flows_into_an_end_event_end_one_token_each(play, flows):
    case = play(f"""
        s: startEvent
        a: userTask
        b: userTask
        bye: endEvent
        s -> a
        s -> b
        {flows}
    """)

    assert case.complete("a").ended is None
    assert case.complete("b").ended == "bye"
