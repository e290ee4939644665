"""Claiming, releasing, drafting and completing user tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from engine import interpreter
from engine.attachments import attachments_in, bind_attachments
from engine.cases import signing
from engine.cases.case import Case, load_task
from engine.cases.deferred import Deferred
from engine.clock import local_date
from engine.commands import ClaimTask, CompletedTask, CompleteTask, ReleaseTask, SaveTaskDraft
from engine.errors import Conflict, FieldProblem, Invalid, Refused
from engine.interpreter import Outcome
from engine.model import Signing, TaskDraft, TaskStatus, UserTask
from engine.offices.acting import actionable, told_of
from engine.offices.assignment import ensure_separated
from engine.ports import FormTask
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork

_RESULT = ("status", "submission", "outcome", "outcome_label", "completed_at", "completed_by", "on_behalf_of")
_CLOSE = update(UserTask).where(UserTask.id == bindparam("task")).values({name: bindparam(name) for name in _RESULT})


def claim_task(work: UnitOfWork, command: ClaimTask) -> None:
    """Take a task that nobody has taken."""
    task = actionable(work, command.task_id)
    ensure_separated(work.connection, work.actor, task)
    _assign(work, task, work.actor.principal, "TaskClaimed")


def release_task(work: UnitOfWork, command: ReleaseTask) -> None:
    """Give one's task back to the group."""
    task = actionable(work, command.task_id)
    if task.parent_id is not None or signing.pending_signers(work, task):
        raise Refused(f"“{task.name}”有加签或委派，不能放回；不能办理的请转办，或先减签。", task=task.id)
    _assign(work, task, None, "TaskReleased")


def _assign(work: UnitOfWork, task: AnyRow, assignee_id: str | None, type_: str) -> None:
    case = Case.load(work, task.instance_id)
    case.ensure_active()
    changed = work.connection.execute(
        update(UserTask)
        .where(
            UserTask.id == task.id,
            UserTask.status == TaskStatus.CREATED,
            UserTask.assignee_id.is_not_distinct_from(task.assignee_id),
        )
        .values(assignee_id=assignee_id)
    )
    if changed.rowcount != 1:
        raise Conflict(f"“{task.name}”刚刚被别人签收或办理，请刷新。", task=task.id)
    case.note(told_of(task, type_, {}), {"assignee": [task.assignee_id, assignee_id]})


def complete_task(work: UnitOfWork, command: CompleteTask) -> CompletedTask:
    """Check who acts and what was filled in, move the case, and keep the submission as it was."""
    task = actionable(work, command.task_id)
    if work.tools.offices:
        ensure_separated(work.connection, work.actor, task)
    case = Case.load(work, task.instance_id)
    case.ensure_active()
    if task.parent_id is not None:
        return _sign(work, case, task, command)
    pending = signing.pending_signers(work, task)
    signing.ensure_signed_before(task, pending)
    activity = case.bundle.specification.activities[task.activity_id]
    # The form has the outcomes among its fields: it names everything that is wrong at once.
    accepted = _accept(work, case, task, activity.field_rights, command)
    label = _outcome_label(activity.outcomes, command.outcome)
    put_in = {
        "token": task.token_id,
        "outcome": command.outcome,
        "outcome_label": label,
        "values": accepted,
        "form": task.form_digest,
        **_as_it_came(work, command, accepted),
    }
    if pending:
        return _submit(work, case, task, pending, put_in)
    step = _move(case, task, command.outcome, accepted)
    opened = case.save(step, told_of(task, "TaskCompleted", put_in), closed_task_id=task.id)
    _close(work, task, put_in)
    return CompletedTask(instance_id=case.row.id, opened_task_ids=opened, ended=step.ended is not None)


def _as_it_came(work: UnitOfWork, command: CompleteTask, accepted: Mapping[str, Any]) -> dict[str, Any]:
    """What the form was given, where it has made something else of it, and the name that its rules may have read."""
    if command.submission == accepted:
        return {}
    name = work.tools.names.person(work.connection, work.actor.person_id)
    return {"submitted": dict(command.submission), "actor_name": name}


