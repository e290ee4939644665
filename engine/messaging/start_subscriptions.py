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
from engine.jobs.queue import Job, JobKind
from engine.model import ScheduledStart, StartSubscription
from engine.model.base import ProcessValue
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork


def subscribe(work: UnitOfWork, definition_id: str, process: Process, facts: Facts, *, renewed: bool) -> None:
    """Wait for the start events of a version that has just been deployed, and no longer for those of older ones."""
    older = select(StartSubscription).where(StartSubscription.key == process.id)
    before = {row.element_id: row for row in work.connection.execute(older)}
    work.connection.execute(delete(StartSubscription).where(StartSubscription.key == process.id))
    rows = [
        {
            "definition_id": definition_id,
            "element_id": trigger.element_id,
            "key": process.id,
            "kind": trigger.kind,
            "name": trigger.name,
            "rule": trigger.rule,
            "regions": trigger.regions,
            **_timing(trigger, before.get(trigger.element_id), renewed),
        }
        for trigger in start_triggers(process, facts, work.now)
        if _goes_on(trigger, before.get(trigger.element_id)) or not (renewed and _is_over(trigger, work.now))
    ]
    _owe_no_longer(work, process.id, [row["element_id"] for row in rows if row["kind"] == WaitKind.TIMER])
    if rows:
        work.connection.execute(insert(StartSubscription), rows)
    for row in rows:
        _promptly(work, definition_id, row["due_at"])


def _promptly(work: UnitOfWork, definition_id: str, due_at: datetime | None) -> None:
    if due_at is not None:
        work.put(Job(kind=JobKind.START, subject=definition_id, due_at=due_at))


def _owe_no_longer(work: UnitOfWork, key: str, timers: list[str]) -> None:
    """What a schedule owes that the new version does not have is forgotten; what was started is known for ever."""
    work.connection.execute(
        delete(ScheduledStart).where(
            ScheduledStart.key == key,
            ScheduledStart.instance_id.is_(None),
            ScheduledStart.element_id.not_in(timers),
        )
    )


def _goes_on(trigger: StartTrigger, older: AnyRow | None) -> bool:
    """Whether an older version had the same rule: what it has fired is not fired again, what it has missed still is."""
    return older is not None and bool(trigger.rule) and (older.kind, older.rule) == (trigger.kind, trigger.rule)


def _timing(trigger: StartTrigger, older: AnyRow | None, renewed: bool) -> dict[str, Any]:
    """When a start event happens next; a pause lasts until somebody ends it."""
    pause = {"paused_at": older.paused_at if older is not None else None}
    if older is not None and _goes_on(trigger, older):
        return {"due_at": older.due_at, "repetition": older.repetition, "daily": older.daily, **pause}
    if trigger.condition is not None:
        return {**_watched(trigger.condition, renewed), **pause}
    return {**_planned(trigger.schedule), **pause}


def _watched(condition: str, held: bool) -> dict[str, Any]:
    """A condition with what it was; a new version starts a case only when it becomes true again."""
    return {"due_at": None, "daily": False, "repetition": {"condition": condition, "held": held}}


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
        return {"due_at": None, "daily": False, "repetition": None}
    interval = schedule.interval
    repetition = interval and {
        "remaining": schedule.remaining,
        "months": interval.months,
        "time": interval.time,
        "day": schedule.day,
    }
    return {"due_at": schedule.due_at, "daily": schedule.daily, "repetition": repetition}


def claim(work: UnitOfWork, definition_id: str, element_id: str, due_at: datetime) -> AnyRow | None:
    """Take a due start timer and set it to its next time; None when another worker was faster.

    One that never happens again stays, without a time, so that a newer version knows that it has happened.
    """
    this = (StartSubscription.definition_id == definition_id) & (StartSubscription.element_id == element_id)
    row = work.connection.execute(select(StartSubscription).where(this)).one_or_none()
    if row is None or row.due_at != due_at or due_at > work.now:
        return None
    unclaimed = this & (StartSubscription.due_at == due_at)
    next_time = _ahead(schedule_of(row), work.now)
    claimed = work.connection.execute(update(StartSubscription).where(unclaimed).values(**_planned(next_time)))
    if claimed.rowcount == 0:
        return None
    _promptly(work, definition_id, next_time.due_at if next_time else None)
    return row


def _ahead(schedule: Schedule, now: datetime) -> Schedule | None:
    """The next time; days that were missed are looked at all at once."""
    coming = following(schedule)
    while coming is not None and coming.daily and coming.due_at <= now:
        coming = following(coming)
    return coming


def schedule_of(row: AnyRow) -> Schedule:
    """A start timer as it stands: its next time, and what comes after it."""
    if row.repetition is None:
        return Schedule(due_at=row.due_at, daily=row.daily)
    time: timedelta = row.repetition["time"]
    remaining = row.repetition["remaining"]
    return Schedule(
        due_at=row.due_at,
        remaining=None if remaining is None else int(remaining),
        interval=Period(months=int(row.repetition["months"]), time=time),
        # Rows of an earlier release do not tell the day.
        day=int(row.repetition.get("day", 0)),
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
