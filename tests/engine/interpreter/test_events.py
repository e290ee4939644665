"""Timers, messages, signals, errors, escalations and conditions, in every position they execute in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.interpreter import BpmnError, TimerNotDue, WaitNotLive
from engine.interpreter.errors import NotUsable


def test_a_notice_cannot_be_ended_before_its_time(play):
    case = play("""
        s: startEvent
        notice: intermediateCatchEvent after(P5D)
        next: userTask
        e: endEvent
        s -> notice -> next -> e
    """)
    wait = case.wait("notice")
    assert (wait.kind, wait.due_at) == ("timer", datetime(2026, 3, 7, 1, 0, tzinfo=UTC))

    case.services.clock.set(datetime(2026, 3, 7, 0, 59, tzinfo=UTC))
    with pytest.raises(TimerNotDue):
        case.fire_id(wait.id)
    case.fire("notice")

    assert case.open == ["next"]
    assert case.waits == []


def test_a_non_interrupting_reminder_leaves_its_task_open(play):
    case = play("""
        s: startEvent
        review: userTask
        remind: boundaryEvent attachedToRef="review" cancelActivity="false" after(P2D)
        urge: userTask
        e: endEvent
        s -> review -> e
        remind -> urge -> e
    """)

    case.fire("remind")
    assert case.open == ["review", "urge"]
    assert case.waits == []

    case.complete("review")
    assert case.ended is None
    assert case.complete("urge").ended == "e"


def test_an_interrupting_timer_withdraws_its_task(play):
    case = play("""
        s: startEvent
        review: userTask
        late: boundaryEvent attachedToRef="review" after(P2D)
        escalate: userTask
        e: endEvent
        s -> review -> e
        late -> escalate -> e
    """)
    token = next(iter(case.tasks))

    case.fire("late")

    assert case.open == ["escalate"]
    assert [(task.token_id, task.canceled) for task in case.step.closed] == [(token, True)]
    assert case.path == ["late", "late_escalate"]


def test_completing_a_task_drops_its_listeners(play):
    case = play("""
        s: startEvent
        review: userTask
        late: boundaryEvent attachedToRef="review" after(P2D)
        e: endEvent
        f: userTask
        s -> review -> f -> e
        late -> e
    """)
    wait = case.wait("late")

    case.complete("review")

    assert case.waits == []
    with pytest.raises(WaitNotLive):
        case.fire_id(wait.id)


def test_a_cycle_fires_its_times_counted_from_when_each_was_due(play):
    case = play("""
        s: startEvent
        review: userTask
        remind: boundaryEvent attachedToRef="review" cancelActivity="false" every(R3/P1D)
        urge: sendTask anlan:connector="urge"
        e: endEvent
        s -> review -> e
        remind -> urge -> e
    """)
    case.services.connectors["urge"] = lambda inputs: {}
    case.later(days=10)

    due = []
    for _ in range(3):
        due.append(case.wait("remind").due_at.day)
        case.fire("remind")

    assert due == [3, 4, 5]
    assert case.waits == []
    assert len(case.services.calls) == 3


@pytest.mark.parametrize(
    ("kind", "text", "due"),
    [
        ("timeDate", "2026-04-01", "2026-03-31T16:00:00+00:00"),
        ("timeDate", "2026-04-01T08:00:00+08:00", "2026-04-01T00:00:00+00:00"),
        ("timeDate", 'date("2026-04-01")', "2026-03-31T16:00:00+00:00"),
        ("timeDate", 'date and time("2026-04-01T08:00:00Z")', "2026-04-01T08:00:00+00:00"),
        ("timeDate", "until", "2026-05-01T00:00:00+00:00"),
        ("timeDuration", "PT1H30M", "2026-03-02T02:30:00+00:00"),
        ("timeDuration", "P1M", "2026-04-02T01:00:00+00:00"),
        ("timeDuration", "P1W", "2026-03-09T01:00:00+00:00"),
        ("timeDuration", 'duration("P3D")', "2026-03-05T01:00:00+00:00"),
        ("timeDuration", 'duration("P1Y2M")', "2027-05-02T01:00:00+00:00"),
        ("timeDuration", '"P" + string(days) + "D"', "2026-03-12T01:00:00+00:00"),
        ("timeCycle", "R2/2026-04-01T00:00:00Z/P1D", "2026-04-01T00:00:00+00:00"),
    ],
)
def test_timers_take_iso_literals_and_feel(play, kind, text, due):
    definition = f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"
    case = play(
        f"""
        s: startEvent
        t: intermediateCatchEvent {definition}
        e: endEvent
        s -> t -> e
        """,
        days=10,
        until=datetime(2026, 5, 1, tzinfo=UTC),
    )

    assert case.wait("t").due_at.isoformat() == due


@pytest.mark.parametrize(
    ("text", "shown"),
    [("5", "5"), ("nothing", "null"), ('duration("P999999999Y")', "P999999999Y"), ('"soon"', "soon")],
)
def test_what_is_no_time_of_the_calendar_stops_the_step_in_words(play, text, shown):
    definition = f"<bpmn:timerEventDefinition><bpmn:timeDuration>{text}</bpmn:timeDuration></bpmn:timerEventDefinition>"

    with pytest.raises(NotUsable, match=f"实际得到 {shown}。"):
        play(f"""
            s: startEvent
            t: intermediateCatchEvent {definition}
            e: endEvent
            s -> t -> e
        """)


def test_a_message_carries_its_values_into_the_case(play):
    case = play(
        """
        m: message name="公示结果"
        s: startEvent
        receive: intermediateCatchEvent anlan:correlation="number" message(m)
        next: userTask
        e: endEvent
        s -> receive -> next -> e
    """,
        number="A-1",
    )
    wait = case.wait("receive")
    assert (wait.kind, wait.name, wait.correlation) == ("message", "公示结果", "A-1")

    case.send("receive", result="无异议")

    assert case.open == ["next"]
    assert case.variables["result"] == "无异议"


def test_the_standard_correlation_subscription_gives_the_key(play):
    retrieval = (
        '<bpmn:correlationProperty id="cp" name="order"><bpmn:correlationPropertyRetrievalExpression messageRef="m">'
        "<bpmn:messagePath>order</bpmn:messagePath></bpmn:correlationPropertyRetrievalExpression>"
        "</bpmn:correlationProperty>"
    )
    subscription = (
        '<bpmn:correlationSubscription id="cs" correlationKeyRef="ck">'
        '<bpmn:correlationPropertyBinding id="cb" correlationPropertyRef="cp"><bpmn:dataPath>order.id</bpmn:dataPath>'
        "</bpmn:correlationPropertyBinding></bpmn:correlationSubscription>"
    )
    case = play(
        f"""
        m: message name="payment"
        {retrieval}
        {subscription}
        s: startEvent
        pay: receiveTask messageRef="m"
        e: endEvent
        s -> pay -> e
    """,
        order={"id": "O-7"},
    )

    assert case.wait("pay").correlation == "O-7"


def test_objections_each_start_an_event_subprocess_and_keep_the_notice_open(play):
    case = play(
        """
        m: message name="objection"
        s: startEvent
        notice: intermediateCatchEvent after(P5D)
        e: endEvent
        s -> notice -> e
        handling: subProcess triggeredByEvent="true" {
        raised: startEvent isInterrupting="false" anlan:resultVariable="objection" message(m)
        handle: userTask in(objection.text -> text)
        done: endEvent
        raised -> handle -> done
        }
        """
    )

    case.send("raised", text="一").send("raised", text="二")
    assert [task.inputs["text"] for task in case.tasks.values()] == ["一", "二"]
    case.fire("notice")
    assert case.ended is None
    case.complete("handle").complete("handle")

    assert case.ended == "e"


def test_an_interrupting_event_subprocess_ends_its_parent(play):
    case = play("""
        m: message name="withdraw"
        s: startEvent
        part: subProcess {
        a: startEvent
        work: userTask
        b: endEvent
        a -> work -> b
        stopped: subProcess triggeredByEvent="true" {
        withdrawn: startEvent message(m)
        clear: userTask
        c: endEvent
        withdrawn -> clear -> c
        }
        }
        after: userTask
        e: endEvent
        s -> part -> after -> e
    """)

    case.send("withdrawn")
    assert case.open == ["clear"]
    assert case.waits == []

    assert case.complete("clear").open == ["after"]


def test_an_event_gateway_takes_the_first_event_only(play):
    drawing = """
        m: message name="m"
        s: startEvent
        g: eventBasedGateway
        got: intermediateCatchEvent message(m)
        late: intermediateCatchEvent after(P5D)
        yes: userTask
        no: userTask
        e: endEvent
        s -> g
        g -> got -> yes -> e
        g -> late -> no -> e
    """

    answered = play(drawing).send("got", ok=True)
    assert (answered.open, answered.waits) == (["yes"], [])
    assert answered.path == ["g", "g_got", "got", "got_yes"]
    assert play(drawing).fire("late").open == ["no"]


def test_a_signal_reaches_every_listener_of_the_case_and_leaves_it(play):
    case = play("""
        sig: signal name="stop"
        s: startEvent
        split: parallelGateway
        a: userTask
        ba: boundaryEvent attachedToRef="a" signal(sig)
        b: userTask
        bb: boundaryEvent attachedToRef="b" cancelActivity="false" signal(sig)
        c: userTask
        throw: intermediateThrowEvent signal(sig)
        x: userTask
        y: userTask
        e: endEvent
        s -> split -> a -> e
        split -> b -> e
        split -> c -> throw -> e
        ba -> x -> e
        bb -> y -> e
    """)

    case.complete("c")

    assert case.open == ["b", "x", "y"]
    assert [(t.kind, t.name) for t in case.step.thrown] == [("signal", "stop")]


def test_a_service_refusal_is_caught_by_its_error_event(play):
    drawing = """
        low: error errorCode="FUNDS_LOW"
        s: startEvent
        hold: serviceTask anlan:connector="hold"
        refused: boundaryEvent attachedToRef="hold" error(low)
        wait: userTask
        e: endEvent
        s -> begin -> hold -> e
        begin: userTask
        refused -> wait -> e
    """
    case = play(drawing)

    def refuse(inputs):
        raise BpmnError("FUNDS_LOW", "余额不足")

    case.services.connectors["hold"] = refuse
    assert case.complete("begin").open == ["wait"]


def test_an_error_end_leaves_the_subprocess_by_its_border(play):
    case = play("""
        x: error errorCode="X"
        s: startEvent
        part: subProcess {
        a: startEvent
        split: parallelGateway
        one: userTask
        two: userTask
        bad: endEvent error(x)
        a -> split -> one -> bad
        split -> two
        }
        caught: boundaryEvent attachedToRef="part" error()
        mend: userTask
        e: endEvent
        s -> part -> e
        caught -> mend -> e
    """)

    case.complete("one")

    assert case.open == ["mend"]


def test_an_error_event_subprocess_is_tried_before_the_border(play):
    case = play("""
        x: error errorCode="X"
        s: startEvent
        part: subProcess {
        a: startEvent
        one: userTask
        bad: endEvent error(x)
        a -> one -> bad
        inner: subProcess triggeredByEvent="true" {
        xs: startEvent error(x)
        fix: userTask
        xe: endEvent
        xs -> fix -> xe
        }
        }
        caught: boundaryEvent attachedToRef="part" error()
        mend: userTask
        after: userTask
        e: endEvent
        s -> part -> after -> e
        caught -> mend -> e
    """)

    assert case.open == ["one"]
    assert case.complete("one").open == ["fix"]
    assert case.complete("fix").open == ["after"]


def test_an_escalation_is_heard_without_stopping_the_work(play):
    case = play("""
        esc: escalation escalationCode="LATE"
        s: startEvent
        part: subProcess {
        a: startEvent
        one: userTask
        tell: intermediateThrowEvent escalation(esc)
        two: userTask
        z: endEvent
        a -> one -> tell -> two -> z
        }
        heard: boundaryEvent attachedToRef="part" cancelActivity="false" escalation(esc)
        boss: userTask
        e: endEvent
        s -> part -> e
        heard -> boss -> e
    """)

    assert case.complete("one").open == ["boss", "two"]


def test_a_condition_fires_when_it_becomes_true_and_again_after_it_was_not(play):
    case = play("""
        s: startEvent
        split: parallelGateway
        work: userTask
        big: boundaryEvent attachedToRef="work" cancelActivity="false" condition(amount > 100)
        look: userTask
        edit: userTask
        e: endEvent
        s -> split -> work -> e
        split -> m
        m: exclusiveGateway
        m -> edit -> m
        big -> look -> e
    """)

    case.complete("edit", amount=50)
    assert case.open == ["edit", "work"]
    case.complete("edit", amount=200)
    assert case.open == ["edit", "look", "work"]
    case.complete("edit", amount=300)
    assert case.open == ["edit", "look", "work"]
    case.complete("edit", amount=1).complete("edit", amount=101)
    assert case.open == ["edit", "look", "look", "work"]


def test_links_go_on_at_their_other_end(play):
    case = play("""
        s: startEvent
        out: intermediateThrowEvent link(A)
        back: intermediateCatchEvent link(A)
        t: userTask
        e: endEvent
        s -> out
        back -> t -> e
    """)

    assert case.open == ["t"]
    assert case.path == ["s", "s_out", "out", "back", "back_t"]


def test_a_thrown_message_leaves_with_its_payload(play):
    case = play(
        """
        m: message name="filed"
        s: startEvent
        tell: intermediateThrowEvent anlan:correlation="number" in(number + 1 -> next)message(m)
        e: endEvent
        s -> tell -> e
    """,
        number=4,
    )

    thrown = case.step.thrown[0]
    assert (thrown.name, thrown.correlation, thrown.values) == ("filed", 4, {"next": 5})
