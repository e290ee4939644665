"""What moves have recorded, executed again, gives the same case."""

from __future__ import annotations

from typing import Any

from engine.commands import Actor, CompleteTask
from engine.history.verification import verify
from engine.model import Signing
from engine.moves import (
    AddSigner,
    DelegateTask,
    MigrateProcess,
    MoveProcess,
    RecallTask,
    RemoveSigner,
    ResolveTask,
    ResumeProcess,
    ReturnTask,
    SuspendProcess,
    TransferTask,
)

ADMIN = Actor(person_id="admin")
CLERK = Actor(person_id="clerk")


def _sound(office: Any) -> list[str]:
    with office.engine.database.read() as connection:
        return [finding.message for finding in verify(connection, office.engine.tools).findings]


def test_a_case_that_was_moved_in_every_way_is_replayed_to_where_it_stands(office: Any) -> None:
    office.applied()
    review = office.task("review").id
    office.execute(TransferTask(actor=CLERK, task_id=review, to_person_id="second_clerk", reason="出差"))
    second = Actor(person_id="second_clerk")
    lent = office.execute(DelegateTask(actor=second, task_id=review, to_person_id="finance", reason="核对账目"))
    office.execute(ResolveTask(actor=Actor(person_id="finance"), task_id=lent, opinion="账目相符"))
    added = office.execute(
        AddSigner(actor=second, task_id=review, person_ids=("clerk", "lead"), signing=Signing.AFTER, reason="一并把关")
    )
    office.complete("review", "second_clerk", "agree", note="材料齐全")
    office.execute(CompleteTask(actor=CLERK, task_id=added[0], outcome="agree", submission={}))
    office.execute(RemoveSigner(actor=second, task_id=added[1], reason="已口头同意"))
    office.execute(RecallTask(actor=second, task_id=review, reason="漏填备注"))
    office.complete("review", "second_clerk", "agree", note="材料齐全，已备注")
    sign = office.task("town_sign").id
    lead = Actor(person_id="lead")
    office.execute(ReturnTask(actor=lead, task_id=sign, activity_id="review", reason="意见太短", direct=True))
    office.execute(SuspendProcess(actor=ADMIN, instance_id=office.case_id, reason="核实举报"))
    office.execute(ResumeProcess(actor=ADMIN, instance_id=office.case_id))
    office.redraw(("县领导签批", "县领导签发"))
    office.execute(MigrateProcess(actor=ADMIN, instance_id=office.case_id, version=2, reason="流程修订"))
    office.execute(MoveProcess(actor=ADMIN, instance_id=office.case_id, activity_id="deputy", reason="前次误办"))
    office.complete("deputy", "deputy", "agree").complete("receipt", "applicant")

    assert office.instance.result == "已发放"
    assert _sound(office) == []
