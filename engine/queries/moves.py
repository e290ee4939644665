"""Where a task may be returned to, what may be taken back, and to whom a task may be given: what pages offer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, or_, select

from engine.cases.case import Case, load_task
from engine.clock import local_date
from engine.commands import Actor
from engine.errors import Refused
from engine.interpreter import moves
from engine.model import InstanceStatus, OrgUnit, Person, Position, ProcessDefinition, TaskStatus
from engine.offices.roles import ROLES, Duty, Level, Role, conflict_between, unit_at
from engine.queries.case import CaseView, TaskView
from engine.rows import AnyRow
from engine.unit_of_work import Tools, UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Target:
    """A step that a case may go to."""

    activity_id: str
    name: str
    #: who did it last and when, for a step that has been done
    done_by: str | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A person who may be given a task or asked to sign it."""

    person_id: str
    name: str
    unit_code: str
    unit_name: str
    roles: str
    #: of these, the ones in which the person could do none of the case's steps after having signed this task
    excluded: str = ""


class MoveQuery:
    """Reads for the moves of one case. The unit of work is only read from."""

    def __init__(self, connection: Connection, tools: Tools, now: datetime, actor: Actor, view: CaseView) -> None:
        self._work = UnitOfWork(connection=connection, now=now, actor=actor, tools=tools, seed="")
        self._view = view
        self._case = Case.load(self._work, view.id)

    def return_targets(self, task_id: str) -> tuple[Target, ...]:
        """The steps an open task may be sent back to, the nearest first."""
        task, case = load_task(self._work, task_id), self._case
        found = moves.targets(case.bundle.specification, case.state, task.token_id, case.services)
        return tuple(self._target(activity_id) for activity_id in found)

    def _target(self, activity_id: str) -> Target:
        done = [task for task in self._view.completed_tasks if task.activity_id == activity_id and not task.parent_id]
        last = done[-1] if done else None
        return Target(
            activity_id=activity_id,
            name=self._case.bundle.name_of(activity_id),
            done_by=last.completed_by_name if last else None,
            done_at=last.completed_at if last else None,
        )

    def recallable(self, persons: set[str]) -> tuple[TaskView, ...]:
        """The tasks that one of the persons has done and could take back now."""
        if self._view.status != InstanceStatus.ACTIVE:
            return ()
        newest = {task.activity_id: task for task in self._view.tasks if task.parent_id is None}
        mine = (task for task in newest.values() if persons & {task.completed_by, task.on_behalf_of})
        return tuple(task for task in mine if self._may_recall(task))

    def _may_recall(self, task: TaskView) -> bool:
        if task.status == TaskStatus.SUBMITTED:
            return True
        if task.status != TaskStatus.COMPLETED:
            return False
        case = self._case
        try:
            moves.recall(case.bundle.specification, case.state, task.activity_id, case.services)
        except Refused:
            return False
        return True

    def steps(self) -> tuple[Target, ...]:
        """Every step of the case's diagram, for an administrator to choose from."""
        activities = self._case.bundle.specification.activities.values()
        return tuple(
            Target(activity_id=activity.id, name=f"{activity.name}（{_role(activity.role)}）")
            for activity in activities
            if activity.role or activity.form_key
        )

    def versions(self) -> tuple[tuple[int, str], ...]:
        """The other versions of the case's process, the newest first."""
        rows = self._work.connection.execute(
            select(ProcessDefinition.version, ProcessDefinition.name)
            .where(
                ProcessDefinition.key == self._view.process_key,
                ProcessDefinition.version != self._view.process_version,
            )
            .order_by(ProcessDefinition.version.desc())
        )
        return tuple((row.version, row.name) for row in rows)

    def receivers(self, task: TaskView) -> tuple[Candidate, ...]:
        """Who holds the task's role in its unit."""
        if task.role is None:
            return ()
        return self._candidates((Position.role == task.role) & (Position.unit_code == task.unit_code), task.role)

    def signers(self, task: TaskView) -> tuple[Candidate, ...]:
        """Who works in the county of the case or in its city, and may act in cases.

        Who signs acts in the task's role: where duties are to be separate, a step of their own is then closed to them.
        """
        region = self._view.region_code
        around = or_(
            Position.unit_code.startswith(region[:6]),
            Position.unit_code.startswith(unit_at(region, Level.CITY)[:4] + "00"),
        )
        activities = self._case.bundle.specification.activities.values()
        steps = {activity.role for activity in activities if activity.role}
        closed = {step for step in steps if task.role and conflict_between(task.role, step) is not None}
        return self._candidates(around, closed=closed)

    def _candidates(
        self, condition: ColumnElement[bool], role: str | None = None, closed: Set[str] = frozenset()
    ) -> tuple[Candidate, ...]:
        rows = self._work.connection.execute(
            select(
                Person.id,
                Person.name,
                OrgUnit.code.label("unit_code"),
                OrgUnit.name.label("unit_name"),
                Position.role,
                Position.valid_from,
                Position.valid_to,
            )
            .join(Position, Position.person_id == Person.id)
            .join(OrgUnit, OrgUnit.code == Position.unit_code)
            .where(condition, Person.disabled.is_(False))
            .order_by(OrgUnit.code, Position.role, Person.name)
        )
        day = local_date(self._work.now)
        held = [
            row
            for row in rows
            if (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day <= row.valid_to)
        ]
        others = [row for row in held if row.role in ROLES and row.role != role]
        operating = {row.id for row in others if _takes_no_part(ROLES[row.role])}
        mine = {self._work.actor.person_id, self._work.actor.principal}
        return tuple(_together([row for row in held if row.id not in operating | mine], closed))


def _together(rows: Sequence[AnyRow], closed: Set[str]) -> Iterator[Candidate]:
    """One line for each person, with all their roles in the first of their units."""
    persons: dict[str, list[AnyRow]] = {}
    for row in rows:
        persons.setdefault(row.id, []).append(row)
    for person_id, held in persons.items():
        first = held[0]
        yield Candidate(
            person_id=person_id,
            name=first.name,
            unit_code=first.unit_code,
            unit_name=first.unit_name,
            roles=_names(row.role for row in held),
            excluded=_names(row.role for row in held if row.role in closed),
        )


def _names(roles: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(_role(role) for role in roles))


def _role(key: str | None) -> str:
    return ROLES[key].name if key in ROLES else (key or "")


def _takes_no_part(role: Role) -> bool:
    """Whether those who hold a role sign and review nothing (spec §3.1)."""
    return role.duty in (Duty.OPERATE, Duty.READ) or role.level == Level.THIRD_PARTY
