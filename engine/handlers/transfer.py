"""Giving a task to another holder of its position (转办)."""

from __future__ import annotations

from sqlalchemy import update

from engine.cases.case import Case
from engine.errors import Conflict, Refused
from engine.model import TaskStatus, UserTask
from engine.moves import TransferTask
from engine.offices.acting import actionable, ensure_receivable, known_person, told_of
from engine.offices.administration import given_reason
from engine.offices.assignment import holds
from engine.offices.roles import ROLES
from engine.unit_of_work import UnitOfWork


def transfer_task(work: UnitOfWork, command: TransferTask) -> None:
    """Make another person the assignee; separation of duties holds for that person too."""
    task = actionable(work, command.task_id)
    case = Case.load(work, task.instance_id)
    case.ensure_active()
    reason = given_reason(command.reason, "转办")
    if task.parent_id is not None:
        raise Refused(f"“{task.name}”请的是您本人，不能转办；不能办理的请告诉经办人。", task=task.id)
    person = known_person(work, command.to_person_id)
    positions = ensure_receivable(work, person, task)
    if not holds(positions, task.role, task.unit_code):
        role = ROLES[task.role].name if task.role in ROLES else task.role
        raise Refused(f"“{task.name}”由{role}办理，{person.name}没有这一岗位，不能转办。", person=person.id)
    changed = work.connection.execute(
        update(UserTask)
        .where(
            UserTask.id == task.id,
            UserTask.status == TaskStatus.CREATED,
            UserTask.assignee_id.is_not_distinct_from(task.assignee_id),
        )
        .values(assignee_id=person.id)
    )
    if changed.rowcount != 1:
        raise Conflict(f"“{task.name}”刚刚被别人签收或办理，请刷新。", task=task.id)
    told = {"to": person.id, "to_name": person.name, "reason": reason}
    case.note(told_of(task, "TaskTransferred", told), {"assignee": [task.assignee_id, person.id]})
