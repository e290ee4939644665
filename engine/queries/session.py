"""Who is logged in, and whom a demo offers to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from engine.handlers.session import digest_of_token
from engine.model import LoginSession, OrgUnit, Person, Position
from engine.roles import ROLES


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
    #: (role name, unit name, unit code) of each position
    positions: tuple[tuple[str, str, str], ...]


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
    """Everybody, with the positions that tell what they may do."""
    rows = connection.execute(
        select(Person.id, Person.name, Person.login, Position.role, Position.unit_code, OrgUnit.name.label("unit"))
        .join(Position, Position.person_id == Person.id)
        .join(OrgUnit, OrgUnit.code == Position.unit_code)
        .order_by(Position.unit_code, Position.id)
    )
    persons: dict[str, DemoPerson] = {}
    for row in rows:
        role = ROLES[row.role].name if row.role in ROLES else row.role
        known = persons.get(row.id)
        positions = (*(known.positions if known else ()), (role, row.unit, row.unit_code))
        persons[row.id] = DemoPerson(id=row.id, name=row.name, login=row.login, positions=positions)
    return tuple(persons.values())
