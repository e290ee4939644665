"""What is particular to the queue on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from engine.bootstrap import build_engine
from engine.clock import SystemClock
from engine.commands import SYSTEM, DeploymentResource, DeployResources, StartProcess
from engine.jobs.procrastinate_queue import ProcrastinateQueue
from engine.jobs.queue import Job, JobKind
from engine.jobs.workers import worker_of
from engine.model import HistoryEvent
from engine.process_engine import ProcessEngine

from .test_killed_worker import SOON

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def engine(postgres: Any, postgres_tables: str) -> Iterator[ProcessEngine]:
    url = postgres.create(postgres_tables)
    engine = build_engine(url.render_as_string(hide_password=False), clock=SystemClock(), queue=ProcrastinateQueue())
    yield engine
    engine.database.dispose()
    postgres.drop(url)


def start_a_case(engine: ProcessEngine) -> None:
    engine.execute(DeployResources(actor=SYSTEM, resources=(DeploymentResource(name="soon.bpmn", content=SOON),)))
    engine.execute(StartProcess(actor=SYSTEM, process_key="soon", region_code="330324000000"))


def fired(engine: ProcessEngine) -> int:
    with engine.database.read() as connection:
        return len(connection.execute(select(HistoryEvent.seq).where(HistoryEvent.type == "TimerFired")).all())


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + 30
    while not (held := holds()) and time.monotonic() < until:
        time.sleep(0.05)
    return held


def test_its_tables_are_made_once(engine: ProcessEngine) -> None:
    engine.tools.queue.prepare(engine.database)

    with engine.database.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0


def test_what_is_due_earlier_is_taken_first(engine: ProcessEngine) -> None:
    jobs = [
        Job(kind=JobKind.TIMER, subject=name, due_at=NOW - timedelta(days=days))
        for name, days in (("second", 2), ("third", 1), ("first", 4000))
    ]
    with engine.database.book() as connection:
        engine.tools.queue.put(connection, jobs)
        worker = connection.scalar(text("SELECT worker_id FROM procrastinate_register_worker_v1()"))
        fetch = text("SELECT args ->> 'subject' FROM procrastinate_fetch_job_v2(NULL, :worker)")
        taken = [connection.scalar(fetch, {"worker": worker}) for _ in jobs]

    assert taken == ["first", "second", "third"]


def test_a_worker_goes_on_when_the_database_has_dropped_its_connections(engine: ProcessEngine) -> None:
    worker = worker_of(engine)
    worker.start()
    start_a_case(engine)
    assert eventually(lambda: fired(engine) == 1)
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    with engine.database.book() as connection:
        connection.execute(text(f"{others} AND datname = current_database() AND backend_type = 'client backend'"))

    start_a_case(engine)

    assert eventually(lambda: fired(engine) == 2)
    worker.stop()
