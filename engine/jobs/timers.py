"""Due timers of cases and start events: each fires by its own command, in order of due time."""

from __future__ import annotations

import logging
import signal
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

from sqlalchemy import Connection, select

from engine.commands import SYSTEM, CheckStartCondition, Command, FailTimer, FireStartTimer, FireTimer
from engine.errors import AnlanError, Refused
from engine.jobs.checkpoints import make_due_checkpoint
from engine.jobs.kept_messages import deliverable
from engine.jobs.queue import Job
from engine.messaging.messages import DeliverKeptMessage
from engine.model import EventSubscription, InstanceStatus, ProcessInstance, StartSubscription
from engine.model.instance import WAIT_AGE
from engine.process_engine import ProcessEngine

_LOG = logging.getLogger(__name__)


def fire_due_timers(engine: ProcessEngine, limit: int = 1000) -> int:
    """Fire every timer that is due now, in order of due time, and return how many moved or started a case.

    Repetitions that were missed are made up one by one, and not after what was due later in their case (design §9).
    """
    fired = sum(_fire(engine, command) for command in _beside_timers(engine, limit))
    passed_over: set[Command[Any]] = set()
    while fired < limit and (due := _due(engine, limit, passed_over)):
        for command in due:
            if _fire(engine, command):
                fired += 1
            else:
                passed_over.add(command)
    return fired


def fire_first_timer(engine: ProcessEngine, job: Job) -> bool:
    """Let a case go on at the first of its timers that is due; False where none is, or the case stands still."""
    now = engine.clock.now()
    with engine.database.read() as connection:
        first = connection.scalar(
            select(EventSubscription.wait_id)
            .where(
                EventSubscription.instance_id == job.subject,
                EventSubscription.kind == "timer",
                EventSubscription.due_at <= now,
            )
            .order_by(EventSubscription.due_at, *WAIT_AGE)
            .limit(1)
        )
    return first is not None and _fire(engine, FireTimer(actor=SYSTEM, instance_id=job.subject, wait_id=first))


def _fire(engine: ProcessEngine, command: Command[Any]) -> bool:
    try:
        return bool(engine.execute(command))
    except AnlanError as error:
        _LOG.warning("%s was refused: %s", _told(command), error.message)
        _keep(engine, command, error)
    except Exception:
        # One case that cannot go on must not hold up the notices and deadlines of all others.
        _LOG.exception("%s failed", _told(command))
    return False


def _keep(engine: ProcessEngine, command: Command[Any], error: AnlanError) -> None:
    """What the rules or the diagram refuse is refused again: an administrator must see it. Lost races are not."""
    if isinstance(command, FireTimer) and isinstance(error, Refused):
        told = {"code": error.code, "message": error.message}
        engine.execute(FailTimer(actor=SYSTEM, instance_id=command.instance_id, wait_id=command.wait_id, **told))


def _told(command: Command[Any]) -> str:
    match command:
        case FireTimer():
            return f"timer {command.wait_id} of case {command.instance_id}"
        case CheckStartCondition():
            return f"start condition {command.element_id} of definition {command.definition_id}"
        case FireStartTimer():
            return f"start timer {command.element_id} of definition {command.definition_id}"
        case DeliverKeptMessage():
            return f"kept message {command.message_id}"
    return type(command).__name__


def _beside_timers(engine: ProcessEngine, limit: int) -> list[Command[Any]]:
    """Messages that were kept, and conditions that may have become true."""
    with engine.database.read() as connection:
        return [*deliverable(connection, engine.clock.now(), limit), *_conditions(connection)]


def _due(engine: ProcessEngine, limit: int, passed_over: set[Command[Any]]) -> list[Command[Any]]:
    """The first timer of each case, and those of start events: what it leads to may be due before the second."""
    now, limit = engine.clock.now(), limit + len(passed_over)
    with engine.database.read() as connection:
        found = [*_due_in_cases(connection, now, limit), *_due_to_start(connection, now, limit)]
    first: dict[Any, Command[Any]] = {}
    for _, command in sorted(found, key=lambda pair: pair[0]):
        if command not in passed_over:
            first.setdefault(command.instance_id if isinstance(command, FireTimer) else command, command)
    return list(first.values())


def _due_in_cases(connection: Connection, now: datetime, limit: int) -> list[tuple[datetime, Command[Any]]]:
    rows = connection.execute(
        select(EventSubscription.instance_id, EventSubscription.wait_id, EventSubscription.due_at)
        .join(ProcessInstance, ProcessInstance.id == EventSubscription.instance_id)
        .where(
            EventSubscription.kind == "timer",
            EventSubscription.due_at <= now,
            ProcessInstance.status == InstanceStatus.ACTIVE,
        )
        .order_by(EventSubscription.due_at, EventSubscription.instance_id, *WAIT_AGE)
        .limit(limit)
    )
    return [(row.due_at, FireTimer(actor=SYSTEM, instance_id=row.instance_id, wait_id=row.wait_id)) for row in rows]


def _due_to_start(connection: Connection, now: datetime, limit: int) -> list[tuple[datetime, Command[Any]]]:
    rows = connection.execute(
        select(StartSubscription.definition_id, StartSubscription.element_id, StartSubscription.due_at)
        .where(StartSubscription.kind == "timer", StartSubscription.due_at <= now)
        .order_by(StartSubscription.due_at, StartSubscription.key, StartSubscription.element_id)
        .limit(limit)
    )
    return [(row.due_at, FireStartTimer(actor=SYSTEM, **row._mapping)) for row in rows]


def _conditions(connection: Connection) -> list[Command[Any]]:
    """What starts a process when it becomes true must be looked at again and again."""
    rows = connection.execute(
        select(StartSubscription.definition_id, StartSubscription.element_id)
        .where(StartSubscription.kind == "conditional")
        .order_by(StartSubscription.key, StartSubscription.element_id)
    )
    return [CheckStartCondition(actor=SYSTEM, **row._mapping) for row in rows]


class TimerWorker:
    """A thread that fires due timers and makes due checkpoints now and then, inside the API process."""

    def __init__(
        self, engine: ProcessEngine, interval_seconds: float = 2.0, *, checkpoints: timedelta | None = None
    ) -> None:
        self._engine = engine
        self._checkpoints = checkpoints
        self._interval = interval_seconds
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="anlan-timers", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def run_until_signalled(self) -> None:
        """Watch in the foreground until the process is told to end; the timer it is at is finished."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._stopping.set())
        self._run()

    def stop(self) -> None:
        """End the thread after the timer it is at."""
        self._stopping.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopping.wait(self._interval):
            try:
                fire_due_timers(self._engine)
                if self._checkpoints is not None:
                    make_due_checkpoint(self._engine, self._checkpoints)
            except Exception:
                # The next round tries again; a worker that dies would stop every notice and deadline.
                _LOG.exception("firing due timers or making a checkpoint failed")
