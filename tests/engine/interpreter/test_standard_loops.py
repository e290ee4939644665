"""Standard loops on every activity that can have one."""

from __future__ import annotations

import pytest

LOOP = (
    "<bpmn:standardLoopCharacteristics{}><bpmn:loopCondition>{}</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
)
#: each counts n up by one
WORK = {
    "script": ("scriptTask script(n = n + 1) {loop}", None),
    "service": ('serviceTask anlan:connector="c" in(n -> n) out(n -> n) {loop}', None),
    "business rule": ('businessRuleTask anlan:decisionRef="d" anlan:resultVariable="n" {loop}', None),
    "user": ("userTask {loop}", lambda case, n: case.complete("t", n=n)),
    "manual": ("manualTask {loop}", lambda case, n: case.complete("t", n=n)),
    "receive": ('receiveTask messageRef="m" {loop}', lambda case, n: case.send("t", n=n)),
    "subprocess": ("subProcess {loop} {{\n i: startEvent\n w: scriptTask script(n = n + 1)\n i -> w\n }}", None),
}


@pytest.fixture
def counting(play, services):
    services.connectors["c"] = lambda inputs: {"n": inputs["n"] + 1}
    services.decisions["d"] = lambda context: context["n"] + 1

    def begin(kind, loop, n=0):
        text = WORK[kind][0].format(loop=loop)
        return play(f'm: message name="m"\n s: startEvent\n t: {text}\n after: userTask\n s -> t -> after', n=n)

    return begin


@pytest.mark.parametrize("kind", WORK)
def test_the_work_is_repeated_while_the_condition_holds(counting, kind):
    case = counting(kind, LOOP.format("", "n &lt; 3"))
    for n in (1, 2, 3) if WORK[kind][1] else ():
        assert "after" not in case.open
        WORK[kind][1](case, n)

    assert (case.open, case.variables["n"]) == (["after"], 3)


@pytest.mark.parametrize("kind", WORK)
def test_tested_before_it_may_not_be_done_at_all(counting, kind):
    case = counting(kind, LOOP.format(' testBefore="true"', "n &lt; 3"), n=5)

    assert (case.open, case.waits, case.variables["n"]) == (["after"], [], 5)


@pytest.mark.parametrize("kind", ["script", "subprocess"])
def test_it_is_repeated_no_more_often_than_its_maximum(counting, kind):
    case = counting(kind, LOOP.format(' loopMaximum="2"', "true"))

    assert case.variables["n"] == 2


def test_a_send_task_sends_each_time(play):
    loop = '<bpmn:standardLoopCharacteristics loopMaximum="3"/>'
    case = play(
        f'm: message name="m"\n s: startEvent\n t: sendTask messageRef="m" in(loopCounter -> n) {loop}\n s -> t'
    )

    assert [sent.values["n"] for sent in case.step.thrown] == [1, 2, 3]
