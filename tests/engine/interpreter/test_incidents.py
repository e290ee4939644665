"""Errors that no event catches: the token stops, the rest of the case goes on, and nothing takes the normal way."""

from __future__ import annotations

import pytest

from engine.interpreter import BpmnError, IncidentNotOpen

UNCAUGHT = """
    low: error errorCode="FUNDS_LOW"
    s: startEvent
    work: userTask
    beside: userTask
    failed: endEvent error(low)
    e: endEvent
    s -> work -> failed
    s -> beside -> e
"""
REFUSED = """
    s: startEvent
    begin: userTask
    hold: serviceTask anlan:connector="hold" out(number -> receipt)
    after: userTask
    e: endEvent
    s -> begin -> hold -> after -> e
"""


@pytest.fixture
def refused(play):
    case = play(REFUSED)

    def refuse(inputs):
        raise BpmnError("FUNDS_LOW", "余额不足")

    case.services.connectors["hold"] = refuse
    return case.complete("begin")


def test_an_uncaught_error_end_keeps_the_case_where_it_is(play):
    case = play(UNCAUGHT).complete("work")

    assert (case.incidents, case.open, case.ended) == ([("failed", "FUNDS_LOW")], ["beside"], None)
    assert case.complete("beside").ended is None
    assert case.incidents == [("failed", "FUNDS_LOW")]


def test_an_uncaught_error_in_a_subprocess_does_not_take_the_normal_way(play):
    case = play("""
        low: error errorCode="FUNDS_LOW"
        s: startEvent
        sub: subProcess {
            i: startEvent
            work: userTask
            failed: endEvent error(low)
            i -> work -> failed
        }
        after: userTask
        e: endEvent
        s -> sub -> after -> e
    """)

    assert case.complete("work").open == []
    assert case.incidents == [("failed", "FUNDS_LOW")]


def test_the_trail_tells_once_that_the_error_was_thrown(play):
    case = play(UNCAUGHT).complete("work")
    assert case.path == ["work", "work_failed", "failed"]

    assert case.retry("failed").path == []
    assert case.incidents == [("failed", "FUNDS_LOW")]


def test_resolving_an_error_end_lets_its_token_end(play):
    case = play(UNCAUGHT).complete("work").complete("beside")

    case.resolve("failed")

    assert (case.incidents, case.ended) == ([], "failed")


def test_an_incident_is_resolved_only_once(play):
    case = play(UNCAUGHT).complete("work")
    incident = case.step.incidents[0].id
    case.resolve("failed")

    from engine import interpreter

    with pytest.raises(IncidentNotOpen):
        interpreter.retry(case.spec, case.state, incident, case.services)


def test_what_a_connector_refuses_without_an_event_to_catch_it_stops_there(refused):
    (incident,) = refused.step.incidents

    assert (incident.element_id, incident.code, incident.message, incident.refused) == (
        "hold",
        "FUNDS_LOW",
        "余额不足",
        True,
    )
    assert (refused.open, refused.ended) == ([], None)


def test_a_retry_asks_the_connector_again(refused):
    refused.retry("hold")
    assert refused.incidents == [("hold", "FUNDS_LOW")]

    refused.services.connectors["hold"] = lambda inputs: {"number": "R-7"}
    refused.retry("hold")

    assert (refused.incidents, refused.open, refused.variables["receipt"]) == ([], ["after"], "R-7")


def test_a_resolved_service_gives_what_it_would_have_given(refused):
    refused.resolve("hold", number="by hand")

    assert (refused.incidents, refused.open, refused.variables["receipt"]) == ([], ["after"], "by hand")


def test_a_border_timer_may_still_leave_what_has_stopped(play):
    case = play("""
        s: startEvent
        begin: userTask
        hold: serviceTask anlan:connector="hold"
        late: boundaryEvent attachedToRef="hold" after(P1D)
        by_hand: userTask
        e: endEvent
        s -> begin -> hold -> e
        late -> by_hand -> e
    """)

    def refuse(inputs):
        raise BpmnError("FUNDS_LOW")

    case.services.connectors["hold"] = refuse
    case.complete("begin").fire("late")

    assert (case.incidents, case.open) == ([], ["by_hand"])


def test_a_terminate_end_takes_what_has_stopped_with_it(play):
    case = play("""
        low: error errorCode="FUNDS_LOW"
        s: startEvent
        a: userTask
        b: userTask
        failed: endEvent error(low)
        over: endEvent terminate()
        s -> a -> failed
        s -> b -> over
    """)
    case.complete("a").complete("b")

    assert (case.incidents, case.ended) == ([], "over")


def test_each_instance_of_several_stops_by_itself(play):
    case = play(
        """
        low: error errorCode="FUNDS_LOW"
        s: startEvent
        each: subProcess <bpmn:multiInstanceLoopCharacteristics anlan:collection="[1, 2]" anlan:elementVariable="n"/> {
            i: startEvent
            work: userTask
            ok: endEvent
            failed: endEvent error(low)
            g: exclusiveGateway default="fine"
            i -> work -> g
            g -> failed [n = 1]
            fine: g -> ok
        }
        after: userTask
        e: endEvent
        s -> each -> after -> e
        """
    )
    case.complete("work").complete("work")
    assert (case.incidents, case.open) == ([("failed", "FUNDS_LOW")], [])

    assert case.resolve("failed").open == ["after"]
