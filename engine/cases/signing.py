"""Added signers of a task (加签) and its delegate (委派): each has a task of their own, in the step's own role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update

from engine import interpreter
from engine.cases.case import Case
from engine.commands import CompletedTask
from engine.definitions import store_blob
from engine.errors import Conflict
from engine.history.event import Occurrence
from engine.interpreter import Outcome
from engine.model import PENDING, Person, Signing, TaskStatus, UserTask
from engine.offices.acting import told_of
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork

#: how an added signer may sign
OPINIONS = (Outcome(key="agree", label="同意"), Outcome(key="disagree", label="不同意"))

LABELS: Mapping[str, str] = {
    Signing.BEFORE: "前加签",
    Signing.PARALLEL: "并加签",
    Signing.AFTER: "后加签",
    Signing.DELEGATED: "委派",
}
#: the owner completes only after these
_FIRST = (Signing.BEFORE, Signing.DELEGATED)


def add_tasks(case: Case, owner: AnyRow, persons: Sequence[AnyRow], signing: Signing) -> list[dict[str, Any]]:
    """Open a task for each person beside the owner's. It shares the owner's token, deadline and role."""
    work = case.work
    form = None if signing == Signing.DELEGATED else _opinion_form(work)
    rows = [_row(case, owner, person, signing, form) for person in persons]
    work.connection.execute(insert(UserTask), rows)
    # Who asks others must be one person, so the owner has the task from now on.
    work.connection.execute(
        update(UserTask)
        .where(UserTask.id == owner.id)
        .values(signers=UserTask.signers + len(rows), assignee_id=owner.assignee_id or work.actor.principal)
    )
    return rows


def _opinion_form(work: UnitOfWork) -> str | None:
    form = work.tools.forms.compose(None, {outcome.key: outcome.label for outcome in OPINIONS})
    return store_blob(work.connection, form) if form else None


def _row(case: Case, owner: AnyRow, person: AnyRow, signing: Signing, form: str | None) -> dict[str, Any]:
    planned = signing == Signing.AFTER and owner.status == TaskStatus.CREATED
    return {
        "id": case.work.new_id(),
        "instance_id": owner.instance_id,
        "token_id": owner.token_id,
        "activity_id": owner.activity_id,
        "name": f"{owner.name}（{LABELS[signing]}）"[:120],
        "role": owner.role,
        "unit_code": owner.unit_code,
        "status": TaskStatus.PLANNED if planned else TaskStatus.CREATED,
        "assignee_id": person.id,
        "opened_seq": case.seq,
        "opened_at": case.work.now,
        "due_at": owner.due_at,
        "form_digest": form,
        "inputs": {},
        "item": owner.item,
        "submission": None,
        "parent_id": owner.id,
        "signing": signing,
    }


def pending_signers(work: UnitOfWork, owner: AnyRow) -> list[AnyRow]:
    """The added tasks that are not done; nothing is read for a task that never had any."""
    if not owner.signers:
        return []
    return list(
        work.connection.execute(
            select(UserTask, Person.name.label("assignee_name"))
            .outerjoin(Person, Person.id == UserTask.assignee_id)
            .where(
                UserTask.instance_id == owner.instance_id,
                UserTask.parent_id == owner.id,
                UserTask.status.in_(PENDING),
            )
            .order_by(UserTask.opened_seq, UserTask.id)
        )
    )


def ensure_signed_before(task: AnyRow, pending: Sequence[AnyRow]) -> None:
    """Refuse the owner's completion while somebody asked beforehand has not answered."""
    missing = [row.assignee_name for row in pending if row.signing in _FIRST]
    if missing:
        names = "、".join(missing)
        raise Conflict(f"“{task.name}”还在等{names}的意见；请等其办理，或者先减签、收回委派。", task=task.id)


def open_planned(work: UnitOfWork, pending: Sequence[AnyRow]) -> None:
    """The owner has submitted: now it is the turn of those who sign after."""
    planned = [row.id for row in pending if row.status == TaskStatus.PLANNED]
    if planned:
        work.connection.execute(
            update(UserTask).where(UserTask.id.in_(planned)).values(status=TaskStatus.CREATED, opened_at=work.now)
        )


def move_on(case: Case, owner: AnyRow, added: AnyRow, occurrence: Occurrence) -> CompletedTask:
    """After an added task is done or gone: let the token go if the owner has submitted and nobody else is awaited."""
    others = [row for row in pending_signers(case.work, owner) if row.id != added.id]
    if owner.status != TaskStatus.SUBMITTED or others:
        case.note(occurrence, {"signer": added.assignee_id})
        return CompletedTask(instance_id=case.row.id, opened_task_ids=(), ended=False)
    kept = dict(owner.submission or {})
    variables = kept if owner.outcome is None else {**kept, "outcome": owner.outcome}
    step = interpreter.complete(case.bundle.specification, case.state, owner.token_id, variables, case.services)
    told = {**occurrence.input, "token": owner.token_id, "kept": {"outcome": owner.outcome, "values": kept}}
    moved = told_of(added, occurrence.type, told)
    opened = case.save(step, moved, closed_task_id=owner.id)
    case.work.connection.execute(update(UserTask).where(UserTask.id == owner.id).values(status=TaskStatus.COMPLETED))
    return CompletedTask(instance_id=case.row.id, opened_task_ids=opened, ended=step.ended is not None)


def county_of(unit_code: str) -> str:
    """The digits of the county a unit belongs to."""
    return unit_code[:6]


def within_reach(units: Sequence[str], region_code: str) -> bool:
    """Whether one of the units belongs to the county of the case, or to its city."""
    city = region_code[:4].ljust(6, "0")
    return any(county_of(unit) in (county_of(region_code), city) for unit in units)
