"""A worker that takes a job and never ends it: `stuck_worker.py URL QUEUE`. Says so, and waits to be killed."""

from __future__ import annotations

import sys
import threading

from engine.bootstrap import build_engine
from engine.jobs import duties
from engine.jobs.embedded_queue import EmbeddedQueue
from engine.jobs.procrastinate_queue import ProcrastinateQueue
from engine.jobs.queue import Job, JobKind
from engine.jobs.workers import worker_of
from engine.process_engine import ProcessEngine


def get_stuck(engine: ProcessEngine, job: Job) -> bool:
    print("taken", flush=True)
    return threading.Event().wait()


if __name__ == "__main__":
    duties.DUTIES[JobKind.TIMER] = get_stuck
    queue = ProcrastinateQueue() if sys.argv[2] == "procrastinate" else EmbeddedQueue()
    worker_of(build_engine(sys.argv[1], queue=queue)).run_until_signalled()
