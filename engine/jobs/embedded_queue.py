"""The queue in our own database: a table of jobs, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime
from threading import Event

from sqlalchemy import Connection, case, func, insert, select

from engine.jobs.queue import Job, QueueLoad
from engine.model import QueuedJob
from engine.store.database import Database

_PUT = insert(QueuedJob)


class EmbeddedQueue:
    """Implements `engine.jobs.queue.JobQueue`."""

    def __init__(self) -> None:
        self._bells: list[Event] = []

    def prepare(self, database: Database) -> None:
        """Its table is one of ours."""

    def put(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """Keep jobs within the transaction of a command."""
        if jobs:
            rows = [{"kind": job.kind.value, "subject": job.subject, "due_at": job.due_at} for job in jobs]
            connection.execute(_PUT, rows)

    def hang(self, bell: Event) -> None:
        """Have a bell rung whenever this process has put jobs, so that its own worker need not look again and again."""
        self._bells.append(bell)

    def committed(self) -> None:
        """Wake the worker of this process."""
        for bell in self._bells:
            bell.set()

    def known(self, connection: Connection, now: datetime) -> Set[tuple[str, str]]:
        """The kinds and subjects for which there are jobs that are due by now."""
        due = select(QueuedJob.kind, QueuedJob.subject).where(QueuedJob.due_at <= now)
        return {(row.kind, row.subject) for row in connection.execute(due)}

    def load(self, connection: Connection, now: datetime) -> QueueLoad:
        """How much there is to do."""
        is_due, is_taken = QueuedJob.due_at <= now, QueuedJob.worker.is_not(None)
        waits = is_due & ~is_taken
        counts = connection.execute(
            select(
                func.count(case((waits, 1))),
                func.count(case((is_taken, 1))),
                func.count(case((~is_due, 1))),
                func.count(case((QueuedJob.attempts > 0, 1))),
                func.min(case((waits, QueuedJob.due_at))),
            )
        ).one()
        return QueueLoad(waiting=counts[0], taken=counts[1], planned=counts[2], retried=counts[3], oldest=counts[4])
