"""A worker process of the timer bench: `timer_worker.py URL QUEUE BEGAN_AT DUE_AT`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from engine.bootstrap import build_engine
from engine.jobs.embedded_queue import EmbeddedQueue
from engine.jobs.queue import JobQueue
from engine.jobs.workers import worker_of


class Shifted:
    """The machine's clock, moved so that the timers are due when the bench begins."""

    def __init__(self, began_at: datetime, due_at: datetime) -> None:
        self._offset = due_at - began_at

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset


def queue_of(kind: str) -> JobQueue:
    if kind == "embedded":
        return EmbeddedQueue()
    from engine.jobs.procrastinate_queue import ProcrastinateQueue

    return ProcrastinateQueue()


def main(url: str, kind: str) -> None:
    engine = build_engine(url, queue=queue_of(kind))
    print("ready", flush=True)
    began_at, due_at = (datetime.fromisoformat(text) for text in sys.stdin.readline().split())
    engine.clock = Shifted(began_at, due_at)
    worker_of(engine).run_until_signalled()


if __name__ == "__main__":
    main(*sys.argv[1:])
