"""Event subprocesses: every trigger, interrupting and not, in a process, a subprocess and a called process."""

from __future__ import annotations

import pytest

from engine.interpreter import BpmnError

TRIGGERS = {
    "message": ("message(m)", lambda case, at: case.send(at, told=1)),
    "timer": ("every(R2/P1D)", lambda case, at: case.fire(at)),
    "signal": ("signal(sig)", lambda case, at: case.send(at, told=1)),
    "conditional": ("condition(alarm)", lambda case, at: case.complete(at.replace("happened", "set"), alarm=True)),
}
ROOTS = """
    m: message name="m"
    sig: signal name="sig"
    x: error errorCode="X"
    x2: escalation escalationCode="X"
"""
#: work beside an event subprocess; `set` may change variables any number of times
INSIDE = """
    i: startEvent
    work: userTask
    set: userTask
    again: exclusiveGateway
    o: endEvent
    i -> work -> o
    i -> again -> set -> again
    handling: subProcess triggeredByEvent="true" {{
    happened: startEvent isInterrupting="{cancels}" {trigger}
    handle: userTask
    handled: endEvent
    happened -> handle -> handled
    }}
"""
PLACES = {
    "process": ("{inside}", False, ""),
    "subprocess": (
        "s: startEvent\n part: subProcess {{\n{inside}\n}}\n after: userTask\n e: endEvent\n s -> part -> after -> e",
        False,
        "",
    ),
    "called process": (
        's: startEvent\n part: callActivity calledElement="called"\n after: userTask\n e: endEvent\n'
        " s -> part -> after -> e",
        True,
        "called:",
    ),
    "one instance of a subprocess": (
        's: startEvent\n part: subProcess <bpmn:multiInstanceLoopCharacteristics anlan:collection="[1]"/> {{\n'
        "{inside}\n}}\n"
        " after: userTask\n e: endEvent\n s -> part -> after -> e",
        False,
        "",
    ),
}


def begin(play, place, trigger, cancels):
    around, called, prefix = PLACES[place]
    inside = INSIDE.format(trigger=TRIGGERS[trigger][0], cancels=cancels)
    others = {"called": ROOTS + inside} if called else None
    return play(ROOTS + around.format(inside=inside), others), prefix


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_an_interrupting_one_takes_the_place_of_what_runs_beside_it(play, place, trigger):
    case, prefix = begin(play, place, trigger, "true")

    TRIGGERS[trigger][1](case, f"{prefix}happened")
    assert (case.open, case.waits) == ([f"{prefix}handle"], [])

    case.complete(f"{prefix}handle")
    assert (case.ended, case.open) == (("handling", []) if place == "process" else (None, ["after"]))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_one_that_does_not_interrupt_runs_beside_the_rest_and_again(play, place, trigger):
    case, prefix = begin(play, place, trigger, "false")

    TRIGGERS[trigger][1](case, f"{prefix}happened")
    if trigger == "conditional":
        case.complete(f"{prefix}set", alarm=False)
    TRIGGERS[trigger][1](case, f"{prefix}happened")

    names = ["handle", "handle", "set", "work"]
    assert case.open == [f"{prefix}{name}" for name in names]


def test_its_scope_is_not_done_before_it_is(play):
    case = play(
        ROOTS
        + """
        s: startEvent
        work: userTask
        e: endEvent
        s -> work -> e
        handling: subProcess triggeredByEvent="true" {
        happened: startEvent isInterrupting="false" message(m)
        handle: userTask
        handled: endEvent
        happened -> handle -> handled
        }
    """
    )

    assert case.send("happened").complete("work").ended is None
    assert case.complete("handle").ended == "e"


def test_a_scope_that_is_done_no_longer_listens(play):
    case, _ = begin(play, "subprocess", "timer", "false")

    case = play(
        ROOTS
        + """
        s: startEvent
        part: subProcess {
        i: startEvent
        work: userTask
        i -> work
        handling: subProcess triggeredByEvent="true" {
        happened: startEvent isInterrupting="false" message(m)
        handle: userTask
        happened -> handle
        }
        }
        after: userTask
        s -> part -> after
    """
    )

    assert (case.complete("work").open, case.waits) == (["after"], [])


FAILING = """
    s: startEvent
    part: subProcess {{
    i: startEvent
    work: userTask
    bad: {thrown}
    rest: userTask
    i -> work -> bad {onwards}
    handling: subProcess triggeredByEvent="true" {{
    caught: startEvent isInterrupting="{cancels}" {trigger}
    handle: userTask
    handled: endEvent
    caught -> handle -> handled
    }}
    }}
    after: userTask
    e: endEvent
    s -> part -> after -> e
"""


