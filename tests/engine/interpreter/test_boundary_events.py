"""Events on the border of an activity: every trigger on every kind of activity, interrupting and not."""

from __future__ import annotations

import pytest

from engine.interpreter import BpmnError

SEVERAL = '<bpmn:multiInstanceLoopCharacteristics isSequential="{}" anlan:collection="[1, 2]"/>'
CONDITION = "<bpmn:loopCondition>again</bpmn:loopCondition>"
AGAIN = f"<bpmn:standardLoopCharacteristics>{CONDITION}</bpmn:standardLoopCharacteristics>"
#: the activity, and what is open while it runs
HOSTS = {
    "user task": ("host: userTask", ["host"]),
    "manual task": ("host: manualTask", ["host"]),
    "receive task": ('host: receiveTask messageRef="other"', []),
    "subprocess": ("host: subProcess {\n i: startEvent\n inner: userTask\n i -> inner\n }", ["inner"]),
    "call activity": ('host: callActivity calledElement="called"', ["called:inner"]),
    "parallel instances": (f"host: userTask {SEVERAL.format('false')}", ["host", "host"]),
    "sequential instances": (f"host: userTask {SEVERAL.format('true')}", ["host"]),
    "standard loop": (f"host: userTask {AGAIN}", ["host"]),
    "subprocess instances": (
        f"host: subProcess {SEVERAL.format('false')} {{\n i: startEvent\n inner: userTask\n i -> inner\n }}",
        ["inner", "inner"],
    ),
}
CALLED = {"called": "i: startEvent\n inner: userTask\n i -> inner"}
#: the event's definition, and how it happens
TRIGGERS = {
    "message": ("message(m)", lambda case: case.send("border", told=1)),
    "timer": ("every(R2/P1D)", lambda case: case.fire("border")),
    "signal": ("signal(sig)", lambda case: case.send("border", told=1)),
    "conditional": ("condition(alarm)", lambda case: case.complete("beside", alarm=True)),
}
AROUND = """
    m: message name="m"
    other: message name="other"
    sig: signal name="sig"
    s: startEvent
    {host}
    border: boundaryEvent attachedToRef="host" cancelActivity="{cancels}" {trigger}
    beside: userTask
    after: userTask
    handle: userTask
    e: endEvent
    s -> host -> after -> e
    s -> around -> beside -> around
    around: exclusiveGateway
    border -> handle -> e
"""


def drawing(host: str, trigger: str, cancels: str) -> str:
    return AROUND.format(host=HOSTS[host][0], trigger=TRIGGERS[trigger][0], cancels=cancels)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_an_interrupting_event_ends_its_activity_and_goes_its_own_way(play, host, trigger):
    case = play(drawing(host, trigger, "true"), CALLED)
    assert case.open == sorted([*HOSTS[host][1], "beside"])

    TRIGGERS[trigger][1](case)

    assert (case.open, case.waits) == (["beside", "handle"], [])


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_non_interrupting_event_leaves_its_activity_open(play, host, trigger):
    case = play(drawing(host, trigger, "false"), CALLED)

    TRIGGERS[trigger][1](case)

    assert case.open == sorted([*HOSTS[host][1], "beside", "handle"])


@pytest.mark.parametrize("trigger", ["message", "timer", "signal"])
def test_a_non_interrupting_event_may_happen_again(play, trigger):
    case = play(drawing("user task", trigger, "false"), CALLED)

    TRIGGERS[trigger][1](case)
    TRIGGERS[trigger][1](case)

    assert case.open == ["beside", "handle", "handle", "host"]


