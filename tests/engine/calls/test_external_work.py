"""Programs elsewhere fetch the work of a topic, hold it while they are at it, and tell what has come of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.calls.commands import (
    AnswerCall,
    ExtendLock,
    FailCall,
    FetchCalls,
    HeldCall,
    PostponeCall,
    RefuseCall,
    UnlockCall,
)
from engine.commands import Actor
from engine.diagram import DiagramRefused, lint
from engine.errors import Conflict, Forbidden, NotFound, Refused
from engine.moves import ResumeProcess, RetryIncident, SuspendProcess

from .conftest import ADMIN, Desk, ask, diagram

MACHINE, STRANGER, CLERK = (Actor(person_id=login) for login in ("machine", "stranger", "clerk"))
REFUSED = '<boundaryEvent id="refused" attachedToRef="ask"><errorEventDefinition errorRef="no"/></boundaryEvent>'
OUTSIDE = diagram(
    "outside",
    f"""<startEvent id="s"/>{ask("ask", connector="external.land-registry")}{REFUSED}<userTask id="look"/>
    <userTask id="mend"/><endEvent id="e"/><endEvent id="e2"/>""",
    "s>ask ask>look look>e refused>mend mend>e2",
)


@pytest.fixture
def outside(desk: Desk) -> Desk:
    return desk.begin(OUTSIDE, "outside", amount=1)


def fetch(desk: Desk, actor: Actor = MACHINE, worker: str = "", count: int = 1, **more: Any) -> tuple[HeldCall, ...]:
    command = FetchCalls(actor=actor, topic="land-registry", worker=worker, count=count, **more)
    return desk.engine.execute(command)


def test_a_worker_fetches_what_a_case_asks_for_and_answers(outside: Desk) -> None:
    (call,) = fetch(outside)
    assert (call.topic, call.inputs, call.attempt) == ("land-registry", {"amount": 1}, 1)

    outside.engine.execute(AnswerCall(actor=MACHINE, call_id=call.id, results={"receipt": "L1"}))

    assert (outside.open, outside.variables["receipt_ask"]) == (["look"], "L1")
    assert outside.events[-1].actor_id == "machine"
    assert outside.is_sound()


def test_no_job_of_ours_does_the_work_of_others(outside: Desk) -> None:
    assert outside.work() == 0


def test_what_is_locked_is_given_to_nobody_else(outside: Desk) -> None:
    fetch(outside, worker="one")

    assert fetch(outside, worker="two") == ()


def test_the_oldest_come_first(outside: Desk) -> None:
    first = outside.case
    second = outside.wait(minutes=1).start("outside", amount=2)
    third = outside.wait(minutes=1).start("outside", amount=3)

    assert [call.instance_id for call in fetch(outside, count=2)] == [first, second]
    assert [call.instance_id for call in fetch(outside, count=2)] == [third]


def test_a_lock_that_ran_out_is_free_and_who_lost_it_is_refused(outside: Desk) -> None:
    (call,) = fetch(outside, worker="slow", lock_for=timedelta(minutes=1))
    outside.wait(minutes=2)
    assert len(fetch(outside, worker="quick")) == 1

    with pytest.raises(Conflict, match="重新领取"):
        outside.engine.execute(AnswerCall(actor=MACHINE, call_id=call.id, worker="slow"))

    assert outside.engine.execute(AnswerCall(actor=MACHINE, call_id=call.id, worker="quick"))


def test_a_lock_of_before_the_clock_was_set_back_is_free(outside: Desk) -> None:
    fetch(outside, worker="slow")
    outside.wait(seconds=-1)
    assert fetch(outside, worker="quick") == ()

    outside.wait(hours=-48)

    assert len(fetch(outside, worker="quick")) == 1


def test_a_lock_is_extended_from_now(outside: Desk) -> None:
    (call,) = fetch(outside, lock_for=timedelta(minutes=1))
    outside.engine.execute(ExtendLock(actor=MACHINE, call_id=call.id, lock_for=timedelta(minutes=10)))
    outside.wait(minutes=5)

    assert fetch(outside, worker="other") == ()


def test_what_is_given_back_is_free(outside: Desk) -> None:
    (call,) = fetch(outside)
    outside.engine.execute(UnlockCall(actor=MACHINE, call_id=call.id))

    assert len(fetch(outside, worker="other")) == 1
    with pytest.raises(Conflict):
        outside.engine.execute(UnlockCall(actor=MACHINE, call_id=call.id))


def test_a_refusal_goes_the_way_of_the_error_event(outside: Desk) -> None:
    (call,) = fetch(outside)
    outside.engine.execute(RefuseCall(actor=MACHINE, call_id=call.id, code="NO", message="无此地块"))

    assert outside.open == ["mend"]
    assert outside.is_sound()


def test_a_worker_that_does_not_get_on_says_when_to_try_again(outside: Desk) -> None:
    (call,) = fetch(outside)
    rest = timedelta(minutes=3)
    outside.engine.execute(PostponeCall(actor=MACHINE, call_id=call.id, message="系统维护", retry_after=rest))
    assert (fetch(outside), outside.wait(minutes=2) and fetch(outside)) == ((), ())

    (again,) = outside.wait(minutes=1) and fetch(outside)

    assert again.attempt == 2
    assert outside.is_sound()


def test_what_a_worker_gives_up_is_an_incident(outside: Desk) -> None:
    (call,) = fetch(outside)
    outside.engine.execute(FailCall(actor=MACHINE, call_id=call.id, code="GONE", message="档案已移交"))
    assert (outside.incident.code, fetch(outside)) == ("call.GONE", ())

    retry = RetryIncident(actor=ADMIN, incident_id=outside.incident.id, reason="档案已找回", inputs={"amount": 5})
    outside.engine.execute(retry)

    assert fetch(outside)[0].inputs == {"amount": 5}
    assert outside.is_sound()


def test_only_machine_accounts_of_the_region_see_the_work(outside: Desk) -> None:
    (call,) = fetch(outside)

    assert fetch(outside, STRANGER) == ()
    with pytest.raises(Forbidden):
        fetch(outside, CLERK)
    for other in (STRANGER, CLERK):
        with pytest.raises(NotFound):
            outside.engine.execute(AnswerCall(actor=other, call_id=call.id))


def test_a_worker_cannot_answer_what_we_do_ourselves(desk: Desk) -> None:
    desk.begin(diagram("own", f'<startEvent id="s"/>{ask("ask")}<endEvent id="e"/>', "s>ask ask>e"), "own", amount=1)

    with pytest.raises(NotFound):
        desk.engine.execute(AnswerCall(actor=MACHINE, call_id=desk.call.id))


def test_the_answer_of_a_worker_waits_while_the_case_is_suspended(outside: Desk) -> None:
    (call,) = fetch(outside)
    outside.engine.execute(SuspendProcess(actor=ADMIN, instance_id=outside.case, reason="等通知"))
    assert outside.engine.execute(AnswerCall(actor=MACHINE, call_id=call.id, results={"receipt": "L1"}))
    assert outside.events[-1].actor_id == "machine"

    outside.engine.execute(ResumeProcess(actor=ADMIN, instance_id=outside.case))

    assert outside.variables["receipt_ask"] == "L1"
    assert outside.is_sound()


def test_results_that_cannot_be_kept_are_refused(outside: Desk) -> None:
    (call,) = fetch(outside)

    with pytest.raises(Refused):
        outside.engine.execute(AnswerCall(actor=MACHINE, call_id=call.id, results={"receipt": object()}))

    assert outside.call.status == "open"


@pytest.mark.parametrize(
    "wrong", [{"count": 0}, {"count": 101}, {"lock_for": timedelta(0)}, {"lock_for": timedelta(9)}]
)
def test_nobody_locks_without_bounds(outside: Desk, wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        fetch(outside, **wrong)


def test_a_topic_needs_a_name(desk: Desk) -> None:
    nameless = OUTSIDE.replace(b"external.land-registry", b"external.")

    with pytest.raises(DiagramRefused, match="主题"):
        desk.deploy(nameless)

    assert "topic-name" in {problem.code for problem in lint(nameless)}
