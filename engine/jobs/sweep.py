"""Finds what is due in the rows of cases, definitions and calls: jobs are promptness, rows are truth."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, literal, select

from engine.calls.due import due_calls, due_deliveries
from engine.cases.incidents import is_held
from engine.exports.due import due_exports
from engine.jobs.kept_messages import deliverable_messages
from engine.jobs.queue import Job, JobKind, JobQueue
from engine.model import EventSubscription, InstanceStatus, ProcessInstance, ScheduledStart, StartSubscription
from engine.model.base import UtcDateTime
from engine.notifications.due import due_mail

#: Finds work that is due at an instant: its subject, and since when it is due.
Source = Callable[[datetime], Select[*tuple[Any, ...]]]


def _timers(now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(EventSubscription.instance_id.label("subject"), EventSubscription.due_at)
        .join(ProcessInstance, ProcessInstance.id == EventSubscription.instance_id)
        .where(
            EventSubscription.kind == "timer",
            EventSubscription.due_at <= now,
            # Not by the index of states: PostgreSQL would go through all running cases for each timer.
            ProcessInstance.status.concat("") == InstanceStatus.ACTIVE,
            ~is_held(),
        )
    )


def _start_timers(now: datetime) -> Select[*tuple[Any, ...]]:
    return select(StartSubscription.definition_id.label("subject"), StartSubscription.due_at).where(
        StartSubscription.kind == "timer", StartSubscription.due_at <= now
    )


def _scheduled(now: datetime) -> Select[*tuple[Any, ...]]:
    owed = select(ScheduledStart.id.label("subject"), ScheduledStart.try_at.label("due_at"))
    return owed.where(ScheduledStart.try_at <= now)


def _start_conditions(now: datetime) -> Select[*tuple[Any, ...]]:
    """What starts a process when it becomes true must be looked at again and again."""
    return (
        select(StartSubscription.definition_id.label("subject"), literal(now, UtcDateTime()).label("due_at"))
        .where(StartSubscription.kind == "conditional")
        .distinct()
    )


#: kind of job -> where its work is found
SOURCES: dict[JobKind, Source] = {
    JobKind.MESSAGE: deliverable_messages,
    JobKind.CALL: due_calls,
    JobKind.EXPORT: due_exports,
    JobKind.MAIL: due_mail,
    JobKind.DELIVERY: due_deliveries,
    JobKind.CONDITION: _start_conditions,
    JobKind.TIMER: _timers,
    JobKind.START: _start_timers,
    JobKind.SCHEDULED: _scheduled,
}


def due_work(
    connection: Connection, now: datetime, limit: int, kinds: Collection[JobKind] = frozenset(SOURCES)
) -> list[Job]:
    """What is due now, whether there is a job for it or not, in order of due time; so many of each kind at most."""
    jobs = []
    for kind, source in SOURCES.items():
        if kind in kinds:
            work = source(now).subquery()
            statement = select(work).order_by(work.c.due_at, work.c.subject).limit(limit)
            jobs += [Job(kind=kind, subject=row.subject, due_at=row.due_at) for row in connection.execute(statement)]
    return sorted(jobs, key=lambda job: job.due_at)


def work_without_job(connection: Connection, queue: JobQueue, now: datetime, limit: int) -> list[Job]:
    """What is due and has no job, because it became due while it could not be done, or because its job was lost."""
    due = due_work(connection, now, limit)
    # Compared here: before PostgreSQL knows how much there is, it would go through all jobs for each case.
    known = queue.known(connection, now) if due else frozenset()
    return [job for job in due if (job.kind.value, job.subject) not in known]
