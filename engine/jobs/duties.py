"""What is done for each kind of job. The table says who does it."""

from __future__ import annotations

from collections.abc import Callable

from engine.jobs.queue import Job, JobKind
from engine.jobs.timers import fire_first_timer
from engine.process_engine import ProcessEngine

#: Does a job, or nothing where nothing waits for it any more; tells whether anything has happened.
#: What it raises is tried again later, so what will never work must be settled by a command (an incident).
Duty = Callable[[ProcessEngine, Job], bool]

DUTIES: dict[JobKind, Duty] = {
    JobKind.TIMER: fire_first_timer,
}


def perform(engine: ProcessEngine, job: Job) -> bool:
    """Do a job once."""
    return DUTIES[job.kind](engine, job)
