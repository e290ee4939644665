"""When a task is due: working days or a duration, less what it had used before a correction (D06, stopped clock)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from engine import feel
from engine.calendar import due_at, working_days_between
from engine.clock import local_date
from engine.diagram.iso8601 import Period, parse_duration
from engine.errors import Refused
from engine.rows import AnyRow

#: the clock of a step stops while the village mends what this outcome sent back (spec §5: 补正期停表)
CORRECTION = "return_for_correction"
#: the task was withdrawn because its holder sent the case back to an earlier step
RETURNED = "returned"
#: the clock stands still until the case comes back
_STOPPING = frozenset({CORRECTION, RETURNED})
#: working days a step may be given; more is a mistake in the diagram or a table
MOST_DAYS = 3_660


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """The instant a task is due, and the working days it was given."""

    due_at: datetime | None = None
    allowance: int | None = None


def deadline_of(due_in: object, now: datetime, last: AnyRow | None) -> Deadline:
    """Compute a task's deadline from the evaluated `anlan:dueIn` and its last completion in the case."""
    if due_in is None:
        return Deadline()
    period = _period(due_in)
    if period is not None:
        return Deadline(due_at=_after(period, now, due_in))
    if not isinstance(due_in, Decimal | int) or isinstance(due_in, bool) or not 0 <= due_in <= MOST_DAYS:
        raise _unusable(due_in)
    days = int(due_in)
    if last is not None and last.outcome in _STOPPING and last.allowance is not None:
        used = working_days_between(local_date(last.opened_at), local_date(last.completed_at))
        days = max(last.allowance - used, 0)
    return Deadline(due_at=due_at(now, days), allowance=days)


def postponed(due: datetime, allowance: int | None, stopped_at: datetime, now: datetime) -> Deadline:
    """A deadline after the clock has stood still: working days are made up for by working days, time by time."""
    if allowance is None:
        return Deadline(due_at=due + (now - stopped_at))
    days = working_days_between(local_date(stopped_at), local_date(now))
    return Deadline(due_at=due_at(due, days) if days else due, allowance=allowance + days)


def _period(due_in: object) -> Period | None:
    if isinstance(due_in, timedelta):
        return Period(time=due_in)
    if isinstance(due_in, feel.YearsMonthsDuration):
        return Period(months=due_in.months)
    return parse_duration(due_in) if isinstance(due_in, str) else None


def _after(period: Period, now: datetime, due_in: Any) -> datetime:
    try:
        return period.after(now)
    except (OverflowError, ValueError) as error:
        raise _unusable(due_in) from error


def _unusable(due_in: Any) -> Refused:
    shown = feel.excerpt_of(due_in)
    return Refused(f"办理期限应为 0 到 {MOST_DAYS} 个工作日，或者一段时长，实际得到“{shown}”，请联系流程设计员。")
