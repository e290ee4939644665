"""Intermediate events in the flow: what each waits for or tells, wherever a token may come from and go."""

from __future__ import annotations

import pytest

from engine.interpreter.errors import NotUsable

ROOTS = """
    m: message name="m"
    sig: signal name="sig"
    x2: escalation escalationCode="X"
"""
CATCHING = {
    "message": ("message(m)", lambda case, at: case.send(at, told=1)),
    "timer": ("after(P1D)", lambda case, at: case.fire(at)),
    "signal": ("signal(sig)", lambda case, at: case.send(at, told=1)),
    "conditional": ("condition(ready)", lambda case, at: case.complete("beside", ready=True)),
}


@pytest.mark.parametrize("trigger", CATCHING)
def test_a_token_waits_until_the_event_happens(play, trigger):
    definition, happen = CATCHING[trigger]
    case = play(f"""
        {ROOTS}
        s: startEvent
        beside: userTask
        wait: intermediateCatchEvent {definition}
        after: userTask
        e: endEvent
        s -> wait -> after -> e
        s -> beside -> e
    """)
    assert case.open == ["beside"]

    happen(case, "wait")

    assert "after" in case.open
    assert case.waits == []


@pytest.mark.parametrize("trigger", ["message", "signal"])
def test_what_the_event_brings_becomes_variables(play, trigger):
    definition, happen = CATCHING[trigger]
    case = play(
        f"""
        {ROOTS}
        s: startEvent
        wait: intermediateCatchEvent {definition} out(told + 1 -> heard)
        after: userTask
        s -> wait -> after
    """.replace(f"{definition} out(told + 1 -> heard)", f"out(told + 1 -> heard) {definition}")
    )

    happen(case, "wait")

    assert dict(case.variables) == {"heard": 2}


@pytest.mark.parametrize("trigger", CATCHING)
def test_it_waits_inside_subprocesses_and_called_processes_too(play, trigger):
    definition, happen = CATCHING[trigger]
    inside = f"{ROOTS} i: startEvent\n wait: intermediateCatchEvent {definition}\n o: endEvent\n i -> wait -> o"
    if trigger == "conditional":
        inside += "\n beside: userTask\n i -> beside -> o"
    case = play(
        f"""
        {ROOTS}
        s: startEvent
        part: subProcess {{
        {inside.replace(ROOTS, "")}
        }}
        call: callActivity calledElement="called"
        after: userTask
        s -> part -> call -> after
        """,
        {"called": inside.replace("wait", "wait2").replace("beside", "other")},
    )

    happen(case, "wait")
    if trigger == "conditional":
        case.complete("called:other", ready=True)
    else:
        happen(case, "called:wait2")

    assert case.open == ["after"]


def test_every_token_waits_for_itself(play):
    case = play(
        f"""
        {ROOTS}
        s: startEvent
        wait: intermediateCatchEvent message(m)
        after: userTask
        s -> wait -> after
        s -> wait
    """.replace("s -> wait\n", "again: s -> wait\n")
    )
    assert case.waits == ["wait", "wait"]

    assert case.send("wait").open == ["after"]
    assert case.send("wait").open == ["after", "after"]


def test_an_event_may_have_several_flows_out(play):
    case = play(f"""
        {ROOTS}
        s: startEvent
        wait: intermediateCatchEvent message(m)
        a: userTask
        b: userTask
        s -> wait -> a
        wait -> b
    """)

    assert case.send("wait").open == ["a", "b"]


@pytest.mark.parametrize("trigger", ["", "message(m)", "signal(sig)", "escalation(x2)"])
def test_a_throwing_event_tells_and_goes_on(play, trigger):
    case = play(f"""
        {ROOTS}
        s: startEvent
        tell: intermediateThrowEvent in(1 + 1 -> two){trigger}
        after: userTask
        s -> tell -> after
    """)

    assert case.open == ["after"]
    told = {"message(m)": [("message", "m", {"two": 2})], "signal(sig)": [("signal", "sig", {"two": 2})]}
    assert [(t.kind, t.name, t.values) for t in case.step.thrown] == told.get(trigger, [])


