"""Who may start a process, and which region the new case belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from engine import diagram
from engine.clock import local_date
from engine.commands import StartProcess
from engine.definitions import load_blob
from engine.diagram.elements import Kind, Process, Trigger
from engine.errors import Forbidden, NotFound, Refused
from engine.model import OrgUnit
from engine.offices.assignment import responsible_unit
from engine.offices.organisation import acting_positions, region_facts
from engine.offices.roles import ROLES, Level, unit_at
from engine.ports import PolicyPort
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork

#: of a library session without an organisation
NO_REGION = "000000000000"
_REGIONS = (Level.VILLAGE, Level.TOWN, Level.COUNTY, Level.CITY)


def start_roles(process: Process) -> tuple[str, ...]:
    """The roles of the first user tasks: who does the first step starts the case."""
    scope = process.scope
    starts = [node for node in scope.start_events() if node.event.trigger is Trigger.NONE] or scope.start_events()
    begins = starts or [node for node in scope.nodes.values() if scope.begins_at(node)]
    waiting = [node.id for node in begins]
    seen: set[str] = set()
    roles: dict[str, None] = {}
    while waiting:
        node = scope.nodes[waiting.pop()]
        if node.id in seen:
            continue
        seen.add(node.id)
        role = node.extension.get("role")
        if node.kind is Kind.USER_TASK:
            roles |= {role: None} if role else {}
        else:
            waiting.extend(flow.target for flow in scope.outgoing(node.id))
    return tuple(roles)


def starting_event(work: UnitOfWork, asked: str | None, definition: AnyRow) -> str | None:
    """The start event to begin at; refused when the process has none of that id."""
    if asked is None:
        return None
    process = process_of(work, definition)
    node = process.scope.nodes.get(asked) if process else None
    if node is None or not (node.kind is Kind.START_EVENT or node.instantiate):
        raise Refused(f"流程“{definition.name}”没有标识为“{asked}”的开始事件。", start_event=asked)
    return asked


def starting_region(work: UnitOfWork, command: StartProcess, definition: AnyRow) -> str:
    """The project's region, the region asked for, or where the starter holds a starting role."""
    if not work.tools.offices:
        return command.region_code or NO_REGION
    if command.project_id is not None and work.tools.projects is not None:
        return _region_of_project(work, command.project_id, definition)
    if definition.needs_project:
        raise Refused("这个流程要在已批准的项目上发起，请先打开项目页面。")
    if command.region_code is None:
        return _region_of_starter(work, definition)
    if not definition.start_roles:
        # Without a role on its first step, as in a library session, a process is open to everybody.
        return command.region_code
    known = work.connection.scalar(select(OrgUnit.code).where(OrgUnit.code == command.region_code))
    if known is None or not _within_reach(work, definition, known):
        raise Forbidden("您不能为这个单位发起办件，请选择您任职的单位。", unit=command.region_code)
    return known


def process_of(work: UnitOfWork, definition: AnyRow) -> Process | None:
    """A definition as it was drawn."""
    return diagram.read(load_blob(work.connection, definition.digest)).process(definition.key)


def region_without_starter(work: UnitOfWork, definition: AnyRow) -> str:
    """Where a case belongs that no person starts: the diagram's region, or the first one that its first role is of."""
    process = process_of(work, definition)
    named = process.extension.get("region") if process else None
    if named:
        return named
    roles = [ROLES[role] for role in definition.start_roles if role in ROLES]
    level = roles[0].level if roles and roles[0].level in _REGIONS else Level.COUNTY
    first = select(OrgUnit.code).order_by(OrgUnit.code).limit(1)
    found = work.connection.scalar(first.where(OrgUnit.level == level.value)) or work.connection.scalar(first)
    return found or NO_REGION


def facts_of_region(work: UnitOfWork, region: str) -> Mapping[str, Any]:
    """What can be known before there is a case: the region and the policy that is in force there."""
    return facts_on(work.connection, work.tools.policies, region, local_date(work.now))


def facts_on(connection: Connection, policies: PolicyPort | None, region: str, day: date) -> Mapping[str, Any]:
    """The region and the policy that is in force there on a day."""
    pinned = policies.pin(connection, unit_at(region, Level.COUNTY), day) if policies else None
    return {
        "region": region_facts(connection, region),
        "policy": policies.parameters(connection, pinned) if policies else {},
    }


def _region_of_project(work: UnitOfWork, project_id: str, definition: AnyRow) -> str:
    """Strangers are not told whether there is such a project, nor how it stands."""
    if not definition.needs_project:
        raise Refused("这个流程不在项目上发起，请从待办页面发起。")
    assert work.tools.projects is not None
    region = str(work.tools.projects.facts(work.connection, project_id)["region_code"])
    if not _within_reach(work, definition, region):
        raise NotFound("没有找到这个项目。", project=project_id)
    return region


def _within_reach(work: UnitOfWork, definition: AnyRow, region: str) -> bool:
    """Whether the starter reads that region's cases or begins this process there."""
    positions = acting_positions(work.connection, work.actor, local_date(work.now))
    return any(
        (held.readable_prefix and region.startswith(held.readable_prefix))
        or (held.role in definition.start_roles and held.unit_code == responsible_unit(held.role, None, region))
        for held in positions
    )


def _region_of_starter(work: UnitOfWork, definition: AnyRow) -> str:
    positions = acting_positions(work.connection, work.actor, local_date(work.now))
    units = {held.unit_code for held in positions if held.role in definition.start_roles}
    if not units:
        roles = "、".join(ROLES[role].name for role in definition.start_roles if role in ROLES)
        raise Forbidden(f"这个流程由{roles or '指定岗位'}发起，您没有这一岗位。")
    if len(units) > 1:
        raise Refused("您在多个单位任职，请选择以哪个单位的身份发起。", units=sorted(units))
    return units.pop()
