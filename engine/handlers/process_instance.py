"""Starting, withdrawing and moving cases by timers and messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select

from engine import interpreter
from engine.assignment import holds
from engine.case import Case, ensure_startable
from engine.clock import local_date
from engine.commands import CorrelateMessage, FireTimer, StartedProcess, StartProcess, WithdrawProcess
from engine.definitions import BundleBuilder, called_definitions, latest_definition
from engine.errors import Conflict, Forbidden, Refused
from engine.history.outcome import outcome_of
from engine.model import EventSubscription, InstanceStatus, ProcessInstance, UserTask
from engine.organisation import acting_positions, ensure_delegated
from engine.roles import ROLES, Duty, Level, unit_at
from engine.rows import AnyRow
from engine.serials import next_serial
from engine.starting import starting_region
from engine.unit_of_work import UnitOfWork

_LONGEST_NUMBER = 60


def start_process(work: UnitOfWork, command: StartProcess) -> StartedProcess:
    """Create a case pinned to the newest definition and run it to its first tasks."""
    definition = latest_definition(work.connection, command.process_key)
    region = starting_region(work, command, definition)
    policy_id = _pinned_policy(work, region)
    ensure_startable(work, command.process_key, command.project_id, policy_id)
    case = _create(work, command, definition, region, policy_id)
    step = interpreter.start(case.bundle.specification, command.variables, case.services)
    opened = case.save(step)
    _ensure_starter(work, opened)
    work.record(
        case.row.id,
        "ProcessStarted",
        seq=case.seq,
        input={
            "process": command.process_key,
            "definition": definition.id,
            "region": region,
            "project": command.project_id,
            "variables": dict(command.variables),
        },
        outcome=outcome_of(step, opened),
    )
    return StartedProcess(instance_id=case.row.id, number=case.row.number, task_ids=opened)


def _pinned_policy(work: UnitOfWork, region: str) -> str | None:
    """The version of the county's policy profile that is in force today."""
    if work.tools.policies is None:
        return None
    return work.tools.policies.pin(work.connection, unit_at(region, Level.COUNTY), local_date(work.now))


def _create(work: UnitOfWork, command: StartProcess, definition: AnyRow, region: str, policy_id: str | None) -> Case:
    called = called_definitions(work.connection, definition.digest)
    bundle_digest = BundleBuilder(work.connection, work.tools.forms).build(definition, called)
    instance_id = work.new_id()
    work.connection.execute(
        insert(ProcessInstance).values(
            id=instance_id,
            number=_number(work, definition, bundle_digest, region),
            title=definition.name,
            definition_id=definition.id,
            bundle_digest=bundle_digest,
            policy_id=policy_id,
            region_code=region,
            project_id=command.project_id,
            status=InstanceStatus.ACTIVE,
            revision=0,
            tokens=b"",
            variables=b"",
            started_by=work.actor.principal,
            started_at=work.now,
        )
    )
    return Case.load(work, instance_id)


def _number(work: UnitOfWork, definition: AnyRow, bundle_digest: str, region: str) -> str:
    """The case's number by the diagram's rule, such as `"XM-" + county + "-" + year + "-" + serial`."""
    county, year = region[:6], str(local_date(work.now).year)
    serial = f"{next_serial(work.connection, f'{definition.key}:{county}:{year}'):05d}"
    rule = work.tools.definitions.bundle(work.connection, bundle_digest).specification.number_rule
    number = rule({"county": county, "year": year, "serial": serial}) if rule else None
    if not isinstance(number, str) or not number.isprintable() or not 0 < len(number) <= _LONGEST_NUMBER:
        number = f"{definition.key}-{county}-{year}-{serial}"
    if work.connection.scalar(select(ProcessInstance.id).where(ProcessInstance.number == number)) is not None:
        raise Refused(f"编号“{number}”已有办件使用，这个流程的编号规则会重复，请联系流程设计员。", number=number)
    return number


def _ensure_starter(work: UnitOfWork, opened: tuple[str, ...]) -> None:
    """Who starts a case must be one who does its first step."""
    positions = acting_positions(work.connection, work.actor, local_date(work.now))
    tasks = work.connection.execute(select(UserTask.role, UserTask.unit_code).where(UserTask.id.in_(opened))).all()
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
    case.terminate("已撤销")
    work.record(
        case.row.id, "ProcessWithdrawn", seq=case.seq, input={"reason": command.reason}, outcome={"ended": "withdrawn"}
    )


def _ensure_undecided(work: UnitOfWork, case: Case) -> None:
    decisive = [role.key for role in ROLES.values() if role.duty in (Duty.DECIDE, Duty.PAY)]
    decided = work.connection.scalar(
        select(UserTask.name).where(
            UserTask.instance_id == case.row.id, UserTask.role.in_(decisive), UserTask.status == "completed"
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
    subscription = work.connection.execute(
        select(EventSubscription).where(
            EventSubscription.instance_id == command.instance_id, EventSubscription.wait_id == command.wait_id
        )
    ).one_or_none()
    if subscription is None or subscription.due_at is None or subscription.due_at > work.now:
        return False
    case = Case.load(work, command.instance_id)
    if case.row.status != InstanceStatus.ACTIVE:
        return False
    step = interpreter.fire(case.bundle.specification, case.state, command.wait_id, case.services)
    _record_event(work, case, step, "TimerFired", subscription, {"due": subscription.due_at})
    return True


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
    _record_event(work, case, step, "MessageCorrelated", subscription, {"values": dict(command.values)})


def _record_event(
    work: UnitOfWork,
    case: Case,
    step: interpreter.Step,
    type_: str,
    subscription: AnyRow,
    received: Mapping[str, Any],
) -> None:
    opened = case.save(step)
    work.record(
        case.row.id,
        type_,
        seq=case.seq,
        activity_id=subscription.element_id,
        activity_name=subscription.name or case.bundle.name_of(subscription.element_id),
        input={"wait": subscription.wait_id, "name": subscription.name, **received},
        outcome=outcome_of(step, opened),
    )
