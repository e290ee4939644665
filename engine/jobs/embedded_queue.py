"""The queue in our own database: a table of jobs, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert

from engine.jobs.queue import Job
from engine.model import QueuedJob

_PUT = insert(QueuedJob)


class EmbeddedQueue:
    """Implements `engine.jobs.queue.JobQueue`."""

    def put(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """Keep jobs within the transaction of a command."""
        if jobs:
            rows = [{"kind": job.kind.value, "subject": job.subject, "due_at": job.due_at} for job in jobs]
            connection.execute(_PUT, rows)
