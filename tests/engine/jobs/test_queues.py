"""What every queue does, on every database it runs on."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from engine.bootstrap import build_engine
from engine.commands import SYSTEM, CompleteTask
from engine.errors import Conflict
from engine.jobs.embedded_queue import EmbeddedQueue
from engine.jobs.procrastinate_queue import ProcrastinateQueue
from engine.jobs.queue import Job, JobQueue
from engine.jobs.workers import worker_of
from engine.model import HistoryEvent
from engine.moves import ResumeProcess, SuspendProcess
from engine.process_engine import ProcessEngine

from ..conftest import APPLICATION, Office, actor
from .conftest import QUEUES, use

pytestmark = pytest.mark.parametrize(("database_url", "queue"), QUEUES, indirect=True)


@pytest.fixture
def engine(engine: ProcessEngine, queue: JobQueue) -> ProcessEngine:
    use(engine, queue)
    return engine


@pytest.fixture
def due(office: Office) -> str:
    """A case whose notice is over."""
    case = office.apply()
    office.clock.advance(timedelta(days=5))
    return case


def fired(engine: ProcessEngine) -> int:
    with engine.database.read() as connection:
        return len(connection.execute(select(HistoryEvent.seq).where(HistoryEvent.type == "TimerFired")).all())


def left(engine: ProcessEngine) -> int:
    with engine.database.read() as connection:
        load = engine.tools.queue.load(connection, engine.clock.now())
    return load.waiting + load.taken + load.planned


def drain(engine: ProcessEngine) -> int:
    return worker_of(engine).drain(lambda done: None)


def lose_all_jobs(engine: ProcessEngine) -> None:
    name = "job" if isinstance(engine.tools.queue, EmbeddedQueue) else "procrastinate_jobs"
    with engine.database.book() as connection:
        connection.execute(text(f"DELETE FROM {name}"))


def test_a_worker_does_what_is_due_once(engine: ProcessEngine, office: Office, due: str) -> None:
    drain(engine)

    assert office.open_task(due).name == "乡镇审查"
    assert (fired(engine), left(engine)) == (1, 0)


def test_two_workers_have_one_effect(engine: ProcessEngine, office: Office, queue: JobQueue) -> None:
    for _ in range(6):
        office.apply()
    office.clock.advance(timedelta(days=5))
    url = engine.database.url.render_as_string(hide_password=False)
    other = build_engine(url, clock=engine.clock, queue=type(queue)())

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(drain, (engine, other)))
    drain(engine)
    other.database.dispose()

    assert (fired(engine), left(engine)) == (6, 0)


def test_a_job_is_rolled_back_with_its_command(
    engine: ProcessEngine, office: Office, queue: JobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = office.open_task(office.start()).id
    put: list[Job] = []
    original = type(queue).put

    def put_and_fail(queue: Any, connection: Any, asked: Any) -> None:
        original(queue, connection, asked)
        put.extend(asked)
        raise Conflict("此时出错")

    monkeypatch.setattr(type(queue), "put", put_and_fail)
    with pytest.raises(Conflict):
        engine.execute(CompleteTask(actor=actor("applicant"), task_id=task, submission=APPLICATION))

    assert (len(put), left(engine)) == (1, 0)


def test_a_lost_queue_is_repaired(engine: ProcessEngine, office: Office, due: str) -> None:
    lose_all_jobs(engine)

    drain(engine)

    assert office.open_task(due).name == "乡镇审查"


def test_a_job_that_comes_too_early_does_nothing_and_loses_nothing(engine: ProcessEngine, office: Office) -> None:
    office.apply()
    drain(engine)
    assert fired(engine) == 0

    office.clock.advance(timedelta(days=5))
    drain(engine)

    assert (fired(engine), left(engine)) == (1, 0)


def test_a_suspended_case_waits_and_is_found_when_it_goes_on(
    engine: ProcessEngine, due: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.handlers.suspension.ensure_administrator", lambda *_: None)
    engine.execute(SuspendProcess(actor=SYSTEM, instance_id=due, reason="核查线索"))
    drain(engine)
    assert (fired(engine), left(engine)) == (0, 0)

    engine.execute(ResumeProcess(actor=SYSTEM, instance_id=due, reason="已经查清"))
    drain(engine)
    assert fired(engine) == 1


def test_a_job_that_fails_stays_and_holds_up_no_other(
    engine: ProcessEngine, office: Office, due: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = office.apply()
    office.clock.advance(timedelta(days=5))
    original = ProcessEngine._carry_out

    def stumble(engine: ProcessEngine, work: Any, command: Any) -> Any:
        if getattr(command, "instance_id", None) == due:
            raise ZeroDivisionError
        return original(engine, work, command)

    monkeypatch.setattr(ProcessEngine, "_carry_out", stumble)
    with caplog.at_level(logging.ERROR):
        drain(engine)

    assert office.open_task(other).name == "乡镇审查"
    assert left(engine) == 1
    assert f"job timer of {due} failed" in caplog.text
    with engine.database.read() as connection:
        assert engine.tools.queue.load(connection, office.clock.now()).retried == 1


def test_another_queue_takes_over_what_the_first_had(
    engine: ProcessEngine, office: Office, queue: JobQueue, due: str
) -> None:
    postgres = engine.database.url.get_backend_name() == "postgresql"
    another = ProcrastinateQueue() if postgres and isinstance(queue, EmbeddedQueue) else EmbeddedQueue()
    if type(another) is type(queue):
        lose_all_jobs(engine)

    use(engine, another)
    drain(engine)
    assert office.open_task(due).name == "乡镇审查"

    use(engine, queue)
    drain(engine)
    assert (fired(engine), left(engine)) == (1, 0)
