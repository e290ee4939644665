"""The task before its actor: open, theirs to do, and taken by nobody else; and the persons it may be given to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine.cases.case import ensure_open, load_task
from engine.clock import local_date
from engine.commands import Actor
from engine.errors import Conflict, Forbidden, NotFound
from engine.history.event import Occurrence
from engine.model import Person
from engine.offices.assignment import ensure_business, ensure_candidate, ensure_separated
from engine.offices.organisation import HeldPosition, acting_positions, person_name, positions_of
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork


def actionable(work: UnitOfWork, task_id: str) -> AnyRow:
    """The task, if it is open, belongs to the actor's position, and nobody else has taken it."""
    task = load_task(work, task_id)
    if not work.tools.offices:
        ensure_open(task)
        return task
    day = local_date(work.now)
    positions = acting_positions(work.connection, work.actor, day)
    if work.actor.on_behalf_of is not None:
        ensure_business(positions_of(work.connection, work.actor.person_id, day), task.role)
    if task.parent_id is None:
        ensure_candidate(positions, task)
    else:
        ensure_signer(work, positions, task)
    ensure_open(task)
    if task.assignee_id not in (None, work.actor.principal):
        name = person_name(work.connection, task.assignee_id)
        raise Conflict(f"“{task.name}”已由{name}签收，您不能办理。", task=task.id)
    return task


def ensure_signer(work: UnitOfWork, positions: tuple[HeldPosition, ...], task: AnyRow) -> None:
    """Refuse whoever was not asked: an added task is for one person, whatever positions others hold."""
    ensure_business(positions, task.role)
    if task.assignee_id != work.actor.principal:
        name = person_name(work.connection, task.assignee_id)
        raise Forbidden(f"“{task.name}”请的是{name}，您不能办理。", task=task.id)


def known_person(work: UnitOfWork, person_id: str) -> AnyRow:
    """A person who can log in."""
    person = work.connection.execute(
        select(Person.id, Person.name).where(Person.id == person_id, Person.disabled.is_(False))
    ).one_or_none()
    if person is None:
        raise NotFound("没有这位人员，或者账号已停用。", person=person_id)
    return person


def ensure_receivable(work: UnitOfWork, person: AnyRow, task: AnyRow) -> tuple[HeldPosition, ...]:
    """Refuse to hand a task to somebody who would not be allowed to act on it; the positions held otherwise."""
    if person.id in (work.actor.person_id, work.actor.principal):
        raise Conflict("不能交给自己，请选择其他人员。", person=person.id)
    positions = positions_of(work.connection, person.id, local_date(work.now))
    ensure_business(positions, task.role, person.name)
    ensure_separated(work.connection, Actor(person_id=person.id), task, person.name)
    return positions


def told_of(task: AnyRow, type_: str, told: Mapping[str, Any]) -> Occurrence:
    """What happened to a task, for the history."""
    return Occurrence(type=type_, task_id=task.id, activity_id=task.activity_id, activity_name=task.name, input=told)
