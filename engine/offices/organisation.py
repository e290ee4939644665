"""Who a person is in the organisation on a given day, and the names of regions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, select

from engine.commands import Actor
from engine.errors import Forbidden
from engine.model import Delegation, OrgUnit, Person, Position
from engine.offices.roles import ROLES, Level, region_prefix, unit_at


@dataclass(frozen=True, kw_only=True)
class HeldPosition:
    """A role in a unit, held today."""

    role: str
    unit_code: str
    unit_name: str

    @property
    def readable_prefix(self) -> str | None:
        """The division digits whose cases this position may read; None where it reads only its own tasks' cases."""
        role = ROLES.get(self.role)
        if role is None or role.level == Level.THIRD_PARTY:
            return None
        if role.level == Level.SYSTEM and role.key not in ("auditor_ro", "sys_admin"):
            return None
        return region_prefix(self.unit_code)


_POSITIONS = (
    select(Position.role, Position.unit_code, OrgUnit.name, Position.valid_from, Position.valid_to)
    .join(OrgUnit, OrgUnit.code == Position.unit_code)
    .join(Person, Person.id == Position.person_id)
    .where(Position.person_id == bindparam("person"), Person.disabled.is_(False))
    .order_by(Position.unit_code, Position.role)
)
#: what acts without being a person: timers, start-up work
NOBODY = "系统"
_NAME = select(Person.name).where(Person.id == bindparam("person"))


def positions_of(connection: Connection, person_id: str, day: date) -> tuple[HeldPosition, ...]:
    """The positions a person holds on a day."""
    rows = connection.execute(_POSITIONS, {"person": person_id})
    return tuple(
        HeldPosition(role=row.role, unit_code=row.unit_code, unit_name=row.name)
        for row in rows
        if (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day <= row.valid_to)
    )


def acting_positions(connection: Connection, actor: Actor, day: date) -> tuple[HeldPosition, ...]:
    """The positions an actor may use: the principal's, if the delegation is in force."""
    ensure_delegated(connection, actor, day)
    return positions_of(connection, actor.principal, day)


def ensure_delegated(connection: Connection, actor: Actor, day: date) -> None:
    """Refuse whoever names a principal who has not delegated to them for this day."""
    if actor.on_behalf_of is not None and not _delegated(connection, actor, day):
        raise Forbidden("您没有这位同志在今天有效的委托，不能代其办理。")


def principals_of(connection: Connection, person_id: str, day: date) -> tuple[str, ...]:
    """The persons whom somebody may act for on a day."""
    return tuple(
        connection.scalars(
            select(Delegation.from_person_id).where(
                Delegation.to_person_id == person_id, Delegation.valid_from <= day, Delegation.valid_to >= day
            )
        )
    )


def _delegated(connection: Connection, actor: Actor, day: date) -> bool:
    return actor.on_behalf_of in principals_of(connection, actor.person_id, day)


def delegation_in_force(connection: Connection, actor: Actor, day: date) -> str | None:
    """The id of the delegation under which an actor acts for another; the oldest where there are several."""
    if actor.on_behalf_of is None:
        return None
    found: str | None = connection.scalar(
        select(Delegation.id)
        .where(
            Delegation.from_person_id == actor.on_behalf_of,
            Delegation.to_person_id == actor.person_id,
            Delegation.valid_from <= day,
            Delegation.valid_to >= day,
        )
        .order_by(Delegation.valid_from, Delegation.id)
        .limit(1)
    )
    return found


def region_facts(connection: Connection, code: str) -> Mapping[str, Any]:
    """The `region` that expressions see: its code and name, and those of the regions around it."""
    codes = {level.value: unit_at(code, level) for level in (Level.VILLAGE, Level.TOWN, Level.COUNTY, Level.CITY)}
    rows = connection.execute(select(OrgUnit.code, OrgUnit.name).where(OrgUnit.code.in_(codes.values())))
    names = {row.code: row.name for row in rows}
    around = {level: {"code": unit, "name": names.get(unit, "")} for level, unit in codes.items()}
    return {"code": code, "name": names.get(code, ""), **around}


def unit_names(connection: Connection, codes: Collection[str]) -> Mapping[str, str]:
    """What units are called, by code."""
    rows = connection.execute(select(OrgUnit.code, OrgUnit.name).where(OrgUnit.code.in_(codes)))
    return {row.code: row.name for row in rows}


def person_name(connection: Connection, person_id: str) -> str:
    """The name of a person; the system has none of its own."""
    return known_name(connection, person_id) or NOBODY


def known_name(connection: Connection, person_id: str) -> str | None:
    """The name of a person, if there is such a person."""
    name: str | None = connection.scalar(_NAME, {"person": person_id})
    return name
