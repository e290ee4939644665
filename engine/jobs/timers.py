"""Due timers: each fires by its own command, in order of due time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from threading import Event, Thread

from sqlalchemy import select

from engine.commands import SYSTEM, FireTimer
from engine.errors import AnlanError
from engine.model import EventSubscription
from engine.process_engine import ProcessEngine

_LOG = logging.getLogger(__name__)


def fire_due_timers(engine: ProcessEngine, limit: int = 1000) -> int:
    """Fire every timer that is due now and return how many moved a case."""
    fired = 0
    for instance_id, wait_id in _due(engine, limit):
        try:
            fired += engine.execute(FireTimer(actor=SYSTEM, instance_id=instance_id, wait_id=wait_id))
        except AnlanError as error:
            _LOG.warning("timer %s of case %s was refused: %s", wait_id, instance_id, error.message)
        except Exception:
            # One case that cannot go on must not hold up the notices and deadlines of all others.
            _LOG.exception("timer %s of case %s failed", wait_id, instance_id)
    return fired


def _due(engine: ProcessEngine, limit: int) -> Iterator[tuple[str, str]]:
    with engine.database.read() as connection:
        rows = connection.execute(
            select(EventSubscription.instance_id, EventSubscription.wait_id)
            .where(EventSubscription.kind == "timer", EventSubscription.due_at <= engine.clock.now())
            .order_by(EventSubscription.due_at, EventSubscription.instance_id)
            .limit(limit)
        ).all()
    yield from ((row.instance_id, row.wait_id) for row in rows)


class TimerWorker:
    """A thread that fires due timers now and then, inside the API process."""

    def __init__(self, engine: ProcessEngine, interval_seconds: float = 2.0) -> None:
        self._engine = engine
        self._interval = interval_seconds
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="anlan-timers", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the timer it is at."""
        self._stopping.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopping.wait(self._interval):
            try:
                fire_due_timers(self._engine)
            except Exception:
                # The next round tries again; a worker that dies would stop every notice and deadline.
                _LOG.exception("firing due timers failed")
