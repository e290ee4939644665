"""What starts a process by itself, kept for its newest version only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, literal, select, update

from engine import feel
from engine.diagram.elements import Process
from engine.diagram.iso8601 import Period
from engine.interpreter import WaitKind
from engine.interpreter.starts import Facts, StartTrigger, following, start_triggers
from engine.interpreter.timers import Schedule
from engine.model import StartSubscription
from engine.model.base import ProcessValue
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork


def subscribe(work: UnitOfWork, definition_id: str, process: Process, facts: Facts, *, renewed: bool) -> None:
    """Wait for the start events of a version that has just been deployed, and no longer for those of older ones."""
    work.connection.execute(delete(StartSubscription).where(StartSubscription.key == process.id))
    rows = [
        {
            "definition_id": definition_id,
            "element_id": trigger.element_id,
            "key": process.id,
            "kind": trigger.kind,
            "name": trigger.name,
            **(_planned(trigger.schedule) if trigger.condition is None else _watched(trigger.condition, renewed)),
        }
        for trigger in start_triggers(process, facts, work.now)
        if not (renewed and _is_over(trigger, work.now))
    ]
    if rows:
        work.connection.execute(insert(StartSubscription), rows)


def _watched(condition: str, held: bool) -> dict[str, Any]:
    """A condition with what it was; a new version starts a case only when it becomes true again."""
    return {"due_at": None, "repetition": {"condition": condition, "held": held}}


def becomes_true(work: UnitOfWork, definition_id: str, element_id: str, facts: Facts) -> bool:
    """Whether a start condition has changed from not-true to true since it was last looked at."""
    this = (StartSubscription.definition_id == definition_id) & (StartSubscription.element_id == element_id)
    row = work.connection.execute(select(StartSubscription).where(this)).one_or_none()
    if row is None or row.kind != WaitKind.CONDITIONAL:
        return False
    watched = row.repetition
    holds = feel.compile(watched["condition"])(facts()) is True
    if holds == watched["held"]:
        return False
    seen = work.connection.execute(
        update(StartSubscription)
        .where(this, StartSubscription.repetition == literal(watched, ProcessValue()))
        .values(repetition={**watched, "held": holds})
    )
    return holds and seen.rowcount == 1


def _is_over(trigger: StartTrigger, now: datetime) -> bool:
    """A date that has passed has had its start when the process was first deployed."""
    return trigger.schedule is not None and trigger.schedule.due_at <= now


def _planned(schedule: Schedule | None) -> dict[str, Any]:
    if schedule is None:
        return {"due_at": None, "repetition": None}
    interval = schedule.interval
    repetition = interval and {
        "remaining": schedule.remaining,
        "months": interval.months,
        "time": interval.time,
    }
    return {"due_at": schedule.due_at, "repetition": repetition}


def claim(work: UnitOfWork, definition_id: str, element_id: str, due_at: datetime) -> AnyRow | None:
    """Take a due start timer and set it to its next time; None when another worker was faster."""
    this = (StartSubscription.definition_id == definition_id) & (StartSubscription.element_id == element_id)
    row = work.connection.execute(select(StartSubscription).where(this)).one_or_none()
    if row is None or row.due_at != due_at or due_at > work.now:
        return None
    unclaimed = this & (StartSubscription.due_at == due_at)
    next_time = following(_schedule(row))
    if next_time is None:
        claimed = work.connection.execute(delete(StartSubscription).where(unclaimed))
    else:
        claimed = work.connection.execute(update(StartSubscription).where(unclaimed).values(**_planned(next_time)))
    return row if claimed.rowcount == 1 else None


def _schedule(row: AnyRow) -> Schedule:
    if row.repetition is None:
        return Schedule(due_at=row.due_at)
    time: timedelta = row.repetition["time"]
    remaining = row.repetition["remaining"]
    return Schedule(
        due_at=row.due_at,
        remaining=None if remaining is None else int(remaining),
        interval=Period(months=int(row.repetition["months"]), time=time),
    )


def waiting_for(work: UnitOfWork, kind: WaitKind, name: str) -> tuple[AnyRow, ...]:
    """The start events that a message or signal of that name triggers, in the order of their processes."""
    return tuple(
        work.connection.execute(
            select(StartSubscription)
            .where(StartSubscription.kind == kind, StartSubscription.name == name)
            .order_by(StartSubscription.key, StartSubscription.element_id)
        )
    )
