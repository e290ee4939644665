"""Machine accounts and their tokens, as administrators see them; and whose a shown token is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, false, or_, select
from sqlalchemy.orm import aliased

from engine.errors import NotFound
from engine.handlers.session import digest_of_token
from engine.machines import INTEGRATION, NO_PASSWORD
from engine.model import ApiToken, OrgUnit, Person, Position
from engine.offices.administration import ADMINISTRATOR
from engine.offices.roles import region_prefix
from engine.queries.viewer import Viewer


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token without its secret."""

    id: str
    note: str
    issued_at: datetime
    issued_by_name: str
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Another system, the unit whose cases it works for, and its tokens."""

    id: str
    login: str
    name: str
    unit_code: str
    unit_name: str
    tokens: tuple[Token, ...]


def holder_of_token(connection: Connection, token: str, now: datetime) -> str | None:
    """The machine account that shows a token, unless the token has expired or is revoked."""
    found: str | None = connection.scalar(
        select(ApiToken.person_id)
        .join(Person, Person.id == ApiToken.person_id)
        .where(
            ApiToken.digest == digest_of_token(token),
            ApiToken.expires_at > now,
            ApiToken.revoked_at.is_(None),
            Person.disabled.is_(False),
        )
    )
    return found


def machines(connection: Connection, viewer: Viewer | None = None) -> tuple[Machine, ...]:
    """The machine accounts that a viewer administers; all of them for the command line."""
    rows = connection.execute(
        select(Person.id, Person.login, Person.name, Position.unit_code, OrgUnit.name.label("unit_name"))
        .join(Position, Position.person_id == Person.id)
        .join(OrgUnit, OrgUnit.code == Position.unit_code)
        .where(Person.password_hash == NO_PASSWORD, Position.role == INTEGRATION, _administered(viewer))
        .order_by(Position.unit_code, Person.login)
    ).all()
    return tuple(Machine(**row._mapping, tokens=_tokens(connection, row.id)) for row in rows)


def machine(connection: Connection, viewer: Viewer, machine_id: str) -> Machine:
    """One of them."""
    for found in machines(connection, viewer):
        if found.id == machine_id:
            return found
    raise NotFound("没有这个机器账号，或者它不在您的辖区。", person=machine_id)


def _administered(viewer: Viewer | None) -> ColumnElement[bool]:
    if viewer is None:
        return OrgUnit.code.is_not(None)
    held = {region_prefix(position.unit_code) for position in viewer.positions if position.role == ADMINISTRATOR}
    return or_(false(), *(Position.unit_code.startswith(prefix) for prefix in held if prefix))


def _tokens(connection: Connection, machine_id: str) -> tuple[Token, ...]:
    issuer = aliased(Person)
    rows = connection.execute(
        select(ApiToken, issuer.name.label("issuer_name"))
        .outerjoin(issuer, issuer.id == ApiToken.issued_by)
        .where(ApiToken.person_id == machine_id)
        .order_by(ApiToken.issued_at, ApiToken.id)
    )
    return tuple(
        Token(
            id=row.id,
            note=row.note,
            issued_at=row.issued_at,
            issued_by_name=row.issuer_name or "系统",
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )
        for row in rows
    )
