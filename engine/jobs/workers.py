"""The worker that belongs to the queue of an engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from engine.errors import Refused
from engine.jobs.embedded_queue import EmbeddedQueue
from engine.jobs.queue import NoQueue
from engine.jobs.worker import EmbeddedWorker
from engine.process_engine import ProcessEngine


class Worker(Protocol):
    """Does jobs, beside others that do the same."""

    def start(self) -> None:
        """Begin to watch, in threads of its own."""

    def stop(self) -> None:
        """End after the jobs it is at."""

    def run_until_signalled(self) -> None:
        """Watch until the process is told to end."""

    def drain(self, told: Callable[[int], None]) -> int:
        """Do everything that is due now and end; tells how many jobs are done, as it goes and at the end."""


def worker_of(engine: ProcessEngine) -> Worker:
    """Raises `Refused` where the engine keeps no jobs."""
    queue = engine.tools.queue
    if isinstance(queue, NoQueue):
        raise Refused("这个引擎没有作业队列，到期的事项请用 fire_due_timers 处理。")
    if isinstance(queue, EmbeddedQueue):
        return EmbeddedWorker(engine, queue)
    # Its package comes with PostgreSQL and is not installed everywhere.
    from engine.jobs.procrastinate_worker import ProcrastinateWorker

    return ProcrastinateWorker(engine)
