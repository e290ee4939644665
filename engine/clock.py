"""Time comes from here and nowhere else, so that a case can be replayed (design decision 3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

#: Offices, deadlines and notices count days in this zone (spec §0.4).
LOCAL_ZONE = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the current instant, aware, in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """A clock that moves only when told to, for tests and walk-throughs."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by

    def set(self, instant: datetime) -> None:
        self._now = instant.astimezone(UTC)


def local_date(instant: datetime) -> date:
    """The calendar day of an instant in the offices' zone."""
    return instant.astimezone(LOCAL_ZONE).date()