def _submit(
    work: UnitOfWork, case: Case, task: AnyRow, pending: Sequence[AnyRow], put_in: Mapping[str, Any]
) -> CompletedTask:
    """Keep what the owner has submitted; the token waits for those who sign beside or after."""
    case.note(told_of(task, "TaskSubmitted", put_in), {"awaited": [row.assignee_id for row in pending]})
    _close(work, task, put_in, TaskStatus.SUBMITTED)
    signing.open_planned(work, pending)
    return CompletedTask(instance_id=case.row.id, opened_task_ids=(), ended=False)


def _sign(work: UnitOfWork, case: Case, task: AnyRow, command: CompleteTask) -> CompletedTask:
    """An added signer's opinion; with the last one awaited the owner's submission moves the case."""
    if task.signing == Signing.DELEGATED:
        raise Refused(f"“{task.name}”是委派给您的，请写明意见后交回。", task=task.id)
    accepted = _accept(work, case, task, {}, command)
    label = _outcome_label(signing.OPINIONS, command.outcome)
    told = {"outcome": command.outcome, "outcome_label": label, "values": accepted, "form": task.form_digest}
    result = signing.move_on(case, load_task(work, task.parent_id), task, told_of(task, "TaskSigned", told))
    _close(work, task, told)
    return result


def _outcome_label(outcomes: Sequence[Outcome], outcome: str | None) -> str | None:
    labels = {known.key: known.label for known in outcomes}
    if not labels and outcome is None:
        return None
    if outcome not in labels:
        choices = "、".join(labels.values()) or "无"
        raise Invalid((FieldProblem(path="outcome", message=f"请选择办理结果（{choices}）。"),))
    return labels[outcome]


def _accept(
    work: UnitOfWork, case: Case, task: AnyRow, rights: Mapping[str, str], command: CompleteTask
) -> Mapping[str, Any]:
    form_task = FormTask(
        form=work.tools.definitions.blob(work.connection, task.form_digest) if task.form_digest else b"",
        inputs=task.inputs,
        rights=rights,
        context=Deferred(lambda: form_context(case, task)),
    )
    submission = dict(command.submission)
    if command.outcome is not None:
        submission["outcome"] = command.outcome
    attachments = attachments_in(work, case.row.id, submission)
    values = dict(work.tools.forms.validate(form_task, submission, attachments))
    values.pop("outcome", None)
    bind_attachments(work, case.row.id, attachments)
    return values


def form_context(case: Case, task: AnyRow) -> Mapping[str, Any]:
    """The names that a form's rules may read."""
    actor_id = case.work.actor.person_id
    return {
        **case.services.facts,
        **case.variables_at(task.token_id),
        "item": task.item,
        "today": local_date(case.work.now),
        "actor": {"id": actor_id, "name": case.work.tools.names.person(case.work.connection, actor_id)},
    }


def _move(case: Case, task: AnyRow, outcome: str | None, accepted: Mapping[str, Any]) -> interpreter.Step:
    variables = dict(accepted)
    if outcome is not None:
        variables["outcome"] = outcome
    return interpreter.complete(case.bundle.specification, case.state, task.token_id, variables, case.services)


def _close(
    work: UnitOfWork, task: AnyRow, put_in: Mapping[str, Any], status: TaskStatus = TaskStatus.COMPLETED
) -> None:
    done = {
        "status": status,
        "submission": dict(put_in["values"]),
        "outcome": put_in["outcome"],
        "outcome_label": put_in["outcome_label"],
        "completed_at": work.now,
        "completed_by": work.actor.person_id,
        "on_behalf_of": work.actor.on_behalf_of,
    }
    work.connection.execute(_CLOSE, {"task": task.id, **done})
    if task.has_draft:
        work.connection.execute(delete(TaskDraft).where(TaskDraft.task_id == task.id))


def save_task_draft(work: UnitOfWork, command: SaveTaskDraft) -> None:
    """Keep what was typed, unchecked; a draft is no act in the case and leaves no event."""
    task = actionable(work, command.task_id)
    mine = (TaskDraft.task_id == task.id) & (TaskDraft.person_id == work.actor.person_id)
    content = {"submission": dict(command.submission), "saved_at": work.now}
    known = work.connection.scalar(select(TaskDraft.task_id).where(mine))
    if known is None:
        work.connection.execute(insert(TaskDraft).values(task_id=task.id, person_id=work.actor.person_id, **content))
    else:
        work.connection.execute(update(TaskDraft).where(mine).values(**content))
