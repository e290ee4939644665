"""Who is at which job of the embedded queue, and for how long: a worker that dies holds nothing up for long."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, Float, case, delete, or_, select, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from engine.jobs.queue import Job, JobKind
from engine.model import QueuedJob
from engine.rows import AnyRow
from engine.store.database import Database

#: Seconds after which a job whose worker has fallen silent is anybody's.
LEASE = 5.0
#: Seconds between two signs of life.
BEAT = 1.5
#: Seconds before a job that has failed is tried again: twice as long each time, and not for ever longer.
FIRST_DELAY, LONGEST_DELAY = 2.0, 300.0


class DatabaseSeconds(FunctionElement[float]):
    """Seconds since 1970 by the clock of the database, which all workers share; the injected clock may jump."""

    type = Float(53)
    inherit_cache = True


@compiles(DatabaseSeconds, "sqlite")
def _of_sqlite(*_: Any, **__: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(DatabaseSeconds, "postgresql")
def _of_postgresql(*_: Any, **__: Any) -> str:
    return "extract(epoch FROM clock_timestamp())::double precision"


@dataclass(frozen=True, kw_only=True)
class HeldJob:
    """A job that is ours for now."""

    id: int
    job: Job
    #: how often it has failed before
    attempts: int


def _held(row: AnyRow) -> HeldJob:
    job = Job(kind=JobKind(row.kind), subject=row.subject, due_at=row.due_at)
    return HeldJob(id=row.id, job=job, attempts=row.attempts)


class Leases:
    """The jobs that one worker holds. What it writes here is no part of any case."""

    def __init__(self, database: Database, worker: str, lease: float = LEASE) -> None:
        self._database = database
        self._worker = worker
        self._lease = lease
        self._held: set[int] = set()
        self._lock = Lock()

    def take(self, now: datetime, limit: int, kinds: Collection[JobKind]) -> list[HeldJob]:
        """Hold the first jobs that are due and nobody's, in order of due time."""
        with self._database.read() as connection:
            if connection.scalar(self._due(now, 1, kinds)) is None:
                return []
        with self._database.book() as connection:
            ids = connection.scalars(self._due(now, limit, kinds).with_for_update(skip_locked=True)).all()
            mine = update(QueuedJob).where(QueuedJob.id.in_(ids))
            connection.execute(mine.values(worker=self._worker, held_until=DatabaseSeconds() + self._lease))
            rows = connection.execute(
                select(QueuedJob).where(QueuedJob.id.in_(ids)).order_by(QueuedJob.due_at, QueuedJob.id)
            ).all()
        # Not before: what may not have been taken is not held.
        self._remember(ids)
        return [_held(row) for row in rows]

    def _due(self, now: datetime, limit: int, kinds: Collection[JobKind]) -> Any:
        return (
            select(QueuedJob.id)
            .where(QueuedJob.due_at <= now, QueuedJob.kind.in_(kinds), self._is_free())
            .order_by(QueuedJob.due_at, QueuedJob.id)
            .limit(limit)
        )

    def _is_free(self) -> ColumnElement[bool]:
        longest = case((QueuedJob.worker.is_not(None), self._lease), else_=LONGEST_DELAY)
        return or_(
            QueuedJob.held_until.is_(None),
            QueuedJob.held_until <= DatabaseSeconds(),
            # The clock was set back: nobody asks for longer than this.
            QueuedJob.held_until > DatabaseSeconds() + longest,
        )

    def renew(self) -> None:
        """A sign of life: what this worker holds stays its own."""
        with self._lock:
            ids = list(self._held)
        if ids:
            with self._database.book() as connection:
                connection.execute(self._mine(ids).values(held_until=DatabaseSeconds() + self._lease))

    def let_go(self, held: Sequence[HeldJob]) -> None:
        """Give no more signs of life for jobs, however they have ended: what is not done is soon anybody's."""
        self._forget(one.id for one in held)

    def finish(self, held: Sequence[HeldJob]) -> None:
        """Delete what is done."""
        ids = [one.id for one in held]
        self._forget(ids)
        if ids:
            with self._database.book() as connection:
                connection.execute(delete(QueuedJob).where(QueuedJob.id.in_(ids), QueuedJob.worker == self._worker))

    def give_back(self, held: Sequence[HeldJob]) -> None:
        """Leave to others what was not begun."""
        ids = [one.id for one in held]
        self._forget(ids)
        if ids:
            with self._database.book() as connection:
                connection.execute(self._mine(ids).values(worker=None, held_until=None))

    def put_back(self, held: HeldJob, error: Exception) -> None:
        """Have a job that has failed done again, later each time."""
        delay = min(FIRST_DELAY * 2 ** min(held.attempts, 16), LONGEST_DELAY)
        self._forget([held.id])
        with self._database.book() as connection:
            connection.execute(
                self._mine([held.id]).values(
                    worker=None,
                    held_until=DatabaseSeconds() + delay,
                    attempts=QueuedJob.attempts + 1,
                    error=type(error).__name__,
                )
            )

    def _mine(self, ids: Sequence[int]) -> Any:
        return update(QueuedJob).where(QueuedJob.id.in_(ids), QueuedJob.worker == self._worker)

    def _remember(self, ids: Iterable[int]) -> None:
        with self._lock:
            self._held.update(ids)

    def _forget(self, ids: Iterable[int]) -> None:
        with self._lock:
            self._held.difference_update(ids)
