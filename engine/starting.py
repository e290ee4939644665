"""Who may start a process, and which region the new case belongs to."""

from __future__ import annotations

from engine.clock import local_date
from engine.commands import StartProcess
from engine.diagram.elements import Kind, Process
from engine.errors import Forbidden, Refused
from engine.organisation import acting_positions
from engine.roles import ROLES
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork


def start_roles(process: Process) -> tuple[str, ...]:
    """The roles of the first user tasks: who does the first step starts the case."""
    scope = process.scope
    waiting = [node.id for node in scope.start_events()]
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


def starting_region(work: UnitOfWork, command: StartProcess, definition: AnyRow) -> str:
    """The project's region, the region asked for, or where the starter holds a starting role."""
    if command.project_id is not None and work.tools.projects is not None:
        facts = work.tools.projects.facts(work.connection, command.project_id)
        return str(facts["region_code"])
    if definition.needs_project:
        raise Refused("这个流程要在已批准的项目上发起，请先打开项目页面。")
    if command.region_code is not None:
        return command.region_code
    return _region_of_starter(work, definition)


def _region_of_starter(work: UnitOfWork, definition: AnyRow) -> str:
    positions = acting_positions(work.connection, work.actor, local_date(work.now))
    units = {held.unit_code for held in positions if held.role in definition.start_roles}
    if not units:
        roles = "、".join(ROLES[role].name for role in definition.start_roles if role in ROLES)
        raise Forbidden(f"这个流程由{roles or '指定岗位'}发起，您没有这一岗位。")
    if len(units) > 1:
        raise Refused("您在多个单位任职，请选择以哪个单位的身份发起。", units=sorted(units))
    return units.pop()