@pytest.mark.parametrize("trigger", ["error(x)", "error()"])
def test_an_error_is_caught_beside_where_it_was_thrown(play, trigger):
    text = FAILING.format(thrown="endEvent error(x)", onwards="", cancels="true", trigger=trigger)
    case = play(ROOTS + text).complete("work")

    assert (case.open, case.incidents) == (["handle"], [])
    assert case.complete("handle").open == ["after"]


@pytest.mark.parametrize("trigger", ["escalation(x2)", "escalation()"])
@pytest.mark.parametrize(("cancels", "opened"), [("true", ["handle"]), ("false", ["handle", "rest"])])
def test_an_escalation_is_caught_beside_where_it_was_thrown(play, trigger, cancels, opened):
    thrown = "intermediateThrowEvent escalation(x2)"
    text = FAILING.format(thrown=thrown, onwards="-> rest", cancels=cancels, trigger=trigger)

    assert play(ROOTS + text).complete("work").open == opened


def test_an_error_inside_a_handler_goes_outwards(play):
    case = play(
        ROOTS
        + """
        s: startEvent
        part: subProcess {
        i: startEvent
        bad: endEvent error(x)
        i -> bad
        handling: subProcess triggeredByEvent="true" {
        caught: startEvent error(x)
        again: endEvent error(x)
        caught -> again
        }
        }
        border: boundaryEvent attachedToRef="part" error(x)
        mend: userTask
        e: endEvent
        s -> part -> e
        border -> mend -> e
    """
    )

    assert case.open == ["mend"]


@pytest.mark.parametrize(("cancels", "opened"), [("false", ["mend"]), ("true", [])])
def test_an_error_inside_a_handler_reaches_another_beside_it_unless_all_were_interrupted(play, cancels, opened):
    case = play(
        ROOTS
        + f"""
        s: startEvent
        work: userTask
        s -> work
        telling: subProcess triggeredByEvent="true" {{
        told: startEvent isInterrupting="{cancels}" message(m)
        bad: endEvent error(x)
        told -> bad
        }}
        handling: subProcess triggeredByEvent="true" {{
        caught: startEvent error(x)
        mend: userTask
        caught -> mend
        }}
    """
    )

    assert case.send("told").open == opened


def test_an_escalation_inside_a_handler_is_not_its_own_but_reaches_another_beside_it(play):
    handler = """
        {name}: subProcess triggeredByEvent="true" {{
        {name}_caught: startEvent isInterrupting="false" {trigger}
        {name}_task: userTask
        {name}_thrown: intermediateThrowEvent escalation(x2)
        {name}_caught -> {name}_thrown -> {name}_task
        }}
    """
    first, second = handler.format(name="a", trigger="message(m)"), handler.format(name="b", trigger="escalation(x2)")
    case = play(f"{ROOTS}\n s: startEvent\n work: userTask\n s -> work\n{first}{second}")

    assert case.send("a_caught").open == ["a_task", "b_task", "work"]


def test_a_handler_of_the_whole_process_catches_what_a_called_process_throws(play):
    called = ROOTS + "i: startEvent\n work: userTask\n bad: endEvent error(x)\n i -> work -> bad"
    case = play(
        ROOTS
        + """
        s: startEvent
        part: callActivity calledElement="called"
        e: endEvent
        s -> part -> e
        handling: subProcess triggeredByEvent="true" {
        caught: startEvent error(x)
        handle: userTask
        handled: endEvent
        caught -> handle -> handled
        }
    """,
        {"called": called},
    )

    assert case.complete("called:work").open == ["handle"]


def test_what_the_event_brings_is_its_own(play):
    case, _ = begin(play, "process", "message", "false")

    case.send("happened", told=2)

    assert "told" not in case.variables


def test_several_handlers_listen_side_by_side(play):
    case = play(
        ROOTS
        + """
        s: startEvent
        work: userTask
        s -> work
        one: subProcess triggeredByEvent="true" {
        told: startEvent isInterrupting="false" message(m)
        a: userTask
        told -> a
        }
        two: subProcess triggeredByEvent="true" {
        late: startEvent after(P1D)
        b: userTask
        late -> b
        }
    """
    )

    assert case.send("told").open == ["a", "work"]
    assert (case.fire("late").open, case.waits) == (["b"], [])


@pytest.mark.parametrize("trigger", ["error(x)", "error()"])
def test_what_a_connector_refuses_is_caught_by_the_process_itself(play, services, trigger):
    def refuse(inputs):
        raise BpmnError("X")

    services.connectors["c"] = refuse
    case = play(
        ROOTS
        + f"""
        s: startEvent
        hold: serviceTask anlan:connector="c"
        after: userTask
        s -> hold -> after
        handling: subProcess triggeredByEvent="true" {{
        caught: startEvent {trigger}
        handle: userTask
        caught -> handle
        }}
    """
    )

    assert (case.open, case.incidents) == (["handle"], [])
