"""When a timer is due, from what its expression gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine import feel
from engine.clock import LOCAL_ZONE
from engine.diagram.elements import TimerKind
from engine.diagram.iso8601 import Cycle, Period, parse_cycle, parse_duration, parse_instant, to_instant
from engine.feel import YearsMonthsDuration
from engine.interpreter.errors import NotUsable


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """The next time a timer fires, and how often it still does."""

    due_at: datetime
    #: further firings after this one; None is for ever
    remaining: int | None = 0
    interval: Period | None = None
    #: of a cycle in months: the day of the month it began on, where shorter months have none
    day: int = 0
    #: a list of dates: each day is looked at when it begins, whether it is one of them
    daily: bool = False


def schedule(kind: TimerKind, value: Any, now: datetime, element_id: str) -> Schedule:
    """The first firing; raises `NotUsable` when the value is no time."""
    cycle = _cycle(value) if kind is TimerKind.CYCLE else None
    if cycle is not None:
        return _first_of(cycle, now)
    due_at = _due_at(value, now)
    if due_at is None or kind is TimerKind.CYCLE:
        message = f"定时表达式应得到日历范围内的日期、时间或时长，实际得到 {feel.excerpt_of(value)}。"
        raise NotUsable(message, element=element_id)
    return Schedule(due_at=due_at)


def following(due_at: datetime, remaining: int | None, interval: Period, *, day: int = 0) -> Schedule:
    """The next repetition: counted from when this one was due, so that none is missed (design §9)."""
    left = None if remaining is None else remaining - 1
    return Schedule(due_at=interval.after(due_at, day=day), remaining=left, interval=interval, day=day)


def _first_of(cycle: Cycle, now: datetime) -> Schedule:
    remaining = None if cycle.times is None else max(cycle.times - 1, 0)
    due_at = cycle.start or cycle.interval.after(now)
    day = due_at.astimezone(LOCAL_ZONE).day if cycle.start and cycle.interval.months else 0
    return Schedule(due_at=due_at, remaining=remaining, interval=cycle.interval, day=day)


def _due_at(value: Any, now: datetime) -> datetime | None:
    period = _period(value)
    try:
        if period is not None:
            return period.after(now)
        if isinstance(value, str):
            return parse_instant(value)
        return to_instant(value) if isinstance(value, date) else None
    except (OverflowError, ValueError):
        return None


def _period(value: Any) -> Period | None:
    if isinstance(value, timedelta):
        return Period(time=value)
    if isinstance(value, YearsMonthsDuration):
        return Period(months=value.months)
    return parse_duration(value) if isinstance(value, str) else None


def _cycle(value: Any) -> Cycle | None:
    if isinstance(value, str):
        return parse_cycle(value)
    interval = _period(value)
    return Cycle(times=None, start=None, interval=interval) if interval and interval.is_positive else None
