"""Who may act on a task: role x organisation unit, and separation of duties within the case."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
    union_all,
)

from engine.commands import Actor
from engine.errors import Forbidden
from engine.model import HistoryEvent, Signing, UserTask
from engine.offices.organisation import HeldPosition
from engine.offices.roles import ROLES, Duty, Level, Role, conflict_between, unit_at
from engine.rows import AnyRow

#: a case's history begins with its start
FIRST = 1


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


def only_reads(positions: tuple[HeldPosition, ...]) -> bool:
    """Whether a person looks at cases and does no work in them (spec §3.1 auditor_ro 审计只读)."""
    return all(ROLES[held.role].duty == Duty.READ for held in positions if held.role in ROLES)


def outside_offices(positions: tuple[HeldPosition, ...]) -> bool:
    """Whether a person works for a third party only: it takes no part in any review (spec §3.1 施工单位)."""
    return all(ROLES[held.role].level == Level.THIRD_PARTY for held in positions if held.role in ROLES)


def ensure_business(positions: tuple[HeldPosition, ...], role: str | None, who: str = "您") -> None:
    """Refuse those who run the system: they do not act in cases (spec §3.1 sys_admin 不得办件)."""
    operating = operating_role(positions)
    if operating is not None and role != operating.key:
        raise Forbidden(f"{operating.name}不得办理办件，{who}兼有这一岗位。", role=operating.key)


def ensure_separated(connection: Connection, actor: Actor, task: AnyRow, who: str = "您") -> None:
    """Refuse a person whose earlier acts in the same case forbid this one (spec §3.1 rules a, b and d).

    `who` names somebody else than the one who asks: whoever is to get the task by transfer or as an added signer.
    """
    earlier_acts, begun = _acts_of(connection, task, actor)
    for earlier in earlier_acts:
        if _shared(earlier, task):
            raise Forbidden(f"“{task.name}”须由不同的人分别办理，{who}已经办理过一份。", earlier_task=earlier.id)
        reason = conflict_between(earlier.role, task.role) if earlier.role and task.role else None
        if reason:
            raise Forbidden(f"{reason}：本办件的“{earlier.name}”已由{who}办理。", earlier_task=earlier.id)
    if task.role and begun and all(row.role and conflict_between(row.role, task.role) for row in begun):
        raise Forbidden(f"申报人不得参与审核：本办件由{who}发起。")


def _shared(earlier: AnyRow, task: AnyRow) -> bool:
    """Whether two tasks are shares of one: instances of a multi-instance activation, an owner and an added signer."""
    if Signing.DELEGATED in (earlier.signing, task.signing):
        return False
    if earlier.parent_id is None and task.parent_id is None:
        return bool(earlier.activity_id == task.activity_id and earlier.opened_seq == task.opened_seq)
    return bool(earlier.parent_id == task.id or task.parent_id == earlier.id)


def _acts_of(connection: Connection, task: AnyRow, actor: Actor) -> tuple[list[AnyRow], list[AnyRow]]:
    """What two persons have done in the case that can matter for a task, and the first tasks if they started it."""
    which = {"case": task.instance_id, "opened": task.opened_seq}
    who = {"person": actor.person_id, "principal": actor.principal}
    signing = {"task": task.id} if task.signers else {}
    signing |= {"owner": task.parent_id} if task.parent_id else {}
    found = connection.execute(_acts_that_matter(task.role, *signing), {**which, **who, **signing}).all()
    return [row for row in found if row.is_act], [row for row in found if not row.is_act]


@cache
def _acts_that_matter(role: str | None, *signing: str) -> CompoundSelect[*tuple[Any, ...]]:
    """One statement of index look-ups: it takes as long in the thousandth round of a case as in the first."""
    persons: list[ColumnElement[Any]] = [bindparam("person"), bindparam("principal")]
    did, did_for = UserTask.completed_by.in_(persons), UserTask.on_behalf_of.in_(persons)
    excluding = [known for known in ROLES if role and conflict_between(known, role)]
    in_conflict = UserTask.role.in_([literal_column(f"'{known}'") for known in excluding])
    beside = UserTask.opened_seq == bindparam("opened")
    started = exists().where(
        HistoryEvent.stream == bindparam("case"),
        HistoryEvent.seq == FIRST,
        HistoryEvent.type == "ProcessStarted",
        or_(HistoryEvent.actor_id.in_(persons), HistoryEvent.on_behalf_of.in_(persons)),
    )
    acts = [_acts(did, beside), _acts(did_for, beside)]
    if excluding:
        acts += [_acts(did, in_conflict), _acts(did_for, in_conflict)]
    if "task" in signing:
        acts.append(_acts(or_(did, did_for), UserTask.parent_id == bindparam("task")))
    if "owner" in signing:
        acts.append(_acts(or_(did, did_for), UserTask.id == bindparam("owner")))
    return union_all(*acts, _acts(UserTask.opened_seq == FIRST, started, is_act=False))


def _acts(*which: ColumnElement[bool], is_act: bool = True) -> Select[*tuple[Any, ...]]:
    told: tuple[Any, ...] = (
        UserTask.id,
        UserTask.role,
        UserTask.name,
        UserTask.activity_id,
        UserTask.opened_seq,
        UserTask.parent_id,
        UserTask.signing,
        (literal_column("1") if is_act else literal_column("0")).label("is_act"),
    )
    return select(*told).where(UserTask.instance_id == bindparam("case"), *which)
