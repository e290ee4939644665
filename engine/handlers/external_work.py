"""Programs elsewhere that do the work of service tasks: they fetch it, hold it meanwhile, or give it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, update

from engine.calls.book import FREE, ensure_held, goes_on, held, holder_of, is_free, load_call
from engine.calls.commands import LONGEST_LOCK, ExtendLock, FetchCalls, HeldCall, UnlockCall
from engine.clock import local_date
from engine.commands import SYSTEM
from engine.errors import Conflict, Forbidden, Refused
from engine.machines import INTEGRATION
from engine.model import CallStatus, ConnectorCall, ProcessInstance
from engine.offices.organisation import positions_of
from engine.offices.roles import region_prefix
from engine.unit_of_work import UnitOfWork

#: at once
MOST = 100


def fetch_calls(work: UnitOfWork, command: FetchCalls) -> tuple[HeldCall, ...]:
    """Lock the calls of a topic that wait the longest, in the order in which they were asked for."""
    if not 1 <= command.count <= MOST:
        raise Refused(f"一次可以领取 1 到 {MOST} 项。", count=command.count)
    until = work.now + _checked(command.lock_for)
    due = (
        select(ConnectorCall.id)
        .join(ProcessInstance, ProcessInstance.id == ConnectorCall.instance_id)
        .where(ConnectorCall.topic == command.topic, is_free(work.now), goes_on(), _regions(work))
        .order_by(ConnectorCall.asked_at, ConnectorCall.instance_id, ConnectorCall.seq, ConnectorCall.ordinal)
        .limit(command.count)
        .with_for_update(skip_locked=True, of=ConnectorCall)
    )
    found = list(work.connection.scalars(due))
    if found:
        locked = {"worker": holder_of(work.actor, command.worker), "locked_until": until}
        work.connection.execute(update(ConnectorCall).where(ConnectorCall.id.in_(found)).values(**locked))
    return tuple(held(load_call(work, call_id), until) for call_id in found)


def extend_lock(work: UnitOfWork, command: ExtendLock) -> datetime:
    """Keep a call longer, counted from now."""
    until = work.now + _checked(command.lock_for)
    _change(work, command, {"locked_until": until})
    return until


def unlock_call(work: UnitOfWork, command: UnlockCall) -> None:
    """Give a call back: whoever comes next may have it."""
    _change(work, command, FREE)


def _change(work: UnitOfWork, command: ExtendLock | UnlockCall, lock: Mapping[str, Any]) -> None:
    """Change the lock of a call that the worker still has in the instant of the change."""
    call = load_call(work, command.call_id)
    ensure_held(work, call, command.worker)
    still = (
        ConnectorCall.id == call.id,
        ConnectorCall.status == CallStatus.OPEN,
        ConnectorCall.worker == call.worker,
    )
    if not work.connection.execute(update(ConnectorCall).where(*still).values(**lock)).rowcount:
        raise Conflict("这项外部调用已经办完，或办件已经不再需要它。", call=call.id)


def _checked(lock_for: timedelta) -> timedelta:
    if not timedelta() < lock_for <= LONGEST_LOCK:
        raise Refused("锁定时间应大于零，且不超过一天。")
    return lock_for


def _regions(work: UnitOfWork) -> ColumnElement[bool]:
    """Only cases of the regions for which the account works."""
    if not work.tools.offices or work.actor == SYSTEM:
        return ProcessInstance.id.is_not(None)
    positions = positions_of(work.connection, work.actor.person_id, local_date(work.now))
    held_for = {region_prefix(held.unit_code) for held in positions if held.role == INTEGRATION}
    if not held_for or work.actor.on_behalf_of is not None:
        raise Forbidden("只有外部系统的账号可以领取外部调用。")
    return or_(false(), *(ProcessInstance.region_code.startswith(prefix) for prefix in held_for if prefix))
