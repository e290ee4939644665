"""The queue on PostgreSQL: Procrastinate's tables, filled in the transaction of the command."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import UTC, datetime
from typing import Any

from procrastinate import SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as Deferred
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, Text, case, cast, column, func, select, table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

from engine.jobs.queue import OUTSIDE, Job, QueueLoad
from engine.store.database import Database

#: the name of the one task that does every job
TASK = "anlan"
#: the queues: what is done within our own database, and what waits for others
INSIDE_QUEUE, OUTSIDE_QUEUE = "anlan", "anlan-outside"
#: Only one process makes the tables.
_LOCK = 0x616E6C616E
_FIRST_DAY = datetime(2020, 1, 1, tzinfo=UTC)
_LOWEST, _HIGHEST = -(2**31), 2**31 - 1

_JOBS = table(
    "procrastinate_jobs",
    column("task_name", Text()),
    column("status"),
    column("args", JSONB()),
    column("attempts"),
)
_STATUS = cast(_JOBS.c.status, Text)
#: when it is due by our clock; Procrastinate's own schedule is put off when it fails, and goes by another clock
_DUE = _JOBS.c.args["due_at"].astext
_IS_OURS = (_JOBS.c.task_name == TASK) & _STATUS.in_(("todo", "doing"))


class ProcrastinateQueue:
    """Implements `engine.jobs.queue.JobQueue`."""

    def __init__(self) -> None:
        # Never opened: every job is deferred through the connection of its command.
        self._manager = JobManager(SyncPsycopgConnector())

    def prepare(self, database: Database) -> None:
        """Make Procrastinate's tables and functions, as its release brings them."""
        with database.book() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            if connection.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is None:
                _driver(connection).execute(SchemaManager.get_schema())

    def put(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """Keep jobs within the transaction of a command."""
        if not jobs:
            return
        try:
            self._manager.batch_defer_jobs([_deferred(job) for job in jobs], connection=_driver(connection))
        except ConnectorException as error:
            if isinstance(error.__cause__, Exception):
                # As SQLAlchemy tells it, so that a lost race is known as one and the command tried again.
                raise DBAPIError("defer", None, error.__cause__) from error
            raise

    def committed(self) -> None:
        """PostgreSQL itself tells the workers."""

    def known(self, connection: Connection, now: datetime) -> Set[tuple[str, str]]:
        """The kinds and subjects for which there are jobs that are due by now."""
        kind, subject = _JOBS.c.args["kind"].astext, _JOBS.c.args["subject"].astext
        due = select(kind.label("kind"), subject.label("subject")).where(_IS_OURS, _written(now) >= _DUE)
        return {(row.kind, row.subject) for row in connection.execute(due)}

    def load(self, connection: Connection, now: datetime) -> QueueLoad:
        """How much there is to do."""
        waits = (_STATUS == "todo") & (_written(now) >= _DUE)
        counts = connection.execute(
            select(
                func.count(case((waits, 1))),
                func.count(case((_STATUS == "doing", 1))),
                func.count(case(((_STATUS == "todo") & (_written(now) < _DUE), 1))),
                func.count(case((_JOBS.c.attempts > 0, 1))),
                func.min(case((waits, _DUE))),
            ).where(_IS_OURS)
        ).one()
        return QueueLoad(
            waiting=counts[0],
            taken=counts[1],
            planned=counts[2],
            retried=counts[3],
            oldest=datetime.fromisoformat(counts[4]) if counts[4] else None,
        )


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _deferred(job: Job) -> Deferred:
    return Deferred(
        queue=OUTSIDE_QUEUE if job.kind in OUTSIDE else INSIDE_QUEUE,
        # A lock would make later jobs of a case wait for earlier ones that are not due yet.
        lock=None,
        queueing_lock=None,
        task_name=TASK,
        task_kwargs={"kind": job.kind.value, "subject": job.subject, "due_at": _written(job.due_at)},
        scheduled_at=job.due_at,
        priority=_priority(job.due_at),
    )


def _written(instant: datetime) -> str:
    """So that what is earlier comes first as text too."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def _priority(due_at: datetime) -> int:
    """What is due earlier comes first; without it, what was put earlier would."""
    return max(_LOWEST, min(_HIGHEST, -int((due_at - _FIRST_DAY).total_seconds())))
