"""Messages and signals from outside, and those that were kept."""

from __future__ import annotations

from sqlalchemy import delete, select

from engine.cases.case import Case
from engine.errors import Conflict, Forbidden, Refused
from engine.interpreter import Thrown, WaitKind
from engine.messaging.correlation import receiver_of
from engine.messaging.messages import BroadcastSignal, DeliverKeptMessage, Delivery, PublishMessage
from engine.messaging.routing import MESSAGES, Origin, facts_of, hand_over, hear, route, spread, undelivered
from engine.model import InstanceStatus, KeptMessage
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork


def publish_message(work: UnitOfWork, command: PublishMessage) -> Delivery:
    """Give a message to who waits for it; one that nobody waits for is kept as long as asked, and recorded."""
    message = Thrown(
        kind=WaitKind.MESSAGE,
        element_id="",
        name=command.name,
        correlation=command.correlation,
        values=command.values,
        keep_until=work.now + command.keep_for if command.keep_for else None,
    )
    delivery = route(work, message, Origin(region_code=command.region_code, within=command.within))
    if delivery == Delivery():
        work.record(MESSAGES, "MessageUndelivered", input=facts_of(message), outcome={"case": None})
    return delivery


def broadcast_signal(work: UnitOfWork, command: BroadcastSignal) -> tuple[str, ...]:
    """Tell every case that waits for a signal, and start every process that it starts."""
    signal = Thrown(kind=WaitKind.SIGNAL, element_id="", name=command.name, values=command.values)
    reached = spread(work, signal, Origin(region_code=command.region_code, within=command.within))
    work.record(MESSAGES, "SignalBroadcast", input=facts_of(signal), outcome={"cases": list(reached)})
    return reached


def deliver_kept_message(work: UnitOfWork, command: DeliverKeptMessage) -> bool:
    """Try again what was kept; what has been kept long enough is undelivered."""
    row = work.connection.execute(select(KeptMessage).where(KeptMessage.id == command.message_id)).one_or_none()
    if row is None:
        return False
    message = Thrown(
        kind=WaitKind(row.kind),
        element_id=row.message["element"],
        name=row.name,
        correlation=row.correlation,
        values=row.message["values"],
    )
    expired = row.kept_until is not None and row.kept_until <= work.now
    try:
        with work.trial():
            delivered = False if expired else _delivered(work, row, message)
    except Conflict:
        # Several wait for it: it is delivered when only one is left.
        return False
    except (Refused, Forbidden) as refusal:
        return _refused(work, row, message, refusal)
    if delivered is None:
        return False
    taken = work.connection.execute(delete(KeptMessage).where(KeptMessage.id == row.id))
    if taken.rowcount:
        work.record(MESSAGES, "MessageTaken", input={"message": row.id, "delivered": delivered}, outcome={})
    if delivered is False and taken.rowcount:
        _record_undelivered(work, row, message)
    return delivered


def _refused(work: UnitOfWork, row: AnyRow, message: Thrown, refusal: Refused | Forbidden) -> bool:
    """What may start nothing is dropped, and the history tells why; a case may take it when it has come further."""
    if row.instance_id is None:
        work.connection.execute(delete(KeptMessage).where(KeptMessage.id == row.id))
        told = {**facts_of(message), "reason": refusal.message}
        work.record(MESSAGES, "MessageRefused", input=told, outcome={"message": row.id})
    return False


def _delivered(work: UnitOfWork, row: AnyRow, message: Thrown) -> bool | None:
    """Whether it has found its case; None while it has to wait on."""
    origin = _origin(work, row)
    if row.instance_id is None:
        found = route(work, message, origin)
        return True if found != Delivery() and not found.kept else None
    case = Case.load(work, row.instance_id)
    if case.row.status == InstanceStatus.SUSPENDED:
        return None
    return case.row.status == InstanceStatus.ACTIVE and _taken(work, case, message, origin)


def _taken(work: UnitOfWork, case: Case, message: Thrown, origin: Origin) -> bool:
    """Give a case what came while it was suspended, if it still waits for it."""
    if message.kind is WaitKind.SIGNAL:
        return hear(case, message, origin)
    wait = receiver_of(work, message.name, message.correlation, instance_id=case.row.id)
    if wait is not None:
        hand_over(work, wait, message.values, origin)
    return wait is not None


def _origin(work: UnitOfWork, row: AnyRow) -> Origin:
    if row.source_id is None:
        within = row.message.get("within")
        return Origin(region_code=row.message.get("region"), within=None if within is None else tuple(within))
    source = Case.load(work, row.source_id).row
    return Origin(
        instance_id=row.source_id,
        element_id=row.message["element"],
        region_code=source.region_code,
        project_id=source.project_id,
    )


def _record_undelivered(work: UnitOfWork, row: AnyRow, message: Thrown) -> None:
    if row.source_id is None:
        work.record(MESSAGES, "MessageUndelivered", input=facts_of(message), outcome={"case": row.instance_id})
        return
    undelivered(Case.load(work, row.source_id), message)
