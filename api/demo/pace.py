"""How time passes while people are played: in office hours, never past the present."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from api.demo.walker import Done
from engine.calendar import is_working_day, next_working_day
from engine.clock import LOCAL_ZONE, ManualClock

_OPENS, _CLOSES = time(8, 40), time(17, 0)


class OfficeHours:
    """Each act takes some hours; evenings, weekends and holidays are passed over."""

    def __init__(
        self, clock: ManualClock, *, per_act: timedelta = timedelta(hours=5, minutes=25), limit: datetime | None = None
    ) -> None:
        self._clock = clock
        self._per_act = per_act
        self._limit = limit

    def after(self, done: Done) -> None:
        """Let the time of one act pass."""
        self.wait_until(self._clock.now() + self._per_act)

    def wait_until(self, instant: datetime) -> None:
        """Go on at the first office hour from an instant on."""
        then = _in_office_hours(instant.astimezone(LOCAL_ZONE))
        self._clock.set(then if self._limit is None else min(then, self._limit))


def _in_office_hours(local: datetime) -> datetime:
    day = local.date()
    if is_working_day(day) and local.time() <= _CLOSES:
        return max(local, datetime.combine(day, _OPENS, LOCAL_ZONE))
    first_minutes = timedelta(minutes=local.minute % 45)
    return datetime.combine(next_working_day(day), _OPENS, LOCAL_ZONE) + first_minutes
