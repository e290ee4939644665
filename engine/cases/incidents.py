"""Incidents as rows: opened, tried again and closed with the steps of their case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, insert, or_, select, update

from engine.cases.at_hand import CaseAtHand
from engine.errors import NotFound
from engine.history.event import Occurrence
from engine.interpreter import Incident as TokenIncident
from engine.interpreter import Step
from engine.interpreter.errors import UncaughtError
from engine.model import EventSubscription, Incident, Resolution
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork

_RESOLUTIONS = {"IncidentRetried": Resolution.RETRIED, "IncidentResolved": Resolution.RESOLVED}
_LONGEST_CODE = 120
#: begins the code of a timer that was refused
TIMER = "timer."
#: begins the code of a call for the outside that has failed
CALL = "call."


def ensure_nothing_refused(step: Step) -> None:
    """While a person acts, what a connector refuses refuses the act."""
    known = {incident.id for incident in step.incidents_before}
    for incident in step.incidents:
        if incident.refused and incident.id not in known:
            message = f"流程抛出的错误 {incident.code} 没有任何事件接住，办件停在原处。{incident.message}"
            raise UncaughtError(message, error=incident.code, element=incident.element_id)


def keep_incidents(case: CaseAtHand, step: Step, occurrence: Occurrence) -> None:
    """Open what has newly stopped, tell what has stopped again for another reason, and close what has gone on."""
    before = {incident.id: incident for incident in step.incidents_before}
    opened = [_row(case, incident) for incident in step.incidents if incident.id not in before]
    if opened:
        case.work.connection.execute(insert(Incident), opened)
    for incident in step.incidents:
        if before.get(incident.id, incident) != incident:
            _tell_anew(case, incident)
    gone = before.keys() - {incident.id for incident in step.incidents}
    if gone:
        resolution = _RESOLUTIONS.get(occurrence.type, Resolution.WITHDRAWN)
        _close(case, resolution, occurrence.input, Incident.token_id.in_(gone))


def _tell_anew(case: CaseAtHand, incident: TokenIncident) -> None:
    told = {"code": incident.code[:_LONGEST_CODE], "message": incident.message}
    known = (_of_wait(case.row.id, incident.id), Incident.closed_at.is_(None))
    case.work.connection.execute(update(Incident).where(*known).values(told))


def open_timer_incident(case: CaseAtHand, wait: AnyRow, code: str, message: str) -> bool:
    """Keep a due timer that was refused; False when it is kept already."""
    return _open(case, TokenIncident(id=wait.wait_id, element_id=wait.element_id, code=TIMER + code, message=message))


def open_call_incident(case: CaseAtHand, call: AnyRow, code: str, message: str, attempts: int) -> bool:
    """Keep a call that has failed; False when it is kept already."""
    stopped = TokenIncident(id=call.id, element_id=call.element_id, code=CALL + code, message=message)
    return _open(case, stopped, attempts)


def _open(case: CaseAtHand, incident: TokenIncident, attempts: int = 1) -> bool:
    known = select(Incident.id).where(_of_wait(case.row.id, incident.id), Incident.closed_at.is_(None))
    if case.work.connection.scalar(known) is not None:
        return False
    case.work.connection.execute(insert(Incident), [{**_row(case, incident), "attempts": attempts}])
    return True


def close_incident(case: CaseAtHand, stopped_id: str, resolution: Resolution, reason: str) -> None:
    """What had stopped goes on after all: a timer by its wait, a call by its id."""
    _close(case, resolution, {"reason": reason}, Incident.token_id == stopped_id)


def withdraw_incidents(case: CaseAtHand, stopped_ids: Sequence[str]) -> None:
    """Nobody waits any more for what had stopped."""
    if stopped_ids:
        _close(case, Resolution.WITHDRAWN, {}, Incident.token_id.in_(stopped_ids))


def _of_wait(instance_id: Any, wait_id: Any) -> ColumnElement[bool]:
    return and_(Incident.instance_id == instance_id, Incident.token_id == wait_id)


def is_held() -> ColumnElement[bool]:
    """Whether a subscription is a timer that has failed and waits for an administrator."""
    held = _of_wait(EventSubscription.instance_id, EventSubscription.wait_id)
    return exists().where(held, Incident.closed_at.is_(None))


def is_standing() -> ColumnElement[bool]:
    """Whether an open incident still stands: a timer's ends with its wait, wherever its case has gone."""
    waits = exists().where(_of_wait(EventSubscription.instance_id, EventSubscription.wait_id))
    return and_(Incident.closed_at.is_(None), or_(~Incident.code.startswith(TIMER), waits))


def _row(case: CaseAtHand, incident: TokenIncident) -> dict[str, Any]:
    return {
        "id": case.work.new_id(),
        "instance_id": case.row.id,
        "token_id": incident.id,
        "element_id": incident.element_id,
        "name": case.bundle.name_of(incident.element_id)[:_LONGEST_CODE],
        "code": incident.code[:_LONGEST_CODE],
        "message": incident.message,
        "opened_at": case.work.now,
        "opened_seq": case.seq,
        "attempts": 1,
    }


def close_incidents(case: CaseAtHand) -> None:
    """The case is over, and what has stopped with it, but for what it had sent and is still to be delivered."""
    _close(case, Resolution.WITHDRAWN, {}, ~Incident.code.startswith(CALL))


def _close(case: CaseAtHand, resolution: Resolution, told: Mapping[str, Any], *which: Any) -> None:
    case.work.connection.execute(
        update(Incident)
        .where(Incident.instance_id == case.row.id, Incident.closed_at.is_(None), *which)
        .values(
            closed_at=case.work.now,
            closed_by=case.work.actor.person_id,
            resolution=resolution,
            reason=told.get("reason"),
        )
    )


def count_attempt(work: UnitOfWork, incident_id: str) -> None:
    """It was tried once more."""
    work.connection.execute(update(Incident).where(Incident.id == incident_id).values(attempts=Incident.attempts + 1))


def open_incident(work: UnitOfWork, incident_id: str) -> AnyRow:
    """An incident that still waits."""
    row = work.connection.execute(
        select(Incident).where(Incident.id == incident_id, Incident.closed_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound("没有找到这个停滞点，它可能已经处理过了。", incident=incident_id)
    return row
