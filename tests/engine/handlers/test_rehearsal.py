"""A dry run of a migration: played to the end on a copy, with a sentence for whatever stops it."""

from __future__ import annotations

from typing import Any

from engine.commands import Actor
from engine.moves import MigrateProcess, MoveProcess


def _rehearse(office: Any) -> Any:
    command = MigrateProcess(actor=Actor(person_id="admin"), instance_id=office.case_id, version=2, reason="流程修订")
    return office.engine.rehearse(command)


def test_a_case_is_played_to_its_end_and_nothing_is_kept(office: Any) -> None:
    office.applied()
    office.redraw(("县领导签批", "县领导签发"))
    before = office.instance

    rehearsal = _rehearse(office)
    assert (rehearsal.accepted, rehearsal.result) == (True, "已发放")
    assert rehearsal.played == ("县业务审查", "乡镇审查", "乡镇签批", "县领导签发", "收款确认")
    assert office.instance == before
    assert office.open == ["check", "review"]


def test_a_refused_migration_is_told(office: Any) -> None:
    office.applied()
    office.redraw(('"review"', '"town_review"'), ("乡镇审查", "乡镇初审"))

    rehearsal = _rehearse(office)
    assert not rehearsal.accepted
    assert rehearsal.stopped == ("新版本里没有“乡镇审查”的去处，请为它指定一个环节。",)


#: the last user task of the diagram, from its beginning to its end
RECEIPT = '<bpmn:userTask id="receipt" name="收款确认" anlan:role="village_applicant" anlan:resultVariable="receipt">'
CLOSED = '</bpmn:outgoing>\n    </bpmn:userTask>\n    <bpmn:sequenceFlow id="to_granted"'


def test_what_stops_a_case_is_named(office: Any) -> None:
    office.applied()
    service = '<bpmn:serviceTask id="receipt" name="支付" anlan:connector="nobody.knows">'
    office.redraw((RECEIPT, service), (CLOSED, CLOSED.replace("userTask", "serviceTask")))

    rehearsal = _rehearse(office)
    assert (rehearsal.accepted, rehearsal.result) == (True, None)
    assert "“县领导签批”：没有名为“nobody.knows”的连接器，请联系流程设计员。" in rehearsal.stopped


def test_time_passes_where_nobody_can_act(office: Any) -> None:
    office.applied()
    timer = "<bpmn:timerEventDefinition><bpmn:timeDuration>P5D</bpmn:timeDuration></bpmn:timerEventDefinition>"
    closed = CLOSED.replace("</bpmn:outgoing>", f"</bpmn:outgoing>{timer}").replace(
        "userTask", "intermediateCatchEvent"
    )
    office.redraw((RECEIPT, '<bpmn:intermediateCatchEvent id="receipt" name="等五天">'), (CLOSED, closed))

    assert _rehearse(office).result == "已发放"


def test_a_case_moved_into_one_branch_only_is_seen_to_wait_for_the_other(office: Any) -> None:
    office.start()
    lost = MoveProcess(actor=Actor(person_id="admin"), instance_id=office.case_id, activity_id="check", reason="误办")
    rehearsal = office.engine.rehearse(lost)

    assert (rehearsal.accepted, rehearsal.result) == (True, None)
    assert rehearsal.stopped == ("没有可以办理的环节，也没有会到期的计时。",)
    well = MoveProcess(actor=Actor(person_id="admin"), instance_id=office.case_id, activity_id="deputy", reason="误办")
    assert office.engine.rehearse(well).result == "已发放"