def test_a_condition_must_be_untrue_before_it_happens_again(play):
    case = play(drawing("user task", "conditional", "false"))

    case.complete("beside", alarm=True).complete("beside", alarm=True)
    assert case.open == ["beside", "handle", "host"]
    case.complete("beside", alarm=False).complete("beside", alarm=True)
    assert case.open == ["beside", "handle", "handle", "host"]


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("cancels", ["true", "false"])
def test_an_activity_that_is_done_no_longer_listens(play, trigger, cancels):
    case = play(drawing("user task", trigger, cancels)).complete("host")

    assert (case.open, case.waits) == (["after", "beside"], [])
    if trigger == "conditional":
        assert case.complete("beside", alarm=True).open == ["after", "beside"]


def test_a_condition_that_is_true_on_arrival_happens_at_once(play):
    case = play(drawing("user task", "conditional", "true"), alarm=True)

    assert case.open == ["beside", "handle"]


@pytest.mark.parametrize("trigger", ["message", "signal"])
def test_what_an_event_brings_becomes_variables(play, trigger):
    case = play(drawing("user task", trigger, "true"))

    TRIGGERS[trigger][1](case)

    assert case.variables["told"] == 1


@pytest.mark.parametrize(
    "host",
    [
        "task",
        "scriptTask script(x = 1)",
        'businessRuleTask anlan:decisionRef="d" anlan:resultVariable="r"',
        'sendTask messageRef="m"',
        'serviceTask anlan:connector="c"',
    ],
)
def test_work_that_is_done_at_once_leaves_no_listener(play, services, host):
    services.decisions["d"] = lambda context: 1
    services.connectors["c"] = lambda inputs: {}
    case = play(f"""
        m: message name="m"
        s: startEvent
        host: {host}
        border: boundaryEvent attachedToRef="host" message(m)
        late: boundaryEvent attachedToRef="host" cancelActivity="false" after(P1D)
        after: userTask
        handle: userTask
        e: endEvent
        s -> host -> after -> e
        border -> handle -> e
        late -> handle
    """)

    assert (case.open, case.waits) == (["after"], [])


THROWERS = {
    "subprocess": (
        "host: subProcess {{\n i: startEvent\n inner: userTask\n throw: {event}\n rest: userTask\n"
        " i -> inner -> throw {onwards}\n }}",
        None,
        "inner",
    ),
    "call activity": (
        'host: callActivity calledElement="called"',
        'x: error errorCode="X"\n x2: escalation escalationCode="X"\n i: startEvent\n inner: userTask\n'
        " throw: {event}\n rest: userTask\n i -> inner -> throw {onwards}",
        "called:inner",
    ),
    "subprocess instances": (
        f"host: subProcess {SEVERAL.format('false')} {{{{\n i: startEvent\n inner: userTask\n throw: {{event}}\n"
        " rest: userTask\n i -> inner -> throw {onwards}\n }}",
        None,
        "inner",
    ),
    "looping subprocess": (
        f"host: subProcess {AGAIN} {{{{\n i: startEvent\n inner: userTask\n throw: {{event}}\n"
        " rest: userTask\n i -> inner -> throw {onwards}\n }}",
        None,
        "inner",
    ),
}


def throwing(play, host, event, onwards, border):
    inside, called, task = THROWERS[host]
    text = f"""
        x: error errorCode="X"
        x2: escalation escalationCode="X"
        s: startEvent
        {inside.format(event=event, onwards=onwards)}
        border: boundaryEvent attachedToRef="host" {border}
        after: userTask
        handle: userTask
        e: endEvent
        s -> host -> after -> e
        border -> handle -> e
    """
    others = {"called": called.format(event=event, onwards=onwards)} if called else None
    return play(text, others).complete(task)


@pytest.mark.parametrize("host", THROWERS)
@pytest.mark.parametrize("border", ["error(x)", "error()"])
def test_an_error_from_inside_ends_the_activity(play, host, border):
    case = throwing(play, host, "endEvent error(x)", "", border)

    assert (case.open, case.incidents) == (["handle"], [])


