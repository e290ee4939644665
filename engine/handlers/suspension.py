"""Stopping a case, letting it go on, and ending it by hand (挂起, 恢复, 终止)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from engine.cases.case import Case
from engine.cases.deadlines import postponed
from engine.errors import Conflict
from engine.handlers.call import resume_calls
from engine.history.event import Occurrence
from engine.model import PENDING, InstanceStatus, UserTask
from engine.moves import ResumeProcess, SuspendProcess, TerminateProcess
from engine.offices.administration import ensure_administrator, given_reason
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork


def suspend_process(work: UnitOfWork, command: SuspendProcess) -> None:
    """Refuse every act and fire no timer until the case is resumed."""
    case = Case.load(work, command.instance_id)
    ensure_administrator(work, case.row.region_code)
    case.ensure_active()
    occurrence = Occurrence(type="ProcessSuspended", input={"reason": given_reason(command.reason, "挂起")})
    case.note(occurrence, {}, status=InstanceStatus.SUSPENDED, suspended_at=work.now)


def resume_process(work: UnitOfWork, command: ResumeProcess) -> None:
    """Go on. The time the case stood still does not count against those who hold its tasks, if the policy says so."""
    case = Case.load(work, command.instance_id)
    ensure_administrator(work, case.row.region_code)
    case.ensure_running()
    if case.row.status != InstanceStatus.SUSPENDED:
        raise Conflict(f"办件 {case.row.number} 没有挂起，不需要恢复。", instance=case.row.id)
    extended = _extend(work, case) if case.stops_clock("suspension") else []
    occurrence = Occurrence(type="ProcessResumed", input={"reason": command.reason.strip()})
    case.note(occurrence, {"extended": extended}, status=InstanceStatus.ACTIVE, suspended_at=None)
    resume_calls(work, case.row.id)


def _extend(work: UnitOfWork, case: Case) -> list[dict[str, Any]]:
    """Put the deadlines of open tasks off by the working time since the suspension, and tell which."""
    suspended_at: datetime = case.row.suspended_at
    tasks = work.connection.execute(
        select(UserTask.id, UserTask.due_at, UserTask.allowance)
        .where(
            UserTask.instance_id == case.row.id,
            UserTask.status.in_(PENDING),
            UserTask.due_at.is_not(None),
        )
        .order_by(UserTask.opened_seq, UserTask.id)
    ).all()
    return [_put_off(work, task, suspended_at) for task in tasks]


def _put_off(work: UnitOfWork, task: AnyRow, suspended_at: datetime) -> dict[str, Any]:
    deadline = postponed(task.due_at, task.allowance, suspended_at, work.now)
    changes = {"due_at": deadline.due_at, "allowance": deadline.allowance}
    work.connection.execute(update(UserTask).where(UserTask.id == task.id).values(**changes))
    return {"task": task.id, "before": task.due_at, "after": deadline.due_at}


def terminate_process(work: UnitOfWork, command: TerminateProcess) -> None:
    """End a case wherever it stands; what it had only proposed is void, what it has paid stays paid."""
    case = Case.load(work, command.instance_id)
    ensure_administrator(work, case.row.region_code)
    case.ensure_running()
    reason = given_reason(command.reason, "终止")
    case.terminate("已终止", Occurrence(type="ProcessTerminated", input={"reason": reason}))
