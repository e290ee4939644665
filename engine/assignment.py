"""Who may act on a task: role x organisation unit, and separation of duties within the case."""

from __future__ import annotations

from sqlalchemy import Connection, exists, or_, select

from engine.commands import Actor
from engine.errors import Forbidden
from engine.model import HistoryEvent, Signing, UserTask
from engine.organisation import HeldPosition
from engine.roles import ROLES, Duty, Level, Role, conflict_between, unit_at
from engine.rows import AnyRow


def responsible_unit(role: str | None, scope: object, region_code: str) -> str | None:
    """The unit whose holders of the role get the task: the given scope, or the case's region walked up."""
    if isinstance(scope, str) and scope:
        return scope
    if role is None or role not in ROLES:
        return None
    level = ROLES[role].level
    return region_code if level == Level.SYSTEM else unit_at(region_code, level)


def holds(positions: tuple[HeldPosition, ...], role: str | None, unit_code: str | None) -> bool:
    """Whether one of the positions is the one that a task asks for; a task without a role is open to all."""
    if role is None:
        return True
    return any(held.role == role and held.unit_code == unit_code for held in positions)


def ensure_candidate(positions: tuple[HeldPosition, ...], task: AnyRow) -> None:
    """Refuse a person whose positions do not include the task's role in its unit."""
    ensure_business(positions, task.role)
    if not holds(positions, task.role, task.unit_code):
        role = ROLES[task.role].name if task.role in ROLES else task.role
        raise Forbidden(f"“{task.name}”由{role}办理，您没有这一岗位。", role=task.role, unit=task.unit_code)


def operating_role(positions: tuple[HeldPosition, ...]) -> Role | None:
    """The role of those who run the system or draw its processes, if one of the positions has it."""
    held = (ROLES[position.role] for position in positions if position.role in ROLES)
    return next((role for role in held if role.duty == Duty.OPERATE), None)


def ensure_business(positions: tuple[HeldPosition, ...], role: str | None, who: str = "您") -> None:
    """Refuse those who run the system: they do not act in cases (spec §3.1 sys_admin 不得办件)."""
    operating = operating_role(positions)
    if operating is not None and role != operating.key:
        raise Forbidden(f"{operating.name}不得办理办件，{who}兼有这一岗位。", role=operating.key)


def ensure_separated(connection: Connection, actor: Actor, task: AnyRow, who: str = "您") -> None:
    """Refuse a person whose earlier acts in the same case forbid this one (spec §3.1 rules a, b and d).

    `who` names somebody else than the one who asks: whoever is to get the task by transfer or as an added signer.
    """
    persons = {actor.person_id, actor.principal}
    for earlier in _acts_of(connection, task.instance_id, persons):
        if _shared(earlier, task):
            raise Forbidden(f"“{task.name}”须由不同的人分别办理，{who}已经办理过一份。", earlier_task=earlier.id)
        reason = conflict_between(earlier.role, task.role) if earlier.role and task.role else None
        if reason:
            raise Forbidden(f"{reason}：本办件的“{earlier.name}”已由{who}办理。", earlier_task=earlier.id)
    if task.role and _begun_in_conflict(connection, task, persons):
        raise Forbidden(f"申报人不得参与审核：本办件由{who}发起。")


def _shared(earlier: AnyRow, task: AnyRow) -> bool:
    """Whether two tasks are shares of one: instances of a multi-instance activation, an owner and an added signer."""
    if Signing.DELEGATED in (earlier.signing, task.signing):
        return False
    if earlier.parent_id is None and task.parent_id is None:
        return bool(earlier.activity_id == task.activity_id and earlier.opened_seq == task.opened_seq)
    return earlier.parent_id == task.id or task.parent_id == earlier.id


def _begun_in_conflict(connection: Connection, task: AnyRow, persons: set[str]) -> bool:
    """Whether one of the persons has started the case, in roles that all exclude the task's."""
    started = exists().where(
        HistoryEvent.stream == task.instance_id,
        HistoryEvent.seq == UserTask.opened_seq,
        HistoryEvent.type == "ProcessStarted",
        or_(HistoryEvent.actor_id.in_(persons), HistoryEvent.on_behalf_of.in_(persons)),
    )
    roles = connection.scalars(select(UserTask.role).where(UserTask.instance_id == task.instance_id, started)).all()
    return bool(roles) and all(role and conflict_between(role, task.role) for role in roles)


def _acts_of(connection: Connection, instance_id: str, persons: set[str]) -> list[AnyRow]:
    statement = select(
        UserTask.id,
        UserTask.role,
        UserTask.name,
        UserTask.activity_id,
        UserTask.opened_seq,
        UserTask.parent_id,
        UserTask.signing,
    ).where(
        UserTask.instance_id == instance_id,
        or_(UserTask.completed_by.in_(persons), UserTask.on_behalf_of.in_(persons)),
    )
    return list(connection.execute(statement))
