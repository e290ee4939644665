"""Starting, withdrawing and moving cases by timers and messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine import interpreter
from engine.cases.case import Case
from engine.cases.due_timers import first_due_timer, waiting_timer
from engine.cases.instantiation import Beginning, instantiate
from engine.cases.starting import starting_event, starting_region
from engine.clock import local_date
from engine.commands import CompletedTask, CorrelateMessage, FireTimer, StartedProcess, StartProcess, WithdrawProcess
from engine.definitions import latest_definition
from engine.errors import Conflict, Forbidden, Refused
from engine.history.event import Occurrence
from engine.model import EventSubscription, InstanceStatus, TaskStatus, UserTask
from engine.offices.assignment import ensure_business, holds
from engine.offices.organisation import acting_positions, ensure_delegated
from engine.offices.roles import ROLES, Duty
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork


def start_process(work: UnitOfWork, command: StartProcess) -> StartedProcess:
    """Create a case pinned to the newest definition and run it to its first tasks."""
    definition = latest_definition(work.connection, command.process_key)
    beginning = Beginning(
        definition=definition,
        region=starting_region(work, command, definition),
        variables=command.variables,
        project_id=command.project_id,
        start_event=starting_event(work, command.start_event, definition),
    )
    started = instantiate(work, beginning)
    _ensure_starter(work, started.task_ids)
    return started


def _ensure_starter(work: UnitOfWork, opened: tuple[str, ...]) -> None:
    """Who starts a case must be one who does its first step."""
    if not work.tools.offices:
        return
    positions = acting_positions(work.connection, work.actor, local_date(work.now))
    tasks = work.connection.execute(select(UserTask.role, UserTask.unit_code).where(UserTask.id.in_(opened))).all()
    for task in tasks:
        ensure_business(positions, task.role)
    if tasks and not any(holds(positions, task.role, task.unit_code) for task in tasks):
        roles = "、".join(ROLES[task.role].name if task.role in ROLES else task.role for task in tasks)
        raise Forbidden(f"这个流程由{roles}发起，您没有这一岗位。")


def withdraw_process(work: UnitOfWork, command: WithdrawProcess) -> None:
    """End a case at its starter's wish, as long as nobody has decided or paid."""
    case = Case.load(work, command.instance_id)
    case.ensure_active()
    if case.row.started_by != work.actor.principal:
        raise Forbidden("只有发起人可以撤销自己发起的办件。")
    ensure_delegated(work.connection, work.actor, local_date(work.now))
    if len(command.reason.strip()) < 2:
        raise Refused("请写明撤销的原因。")
    _ensure_undecided(work, case)
    case.terminate("已撤销", Occurrence(type="ProcessWithdrawn", input={"reason": command.reason}))


def _ensure_undecided(work: UnitOfWork, case: Case) -> None:
    decisive = [role.key for role in ROLES.values() if role.duty in (Duty.DECIDE, Duty.PAY)]
    decided = work.connection.scalar(
        select(UserTask.name).where(
            UserTask.instance_id == case.row.id,
            UserTask.role.in_(decisive),
            UserTask.status.in_((TaskStatus.COMPLETED, TaskStatus.SUBMITTED)),
            UserTask.parent_id.is_(None),
        )
    )
    if decided is not None:
        raise Refused(f"“{decided}”已经作出决定，办件不能再撤销。")
    projects = work.tools.projects
    recorded = projects.withdrawal_block(work.connection, case.row.id) if projects else None
    if recorded is not None:
        raise Refused(f"{recorded}，办件不能再撤销。")


def fire_timer(work: UnitOfWork, command: FireTimer) -> bool:
    """Let a due timer move its case; a case that no longer waits for it is left alone."""
    if command.wait_id is None:
        timer = first_due_timer(work.connection, command.instance_id, work.now)
    else:
        timer = waiting_timer(work.connection, command.instance_id, command.wait_id)
    if timer is None or timer.due_at > work.now:
        return False
    case = Case.load(work, command.instance_id)
    if case.row.status != InstanceStatus.ACTIVE:
        return False
    case.unattended = True
    fire(case, timer)
    return True


def fire(case: Case, timer: AnyRow, **told: str) -> CompletedTask:
    """Let a case go on at a timer that is due."""
    step = interpreter.fire(case.bundle.specification, case.state, timer.wait_id, case.services)
    opened = case.save(step, _occurrence(case, "TimerFired", timer, {"due": timer.due_at, **told}))
    return CompletedTask(instance_id=case.row.id, opened_task_ids=opened, ended=step.ended is not None)


def correlate_message(work: UnitOfWork, command: CorrelateMessage) -> None:
    """Deliver a message to the case; refused when it does not wait for it."""
    case = Case.load(work, command.instance_id)
    case.ensure_active()
    subscription = work.connection.execute(
        select(EventSubscription)
        .where(
            EventSubscription.instance_id == command.instance_id,
            EventSubscription.kind == "message",
            EventSubscription.name == command.name,
        )
        .limit(1)
    ).one_or_none()
    if subscription is None:
        raise Conflict(f"办件 {case.row.number} 现在不接收“{command.name}”消息。", name=command.name)
    step = interpreter.correlate(
        case.bundle.specification, case.state, subscription.wait_id, command.values, case.services
    )
    case.save(step, _occurrence(case, "MessageCorrelated", subscription, {"values": dict(command.values)}))


def _occurrence(case: Case, type_: str, subscription: AnyRow, received: Mapping[str, Any]) -> Occurrence:
    return Occurrence(
        type=type_,
        activity_id=subscription.element_id,
        activity_name=subscription.name or case.bundle.name_of(subscription.element_id),
        input={"wait": subscription.wait_id, "name": subscription.name, **received},
    )
