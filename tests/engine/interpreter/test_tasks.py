"""Every kind of task, with one or several flows in and out."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

#: those that are done at once
AT_ONCE = {
    "abstract": "task",
    "script": "scriptTask script(x = 1)",
    "business rule": 'businessRuleTask anlan:decisionRef="d" anlan:resultVariable="x"',
    "send": 'sendTask messageRef="m"',
    "service": 'serviceTask anlan:connector="c" anlan:resultVariable="x"',
    "send by connector": 'sendTask anlan:connector="c" anlan:resultVariable="x"',
}
WAITING = {
    "user": ("userTask", lambda case: case.complete("t")),
    "manual": ("manualTask", lambda case: case.complete("t")),
    "receive": ('receiveTask messageRef="m"', lambda case: case.send("t")),
}


@pytest.fixture
def office(services):
    services.decisions["d"] = lambda context: 1
    services.connectors["c"] = lambda inputs: {"n": 1}
    return services


@pytest.mark.parametrize("kind", AT_ONCE)
def test_work_of_the_system_is_done_at_once(play, office, kind):
    case = play(f'm: message name="m"\n s: startEvent\n t: {AT_ONCE[kind]}\n after: userTask\n s -> t -> after')

    assert case.open == ["after"]
    assert "t" in case.path


@pytest.mark.parametrize("kind", WAITING)
def test_work_of_people_and_the_outside_waits(play, kind):
    definition, happen = WAITING[kind]
    case = play(f'm: message name="m"\n s: startEvent\n t: {definition}\n after: userTask\n s -> t -> after')
    assert "after" not in case.open

    happen(case)

    assert (case.open, case.waits) == (["after"], [])


@pytest.mark.parametrize("kind", [*AT_ONCE, *WAITING])
def test_several_flows_in_do_the_work_once_for_each_token(play, office, kind):
    definition = AT_ONCE.get(kind) or WAITING[kind][0]
    case = play(f"""
        m: message name="m"
        s: startEvent
        a: task
        b: task
        t: {definition}
        after: userTask
        s -> a -> t
        s -> b -> t
        t -> after
    """)
    for _ in range(2 if kind in WAITING else 0):
        WAITING[kind][1](case)

    assert case.open == ["after", "after"]


@pytest.mark.parametrize("kind", [*AT_ONCE, *WAITING])
def test_conditions_on_several_flows_out_choose_and_the_default_is_for_none(play, office, kind):
    definition = AT_ONCE.get(kind) or WAITING[kind][0]
    name, _, parts = definition.partition(" ")
    text = f"""
        m: message name="m"
        s: startEvent
        t: {name} default="rest" {parts}
        a: userTask
        b: userTask
        c: userTask
        s -> t
        t -> a [n > 1]
        t -> b [n > 2]
        rest: t -> c
    """
    opened = {}
    for n in (1, 2, 3):
        case = play(text, n=n)
        if kind in WAITING:
            WAITING[kind][1](case)
        opened[n] = case.open

    assert opened == {1: ["c"], 2: ["a"], 3: ["a", "b"]}


@pytest.mark.parametrize("outputs", ["", "out(answer + 1 -> x) "])
def test_a_received_message_becomes_variables_or_what_is_mapped(play, outputs):
    case = play(
        f'm: message name="m"\n s: startEvent\n t: receiveTask messageRef="m" {outputs}\n a: userTask\n s -> t -> a'
    )

    case.send("t", answer=1)

    assert dict(case.variables) == ({"x": 2} if outputs else {"answer": 1})


def test_a_sent_message_carries_what_is_mapped_in(play):
    case = play(
        'm: message name="m"\n s: startEvent\n t: sendTask messageRef="m" anlan:correlation="n" in(n + 1 -> next)\n'
        " s -> t",
        n=4,
    )

    (sent,) = case.step.thrown
    assert (sent.kind, sent.name, sent.correlation, sent.values) == ("message", "m", 4, {"next": 5})


def test_a_decision_reads_the_case_and_writes_what_is_mapped(play, services):
    services.decisions["level"] = lambda context: {"grade": "A" if context["amount"] > 5 else "B"}
    case = play(
        's: startEvent\n t: businessRuleTask anlan:decisionRef="level" in(total * 2 -> amount) out(grade -> level)\n'
        " a: userTask\n s -> t -> a",
        total=3,
    )

    assert case.variables["level"] == "A"
    assert isinstance(case.step.trail[2].decision, SimpleNamespace)


def test_a_task_for_people_offers_what_is_mapped_and_keeps_what_is_mapped_back(play):
    case = play(
        "s: startEvent\n t: userTask in(amount * 2 -> double) out(double + extra -> amount)\n a: userTask\n"
        " s -> t -> a",
        amount=5,
    )
    (task,) = case.tasks.values()
    assert task.inputs == {"double": 10}

    case.complete("t", double=10, extra=1, more="x")

    assert dict(case.variables) == {"amount": 11}
