"""A case waits for what it has asked the outside, and goes on with the answer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from engine.calls.commands import AnswerCall
from engine.commands import SYSTEM
from engine.errors import Refused
from engine.interpreter import BpmnError
from engine.model import EventSubscription, UserTask
from engine.moves import (
    MigrateProcess,
    MoveProcess,
    RecallTask,
    ResumeProcess,
    ReturnTask,
    SuspendProcess,
    TerminateProcess,
)
from engine.ports import ConnectorFailed

from .conftest import ADMIN, ASKS, Desk, ask, diagram

#: an error event, a timer that interrupts, and an event subprocess around
GUARDED = diagram(
    "guarded",
    f"""<startEvent id="s"/>{ask("ask")}
    <boundaryEvent id="refused" attachedToRef="ask"><errorEventDefinition errorRef="no"/></boundaryEvent>
    <boundaryEvent id="late" attachedToRef="ask"><timerEventDefinition><timeDuration>PT1H</timeDuration>
    </timerEventDefinition></boundaryEvent>
    <userTask id="look"/><userTask id="mend"/><userTask id="hurry"/>
    <endEvent id="e1"/><endEvent id="e2"/><endEvent id="e3"/>""",
    "s>ask ask>look look>e1 refused>mend mend>e2 late>hurry hurry>e3",
)
MANY = diagram(
    "many",
    f"""<startEvent id="s"/>{
        ask(
            "ask",
            '<multiInstanceLoopCharacteristics isSequential="SEQUENTIAL" anlan:collection="parts" '
            'anlan:elementVariable="amount" anlan:outputCollection="receipts" anlan:outputElement="receipt_ask"/>',
        )
    }<userTask id="look"/><endEvent id="e"/>""",
    "s>ask ask>look look>e",
)
TWO = diagram(
    "two",
    f"""<startEvent id="s"/><parallelGateway id="fork"/>{ask("one")}{ask("other")}<parallelGateway id="join"/>
    <userTask id="look"/><endEvent id="e"/>""",
    "s>fork fork>one fork>other one>join other>join join>look look>e",
)


def test_the_case_waits_until_the_outside_has_answered(desk: Desk) -> None:
    desk.begin(ASKS, "asks", amount=Decimal("12.30"))
    assert (desk.open, desk.call.status, desk.remote.asked) == ([], "open", [])

    assert desk.work() == 1

    ((inputs, told),) = desk.remote.asked
    assert inputs == {"amount": Decimal("12.30")}
    assert (told.id, told.attempt, told.case_number) == (desk.call.id, 1, desk.instance.number)
    assert (desk.open, desk.call.status, desk.variables["receipt_ask"]) == (["look"], "answered", "R1")
    assert desk.types == ["ProcessStarted", "CallAnswered"]
    assert desk.is_sound()


def test_a_wait_for_the_outside_is_a_call_and_no_subscription(desk: Desk) -> None:
    desk.begin(ASKS, "asks", amount=1)

    assert desk.rows(EventSubscription) == []
    assert desk.events[0].outcome["asked"] == [{"element": "ask", "connector": "remote", "wait": desk.call.wait_id}]


def test_a_job_that_comes_again_does_nothing(desk: Desk) -> None:
    desk.begin(ASKS, "asks", amount=1).work()

    assert desk.work() == 0
    assert desk.engine.execute(AnswerCall(actor=SYSTEM, call_id=desk.call.id, results={"receipt": "R9"})) is False
    assert desk.types == ["ProcessStarted", "CallAnswered"]


def test_what_the_business_refuses_goes_the_way_of_the_error_event(desk: Desk) -> None:
    desk.remote.answers = [BpmnError("NO", "没有这个户头")]
    desk.begin(GUARDED, "guarded", amount=1).work()

    assert (desk.open, desk.call.status, desk.types[-1]) == (["mend"], "answered", "CallRefused")
    assert desk.is_sound()


def test_a_refusal_that_nothing_catches_is_an_incident(desk: Desk) -> None:
    desk.remote.answers = [BpmnError("NO", "没有这个户头")]
    desk.begin(ASKS, "asks", amount=1).work()

    assert (desk.open, desk.incident.code, desk.incident.message) == ([], "NO", "没有这个户头")
    assert desk.is_sound()


def test_a_timer_that_interrupts_withdraws_the_call(desk: Desk) -> None:
    desk.begin(GUARDED, "guarded", amount=1).wait(hours=2)
    desk.fire()

    assert (desk.open, desk.call.status, desk.work()) == (["hurry"], "withdrawn", 0)
    assert desk.remote.asked == []
    assert desk.is_sound()


def test_an_answer_that_comes_too_late_is_noted_and_moves_nothing(desk: Desk) -> None:
    desk.begin(GUARDED, "guarded", amount=1)
    desk.remote.meanwhile = lambda: (desk.wait(hours=2), desk.fire())
    desk.work()

    assert (desk.open, desk.types[-1]) == (["hurry"], "CallAnsweredLate")
    assert desk.events[-1].input["results"] == {"receipt": "R1"}
    assert desk.is_sound()


def test_each_instance_of_an_activity_asks_for_itself(desk: Desk) -> None:
    desk.begin(MANY.replace(b"SEQUENTIAL", b"false"), "many", parts=[1, 2, 3])
    assert len(desk.calls) == 3

    desk.work()

    assert sorted(inputs["amount"] for inputs, _ in desk.remote.asked) == [1, 2, 3]
    assert (desk.open, sorted(desk.variables["receipts"])) == (["look"], ["R1", "R2", "R3"])
    assert desk.is_sound()


def test_one_after_the_other_each_waits_for_the_one_before(desk: Desk) -> None:
    desk.begin(MANY.replace(b"SEQUENTIAL", b"true"), "many", parts=[1, 2])
    assert len(desk.calls) == 1

    desk.work()

    assert (desk.open, desk.variables["receipts"], len(desk.calls)) == (["look"], ["R1", "R2"], 2)
    assert desk.is_sound()


def test_a_join_waits_for_both_answers(desk: Desk) -> None:
    desk.begin(TWO, "two", amount=1)
    one, other = desk.calls
    desk.engine.execute(AnswerCall(actor=SYSTEM, call_id=other.id, results={"receipt": "B"}))
    assert desk.open == []

    desk.engine.execute(AnswerCall(actor=SYSTEM, call_id=one.id, results={"receipt": "A"}))

    assert (desk.open, desk.variables["receipt_one"], desk.variables["receipt_other"]) == (["look"], "A", "B")
    assert desk.is_sound()


def test_what_can_never_work_is_refused_when_it_is_asked(desk: Desk) -> None:
    desk.remote.forbidden = Refused("地址不在允许的范围内")

    with pytest.raises(Refused, match="允许的范围"):
        desk.begin(ASKS, "asks", amount=1)


def test_a_terminated_case_waits_for_nothing(desk: Desk) -> None:
    desk.begin(ASKS, "asks", amount=1)
    desk.remote.meanwhile = lambda: desk.engine.execute(
        TerminateProcess(actor=ADMIN, instance_id=desk.case, reason="不再办理")
    )
    desk.work()

    assert (desk.call.status, desk.types[-2:]) == ("withdrawn", ["ProcessTerminated", "CallAnsweredLate"])
    assert desk.is_sound()


def test_an_answer_that_comes_while_the_case_is_suspended_is_taken_up_afterwards(desk: Desk) -> None:
    desk.begin(ASKS, "asks", amount=1)
    desk.remote.meanwhile = lambda: desk.engine.execute(
        SuspendProcess(actor=ADMIN, instance_id=desk.case, reason="等通知")
    )
    desk.work()
    assert (desk.open, desk.call.status) == ([], "kept")
    assert desk.is_sound()

    desk.engine.execute(ResumeProcess(actor=ADMIN, instance_id=desk.case))

    assert (desk.open, desk.call.status, desk.variables["receipt_ask"]) == (["look"], "answered", "R1")
    assert desk.types[-3:] == ["CallAnswerKept", "ProcessResumed", "CallAnswered"]
    assert desk.is_sound()


def test_a_suspended_case_asks_nobody_until_it_is_resumed(desk: Desk) -> None:
    desk.begin(ASKS, "asks", amount=1)
    desk.engine.execute(SuspendProcess(actor=ADMIN, instance_id=desk.case, reason="等通知"))
    assert (desk.work(), desk.remote.asked) == (0, [])

    desk.engine.execute(ResumeProcess(actor=ADMIN, instance_id=desk.case))

    assert (desk.work(), desk.open) == (1, ["look"])


def test_a_migrated_case_takes_the_answer_under_its_new_name(desk: Desk) -> None:
    desk.begin(ASKS, "asks", amount=1)
    desk.deploy(ASKS.replace("登记 ask".encode(), "上报".encode()).replace(b'target="receipt_ask"', b'target="slip"'))
    desk.engine.execute(MigrateProcess(actor=ADMIN, instance_id=desk.case, version=2, reason="换新版"))
    assert (desk.call.status, desk.call.name) == ("open", "上报")

    desk.work()

    assert (desk.open, desk.variables["slip"]) == (["look"], "R1")
    assert desk.is_sound()


def test_a_case_that_is_moved_on_withdraws_its_call(desk: Desk) -> None:
    desk.begin(ASKS, "asks", amount=1)
    desk.engine.execute(MoveProcess(actor=ADMIN, instance_id=desk.case, activity_id="look", reason="已电话登记"))

    assert (desk.open, desk.call.status, desk.work()) == (["look"], "withdrawn", 0)
    assert desk.is_sound()


def test_an_answer_with_which_the_case_cannot_go_on_is_kept(desk: Desk) -> None:
    gate = """<exclusiveGateway id="g"/><userTask id="look"/><endEvent id="e"/>"""
    stuck = diagram("stuck", f'<startEvent id="s"/>{ask("ask")}{gate}', "s>ask ask>g g>look look>e")
    condition = b'<conditionExpression>today() &gt; date("2026-03-10")</conditionExpression></sequenceFlow>'
    stuck = stuck.replace(b'targetRef="look"/>', b'targetRef="look">' + condition)
    desk.begin(stuck, "stuck", amount=1).work()

    assert (desk.call.status, desk.call.kept_answer) == ("failed", {"results": {"receipt": "R1"}})
    assert "对方已经答复" in desk.incident.message
    assert desk.is_sound()


def test_an_answer_reads_the_same_when_it_is_played_again(desk: Desk) -> None:
    read = '<scriptTask id="read"><script>text = string(receipt_ask)\nfirst = get entries(receipt_ask)[1].key</script>'
    body = f'<startEvent id="s"/>{ask("ask")}{read}</scriptTask><userTask id="look"/><endEvent id="e"/>'
    desk.remote.answers = [{"receipt": {"owner": "石溪村", "area": Decimal(3), "": None}}]
    desk.begin(diagram("reads", body, "s>ask ask>read read>look look>e"), "reads", amount=1).work()

    assert (desk.variables["text"], desk.variables["first"]) == ('{"": null, area: 3, owner: "石溪村"}', "")
    assert desk.is_sound()


def test_other_failures_leave_the_case_where_it_is(desk: Desk) -> None:
    desk.remote.answers = [ConnectorFailed("对方没有应答")]
    desk.begin(GUARDED, "guarded", amount=1).work()

    assert (desk.call.status, desk.call.attempts, desk.call.error) == ("open", 1, "对方没有应答")
    assert desk.call.next_at == desk.clock.now() + timedelta(seconds=5)


def test_a_preview_tells_that_a_call_is_withdrawn(desk: Desk) -> None:
    desk.begin(ASKS, "asks", amount=1)
    command = MoveProcess(actor=ADMIN, instance_id=desk.case, activity_id="look", reason="已电话登记")

    dropped = desk.engine.preview(command).dropped

    assert [(wait.kind, wait.name) for wait in dropped] == [("service", "登记 ask")]
    assert desk.call.status == "open"


def test_a_rehearsal_asks_nobody(desk: Desk) -> None:
    desk.begin(ASKS, "asks", amount=1)
    desk.deploy(ASKS.replace("登记 ask".encode(), "上报".encode()))
    command = MigrateProcess(actor=ADMIN, instance_id=desk.case, version=2, reason="换用新版本")

    rehearsal = desk.engine.rehearse(command)

    assert (rehearsal.completed, rehearsal.played[0], desk.remote.asked) == (True, "上报", [])


#: a person writes, then one branch asks and another talks
RETURNED = diagram(
    "returned",
    f"""<startEvent id="s"/><userTask id="write"/><parallelGateway id="fork"/>{ask("ask")}<userTask id="talk"/>
    <parallelGateway id="join"/><userTask id="look"/><endEvent id="e"/>""",
    "s>write write>fork fork>ask fork>talk ask>join talk>join join>look look>e",
)


def test_a_return_out_of_the_branch_beside_withdraws_the_call(desk: Desk) -> None:
    desk.begin(RETURNED, "returned", amount=1).complete()
    (talk,) = [task for task in desk.rows(UserTask) if task.status == "created"]
    desk.engine.execute(ReturnTask(actor=SYSTEM, task_id=talk.id, activity_id="write", reason="重写"))
    assert (desk.open, desk.call.status) == (["write"], "withdrawn")

    desk.complete()

    assert [call.status for call in desk.calls] == ["withdrawn", "open"]
    desk.work()
    assert len(desk.remote.asked) == 1
    assert desk.is_sound()


def test_a_step_is_taken_back_while_nobody_has_answered(desk: Desk) -> None:
    desk.begin(RETURNED, "returned", amount=1).complete()
    (written,) = [task for task in desk.rows(UserTask) if task.status == "completed"]
    desk.engine.execute(RecallTask(actor=SYSTEM, task_id=written.id, reason="漏了一项"))

    assert (desk.open, desk.call.status, desk.work()) == (["write"], "withdrawn", 0)
    assert desk.is_sound()
