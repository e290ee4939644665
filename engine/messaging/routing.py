"""Messages and signals between cases (BPMN 2.0.2 §8.4.2, §10.5.1): delivered within the command that has sent them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from engine import interpreter
from engine.cases.case import Case
from engine.cases.instantiation import Beginning, Cause, instantiate
from engine.cases.starting import region_without_starter
from engine.commands import SYSTEM
from engine.definitions import definition_of
from engine.errors import Conflict, Forbidden, Refused
from engine.history.event import Occurrence
from engine.history.images import images
from engine.interpreter import Thrown, WaitKind, WaitNotLive
from engine.messaging.correlation import is_within, key_of, listeners_of, receiver_of
from engine.messaging.messages import Delivery
from engine.messaging.start_subscriptions import waiting_for
from engine.model import InstanceStatus, KeptMessage
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork

#: the history of what reached no case
MESSAGES = "messages"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a message or signal comes from, and what a case that it starts takes over from there."""

    instance_id: str | None = None
    element_id: str | None = None
    region_code: str | None = None
    project_id: str | None = None
    #: digits of the regions that may be reached; none is all
    within: tuple[str, ...] | None = None

    @property
    def told(self) -> dict[str, Any]:
        """As the receiver's history keeps it."""
        return {"from": {"case": self.instance_id, "element": self.element_id}} if self.instance_id else {}


def deliver(work: UnitOfWork) -> None:
    """Bring everything that was sent to those who wait for it, until nothing is left."""
    while work.outbox:
        # Nobody acts in the cases that a message reaches; who has sent it is told in the history.
        work.actor = SYSTEM
        sent = work.outbox.take()
        source = Case.load(work, sent.instance_id)
        origin = Origin(
            instance_id=sent.instance_id,
            element_id=sent.thrown.element_id,
            region_code=source.row.region_code,
            project_id=source.row.project_id,
        )
        if sent.thrown.kind is WaitKind.SIGNAL:
            spread(work, sent.thrown, origin)
        elif not _routed(work, sent.thrown, origin):
            undelivered(Case.load(work, sent.instance_id), sent.thrown)


def _routed(work: UnitOfWork, message: Thrown, origin: Origin) -> bool:
    """Whether a message has come to anybody; what the receiver cannot take does not stop who has sent it."""
    try:
        with work.trial():
            return route(work, message, origin) != Delivery()
    except Refused as refusal:
        receiver = receiver_of(work, message.name, message.correlation)
        if receiver is None:
            _not_started(work, message, origin, refusal)
        else:
            _not_taken(work, receiver.instance_id, message, origin, refusal)
        return True


def _not_taken(work: UnitOfWork, instance_id: str, thrown: Thrown, origin: Origin, refusal: Refused) -> None:
    """A case cannot go on with what has come: it is kept for it, and its history tells why."""
    told = {**facts_of(thrown), **origin.told, "reason": refusal.message}
    Case.load(work, instance_id).note(Occurrence(type="MessageRefused", activity_name=thrown.name, input=told), {})
    keep(work, thrown, origin, only_for=instance_id)


def _not_started(work: UnitOfWork, thrown: Thrown, origin: Origin, refusal: Refused) -> None:
    """The process that it starts cannot be started now."""
    if origin.instance_id is None:
        raise refusal
    undelivered(Case.load(work, origin.instance_id), thrown, reason=refusal.message)


def undelivered(source: Case, message: Thrown, **why: str) -> None:
    """Nobody waits for what a case has sent: no error, but it must be seen."""
    source.note(
        Occurrence(
            type="MessageUndelivered",
            activity_id=message.element_id,
            activity_name=source.bundle.name_of(message.element_id),
            input={**facts_of(message), **why},
        ),
        {},
    )


def facts_of(message: Thrown) -> dict[str, Any]:
    """A message as the history keeps it."""
    return {"name": message.name, "correlation": message.correlation, "values": dict(message.values)}


def route(work: UnitOfWork, message: Thrown, origin: Origin) -> Delivery:
    """Give a message to the one case that waits for it, or start the process that it starts, or keep it."""
    receiver = receiver_of(work, message.name, message.correlation, within=origin.within)
    if receiver is not None and receiver.status == InstanceStatus.SUSPENDED:
        return keep(work, message, origin, only_for=receiver.instance_id)
    if receiver is not None:
        hand_over(work, receiver, message.values, origin)
        return Delivery(instance_id=receiver.instance_id)
    starts = waiting_for(work, WaitKind.MESSAGE, message.name)
    if len({row.key for row in starts}) > 1:
        keys = "、".join(sorted({row.key for row in starts}))
        raise Conflict(f"消息“{message.name}”能启动多个流程（{keys}），无法确定启动哪一个，请改用不同的消息名称。")
    if starts:
        return Delivery(instance_id=_start(work, starts[0], message, origin), started=True)
    if message.keep_until is not None and message.keep_until > work.now:
        return keep(work, message, origin)
    return Delivery()


