"""Placing a case by hand: on another step of its diagram (跳转), or on another version of its process (迁移)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from engine.cases.case import Case
from engine.commands import CompletedTask
from engine.definitions import PinnedBundle
from engine.errors import NotFound, Refused
from engine.history.event import Occurrence
from engine.interpreter import OpenedTask, moves
from engine.interpreter.reading import open_tasks
from engine.model import PENDING, ProcessDefinition, UserTask
from engine.moves import MigrateProcess, MoveProcess
from engine.offices.administration import ADMINISTRATOR, DESIGNER, ensure_administrator, given_reason
from engine.offices.assignment import responsible_unit
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork


def move_process(work: UnitOfWork, command: MoveProcess) -> CompletedTask:
    """Put one token on a step, in place of what is named or of all that is open there."""
    case = Case.load(work, command.instance_id)
    ensure_administrator(work, case.row.region_code)
    case.ensure_active()
    reason = given_reason(command.reason, "移动")
    target = command.activity_id
    step = moves.move(case.bundle.specification, case.state, target, case.services, withdraw=command.withdraw)
    name = case.bundle.name_of(target)
    told = {
        "to": target,
        "to_name": name,
        "withdraw": None if command.withdraw is None else list(command.withdraw),
        "reason": reason,
    }
    occurrence = Occurrence(type="ProcessMoved", activity_id=target, activity_name=name, input=told)
    opened = case.save(step, occurrence)
    return CompletedTask(instance_id=case.row.id, opened_task_ids=opened, ended=step.ended is not None)


def migrate_process(work: UnitOfWork, command: MigrateProcess) -> CompletedTask:
    """Pin a case to another version with all it refers to, and let its open tasks and timers go on there."""
    case = Case.load(work, command.instance_id)
    ensure_administrator(work, case.row.region_code, ADMINISTRATOR, DESIGNER)
    case.ensure_active()
    reason = given_reason(command.reason, "迁移")
    definition, present = other_version(work, case, command.version)
    bundle = _bundle(work, definition)
    mapping = {old: new for old, new in command.mapping.items() if new}
    before, state = case.bundle, case.state
    case.bundle = bundle
    step = moves.migrate(before.specification, bundle.specification, state, mapping, case.services)
    told = {
        "from_version": present.version,
        "version": definition.version,
        "definition": definition.id,
        "bundle": bundle.digest,
        "mapping": mapping,
        "reason": reason,
    }
    pinned = {"definition_id": definition.id, "bundle_digest": bundle.digest}
    opened = case.save(step, Occurrence(type="ProcessMigrated", input=told), **pinned)
    live = open_tasks(bundle.specification, step.state, case.services)
    _carry_tasks(work, case, {task.token_id: task for task in live})
    return CompletedTask(instance_id=case.row.id, opened_task_ids=opened, ended=step.ended is not None)


def other_version(work: UnitOfWork, case: Case, version: int) -> tuple[AnyRow, AnyRow]:
    """The version to go to, and the one the case is on."""
    present = work.connection.execute(
        select(ProcessDefinition).where(ProcessDefinition.id == case.row.definition_id)
    ).one()
    if version == present.version:
        raise Refused(f"办件 {case.row.number} 已经是第 {version} 版，不需要迁移。")
    definition = work.connection.execute(
        select(ProcessDefinition).where(ProcessDefinition.key == present.key, ProcessDefinition.version == version)
    ).one_or_none()
    if definition is None:
        raise NotFound(f"“{present.name}”没有第 {version} 版。", version=version)
    return definition, present


def _bundle(work: UnitOfWork, definition: AnyRow) -> PinnedBundle:
    definitions = work.tools.definitions
    return definitions.bundle(work.connection, definitions.newest_bundle(work.connection, work.tools.forms, definition))


def _carry_tasks(work: UnitOfWork, case: Case, live: Mapping[str, OpenedTask]) -> None:
    """Open tasks get the name, the role and the form that their step has in the new version."""
    rows = work.connection.execute(
        select(UserTask).where(UserTask.instance_id == case.row.id, UserTask.status.in_(PENDING))
    ).all()
    for row in rows:
        changes = _changes(case, row, live[row.token_id])
        if changes:
            work.connection.execute(update(UserTask).where(UserTask.id == row.id).values(**changes))


def _changes(case: Case, row: AnyRow, task: OpenedTask) -> dict[str, Any]:
    activity = case.bundle.specification.activities[task.activity_id]
    wanted: dict[str, Any] = {
        "activity_id": activity.id,
        "role": activity.role,
        "unit_code": responsible_unit(activity.role, task.scope, case.row.region_code),
    }
    if row.parent_id is None:
        wanted |= {"name": activity.name, "form_digest": case.bundle.forms.get(activity.id)}
    return {name: value for name, value in wanted.items() if getattr(row, name) != value}
