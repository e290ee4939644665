"""Everything that is due, done at once and in order: for tests, demonstrations and tools that have no worker."""

from __future__ import annotations

import logging

from engine.errors import AnlanError
from engine.jobs.duties import perform
from engine.jobs.queue import INSIDE, Job, JobKind
from engine.jobs.sweep import SOURCES, due_work
from engine.process_engine import ProcessEngine

_LOG = logging.getLogger(__name__)
_TIMERS = frozenset({JobKind.TIMER, JobKind.START, JobKind.SCHEDULED})
_OTHERS = (frozenset(SOURCES) & INSIDE) - _TIMERS


def fire_due_timers(engine: ProcessEngine, limit: int = 1000) -> int:
    """Fire every timer that is due now, in order of due time, and return how many moved or started a case.

    Repetitions that were missed are made up one by one, and not after what was due later in their case (design §9).
    """
    with engine.database.read() as connection:
        others = due_work(connection, engine.clock.now(), limit, _OTHERS)
    fired = sum(_done(engine, job) for job in others)
    passed_over: set[Job] = set()
    while fired < limit and (due := _due(engine, limit, passed_over)):
        for job in due:
            if _done(engine, job):
                fired += 1
            else:
                passed_over.add(job)
    return fired


def _due(engine: ProcessEngine, limit: int, passed_over: set[Job]) -> list[Job]:
    """The first timer of each case, and those of start events: what it leads to may be due before the second."""
    with engine.database.read() as connection:
        found = due_work(connection, engine.clock.now(), limit + len(passed_over), _TIMERS)
    first: dict[tuple[JobKind, str], Job] = {}
    for job in found:
        if job not in passed_over:
            first.setdefault((job.kind, job.subject), job)
    return list(first.values())


def _done(engine: ProcessEngine, job: Job) -> bool:
    try:
        return perform(engine, job)
    except AnlanError as error:
        _LOG.warning("job %s of %s was refused: %s", job.kind, job.subject, error.code)
    except Exception:
        # One case that cannot go on must not hold up the notices and deadlines of all others.
        _LOG.exception("job %s of %s failed", job.kind, job.subject)
    return False
