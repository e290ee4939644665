"""What an administrator does about a case that has stopped: try again, or go on without."""

from __future__ import annotations

from typing import Any

from engine import interpreter
from engine.administration import ensure_administrator, given_reason
from engine.case import Case
from engine.commands import SYSTEM, CompletedTask
from engine.history.event import Occurrence
from engine.incidents import count_attempt, open_incident
from engine.interpreter import Step
from engine.moves import ResolveIncident, RetryIncident
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork


def retry_incident(work: UnitOfWork, command: RetryIncident) -> CompletedTask:
    """Do again what has stopped; it may stop again."""
    row, case = _load(work, command.incident_id)
    reason = given_reason(command.reason, "重试")
    count_attempt(work, row.id)
    step = interpreter.retry(case.bundle.specification, case.state, row.token_id, case.services)
    return _save(case, step, row, "IncidentRetried", {"reason": reason})


def resolve_incident(work: UnitOfWork, command: ResolveIncident) -> CompletedTask:
    """Go on as if what has stopped were done, for a reason that is recorded."""
    row, case = _load(work, command.incident_id)
    reason = given_reason(command.reason, "处理停滞点")
    values = dict(command.values)
    step = interpreter.resolve(case.bundle.specification, case.state, row.token_id, values, case.services)
    return _save(case, step, row, "IncidentResolved", {"reason": reason, "values": values})


def _load(work: UnitOfWork, incident_id: str) -> tuple[AnyRow, Case]:
    row = open_incident(work, incident_id)
    case = Case.load(work, row.instance_id)
    if work.tools.offices and work.actor != SYSTEM:
        ensure_administrator(work, case.row.region_code)
    case.ensure_active()
    # It has stopped once: a connector that refuses again leaves it where it is.
    case.unattended = True
    return row, case


def _save(case: Case, step: Step, row: AnyRow, type_: str, told: dict[str, Any]) -> CompletedTask:
    put_in = {"incident": row.token_id, "code": row.code, **told}
    occurrence = Occurrence(type=type_, activity_id=row.element_id, activity_name=row.name, input=put_in)
    opened = case.save(step, occurrence)
    return CompletedTask(instance_id=case.row.id, opened_task_ids=opened, ended=step.ended is not None)
