"""The office calendar as FEEL functions: what diagrams call for their timers and deadlines (D06, D07)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine import feel
from engine.calendar import Counting, due_at, notice_over_at


def calendar_functions(now: datetime) -> dict[str, feel.Function]:
    """`deadline(days)` counts working days from an instant on; `notice_over_at(first_day, days, counting)`."""

    def deadline(days: Any) -> datetime | None:
        """End of business of the last working day."""
        return due_at(now, int(days)) if isinstance(days, Decimal) else None

    return {
        "deadline": feel.Function(("days",), deadline),
        "notice_over_at": feel.Function(("first_day", "days", "counting"), _notice_over_at),
    }


def _notice_over_at(first_day: Any, days: Any, counting: Any) -> datetime | None:
    """The instant a notice has run out; null for what is no date or number, as FEEL wants it."""
    if not isinstance(first_day, date) or not isinstance(days, Decimal):
        return None
    known = counting if counting in set(Counting) else Counting.NATURAL
    return notice_over_at(first_day, int(days), Counting(known))
