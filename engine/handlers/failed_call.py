"""What an administrator does about a call that has failed: have it tried again, or go on without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import interpreter
from engine.calls.book import FREE, change, close, load_call
from engine.cases.case import Case
from engine.cases.incidents import close_incident
from engine.commands import SYSTEM, CompletedTask
from engine.errors import Conflict, Refused
from engine.handlers.call import put_job, put_next, take_up
from engine.history.event import Occurrence
from engine.model import CallStatus, InstanceStatus, Resolution
from engine.moves import ResolveIncident, RetryIncident
from engine.offices.administration import ensure_administrator, given_reason
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork


def retry_call(work: UnitOfWork, incident: AnyRow, command: RetryIncident) -> CompletedTask:
    """Let a call be performed again, as it was or with other inputs; an answer that is there already is taken up."""
    call, case = _load(work, incident)
    reason = given_reason(command.reason, "重试")
    told: dict[str, Any] = {"reason": reason}
    if command.inputs is not None:
        _check(work, call, command.inputs)
        told |= {"inputs": dict(command.inputs), "before": call.inputs}
    case.note(_occurrence("IncidentRetried", incident, call, told), {})
    close_incident(case, call.id, Resolution.RETRIED, reason)
    if call.kept_answer is not None and command.inputs is None:
        change(work, call.id, status=CallStatus.KEPT, attempts=0, error=None)
        if case.row.status == InstanceStatus.ACTIVE or call.wait_id is None:
            return _taken_up(work, call)
    else:
        inputs = call.inputs if command.inputs is None else dict(command.inputs)
        fresh: dict[str, Any] = {"status": CallStatus.OPEN, "attempts": 0, "next_at": work.now, "error": None}
        change(work, call.id, inputs=inputs, kept_answer=None, **fresh, **FREE)
        put_job(work, call.id)
    return CompletedTask(instance_id=case.row.id, opened_task_ids=(), ended=False)


def _taken_up(work: UnitOfWork, call: AnyRow) -> CompletedTask:
    case = Case.load(work, call.instance_id)
    case.unattended = True
    take_up(case, load_call(work, call.id), call.kept_answer)
    after = Case.load(work, call.instance_id)
    return CompletedTask(
        instance_id=call.instance_id, opened_task_ids=(), ended=after.row.status == InstanceStatus.COMPLETED
    )


def resolve_call(work: UnitOfWork, incident: AnyRow, command: ResolveIncident) -> CompletedTask:
    """Go on as if a call had given these results; what nobody waits for is left out, and what is behind it goes on."""
    call, case = _load(work, incident)
    reason, given = given_reason(command.reason, "处理停滞点"), dict(command.values)
    occurrence = _occurrence("IncidentResolved", incident, call, {"reason": reason, "values": given})
    opened: tuple[str, ...] = ()
    ended = False
    if call.wait_id is None:
        case.note(occurrence, {})
    else:
        case.ensure_active()
        case.unattended = True
        step = interpreter.answer(case.bundle.specification, case.state, call.wait_id, given, case.services)
        opened = case.save(step, occurrence, answered_wait=call.wait_id)
        ended = step.ended is not None
    close_incident(case, call.id, Resolution.RESOLVED, reason)
    close(work, call.id, CallStatus.RESOLVED)
    put_next(work, call)
    return CompletedTask(instance_id=case.row.id, opened_task_ids=opened, ended=ended)


def _load(work: UnitOfWork, incident: AnyRow) -> tuple[AnyRow, Case]:
    call = load_call(work, incident.token_id)
    case = Case.load(work, incident.instance_id)
    if work.tools.offices and work.actor != SYSTEM:
        ensure_administrator(work, case.row.region_code)
    if call.status != CallStatus.FAILED:
        raise Conflict("这项外部调用已经不再停滞，请刷新页面。", incident=incident.id)
    return call, case


def _check(work: UnitOfWork, call: AnyRow, inputs: Mapping[str, Any]) -> None:
    """Changed inputs must be such as the connector could have been asked with."""
    if call.topic is not None:
        return
    known = work.tools.connectors.get(call.connector)
    if known is None or hasattr(known, "execute"):
        raise Refused(f"没有名为“{call.connector}”的连接器，请联系流程设计员。", connector=call.connector)
    known.check(inputs)


def _occurrence(type_: str, incident: AnyRow, call: AnyRow, told: Mapping[str, Any]) -> Occurrence:
    put_in = {"incident": incident.token_id, "code": incident.code, "call": call.id, "wait": call.wait_id, **told}
    return Occurrence(type=type_, activity_id=incident.element_id, activity_name=incident.name, input=put_in)
