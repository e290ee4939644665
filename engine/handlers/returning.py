"""Going back on a way that no diagram has drawn: 退回 and 拿回 (design §8)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select, update

from engine.cases.case import Case, load_task
from engine.cases.deadlines import RETURNED
from engine.clock import local_date
from engine.commands import CompletedTask
from engine.errors import Conflict, Forbidden, Refused
from engine.interpreter import Step, moves
from engine.model import TaskDraft, TaskStatus, UserTask
from engine.moves import RecallTask, ReturnTask
from engine.offices.acting import actionable, told_of
from engine.offices.administration import given_reason
from engine.offices.assignment import ensure_candidate, ensure_separated
from engine.offices.organisation import acting_positions
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork


def return_task(work: UnitOfWork, command: ReturnTask) -> CompletedTask:
    """Withdraw the task, and let an earlier step be done again."""
    task = actionable(work, command.task_id)
    if work.tools.offices:
        ensure_separated(work.connection, work.actor, task)
    case = Case.load(work, task.instance_id)
    case.ensure_active()
    reason = given_reason(command.reason, "退回")
    if task.parent_id is not None:
        raise Refused(f"“{task.name}”请的是您的意见，退回由经办人决定。", task=task.id)
    specification, target = case.bundle.specification, command.activity_id
    step = moves.return_to(specification, case.state, task.token_id, target, case.services, direct=command.direct)
    told = {
        "token": task.token_id,
        "to": target,
        "to_name": case.bundle.name_of(target),
        "direct": command.direct,
        "reason": reason,
    }
    opened = case.save(step, told_of(task, "TaskReturned", told))
    _keep_act(work, task)
    return CompletedTask(instance_id=case.row.id, opened_task_ids=opened, ended=step.ended is not None)


def _keep_act(work: UnitOfWork, task: AnyRow) -> None:
    """The task is withdrawn, but somebody has acted on it: that counts for separation of duties and its clock."""
    work.connection.execute(
        update(UserTask)
        .where(UserTask.id == task.id)
        .values(
            outcome=RETURNED,
            outcome_label="退回",
            completed_by=work.actor.person_id,
            on_behalf_of=work.actor.on_behalf_of,
        )
    )
    work.connection.execute(delete(TaskDraft).where(TaskDraft.task_id == task.id))


def recall_task(work: UnitOfWork, command: RecallTask) -> CompletedTask:
    """Let a person do their completed task again."""
    task = load_task(work, command.task_id)
    case = Case.load(work, task.instance_id)
    case.ensure_active()
    _ensure_own(work, task)
    reason = given_reason(command.reason, "拿回")
    if task.status == TaskStatus.SUBMITTED:
        return _reopen(work, case, task, reason)
    _ensure_newest(work, task)
    step = moves.recall(case.bundle.specification, case.state, task.activity_id, case.services)
    _ensure_unanswered(work, case, step)
    opened = case.save(step, told_of(task, "TaskRecalled", {"to": task.activity_id, "reason": reason}))
    _give_back(work, case, task)
    return CompletedTask(instance_id=case.row.id, opened_task_ids=opened, ended=step.ended is not None)


def _ensure_own(work: UnitOfWork, task: AnyRow) -> None:
    ensure_candidate(acting_positions(work.connection, work.actor, local_date(work.now)), task)
    if task.status not in (TaskStatus.COMPLETED, TaskStatus.SUBMITTED):
        raise Conflict(f"“{task.name}”还没有办理，或者已经退回，不需要拿回。", task=task.id)
    if work.actor.principal not in (task.completed_by, task.on_behalf_of):
        raise Forbidden(f"“{task.name}”不是您办理的，不能拿回。", task=task.id)
    if task.parent_id is not None:
        raise Refused("加签、委派的意见交出后不能拿回。", task=task.id)


def _ensure_newest(work: UnitOfWork, task: AnyRow) -> None:
    """An activity may have been done several times; only the last time can be taken back."""
    newest = work.connection.scalar(
        select(UserTask.id)
        .where(
            UserTask.instance_id == task.instance_id,
            UserTask.activity_id == task.activity_id,
            UserTask.parent_id.is_(None),
        )
        .order_by(UserTask.opened_seq.desc(), UserTask.completed_at.desc())
        .limit(1)
    )
    if newest != task.id:
        raise Conflict(f"“{task.name}”后来又办理过，不能拿回这一次。", task=task.id)


def _ensure_unanswered(work: UnitOfWork, case: Case, step: Step) -> None:
    """What has been signed or submitted without moving a token is work all the same."""
    tokens = [closed.token_id for closed in step.closed if closed.canceled]
    answered = work.connection.scalar(
        select(UserTask.name)
        .where(
            UserTask.instance_id == case.row.id,
            UserTask.token_id.in_(tokens),
            UserTask.status.in_((TaskStatus.SUBMITTED, TaskStatus.COMPLETED)),
        )
        .limit(1)
    )
    if answered is not None:
        raise Refused(f"“{answered}”已经有人办理，不能拿回。")


def _reopen(work: UnitOfWork, case: Case, task: AnyRow, reason: str) -> CompletedTask:
    """The token has not moved: the owner takes the submission back before all have signed."""
    undone: dict[str, Any] = dict.fromkeys(
        ("submission", "outcome", "outcome_label", "completed_at", "completed_by", "on_behalf_of")
    )
    work.connection.execute(update(UserTask).where(UserTask.id == task.id).values(status=TaskStatus.CREATED, **undone))
    _draft(work, task.id, task.submission)
    case.note(told_of(task, "TaskRecalled", {"to": task.activity_id, "reason": reason}), {"reopened": task.id})
    return CompletedTask(instance_id=case.row.id, opened_task_ids=(task.id,), ended=False)


def _give_back(work: UnitOfWork, case: Case, task: AnyRow) -> None:
    """The task is theirs again, with what they had filled in as a draft."""
    again = work.connection.scalar(
        select(UserTask.id)
        .where(
            UserTask.instance_id == case.row.id,
            UserTask.activity_id == task.activity_id,
            UserTask.opened_seq == case.seq,
            UserTask.status == TaskStatus.CREATED,
        )
        .order_by(UserTask.id)
        .limit(1)
    )
    if again is not None:
        work.connection.execute(update(UserTask).where(UserTask.id == again).values(assignee_id=work.actor.principal))
        _draft(work, again, task.submission)


def _draft(work: UnitOfWork, task_id: str, submission: Any) -> None:
    mine = (TaskDraft.task_id == task_id) & (TaskDraft.person_id == work.actor.person_id)
    work.connection.execute(delete(TaskDraft).where(mine))
    work.connection.execute(
        insert(TaskDraft).values(
            task_id=task_id, person_id=work.actor.person_id, submission=dict(submission or {}), saved_at=work.now
        )
    )
