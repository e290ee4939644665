"""The rows of calls: found, and changed by whoever works on them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, literal, or_, select, update
from sqlalchemy.orm import aliased

from engine.calls.commands import LEASE, LONGEST_LOCK, HeldCall
from engine.clock import local_date
from engine.commands import SYSTEM, Actor
from engine.errors import Conflict, NotFound
from engine.machines import INTEGRATION
from engine.model import PENDING_CALLS, CallStatus, ConnectorCall, InstanceStatus, ProcessInstance
from engine.model.base import UtcDateTime
from engine.offices.administration import administers
from engine.offices.organisation import positions_of
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork

#: how far the clocks of our machines may differ
_SKEW = timedelta(seconds=5)
#: more than one step of a case can ask for
_AT_ONCE = 1_000_000
#: values of a call that nobody works on
FREE: dict[str, Any] = {"worker": None, "locked_until": None}
#: the order in which a case has asked
ORDER = (ConnectorCall.seq, ConnectorCall.ordinal)


def load_call(work: UnitOfWork, call_id: str) -> AnyRow:
    """Read a call, with the region and the number of its case."""
    row = work.connection.execute(
        select(*ConnectorCall.__table__.columns, ProcessInstance.region_code, ProcessInstance.number)
        .join(ProcessInstance, ProcessInstance.id == ConnectorCall.instance_id)
        .where(ConnectorCall.id == call_id)
    ).one_or_none()
    if row is None:
        raise NotFound("没有找到这项外部调用。", call=call_id)
    return row


def change(work: UnitOfWork, call_id: str, **values: Any) -> None:
    """Change the row of a call."""
    work.connection.execute(update(ConnectorCall).where(ConnectorCall.id == call_id).values(**values))


def close(work: UnitOfWork, call_id: str, status: CallStatus) -> None:
    """A call has come to its end."""
    change(work, call_id, status=status, next_at=None, locked_until=None, closed_at=work.now, error=None)


def holder_of(actor: Actor, worker: str) -> str:
    """How a lock names an external worker: its account, and which of its processes it is."""
    return f"{actor.person_id}/{worker}"[:160] if worker else actor.person_id


def ensure_held(work: UnitOfWork, call: AnyRow, worker: str) -> None:
    """Refuse an external worker that is not of the case's region, or that has lost the call to another."""
    if work.actor == SYSTEM:
        return
    if call.topic is None or not is_worker(work, call.region_code):
        raise NotFound("没有找到这项外部调用。", call=call.id)
    if call.worker != holder_of(work.actor, worker):
        raise Conflict("这项外部调用现在不由您办理：锁定已经到期、被别人领取或已交回，请重新领取。", call=call.id)


def is_worker(work: UnitOfWork, region_code: str) -> bool:
    """Whether the actor is a machine account for the region; in a library session everybody is."""
    if not work.tools.offices:
        return True
    positions = positions_of(work.connection, work.actor.person_id, local_date(work.now))
    return work.actor.on_behalf_of is None and administers(positions, region_code, INTEGRATION)


def is_free(now: datetime, holder: str = "") -> ColumnElement[bool]:
    """Whether a call is due and nobody else works on it."""
    longest = case(
        (ConnectorCall.topic.is_(None), literal(now + LEASE + _SKEW, UtcDateTime())), else_=now + LONGEST_LOCK + _SKEW
    )
    unlocked = or_(
        ConnectorCall.locked_until.is_(None),
        ConnectorCall.locked_until <= now,
        # The clock was set back: nobody holds a call for so long.
        ConnectorCall.locked_until > longest,
    )
    return and_(
        ConnectorCall.status == CallStatus.OPEN,
        # What was never tried is due, whatever the clock said when it was asked for.
        or_(ConnectorCall.next_at <= now, ConnectorCall.attempts == 0),
        or_(unlocked, ConnectorCall.worker == holder) if holder else unlocked,
    )


def goes_on() -> ColumnElement[bool]:
    """Whether the case of a call is at work, or is over and has only things left to deliver."""
    delivered = and_(ConnectorCall.wait_id.is_(None), ProcessInstance.status != InstanceStatus.SUSPENDED)
    return or_(ProcessInstance.status == InstanceStatus.ACTIVE, delivered)


def is_next() -> ColumnElement[bool]:
    """Whether nothing that a case has sent before is still to be delivered; who waits for an answer does not queue."""
    earlier = aliased(ConnectorCall)
    before = or_(
        earlier.seq < ConnectorCall.seq,
        and_(earlier.seq == ConnectorCall.seq, earlier.ordinal < ConnectorCall.ordinal),
    )
    held_up = exists().where(
        earlier.instance_id == ConnectorCall.instance_id,
        earlier.wait_id.is_(None),
        earlier.status.in_(PENDING_CALLS),
        before,
    )
    return or_(ConnectorCall.wait_id.is_not(None), ~held_up)


def held(call: AnyRow, locked_until: datetime) -> HeldCall:
    """What whoever works on a call must know."""
    return HeldCall(
        id=call.id,
        instance_id=call.instance_id,
        case_number=call.number,
        element_id=call.element_id,
        name=call.name,
        connector=call.connector,
        topic=call.topic,
        inputs=call.inputs,
        asked_at=call.asked_at,
        attempt=call.attempts + 1,
        sequence=call.seq * _AT_ONCE + call.ordinal,
        locked_until=locked_until,
    )
