"""Puts jobs for what is due and has none, now and then; every worker has one."""

from __future__ import annotations

from time import monotonic

from engine.jobs.queue import Job
from engine.jobs.sweep import work_without_job
from engine.jobs.upkeep import due_upkeep
from engine.process_engine import ProcessEngine

#: Seconds between two sweeps, and between two looks at what has no hurry at all.
SWEEP, UPKEEP = 3.0, 60.0
#: How many jobs one sweep puts at most of each kind.
MOST = 5000


class Sweeper:
    """Looks round when it is time to."""

    def __init__(self, engine: ProcessEngine) -> None:
        self._engine = engine
        self._swept_at = self._kept_up_at = float("-inf")

    def look_round(self) -> None:
        """Sweep, and look after what has no hurry, if the last time is long enough ago."""
        if monotonic() - self._swept_at >= SWEEP:
            self.sweep()
        if monotonic() - self._kept_up_at >= UPKEEP:
            self._kept_up_at = monotonic()
            self._put(due_upkeep(self._engine))

    def sweep(self) -> bool:
        """Put jobs for what is due and has none; tells whether there was any."""
        self._swept_at = monotonic()
        with self._engine.database.read() as connection:
            lost = work_without_job(connection, self._engine.tools.queue, self._engine.clock.now(), MOST)
        self._put(lost)
        return bool(lost)

    def _put(self, jobs: list[Job]) -> None:
        if jobs:
            with self._engine.database.book() as connection:
                self._engine.tools.queue.put(connection, jobs)
