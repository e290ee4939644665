"""What a case sends without waiting goes out strictly in its order."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.calls.book import ORDER, held
from engine.errors import Refused
from engine.interpreter import BpmnError
from engine.model import ConnectorCall, ProcessInstance
from engine.moves import ResolveIncident, ResumeProcess, RetryIncident, SuspendProcess, TerminateProcess
from engine.ports import ConnectorFailed

from .conftest import ADMIN, Desk, ask, diagram

#: two letters, a task, and one more when the case ends
SENDS = diagram(
    "sends",
    f"""<startEvent id="s"/>{ask("first", connector="letters")}{ask("second", connector="letters")}
    <userTask id="look"/>{ask("third", connector="letters")}<endEvent id="e"/>""",
    "s>first first>second second>look look>third third>e",
)


def sent(desk: Desk) -> list[str]:
    return [call.element_id for _, call in desk.letters.asked]


def test_the_case_goes_on_and_the_letters_follow_in_order(desk: Desk) -> None:
    desk.begin(SENDS, "sends", amount=1)
    assert (desk.open, sent(desk)) == (["look"], [])

    desk.complete().work()

    assert (desk.instance.status, sent(desk)) == ("completed", ["first", "second", "third"])
    sequences = [call.sequence for _, call in desk.letters.asked]
    assert sequences == sorted(set(sequences))
    assert desk.types[-3:] == ["CallDelivered"] * 3
    assert desk.is_sound()


def test_a_step_that_sends_much_is_before_the_next(desk: Desk) -> None:
    many = '<multiInstanceLoopCharacteristics anlan:collection="for i in 1..1100 return i" anlan:elementVariable="no"/>'
    all_, one = ask("all", many, connector="letters"), ask("one", connector="letters")
    body = f'<startEvent id="s"/>{all_}<userTask id="look"/>{one}<endEvent id="e"/>'
    desk.begin(diagram("masses", body, "s>all all>look look>one one>e"), "masses", amount=1).complete()

    rows = select(*ConnectorCall.__table__.columns, ProcessInstance.number).join(ProcessInstance).order_by(*ORDER)
    with desk.engine.database.read() as connection:
        sequences = [held(row, row.asked_at).sequence for row in connection.execute(rows)]
    assert len(sequences) == 1101
    assert sequences == sorted(set(sequences))


def test_a_letter_that_is_not_taken_holds_up_those_behind_it(desk: Desk) -> None:
    desk.letters.answers = [ConnectorFailed("对方没有应答")]
    desk.begin(SENDS, "sends", amount=1).work()
    assert (sent(desk), desk.open) == (["first"], ["look"])

    desk.wait(seconds=4).work()
    assert sent(desk) == ["first"]
    desk.wait(seconds=1).work()

    assert sent(desk) == ["first", "first", "second"]
    assert [call.attempt for _, call in desk.letters.asked] == [1, 2, 1]
    assert desk.is_sound()


@pytest.mark.parametrize("hopeless", [Refused("地址不对"), BpmnError("NO", "地址不对")])
def test_a_hopeless_letter_waits_for_an_administrator_and_the_others_behind_it(desk: Desk, hopeless: Exception) -> None:
    desk.letters.answers = [hopeless]
    desk.begin(SENDS, "sends", amount=1).work()
    desk.complete().wait(days=1).work()
    assert (sent(desk), desk.incident.message) == (["first"], "地址不对")

    command = ResolveIncident(actor=ADMIN, incident_id=desk.incident.id, reason="已当面告知")
    desk.engine.execute(command)
    desk.work()

    assert sent(desk) == ["first", "second", "third"]
    assert [call.status for call in desk.calls] == ["resolved", "answered", "answered"]
    assert desk.is_sound()


def test_what_was_sent_is_tried_again_although_the_case_is_over(desk: Desk) -> None:
    desk.letters.answers = [Refused("地址不对")]
    desk.begin(SENDS, "sends", amount=1).work()
    desk.engine.execute(TerminateProcess(actor=ADMIN, instance_id=desk.case, reason="不再办理"))
    desk.engine.execute(
        RetryIncident(actor=ADMIN, incident_id=desk.incident.id, reason="地址已改正", inputs={"amount": 2})
    )
    desk.work()

    assert (sent(desk), desk.letters.asked[1][0]) == (["first", "first", "second"], {"amount": 2})
    assert desk.incidents == []
    assert desk.is_sound()


def test_a_suspended_case_sends_nothing(desk: Desk) -> None:
    desk.begin(SENDS, "sends", amount=1)
    desk.engine.execute(SuspendProcess(actor=ADMIN, instance_id=desk.case, reason="等通知"))
    assert (desk.work(), sent(desk)) == (0, [])

    desk.engine.execute(ResumeProcess(actor=ADMIN, instance_id=desk.case))
    desk.work()

    assert sent(desk) == ["first", "second"]


def test_letters_of_one_case_do_not_hold_up_those_of_another(desk: Desk) -> None:
    desk.letters.answers = [Refused("地址不对")]
    desk.begin(SENDS, "sends", amount=1).work()
    desk.start("sends", amount=1)
    desk.work()

    assert sent(desk) == ["first", "first", "second"]


def test_a_letter_nobody_can_ever_take_is_refused_at_once(desk: Desk) -> None:
    desk.letters.forbidden = Refused("没有收件人")

    with pytest.raises(Refused, match="没有收件人"):
        desk.begin(SENDS, "sends", amount=1)

    assert desk.calls == []


def test_what_went_out_while_the_case_was_suspended_has_gone_out(desk: Desk) -> None:
    desk.begin(SENDS, "sends", amount=1)
    command = SuspendProcess(actor=ADMIN, instance_id=desk.case, reason="等通知")
    desk.letters.meanwhile = lambda: desk.engine.execute(command)
    desk.work()

    assert (sent(desk), [call.status for call in desk.calls]) == (["first"], ["answered", "open"])
    assert desk.is_sound()