@pytest.mark.parametrize("host", THROWERS)
@pytest.mark.parametrize("border", ["escalation(x2)", "escalation()"])
def test_an_escalation_from_inside_may_end_the_activity(play, host, border):
    case = throwing(play, host, "intermediateThrowEvent escalation(x2)", "-> rest", border)

    assert case.open == ["handle"]


@pytest.mark.parametrize(("host", "left"), [("subprocess", ["rest"]), ("call activity", ["called:rest"])])
def test_an_escalation_that_does_not_interrupt_lets_the_activity_go_on(play, host, left):
    border = 'cancelActivity="false" escalation(x2)'
    case = throwing(play, host, "intermediateThrowEvent escalation(x2)", "-> rest", border)

    assert case.open == sorted(["handle", *left])


def test_an_escalation_end_reaches_the_border_before_the_activity_is_done(play):
    border = 'cancelActivity="false" escalation(x2)'
    case = throwing(play, "subprocess", "endEvent escalation(x2)", "", border)

    assert case.open == ["after", "handle"]


@pytest.mark.parametrize("border", ["error(y)", 'cancelActivity="false" escalation(y2)'])
def test_another_code_is_not_caught(play, border):
    event = "endEvent error(x)" if "error" in border else "endEvent escalation(x2)"
    case = play(f"""
        x: error errorCode="X"
        y: error errorCode="Y"
        x2: escalation escalationCode="X"
        y2: escalation escalationCode="Y"
        s: startEvent
        host: subProcess {{
        i: startEvent
        throw: {event}
        i -> throw
        }}
        border: boundaryEvent attachedToRef="host" {border}
        handle: userTask
        after: userTask
        e: endEvent
        s -> host -> after -> e
        border -> handle -> e
    """)

    assert "handle" not in case.open
    assert (case.incidents == []) == ("escalation" in border)


def test_the_border_with_the_code_goes_before_the_one_for_all(play):
    case = play("""
        x: error errorCode="X"
        s: startEvent
        host: subProcess {
        i: startEvent
        throw: endEvent error(x)
        i -> throw
        }
        any: boundaryEvent attachedToRef="host" error()
        named: boundaryEvent attachedToRef="host" error(x)
        a: userTask
        b: userTask
        e: endEvent
        s -> host -> e
        any -> a -> e
        named -> b -> e
    """)

    assert case.open == ["b"]


@pytest.mark.parametrize(
    "host",
    [
        'serviceTask anlan:connector="c"',
        'sendTask anlan:connector="c"',
        f'serviceTask anlan:connector="c" {SEVERAL.format("true")}',
    ],
)
def test_what_a_connector_refuses_is_an_error_at_its_border(play, services, host):
    def refuse(inputs):
        raise BpmnError("X")

    services.connectors["c"] = refuse
    case = play(f"""
        x: error errorCode="X"
        s: startEvent
        host: {host}
        border: boundaryEvent attachedToRef="host" error(x)
        after: userTask
        handle: userTask
        e: endEvent
        s -> host -> after -> e
        border -> handle -> e
    """)

    assert case.open == ["handle"]


def test_several_events_on_one_border_are_independent(play):
    case = play("""
        m: message name="m"
        s: startEvent
        host: userTask
        told: boundaryEvent attachedToRef="host" cancelActivity="false" message(m)
        late: boundaryEvent attachedToRef="host" after(P1D)
        a: userTask
        b: userTask
        e: endEvent
        s -> host -> e
        told -> a -> e
        late -> b -> e
    """)

    assert case.send("told").open == ["a", "host"]
    assert case.fire("late").open == ["a", "b"]
    assert case.waits == []


def test_a_border_event_may_have_several_flows_out(play):
    case = play("""
        s: startEvent
        host: userTask
        late: boundaryEvent attachedToRef="host" after(P1D)
        a: userTask
        b: userTask
        e: endEvent
        s -> host -> e
        late -> a -> e
        late -> b -> e
    """)

    assert case.fire("late").open == ["a", "b"]
