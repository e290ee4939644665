"""Settling what has stopped, one after the other, each by its own command and with its own result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from api.dependencies import Visit
from engine.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from engine.model import CallStatus
from engine.moves import ResolveIncident, RetryIncident
from engine.queries.history import history_of
from engine.queries.incidents import IncidentKind, IncidentLine, incident_line, refused_call

#: how many one request settles
MOST = 200
#: what one incident may refuse without keeping the others from being settled
_REFUSALS = (Refused, Conflict, NotFound, Forbidden, Invalid)
_LATER = {
    IncidentKind.CALL: "已经重新调用，结果稍后可见。",
    IncidentKind.DELIVERY: "已经重新送出，结果稍后可见。",
}


class Outcome(StrEnum):
    """What came of it."""

    #: the case has gone on
    SETTLED = "settled"
    #: it is being done again; what comes of it is seen later
    UNDER_WAY = "under_way"
    #: it was tried and stopped again
    STOPPED_AGAIN = "stopped_again"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """One incident after it was to be settled."""

    incident: IncidentLine
    outcome: Outcome
    message: str

    @property
    def well(self) -> bool:
        """Whether there is nothing more to do for now."""
        return self.outcome in (Outcome.SETTLED, Outcome.UNDER_WAY)


def incident_in_full(visit: Visit, incident_id: str, *roles: str) -> IncidentLine:
    """One incident with what is asked of the outside: a connector that refuses at once leaves no call to tell it."""
    with visit.reading() as connection:
        found = incident_line(connection, visit.viewer, incident_id, *roles)
        if found.kind is not IncidentKind.WORK:
            return found
        events = history_of(connection, found.instance_id)
    connector, inputs = refused_call(found, events)
    is_local = hasattr(visit.engine.tools.connectors.get(connector or ""), "execute")
    return found if is_local else replace(found, connector=connector, inputs=inputs)


def retry(visit: Visit, incident: IncidentLine, reason: str, inputs: Mapping[str, Any] | None = None) -> Settlement:
    """Have it done again, with other inputs if there are any."""
    visit.engine.execute(RetryIncident(actor=visit.actor, incident_id=incident.id, reason=reason, inputs=inputs))
    with visit.reading() as connection:
        after = incident_line(connection, visit.viewer, incident.id)
    if after.call_status in (CallStatus.OPEN, CallStatus.KEPT):
        return Settlement(incident=after, outcome=Outcome.UNDER_WAY, message=_LATER[after.kind])
    if after.standing or after.call_status == CallStatus.FAILED:
        message = f"重试没有成功，办件仍停在原处。{after.message}"
        return Settlement(incident=after, outcome=Outcome.STOPPED_AGAIN, message=message)
    return Settlement(incident=after, outcome=Outcome.SETTLED, message="停滞点已处理，办件继续。")


def retry_each(visit: Visit, incidents: Iterable[IncidentLine], reason: str) -> list[Settlement]:
    """Have all of them done again; what one refuses changes nothing for the others."""
    return [_retried(visit, incident, reason) for incident in incidents]


def _retried(visit: Visit, incident: IncidentLine, reason: str) -> Settlement:
    try:
        return retry(visit, incident, reason)
    except _REFUSALS as refused:
        return Settlement(incident=incident, outcome=Outcome.REFUSED, message=refused.message)


def resolve(visit: Visit, incident: IncidentLine, reason: str, results: Mapping[str, Any]) -> Settlement:
    """Go on as if it were done."""
    visit.engine.execute(ResolveIncident(actor=visit.actor, incident_id=incident.id, reason=reason, values=results))
    message = "已经跳过，后面的内容接着送出。" if incident.kind is IncidentKind.DELIVERY else "停滞点已处理，办件继续。"
    return Settlement(incident=incident, outcome=Outcome.SETTLED, message=message)