def hand_over(work: UnitOfWork, wait: AnyRow, values: Mapping[str, Any], origin: Origin) -> None:
    """Let a case go on with the message it waits for."""
    case = Case.load(work, wait.instance_id)
    case.unattended = True
    step = interpreter.correlate(case.bundle.specification, case.state, wait.wait_id, values, case.services)
    told = {"wait": wait.wait_id, "name": wait.name, "values": dict(values), **origin.told}
    case.save(
        step,
        Occurrence(type="MessageCorrelated", activity_id=wait.element_id, activity_name=wait.name, input=told),
    )


def spread(work: UnitOfWork, signal: Thrown, origin: Origin) -> tuple[str, ...]:
    """Tell a signal to every case that waits for it now, in the order of their ids, then start what it starts."""
    starts = waiting_for(work, WaitKind.SIGNAL, signal.name)
    # The case that throws a signal has heard it already, within the same step.
    waiting = [case for case in listeners_of(work, signal.name, origin.within) if case != origin.instance_id]
    reached = [case for case in waiting if _told(work, case, signal, origin)]
    started = [_started(work, row, signal, origin) for row in starts]
    return (*reached, *(case for case in started if case is not None))


def _told(work: UnitOfWork, instance_id: str, signal: Thrown, origin: Origin) -> bool:
    """Whether a case has heard a signal; one that cannot go on with it does not stop the others."""
    try:
        with work.trial():
            return _hear(work, instance_id, signal, origin)
    except Refused as refusal:
        _not_taken(work, instance_id, signal, origin, refusal)
        return False


def _started(work: UnitOfWork, row: AnyRow, signal: Thrown, origin: Origin) -> str | None:
    try:
        with work.trial():
            return _start(work, row, signal, origin)
    except Refused as refusal:
        _not_started(work, signal, origin, refusal)
        return None


def _hear(work: UnitOfWork, instance_id: str, signal: Thrown, origin: Origin) -> bool:
    case = Case.load(work, instance_id)
    case.unattended = True
    if case.row.status == InstanceStatus.SUSPENDED:
        keep(work, signal, origin, only_for=instance_id)
        return False
    return hear(case, signal, origin)


def hear(case: Case, signal: Thrown, origin: Origin) -> bool:
    """Let everything in a case that listens for a signal hear it; False when nothing does any more."""
    try:
        step = interpreter.broadcast(case.bundle.specification, case.state, signal.name, signal.values, case.services)
    except WaitNotLive:
        return False
    told = {"name": signal.name, "values": dict(signal.values), **origin.told}
    case.save(step, Occurrence(type="SignalReceived", activity_name=signal.name, input=told))
    return True


def _start(work: UnitOfWork, row: AnyRow, thrown: Thrown, origin: Origin) -> str:
    definition = definition_of(work.connection, row.definition_id)
    if definition.needs_project and origin.project_id is None:
        raise Refused(f"“{thrown.name}”要启动的流程“{definition.name}”须在已批准的项目上发起，来源办件没有项目。")
    region = origin.region_code or region_without_starter(work, definition)
    if not is_within(region, origin.within):
        raise Forbidden(f"您不能在这个辖区发起“{definition.name}”。", region=region)
    cause = Cause(element_id=row.element_id, kind=thrown.kind, name=thrown.name, told=origin.told)
    beginning = Beginning(
        definition=definition,
        region=region,
        variables=thrown.values,
        project_id=origin.project_id if definition.needs_project else None,
        cause=cause,
    )
    return instantiate(work, beginning).instance_id


def keep(work: UnitOfWork, thrown: Thrown, origin: Origin, *, only_for: str | None = None) -> Delivery:
    """Keep a message until somebody waits for it, or what is meant for a suspended case until it is resumed."""
    message_id = work.new_id()
    work.connection.execute(
        insert(KeptMessage).values(
            id=message_id,
            kind=thrown.kind,
            name=thrown.name,
            correlation=key_of(thrown.correlation),
            message={
                "values": dict(thrown.values),
                "element": thrown.element_id,
                # Who sent it reaches no further later than at once.
                "within": None if origin.within is None else list(origin.within),
                "region": origin.region_code,
            },
            instance_id=only_for,
            source_id=origin.instance_id,
            kept_at=work.now,
            kept_until=None if only_for else thrown.keep_until,
        )
    )
    kept = images(work.connection, (KeptMessage, KeptMessage.id == message_id))
    work.record(MESSAGES, "MessageKept", input=facts_of(thrown), outcome={"case": only_for, **kept})
    return Delivery(instance_id=only_for, kept=True)
