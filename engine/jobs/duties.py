"""What is done for each kind of job. The table says who does it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from sqlalchemy import Select, select

from engine.calls.performing import deliver, perform_call
from engine.cases.due_timers import first_due_timer
from engine.commands import (
    SYSTEM,
    CheckStartCondition,
    Command,
    FailTimer,
    FireStartTimer,
    FireTimer,
    StartedProcess,
)
from engine.errors import AnlanError, Refused
from engine.exports.making import make_export
from engine.jobs.queue import Job, JobKind
from engine.jobs.upkeep import keep_up, make_checkpoint
from engine.messaging.messages import DeliverKeptMessage
from engine.model import StartSubscription
from engine.notifications.commands import MakeNotifications
from engine.notifications.mailing import mail_notifications
from engine.process_engine import ProcessEngine
from engine.schedules.commands import StartScheduled
from engine.tracing import SpanKind

_LOG = logging.getLogger(__name__)
_JOBS = logging.getLogger("anlan.jobs")

#: Does a job, or nothing where nothing waits for it any more; tells whether anything has happened.
#: What it raises is tried again later, so what will never work must be settled by a command (an incident).
Duty = Callable[[ProcessEngine, Job], bool]


def perform(engine: ProcessEngine, job: Job) -> bool:
    """Do a job once."""
    began, outcome = perf_counter(), "error"
    try:
        with engine.tools.tracer.span(SpanKind.JOB, job.kind):
            happened = DUTIES[job.kind](engine, job)
        outcome = "done" if happened else "nothing"
        return happened
    except AnlanError as refusal:
        outcome = refusal.code
        raise
    finally:
        _tell([job], outcome, perf_counter() - began)


def _tell(jobs: Sequence[Job], outcome: str, seconds: float) -> None:
    """One line for each job, for those who keep lines; kinds and ids, never contents."""
    if _JOBS.isEnabledFor(logging.INFO):
        for job in jobs:
            facts = {"job": job.kind.value, "subject": job.subject, "outcome": outcome, "ms": round(seconds * 1000, 1)}
            _JOBS.info("job", extra={"facts": facts})


def fire_first_timer(engine: ProcessEngine, job: Job) -> bool:
    """Let a case go on at the first of its timers that is due; False where none is, or the case stands still."""
    try:
        return engine.execute(_first_timer(job))
    except Refused:
        return _fire_or_hold(engine, job.subject)


def _first_timer(job: Job) -> FireTimer:
    return FireTimer(actor=SYSTEM, instance_id=job.subject)


def _fire_or_hold(engine: ProcessEngine, instance_id: str) -> bool:
    """What the rules or the diagram refuse is refused again: an administrator must see it."""
    with engine.database.read() as connection:
        timer = first_due_timer(connection, instance_id, engine.clock.now())
    if timer is None:
        return False
    wait_id = timer.wait_id
    try:
        return engine.execute(FireTimer(actor=SYSTEM, instance_id=instance_id, wait_id=wait_id))
    except Refused as error:
        _LOG.warning("timer %s of case %s was refused: %s", wait_id, instance_id, error.code)
        told = {"code": error.code, "message": error.message}
        engine.execute(FailTimer(actor=SYSTEM, instance_id=instance_id, wait_id=wait_id, **told))
        return False


def start_by_timer(engine: ProcessEngine, job: Job) -> bool:
    """Start a case at each start timer of a definition that is due."""
    due = _start_events(engine, job, "timer", StartSubscription.due_at <= engine.clock.now())
    return _execute_all(engine, [FireStartTimer(actor=SYSTEM, **row._mapping) for row in due])


def start_scheduled(engine: ProcessEngine, job: Job) -> bool:
    """Start a case that a schedule owes a region."""
    return engine.execute(StartScheduled(actor=SYSTEM, owed_id=job.subject)) is not None


def start_by_condition(engine: ProcessEngine, job: Job) -> bool:
    """Look at the conditions that start a definition's cases."""
    watched = _start_events(engine, job, "conditional")
    which = [{"definition_id": row.definition_id, "element_id": row.element_id} for row in watched]
    return _execute_all(engine, [CheckStartCondition(actor=SYSTEM, **this) for this in which])


def _execute_all(engine: ProcessEngine, commands: Sequence[Command[StartedProcess | None]]) -> bool:
    """One start event that is refused does not hold up the others of its process."""
    refusal: AnlanError | None = None
    started = False
    for command in commands:
        try:
            started = engine.execute(command) is not None or started
        except AnlanError as error:
            refusal = error
    if refusal is not None:
        raise refusal
    return started


def deliver_message(engine: ProcessEngine, job: Job) -> bool:
    """Give a message that was kept to who waits for it now."""
    return engine.execute(_delivery(job))


def _delivery(job: Job) -> DeliverKeptMessage:
    return DeliverKeptMessage(actor=SYSTEM, message_id=job.subject)


def perform_call_of(engine: ProcessEngine, job: Job) -> bool:
    """Do outside work whose answer a case waits for."""
    return perform_call(engine, job.subject)


def deliver_from(engine: ProcessEngine, job: Job) -> bool:
    """Deliver what a case has sent to the outside, in its order."""
    return deliver(engine, job.subject)


def make_export_of(engine: ProcessEngine, job: Job) -> bool:
    """Make the file that somebody has asked for."""
    return make_export(engine, job.subject)


def notify(engine: ProcessEngine, _: Job) -> bool:
    """Note what persons are to be told, some of it at a time."""
    made = 0
    while number := engine.execute(MakeNotifications(actor=SYSTEM)):
        made += number
    return made > 0


def mail_to(engine: ProcessEngine, job: Job) -> bool:
    """Mail a person what is new."""
    return mail_notifications(engine, job.subject)


def _start_events(engine: ProcessEngine, job: Job, kind: str, *where: Any) -> list[Any]:
    which: Select[*tuple[Any, ...]] = (
        select(StartSubscription.definition_id, StartSubscription.element_id, StartSubscription.due_at)
        .where(StartSubscription.definition_id == job.subject, StartSubscription.kind == kind, *where)
        .order_by(StartSubscription.due_at, StartSubscription.element_id)
    )
    with engine.database.read() as connection:
        return list(connection.execute(which))


DUTIES: dict[JobKind, Duty] = {
    JobKind.TIMER: fire_first_timer,
    JobKind.START: start_by_timer,
    JobKind.SCHEDULED: start_scheduled,
    JobKind.CONDITION: start_by_condition,
    JobKind.MESSAGE: deliver_message,
    JobKind.CALL: perform_call_of,
    JobKind.DELIVERY: deliver_from,
    JobKind.CHECKPOINT: make_checkpoint,
    JobKind.EXPORT: make_export_of,
    JobKind.NOTICE: notify,
    JobKind.MAIL: mail_to,
    JobKind.UPKEEP: keep_up,
}
