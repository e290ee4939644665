"""A program moves its cases: it is nobody in an office, so it may do what all of them may."""

from __future__ import annotations

from engine.commands import SYSTEM
from engine.moves import MigrateProcess, MoveProcess, ReturnTask, TerminateProcess

from .conftest import END, START, drawn

LOOP = '<multiInstanceLoopCharacteristics anlan:collection="who" anlan:elementVariable="person"/>'
STEPS = (START, '<userTask id="ask"/>', f'<userTask id="sign">{LOOP}</userTask>', END)
FLOWS = "s -> ask -> sign -> e"


def _open(session, case):
    return [task.activity_id for task in session.tasks(case)]


def test_who_has_signed_once_may_return_the_case_in_place_of_another(session, began):
    case = began(*STEPS, flows=FLOWS, who=["wang", "li"])
    session.complete(session.tasks(case)[0].id)
    session.complete(session.tasks(case)[0].id)

    task = session.tasks(case)[0]
    session.engine.execute(ReturnTask(actor=SYSTEM, task_id=task.id, activity_id="ask", reason="材料不全"))

    assert _open(session, case) == ["ask"]


def test_a_case_is_moved_migrated_and_terminated_by_hand(session, began):
    case = began(*STEPS, flows=FLOWS, who=["wang", "li"])
    move = MoveProcess(actor=SYSTEM, instance_id=case, activity_id="sign", reason="线下已经申请")
    assert [task.activity_id for task in session.engine.preview(move).opened] == ["sign", "sign"]
    session.engine.execute(move)
    assert _open(session, case) == ["sign", "sign"]

    session.deploy(drawn(*STEPS, '<userTask id="file"/>', flows="s -> ask -> sign -> file -> e"))
    session.engine.execute(MigrateProcess(actor=SYSTEM, instance_id=case, version=2, reason="流程修订"))
    for task in session.tasks(case):
        session.complete(task.id)
    assert _open(session, case) == ["file"]

    session.engine.execute(TerminateProcess(actor=SYSTEM, instance_id=case, reason="不再需要"))
    assert session.state(case).status == "terminated"
