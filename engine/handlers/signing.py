"""Asking others to sign or to work on a task, and their answers (加签, 减签, 委派)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import update

from engine.cases import signing
from engine.cases.case import Case, ensure_open, load_task
from engine.clock import local_date
from engine.commands import CompletedTask
from engine.errors import Conflict, Forbidden, Refused
from engine.model import Signing, TaskStatus, UserTask
from engine.moves import AddSigner, DelegateTask, RemoveSigner, ResolveTask
from engine.offices.acting import actionable, ensure_receivable, known_person, told_of
from engine.offices.administration import given_reason
from engine.offices.assignment import ensure_separated, only_reads, outside_offices
from engine.offices.organisation import ensure_delegated, person_name
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork

_MOST = 20


def add_signer(work: UnitOfWork, command: AddSigner) -> tuple[str, ...]:
    """Open a task with an opinion form for each person asked."""
    if command.signing == Signing.DELEGATED:
        raise Refused("委派请用“委派”办理。")
    reason = given_reason(command.reason, "加签")
    return _ask(work, command.task_id, command.person_ids, command.signing, "SignersAdded", reason)


def delegate_task(work: UnitOfWork, command: DelegateTask) -> str:
    """Ask one person to work on the task; the owner completes it after that person's opinion has come."""
    reason = given_reason(command.reason, "委派")
    asked = (command.to_person_id,)
    return _ask(work, command.task_id, asked, Signing.DELEGATED, "TaskDelegated", reason)[0]


def _ask(
    work: UnitOfWork, task_id: str, person_ids: Sequence[str], kind: Signing, type_: str, reason: str
) -> tuple[str, ...]:
    task = actionable(work, task_id)
    case = Case.load(work, task.instance_id)
    case.ensure_active()
    if task.parent_id is not None:
        raise Refused(f"“{task.name}”请的是您本人，不能再请别人。", task=task.id)
    asked = list(dict.fromkeys(person_ids))
    if not 0 < len(asked) <= _MOST:
        raise Refused(f"请选择 1 到 {_MOST} 位人员。")
    _ensure_not_asked(work, task, asked)
    persons = [_signer(work, case, task, person_id) for person_id in asked]
    rows = signing.add_tasks(case, task, persons, kind)
    told = {"persons": asked, "names": [person.name for person in persons], "signing": kind, "reason": reason}
    case.note(told_of(task, type_, told), {"added": [_added(row) for row in rows]})
    return tuple(row["id"] for row in rows)


def _added(row: Mapping[str, Any]) -> dict[str, Any]:
    told = {"task": row["id"], "person": row["assignee_id"], "due": row["due_at"]}
    return {**told, "form": row["form_digest"]}


def _ensure_not_asked(work: UnitOfWork, task: AnyRow, asked: Sequence[str]) -> None:
    for row in signing.pending_signers(work, task):
        if row.assignee_id in asked:
            raise Conflict(f"{row.assignee_name}已经在“{row.name}”之列，不能重复。", person=row.assignee_id)


def _signer(work: UnitOfWork, case: Case, task: AnyRow, person_id: str) -> AnyRow:
    person = known_person(work, person_id)
    positions = ensure_receivable(work, person, task)
    if not signing.within_reach([held.unit_code for held in positions], case.row.region_code):
        raise Refused(f"{person.name}不在本县（市）任职，不能参与这个办件。", person=person.id)
    if only_reads(positions):
        raise Refused(f"{person.name}的岗位只查阅办件，不能请其签署或办理。", person=person.id)
    if outside_offices(positions):
        raise Refused(f"{person.name}属于施工、监理等外部单位，不参与审核。", person=person.id)
    return person


def resolve_task(work: UnitOfWork, command: ResolveTask) -> CompletedTask:
    """Give the opinion; the task is the owner's again."""
    task = actionable(work, command.task_id)
    if task.signing != Signing.DELEGATED:
        raise Refused(f"“{task.name}”没有委派给您。", task=task.id)
    # Since they were asked they may have done what forbids it.
    ensure_separated(work.connection, work.actor, task)
    case = Case.load(work, task.instance_id)
    case.ensure_active()
    opinion = given_reason(command.opinion, "办理意见").strip()
    return finish(case, task, "TaskResolved", {"opinion": opinion}, submission={"opinion_text": opinion})


def finish(
    case: Case, task: AnyRow, type_: str, told: dict[str, Any], *, submission: dict[str, Any], **done: Any
) -> CompletedTask:
    """Keep what an added signer has said, and let the case move on if it was the last one awaited."""
    work = case.work
    owner = load_task(work, task.parent_id)
    result = signing.move_on(case, owner, task, told_of(task, type_, told))
    work.connection.execute(
        update(UserTask)
        .where(UserTask.id == task.id)
        .values(
            status=TaskStatus.COMPLETED,
            submission=submission,
            completed_at=work.now,
            completed_by=work.actor.person_id,
            on_behalf_of=work.actor.on_behalf_of,
            **done,
        )
    )
    return result


def remove_signer(work: UnitOfWork, command: RemoveSigner) -> CompletedTask:
    """Withdraw an added task; only who has the task it was added to may do that."""
    task = load_task(work, command.task_id)
    owner = load_task(work, task.parent_id) if task.parent_id else None
    if owner is None:
        raise Refused(f"“{task.name}”不是加签，不能减签。", task=task.id)
    ensure_delegated(work.connection, work.actor, local_date(work.now))
    if owner.assignee_id != work.actor.principal:
        raise Forbidden(f"只有“{owner.name}”的经办人可以减签。", task=task.id)
    case = Case.load(work, task.instance_id)
    case.ensure_active()
    if task.status != TaskStatus.PLANNED:
        ensure_open(task)
    name = person_name(work.connection, task.assignee_id)
    told = {
        "person": task.assignee_id,
        "name": name,
        "signing": task.signing,
        "reason": given_reason(command.reason, "减签"),
    }
    result = signing.move_on(case, owner, task, told_of(task, "SignerRemoved", told))
    work.connection.execute(
        update(UserTask).where(UserTask.id == task.id).values(status=TaskStatus.CANCELED, completed_at=work.now)
    )
    return result
