"""When a task is due: working days or a duration, less what it had used before a correction (D06, stopped clock)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from engine.calendar import due_at, working_days_between
from engine.clock import local_date
from engine.rows import AnyRow

#: the clock of a step stops while the village mends what this outcome sent back (spec §5: 补正期停表)
CORRECTION = "return_for_correction"


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """The instant a task is due, and the working days it was given."""

    due_at: datetime | None = None
    allowance: int | None = None


def deadline_of(due_in: object, now: datetime, last: AnyRow | None) -> Deadline:
    """Compute a task's deadline from the evaluated `anlan:dueIn` and its last completion in the case."""
    if isinstance(due_in, timedelta):
        return Deadline(due_at=now + due_in)
    if not isinstance(due_in, Decimal | int) or isinstance(due_in, bool):
        return Deadline()
    days = int(due_in)
    if last is not None and last.outcome == CORRECTION and last.allowance is not None:
        used = working_days_between(local_date(last.opened_at), local_date(last.completed_at))
        days = max(last.allowance - used, 0)
    return Deadline(due_at=due_at(now, days), allowance=days)
