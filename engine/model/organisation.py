"""Who works where: organisation units, persons, their positions, delegations, sessions and tokens."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Digest, Id, UnitCode, UtcDateTime


class OrgUnit(Base):
    """A region (city, county, town, village) or a department that belongs to one."""

    __tablename__ = "org_unit"

    code: Mapped[str] = mapped_column(UnitCode, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    #: city, county, town, village or department
    level: Mapped[str] = mapped_column(String(16))
    parent_code: Mapped[str | None] = mapped_column(UnitCode, ForeignKey("org_unit.code"))


class Person(Base):
    """A natural person; separation of duties is judged by person, not by account (spec §3.1)."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    login: Mapped[str] = mapped_column(String(60), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled: Mapped[bool] = mapped_column(default=False)
    #: where notifications are sent, if the person wants that
    email: Mapped[str | None] = mapped_column(String(254))


class Position(Base):
    """A person holds a role in a unit, for a time."""

    __tablename__ = "position"
    __table_args__ = (Index("ix_position_role_unit", "role", "unit_code"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(40))
    unit_code: Mapped[str] = mapped_column(UnitCode, ForeignKey("org_unit.code"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Delegation(Base):
    """One person may act for another between two days; the act is recorded on behalf of the other."""

    __tablename__ = "delegation"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    from_person_id: Mapped[str] = mapped_column(Id, ForeignKey("person.id"), index=True)
    to_person_id: Mapped[str] = mapped_column(Id, ForeignKey("person.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date]


class LoginSession(Base):
    """A browser that has logged in. Only digests of its two secrets are kept."""

    __tablename__ = "login_session"

    token_digest: Mapped[str] = mapped_column(Digest, primary_key=True)
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("person.id"), index=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ApiToken(Base):
    """What a machine account shows with each of its requests. Only the digest of the secret is kept."""

    __tablename__ = "api_token"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("person.id"), index=True)
    digest: Mapped[str] = mapped_column(Digest, unique=True)
    #: what it is for, such as the server it is kept on
    note: Mapped[str] = mapped_column(String(200))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by: Mapped[str] = mapped_column(Id)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
