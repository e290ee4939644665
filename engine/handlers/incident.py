"""What an administrator does about a case that has stopped: try again, or go on without."""

from __future__ import annotations

from typing import Any

from engine import interpreter
from engine.cases.case import Case
from engine.cases.due_timers import waiting_timer
from engine.cases.incidents import CALL, close_incident, count_attempt, open_incident, open_timer_incident
from engine.commands import SYSTEM, CompletedTask, FailTimer
from engine.diagram.topics import topic_of
from engine.errors import Refused
from engine.handlers.failed_call import resolve_call, retry_call
from engine.handlers.process_instance import fire
from engine.history.event import Occurrence
from engine.interpreter import Step
from engine.model import InstanceStatus, Resolution
from engine.moves import ResolveIncident, RetryIncident
from engine.offices.administration import ensure_administrator, given_reason
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork


def retry_incident(work: UnitOfWork, command: RetryIncident) -> CompletedTask:
    """Do again what has stopped; it may stop again."""
    row = open_incident(work, command.incident_id)
    if row.code.startswith(CALL):
        return retry_call(work, row, command)
    case = _load(work, row)
    reason = given_reason(command.reason, "重试")
    told: dict[str, Any] = {"reason": reason}
    if command.inputs is not None:
        _ensure_asks_outside(case, row)
        told["inputs"] = dict(command.inputs)
    timer = waiting_timer(work.connection, row.instance_id, row.token_id)
    if timer is not None:
        result = fire(case, timer, reason=reason)
        close_incident(case, timer.wait_id, Resolution.RETRIED, reason)
        return result
    count_attempt(work, row.id)
    specification, state = case.bundle.specification, case.state
    step = interpreter.retry(specification, state, row.token_id, case.services, inputs=told.get("inputs"))
    return _save(case, step, row, "IncidentRetried", told)


def _ensure_asks_outside(case: Case, row: AnyRow) -> None:
    """What is put down in our own books comes from the case, and from nobody else."""
    activity = case.bundle.specification.activities.get(row.element_id)
    connector = activity.connector if activity is not None else None
    known = case.work.tools.connectors.get(connector or "")
    if connector is None or (topic_of(connector) is None and (known is None or hasattr(known, "execute"))):
        raise Refused("只有请外部系统办理的环节可以改参数后重试。", incident=row.id)


def resolve_incident(work: UnitOfWork, command: ResolveIncident) -> CompletedTask:
    """Go on as if what has stopped were done, for a reason that is recorded."""
    row = open_incident(work, command.incident_id)
    if row.code.startswith(CALL):
        return resolve_call(work, row, command)
    case = _load(work, row)
    reason = given_reason(command.reason, "处理停滞点")
    if waiting_timer(work.connection, row.instance_id, row.token_id) is not None:
        raise Refused("这是一个没有执行成的定时，请在原因消除以后重试，或者移动、终止办件。", incident=row.id)
    values = dict(command.values)
    step = interpreter.resolve(case.bundle.specification, case.state, row.token_id, values, case.services)
    return _save(case, step, row, "IncidentResolved", {"reason": reason, "values": values})


def fail_timer(work: UnitOfWork, command: FailTimer) -> bool:
    """Keep a due timer that was refused as an incident: it is not tried again by itself."""
    timer = waiting_timer(work.connection, command.instance_id, command.wait_id)
    case = Case.load(work, command.instance_id)
    if timer is None or case.row.status != InstanceStatus.ACTIVE:
        return False
    if not open_timer_incident(case, timer, command.code, command.message):
        return False
    told = {"wait": timer.wait_id, "due": timer.due_at, "code": command.code, "reason": command.message}
    name = case.bundle.name_of(timer.element_id)
    case.note(Occurrence(type="TimerFailed", activity_id=timer.element_id, activity_name=name, input=told), {})
    return True


def _load(work: UnitOfWork, row: AnyRow) -> Case:
    case = Case.load(work, row.instance_id)
    if work.tools.offices and work.actor != SYSTEM:
        ensure_administrator(work, case.row.region_code)
    case.ensure_active()
    # It has stopped once: a connector that refuses again leaves it where it is.
    case.unattended = True
    return case


def _save(case: Case, step: Step, row: AnyRow, type_: str, told: dict[str, Any]) -> CompletedTask:
    put_in = {"incident": row.token_id, "code": row.code, **told}
    occurrence = Occurrence(type=type_, activity_id=row.element_id, activity_name=row.name, input=put_in)
    opened = case.save(step, occurrence)
    return CompletedTask(instance_id=case.row.id, opened_task_ids=opened, ended=step.ended is not None)
