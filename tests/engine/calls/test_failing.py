"""A call that goes wrong is tried again, ever more seldom; then an administrator decides."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest

from engine.commands import Actor
from engine.errors import Forbidden, NotFound, Refused
from engine.interpreter import BpmnError
from engine.model import Incident
from engine.moves import ResolveIncident, ResumeProcess, RetryIncident, SuspendProcess
from engine.ports import ConnectorFailed

from .conftest import ADMIN, ASKS, Desk, ask, diagram

OVERTAKEN = diagram(
    "overtaken",
    f"""<startEvent id="s"/>{ask("ask")}<boundaryEvent id="late" attachedToRef="ask"><timerEventDefinition>
    <timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent><userTask id="hurry"/>
    <endEvent id="e"/><endEvent id="e2"/>""",
    "s>ask ask>e late>hurry hurry>e2",
)


def exhausted(desk: Desk, content: bytes = ASKS, key: str = "asks") -> Desk:
    """A call that was tried as often as it is tried."""
    desk.remote.answers = [ConnectorFailed(f"第 {number} 次没有应答") for number in range(1, 7)]
    desk.begin(content, key, amount=1)
    for rest in (0, 5, 30, 120, 600, 3600):
        desk.wait(seconds=rest).work()
    return desk


def test_it_is_tried_ever_more_seldom_and_then_stops(desk: Desk) -> None:
    exhausted(desk)

    tried = [(call.attempt, event.at) for (_, call), event in zip(desk.remote.asked, desk.events[1:], strict=True)]
    rests = [(after[1] - before[1]).total_seconds() for before, after in itertools.pairwise(tried)]
    assert ([attempt for attempt, _ in tried], rests) == ([1, 2, 3, 4, 5, 6], [5, 30, 120, 600, 3600])
    assert desk.types[1:] == ["CallPostponed"] * 5 + ["CallFailed"]
    assert (desk.call.status, desk.incident.code, desk.incident.attempts) == ("failed", "call.exhausted", 6)
    assert desk.incident.message == "第 6 次没有应答"
    assert desk.is_sound()


def test_it_is_the_same_call_each_time(desk: Desk) -> None:
    exhausted(desk)

    assert {call.id for _, call in desk.remote.asked} == {desk.call.id}


def test_a_failed_call_is_not_tried_by_itself(desk: Desk) -> None:
    assert exhausted(desk).wait(days=3).work() == 0


def test_an_unforeseen_fault_is_told_by_its_kind_only(desk: Desk) -> None:
    desk.remote.answers = [OSError("https://user:secret@example.test refused")]
    desk.begin(ASKS, "asks", amount=1).work()

    assert desk.call.error == "连接器“remote”出错（OSError）。"
    assert "secret" not in str([event.input for event in desk.events])


def test_what_is_hopeless_stops_at_once(desk: Desk) -> None:
    desk.remote.answers = [Refused("对方不认识这个项目编码")]
    desk.begin(ASKS, "asks", amount=1).work()

    assert (desk.call.attempts, desk.incident.message) == (1, "对方不认识这个项目编码")
    assert desk.is_sound()


def test_an_administrator_has_it_tried_again(desk: Desk) -> None:
    exhausted(desk)
    desk.engine.execute(RetryIncident(actor=ADMIN, incident_id=desk.incident.id, reason="对方已恢复"))
    assert (desk.incidents, desk.call.attempts) == ([], 0)

    desk.work()

    assert (desk.open, desk.call.status, desk.remote.asked[-1][1].attempt) == (["look"], "answered", 1)
    assert [(row.resolution, row.closed_by) for row in desk.rows(Incident)] == [("retried", "admin")]
    assert desk.is_sound()


def test_changed_inputs_are_recorded_and_used(desk: Desk) -> None:
    exhausted(desk)
    retry = RetryIncident(actor=ADMIN, incident_id=desk.incident.id, reason="金额填错", inputs={"amount": 7})
    desk.engine.execute(retry)
    desk.work()

    recorded = next(event for event in desk.events if event.type == "IncidentRetried")
    assert (recorded.input["inputs"], recorded.input["before"]) == ({"amount": 7}, {"amount": 1})
    assert desk.remote.asked[-1][0] == {"amount": 7}
    assert desk.is_sound()


def test_changed_inputs_must_be_such_as_can_be_asked_with(desk: Desk) -> None:
    exhausted(desk)
    desk.remote.forbidden = Refused("地址不在允许的范围内")
    retry = RetryIncident(actor=ADMIN, incident_id=desk.incident.id, reason="换个地址", inputs={"amount": 7})

    with pytest.raises(Refused, match="允许的范围"):
        desk.engine.execute(retry)

    assert desk.call.inputs == {"amount": 1}


def test_an_administrator_goes_on_with_results_of_their_own(desk: Desk) -> None:
    exhausted(desk)
    given = {"receipt": "电话登记 12"}
    desk.engine.execute(ResolveIncident(actor=ADMIN, incident_id=desk.incident.id, reason="已电话登记", values=given))

    assert (desk.open, desk.variables["receipt_ask"], desk.call.status) == (["look"], "电话登记 12", "resolved")
    assert desk.is_sound()


@pytest.mark.parametrize("act", [RetryIncident, ResolveIncident])
def test_only_the_administrator_of_the_region_decides(desk: Desk, act: type[RetryIncident | ResolveIncident]) -> None:
    exhausted(desk)

    with pytest.raises(Forbidden):
        desk.engine.execute(act(actor=Actor(person_id="clerk"), incident_id=desk.incident.id, reason="试试"))


def test_an_incident_of_a_call_ends_when_the_case_goes_another_way(desk: Desk) -> None:
    exhausted(desk, OVERTAKEN, "overtaken").wait(days=2).fire()

    assert (desk.open, desk.call.status, desk.incidents) == (["hurry"], "withdrawn", [])
    assert desk.is_sound()


def test_a_retry_of_a_suspended_case_waits_until_it_is_resumed(desk: Desk) -> None:
    exhausted(desk)
    desk.engine.execute(SuspendProcess(actor=ADMIN, instance_id=desk.case, reason="等通知"))
    desk.engine.execute(RetryIncident(actor=ADMIN, incident_id=desk.incident.id, reason="对方已恢复"))
    assert desk.work() == 0

    desk.engine.execute(ResumeProcess(actor=ADMIN, instance_id=desk.case))

    assert (desk.work(), desk.open) == (1, ["look"])
    assert desk.is_sound()


def test_an_answer_that_was_kept_is_taken_up_by_a_retry_without_asking_again(desk: Desk) -> None:
    gated = diagram(
        "gated",
        f'<startEvent id="s"/>{ask("ask")}<exclusiveGateway id="g"/><userTask id="look"/><endEvent id="e"/>',
        "s>ask ask>g g>look look>e",
    ).replace(
        b'sourceRef="g" targetRef="look"/>',
        b'sourceRef="g" targetRef="look"><conditionExpression>today() &gt; date("2026-03-10")</conditionExpression>'
        b"</sequenceFlow>",
    )
    desk.begin(gated, "gated", amount=1).work()
    desk.wait(days=20)
    desk.engine.execute(RetryIncident(actor=ADMIN, incident_id=desk.incident.id, reason="日期已到"))

    assert (desk.open, desk.call.status, len(desk.remote.asked)) == (["look"], "answered", 1)
    assert desk.types[-2:] == ["IncidentRetried", "CallAnswered"]
    assert desk.is_sound()


def test_a_refusal_that_nothing_caught_asks_again_when_it_is_retried(desk: Desk) -> None:
    desk.remote.answers = [BpmnError("NO", "没有这个户头")]
    desk.begin(ASKS, "asks", amount=1).work()
    desk.engine.execute(RetryIncident(actor=ADMIN, incident_id=desk.incident.id, reason="户头已开"))
    assert [call.status for call in desk.calls] == ["answered", "open"]

    desk.work()

    assert (desk.open, desk.incidents) == (["look"], [])
    assert desk.is_sound()


def test_a_call_that_was_settled_is_not_settled_again(desk: Desk) -> None:
    exhausted(desk)
    retry = RetryIncident(actor=ADMIN, incident_id=desk.incident.id, reason="对方已恢复")
    desk.engine.execute(retry)

    with pytest.raises(NotFound, match="处理过"):
        desk.engine.execute(retry)


def test_a_refusal_that_nothing_caught_is_retried_with_other_inputs(desk: Desk) -> None:
    desk.remote.answers = [BpmnError("NO", "没有这个户头")]
    desk.begin(ASKS, "asks", amount=1).work()
    retry = RetryIncident(actor=ADMIN, incident_id=desk.incident.id, reason="换个户头", inputs={"amount": 3})
    desk.engine.execute(retry)
    desk.work()

    assert (desk.remote.asked[-1][0], desk.open) == ({"amount": 3}, ["look"])
    assert desk.is_sound()


@pytest.mark.parametrize("answer", [{"receipt": 1.5}, {"receipt": {1: 2}}, {"receipt": b"R1"}])
def test_results_that_cannot_be_kept_are_an_incident(desk: Desk, answer: dict[str, object]) -> None:
    desk.remote.answers = [answer]
    desk.begin(ASKS, "asks", amount=1).work()

    assert (desk.call.status, "不能保存" in desk.incident.message) == ("failed", True)
    assert desk.is_sound()


def test_a_connector_that_gives_no_results_is_tried_again(desk: Desk) -> None:
    desk.remote.answers = [[None]]
    desk.begin(ASKS, "asks", amount=1).work()

    assert (desk.call.status, desk.call.error) == ("open", "连接器“remote”出错（TypeError）。")


@pytest.mark.parametrize(
    "answer",
    [BpmnError("NO", "没有\x00"), Refused("不行\x00"), {"receipt": "没有\x00"}],
    ids=["error", "refusal", "answer"],
)
def test_what_no_database_keeps_is_left_out_of_the_message(desk: Desk, answer: object) -> None:
    wait = (
        '<intermediateCatchEvent id="w"><timerEventDefinition><timeDate>receipt_ask</timeDate></timerEventDefinition>'
    )
    body = f'<startEvent id="s"/>{ask("ask")}{wait}</intermediateCatchEvent><endEvent id="e"/>'
    desk.remote.answers = [answer]
    desk.begin(diagram("nul", body, "s>ask ask>w w>e"), "nul", amount=1).work()

    assert "\x00" not in desk.incident.message
    assert "\ufffd" in desk.incident.message
    assert len(desk.remote.asked) == 1
    assert desk.is_sound()


def test_an_answer_is_no_more_than_begun_in_the_message_of_its_incident(desk: Desk) -> None:
    look = '<userTask id="look" anlan:dueIn="receipt_ask"/>'
    body = f'<startEvent id="s"/>{ask("ask")}{look}<endEvent id="e"/>'
    desk.remote.answers = [{"receipt": [{"name": "石溪村\u2028" * 100, "area": Decimal(3)}] * 1000}]
    desk.begin(diagram("long", body, "s>ask ask>look look>e"), "long", amount=1).work()

    assert "[{area: 3, name: " in desk.incident.message
    assert len(desk.incident.message) < 250
    assert desk.incident.message.isprintable()
    assert desk.is_sound()
