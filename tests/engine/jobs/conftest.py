"""The queues that jobs are tested on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.jobs.embedded_queue import EmbeddedQueue
from engine.jobs.procrastinate_queue import ProcrastinateQueue
from engine.jobs.queue import JobQueue
from engine.process_engine import ProcessEngine

#: for `@pytest.mark.parametrize(("database_url", "queue"), QUEUES, indirect=True)`
QUEUES = [("sqlite", "embedded"), ("postgresql", "embedded"), ("postgresql", "procrastinate")]


@pytest.fixture
def queue(request: pytest.FixtureRequest) -> JobQueue:
    return ProcrastinateQueue() if request.param == "procrastinate" else EmbeddedQueue()


def use(engine: ProcessEngine, queue: JobQueue) -> None:
    """Let an engine keep its jobs in another queue from now on."""
    queue.prepare(engine.database)
    engine.tools = replace(engine.tools, queue=queue)
