"""What nobody asks for and must be done now and then: checkpoints, notifications, and deleting what is not needed."""

from __future__ import annotations

from sqlalchemy import select

from engine.commands import SYSTEM, ForgetAnswers
from engine.exports.due import old_exports
from engine.exports.making import delete_old_exports
from engine.idempotency import old_answers
from engine.jobs.checkpoints import checkpoint_is_due, make_due_checkpoint
from engine.jobs.queue import Job, JobKind
from engine.notifications.due import is_due
from engine.process_engine import ProcessEngine


def due_upkeep(engine: ProcessEngine) -> list[Job]:
    """What is due of it now."""
    now, every = engine.clock.now(), engine.tools.checkpoints
    jobs = []
    with engine.database.read() as connection:
        if every is not None and checkpoint_is_due(connection, now, every):
            jobs.append(Job(kind=JobKind.CHECKPOINT, due_at=now))
        if engine.tools.notice_days is not None and is_due(connection, now, engine.tools.notice_days):
            jobs.append(Job(kind=JobKind.NOTICE, due_at=now))
        if connection.scalar(select(old_answers(now) | old_exports(now))):
            jobs.append(Job(kind=JobKind.UPKEEP, due_at=now))
    return jobs


def make_checkpoint(engine: ProcessEngine, _: Job) -> bool:
    """Sign what has happened since the last checkpoint, if that is long enough ago."""
    return engine.tools.checkpoints is not None and make_due_checkpoint(engine, engine.tools.checkpoints)


def keep_up(engine: ProcessEngine, _: Job) -> bool:
    """Delete the answers that nobody will ask for again, and the files that were kept long enough."""
    forgotten = engine.execute(ForgetAnswers(actor=SYSTEM))
    return forgotten + delete_old_exports(engine) > 0