def test_a_signal_is_heard_everywhere_in_the_case_at_once(play):
    case = play(
        f"""
        {ROOTS}
        s: startEvent
        begin: userTask
        tell: intermediateThrowEvent signal(sig)
        part: subProcess {{
        i: startEvent
        w1: intermediateCatchEvent signal(sig)
        i -> w1
        }}
        call: callActivity calledElement="called"
        w2: intermediateCatchEvent signal(sig)
        end: userTask
        join: parallelGateway
        s -> begin -> tell -> join
        s -> part -> join
        s -> call -> join
        s -> w2 -> join
        join -> end
        """,
        {"called": f"{ROOTS} i: startEvent\n w3: intermediateCatchEvent signal(sig)\n i -> w3"},
    )
    assert case.waits == ["called:w3", "w1", "w2"]

    assert case.complete("begin").open == ["end"]


def test_a_signal_from_outside_is_heard_by_all_who_wait_now(play):
    case = play(f"""
        {ROOTS}
        s: startEvent
        one: intermediateCatchEvent signal(sig)
        two: intermediateCatchEvent signal(sig)
        after: userTask
        s -> one -> two -> after
        t: userTask
        late: boundaryEvent attachedToRef="t" signal(sig)
        handle: userTask
        s -> t
        late -> handle
    """)

    case.hear("sig", told=1)

    assert (case.open, case.waits, case.variables["told"]) == (["handle"], ["two"], 1)


def test_a_signal_thrown_before_anybody_waits_is_not_kept(play):
    case = play(f"""
        {ROOTS}
        s: startEvent
        tell: intermediateThrowEvent signal(sig)
        wait: intermediateCatchEvent signal(sig)
        s -> tell -> wait
    """)

    assert case.waits == ["wait"]


def test_an_escalation_nobody_hears_is_no_error(play):
    case = play(f"""
        {ROOTS}
        s: startEvent
        tell: intermediateThrowEvent escalation(x2)
        after: userTask
        s -> tell -> after
    """)

    assert (case.open, case.incidents) == (["after"], [])


def test_several_links_may_lead_to_one(play):
    case = play("""
        s: startEvent
        one: intermediateThrowEvent link(A)
        two: intermediateThrowEvent link(A)
        there: intermediateCatchEvent link(A)
        after: userTask
        s -> one
        s -> two
        there -> after
    """)

    assert case.open == ["after", "after"]


def test_links_lead_on_within_their_own_scope(play):
    case = play("""
        s: startEvent
        part: subProcess {
        i: startEvent
        out: intermediateThrowEvent link(A)
        back: intermediateCatchEvent link(A)
        inner: userTask
        i -> out
        back -> inner
        }
        after: userTask
        there: intermediateCatchEvent link(B)
        gone: intermediateThrowEvent link(B)
        s -> part -> gone
        there -> after
    """)

    assert case.open == ["inner"]
    assert case.complete("inner").open == ["after"]


def test_a_condition_sees_what_is_written_anywhere_in_its_scope(play):
    case = play("""
        s: startEvent
        wait: intermediateCatchEvent condition(amount > 10)
        part: subProcess {
        i: startEvent
        fill: userTask
        compute: scriptTask script(amount = amount + 1)
        i -> fill -> compute
        }
        after: userTask
        s -> wait -> after
        s -> part
    """)

    case.complete("fill", amount=10)

    assert case.open == ["after"]


def test_a_message_or_signal_may_have_a_name_of_its_own_in_each_case(play):
    case = play(
        """
        m: message name="m" anlan:nameExpression="&quot;paid-&quot; + number"
        sig: signal name="sig" anlan:nameExpression="&quot;alert-&quot; + number"
        s: startEvent
        wait: intermediateCatchEvent message(m)
        heard: intermediateCatchEvent signal(sig)
        tell: intermediateThrowEvent signal(sig)
        after: userTask
        s -> wait -> heard -> tell -> after
        """,
        number="7",
    )
    assert case.wait("wait").name == "paid-7"

    case.send("wait").hear("alert-7")

    assert (case.open, [sent.name for sent in case.step.thrown]) == (["after"], ["alert-7"])


@pytest.mark.parametrize("number", [None, 7])
def test_a_name_that_is_no_text_is_refused(play, number):
    with pytest.raises(NotUsable, match="名称应为文字"):
        play(
            'm: message name="m" anlan:nameExpression="number"\n s: startEvent\n w: receiveTask messageRef="m"\n'
            " s -> w",
            number=number,
        )
