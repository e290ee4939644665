"""Who is logged in, and whom a demo offers to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from engine.handlers.session import digest_of_token
from engine.machines import NO_PASSWORD
from engine.model import LoginSession, OrgUnit, Person, Position, TaskStatus, UserTask
from engine.offices.roles import ROLES


@dataclass(frozen=True, kw_only=True)
class SessionView:
    """An open session."""

    person_id: str
    csrf_token: str


@dataclass(frozen=True, kw_only=True)
class DemoPerson:
    """A person to pick at the demo's login page."""

    id: str
    name: str
    login: str
    #: (role name, unit name, unit code) of each position, in the order of the roles
    positions: tuple[tuple[str, str, str], ...]
    #: open tasks that nobody else has taken
    waiting: int = 0


def session_of(connection: Connection, token: str, now: datetime) -> SessionView | None:
    """The session of a cookie, unless it has expired."""
    row = connection.execute(
        select(LoginSession.person_id, LoginSession.csrf_token)
        .join(Person, Person.id == LoginSession.person_id)
        .where(
            LoginSession.token_digest == digest_of_token(token),
            LoginSession.expires_at > now,
            Person.disabled.is_(False),
        )
    ).one_or_none()
    return None if row is None else SessionView(person_id=row.person_id, csrf_token=row.csrf_token)


def demo_persons(connection: Connection) -> tuple[DemoPerson, ...]:
    """Everybody with the positions that tell what they may do, in the order of units and roles."""
    rows = connection.execute(
        select(Person.id, Person.name, Person.login, Position.role, Position.unit_code, OrgUnit.name.label("unit"))
        .join(Position, Position.person_id == Person.id)
        .join(OrgUnit, OrgUnit.code == Position.unit_code)
        .where(Person.password_hash != NO_PASSWORD)
    ).all()
    waiting = _waiting(connection)
    order = {role: place for place, role in enumerate(ROLES)}
    persons: dict[str, DemoPerson] = {}
    for row in sorted(rows, key=lambda row: (row.unit_code, order.get(row.role, len(order)), row.login)):
        role = ROLES[row.role].name if row.role in ROLES else row.role
        known = persons.get(row.id)
        persons[row.id] = DemoPerson(
            id=row.id,
            name=row.name,
            login=row.login,
            positions=(*(known.positions if known else ()), (role, row.unit, row.unit_code)),
            waiting=(known.waiting if known else waiting.get((None, row.id), 0))
            + waiting.get((row.role, row.unit_code), 0),
        )
    return tuple(persons.values())


def _waiting(connection: Connection) -> dict[tuple[str | None, str | None], int]:
    """Open tasks by (role, unit) while nobody has taken them, by (None, person) afterwards."""
    rows = connection.execute(
        select(UserTask.role, UserTask.unit_code, UserTask.assignee_id, func.count().label("tasks"))
        .where(UserTask.status == TaskStatus.CREATED)
        .group_by(UserTask.role, UserTask.unit_code, UserTask.assignee_id)
    )
    counts: dict[tuple[str | None, str | None], int] = {}
    for row in rows:
        key = (row.role, row.unit_code) if row.assignee_id is None else (None, row.assignee_id)
        counts[key] = counts.get(key, 0) + row.tasks
    return counts
