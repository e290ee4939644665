"""Calls carried out: outside any transaction, by whoever works on the job, and told to the engine in one command."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from typing import Any

from sqlalchemy import select

from engine.calls.book import ORDER
from engine.calls.commands import LEASE, AnswerCall, FailCall, HeldCall, HoldCall, PostponeCall, RefuseCall
from engine.calls.documents import documents_of
from engine.commands import SYSTEM, Command
from engine.errors import AnlanError, Conflict, Refused
from engine.interpreter import BpmnError
from engine.model import PENDING_CALLS, ConnectorCall
from engine.ports import OutgoingCall
from engine.process_engine import ProcessEngine
from engine.tracing import SpanKind

_LOG = logging.getLogger(__name__)
_HEARTBEAT_SECONDS = 2.0
#: how often an answer is told while others act in the same case
_TELLINGS = 5


def perform_call(engine: ProcessEngine, call_id: str) -> bool:
    """Do what a case has asked for, if it is still wanted and nobody else is at it; tells whether it was done."""
    holder = secrets.token_hex(8)
    call = engine.execute(HoldCall(actor=SYSTEM, call_id=call_id, holder=holder, lock_for=LEASE))
    if call is None:
        return False
    with _kept(engine, call_id, holder):
        command = _outcome(engine, call)
    try:
        _tell(engine, command)
    except Refused as refusal:
        # What came back cannot be kept: asking again would give the same.
        _tell(engine, FailCall(actor=SYSTEM, call_id=call_id, code=refusal.code, message=refusal.message))
    return True


def _tell(engine: ProcessEngine, command: Command[Any]) -> None:
    """An answer is not given up because others were faster."""
    for _ in range(_TELLINGS - 1):
        try:
            engine.execute(command)
        except Conflict:
            continue
        return
    engine.execute(command)


def deliver(engine: ProcessEngine, instance_id: str) -> bool:
    """Deliver what a case has sent, one by one in its order, as far as that is possible now."""
    delivered = False
    while (call_id := _first(engine, instance_id)) is not None and perform_call(engine, call_id):
        delivered = True
    return delivered


def _first(engine: ProcessEngine, instance_id: str) -> str | None:
    """What must be delivered before anything else of the case; one that has failed holds up the others."""
    statement = (
        select(ConnectorCall.id)
        .where(
            ConnectorCall.instance_id == instance_id,
            ConnectorCall.wait_id.is_(None),
            ConnectorCall.status.in_(PENDING_CALLS),
        )
        .order_by(*ORDER)
        .limit(1)
    )
    with engine.database.read() as connection:
        found: str | None = connection.scalar(statement)
    return found


def _outcome(engine: ProcessEngine, call: HeldCall) -> Command[Any]:
    """Ask the connector, and say what has come of it."""
    connector = engine.tools.connectors.get(call.connector)
    if connector is None or hasattr(connector, "execute"):
        message = f"没有名为“{call.connector}”的连接器，请联系系统管理员。"
        return FailCall(actor=SYSTEM, call_id=call.id, code="unknown-connector", message=message)
    try:
        with engine.tools.tracer.span(SpanKind.CALL, call.connector):
            results = dict(connector.call(call.inputs, _told(engine, call)))
    except BpmnError as error:
        return RefuseCall(actor=SYSTEM, call_id=call.id, code=error.code, message=error.message)
    except Refused as refusal:
        return FailCall(actor=SYSTEM, call_id=call.id, code=refusal.code, message=refusal.message)
    except AnlanError as failure:
        rest = _rest(engine, call, failure.facts.get("retry_after"))
        return PostponeCall(actor=SYSTEM, call_id=call.id, message=failure.message, retry_after=rest)
    except Exception as fault:
        # Its text may hold an address with a password in it, so only its kind is told and kept.
        kind = type(fault).__name__
        _LOG.warning("call %s of connector %s went wrong: %s", call.id, call.connector, kind)
        return PostponeCall(actor=SYSTEM, call_id=call.id, message=f"连接器“{call.connector}”出错（{kind}）。")
    return AnswerCall(actor=SYSTEM, call_id=call.id, results=results)


def _rest(engine: ProcessEngine, call: HeldCall, wished: object) -> timedelta | None:
    """How long the receiver wants to be left alone, where that is longer than our own back-off."""
    own = engine.tools.backoff[call.attempt - 1 :]
    return max(wished, own[0]) if own and isinstance(wished, timedelta) else None


def _told(engine: ProcessEngine, call: HeldCall) -> OutgoingCall:
    return OutgoingCall(
        id=call.id,
        instance_id=call.instance_id,
        case_number=call.case_number,
        element_id=call.element_id,
        asked_at=call.asked_at,
        attempt=call.attempt,
        sequence=call.sequence,
        documents=partial(documents_of, engine, call.instance_id),
        trace=engine.tools.tracer.headers(),
    )


@contextmanager
def _kept(engine: ProcessEngine, call_id: str, holder: str) -> Iterator[None]:
    """Hold a call as long as its work takes; whoever is killed meanwhile stops holding it."""
    done = Event()
    thread = Thread(target=_hold_on, args=(engine, call_id, holder, done), name="anlan-call", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _hold_on(engine: ProcessEngine, call_id: str, holder: str, done: Event) -> None:
    while not done.wait(_HEARTBEAT_SECONDS):
        try:
            engine.execute(HoldCall(actor=SYSTEM, call_id=call_id, holder=holder, lock_for=LEASE))
        except Exception:
            # The lease runs on for a while, and the next beat comes sooner than it ends.
            _LOG.exception("call %s could not be held on to", call_id)
