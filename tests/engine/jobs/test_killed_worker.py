"""A worker process is killed in the middle of a job: another does it within ten seconds, and it has one effect."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.bootstrap import build_engine
from engine.clock import SystemClock
from engine.commands import SYSTEM, DeploymentResource, DeployResources, StartProcess
from engine.jobs.embedded_queue import EmbeddedQueue
from engine.jobs.queue import JobQueue
from engine.jobs.workers import worker_of
from engine.model import HistoryEvent
from engine.process_engine import ProcessEngine

from .conftest import QUEUES

STUCK = Path(__file__).with_name("stuck_worker.py")
SOON = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">
  <process id="soon" isExecutable="true"><startEvent id="s"/><intermediateCatchEvent id="w"><timerEventDefinition>
  <timeDuration>PT0S</timeDuration></timerEventDefinition></intermediateCatchEvent><endEvent id="e"/>
  <sequenceFlow id="f" sourceRef="s" targetRef="w"/><sequenceFlow id="g" sourceRef="w" targetRef="e"/></process>
</definitions>"""


@pytest.fixture
def waiting(database_url: str, queue: JobQueue) -> Iterator[ProcessEngine]:
    """A case whose timer is due at once."""
    engine = build_engine(database_url, clock=SystemClock(), queue=queue)
    engine.execute(DeployResources(actor=SYSTEM, resources=(DeploymentResource(name="soon.bpmn", content=SOON),)))
    engine.execute(StartProcess(actor=SYSTEM, process_key="soon", region_code="330324000000"))
    yield engine
    engine.database.dispose()


@pytest.mark.parametrize(("database_url", "queue"), QUEUES, indirect=True)
def test_the_job_of_a_killed_worker_is_done_by_another(waiting: ProcessEngine, database_url: str) -> None:
    with stuck_worker(database_url, waiting.tools.queue) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"taken\n"
        assert fired(waiting) == 0
        process.kill()
        killed_at = time.monotonic()
        worker = worker_of(waiting)
        worker.start()

        assert eventually(lambda: fired(waiting) > 0)
        took = time.monotonic() - killed_at
        worker.stop()

    assert took < 10
    assert (fired(waiting), left(waiting)) == (1, 0)


@contextmanager
def stuck_worker(url: str, queue: JobQueue) -> Iterator[subprocess.Popen[bytes]]:
    kind = "embedded" if isinstance(queue, EmbeddedQueue) else "procrastinate"
    process = subprocess.Popen([sys.executable, str(STUCK), url, kind], stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def fired(engine: ProcessEngine) -> int:
    with engine.database.read() as connection:
        return len(connection.execute(select(HistoryEvent.seq).where(HistoryEvent.type == "TimerFired")).all())


def left(engine: ProcessEngine) -> int:
    with engine.database.read() as connection:
        load = engine.tools.queue.load(connection, engine.clock.now())
    return load.waiting + load.taken


def eventually(holds: Callable[[], bool], seconds: float = 30) -> bool:
    """Other processes have clocks of their own: look again until it holds."""
    until = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < until:
        time.sleep(0.05)
    return held
