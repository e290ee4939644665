"""Call activities: another process runs, sees what it is given and gives back what it is asked for."""

from __future__ import annotations

import pytest

CALLED = {"called": "i: startEvent\n work: userTask\n o: endEvent\n i -> work -> o"}


def test_the_called_process_runs_to_its_end(play):
    case = play('s: startEvent\n c: callActivity calledElement="called"\n after: userTask\n s -> c -> after', CALLED)
    assert case.open == ["called:work"]

    assert case.complete("called:work").open == ["after"]


def test_a_called_process_may_be_in_the_same_file(play, draw, services):
    from engine import interpreter

    from .conftest import Play

    both = draw('s: startEvent\n c: callActivity calledElement="called"\n s -> c').decode()
    inner = draw(CALLED["called"], "called").decode()
    process = inner[inner.index("<bpmn:process") : inner.index("</bpmn:definitions>")]
    spec = interpreter.compile_definition(
        both.replace("</bpmn:definitions>", process + "</bpmn:definitions>").encode(), process_id="p"
    )

    assert Play(spec, services).start().open == ["called:work"]


def test_each_call_has_variables_of_its_own(play):
    case = play(
        """
        s: startEvent
        one: callActivity calledElement="called" in(1 -> n) out(n -> first)
        two: callActivity calledElement="called" in(2 -> n) out(n -> second)
        join: parallelGateway
        after: userTask
        s -> one -> join
        s -> two -> join
        join -> after
        """,
        {"called": "i: startEvent\n work: userTask\n add: scriptTask script(n = n * 10)\n i -> work -> add"},
        n=7,
    )
    case.complete("called:work").complete("called:work")

    assert (case.open, dict(case.variables)) == (["after"], {"n": 7, "first": 10, "second": 20})


def test_a_call_for_each_element(play):
    case = play(
        """
        s: startEvent
        c: callActivity calledElement="called" in(n -> n) out(n -> n) """
        '<bpmn:multiInstanceLoopCharacteristics anlan:collection="[1, 2, 3]" anlan:elementVariable="n" '
        'anlan:outputCollection="all" anlan:outputElement="n"/>'
        """
        after: userTask
        s -> c -> after
        """,
        {"called": "i: startEvent\n add: scriptTask script(n = n * 10)\n i -> add"},
    )

    assert (case.open, case.variables["all"]) == (["after"], [10, 20, 30])


def test_a_call_repeats_while_its_condition_holds(play):
    condition = "<bpmn:loopCondition>n &lt; 3</bpmn:loopCondition>"
    loop = f"<bpmn:standardLoopCharacteristics>{condition}</bpmn:standardLoopCharacteristics>"
    case = play(
        f's: startEvent\n c: callActivity calledElement="called" in(n -> n) out(n -> n) {loop}\n after: userTask\n'
        " s -> c -> after",
        {"called": "i: startEvent\n add: scriptTask script(n = n + 1)\n i -> add"},
        n=0,
    )

    assert case.variables["n"] == 3


def test_a_call_inside_a_call(play):
    case = play(
        's: startEvent\n c: callActivity calledElement="middle"\n after: userTask\n s -> c -> after',
        {"middle": 'i: startEvent\n c: callActivity calledElement="called"\n i -> c', **CALLED},
    )
    assert case.open == ["called:work"]

    assert case.complete("called:work").open == ["after"]


@pytest.mark.parametrize("event", ["error(x)", "escalation(x2)"])
def test_what_is_thrown_inside_goes_through_all_calls(play, event):
    roots = 'x: error errorCode="X"\n x2: escalation escalationCode="X"\n'
    case = play(
        f"""
        {roots}
        s: startEvent
        c: callActivity calledElement="middle"
        border: boundaryEvent attachedToRef="c" {event}
        handle: userTask
        s -> c
        border -> handle
        """,
        {
            "middle": 'i: startEvent\n c: callActivity calledElement="inner"\n i -> c',
            "inner": f"{roots} i: startEvent\n work: userTask\n bad: endEvent {event}\n i -> work -> bad",
        },
    )

    assert case.complete("inner:work").open == ["handle"]
