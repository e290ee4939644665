"""Two web processes and a worker on one PostgreSQL, as `docs/operations.md` starts them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from engine.bootstrap import build_engine
from engine.clock import SystemClock
from engine.commands import SYSTEM, DeploymentResource, DeployResources, StartProcess
from engine.model import HistoryEvent
from forms.port import FormLibrary

SOON = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">
  <process id="soon" isExecutable="true"><startEvent id="s"/><intermediateCatchEvent id="w"><timerEventDefinition>
  <timeDuration>PT0S</timeDuration></timerEventDefinition></intermediateCatchEvent><endEvent id="e"/>
  <sequenceFlow id="f" sourceRef="s" targetRef="w"/><sequenceFlow id="g" sourceRef="w" targetRef="e"/></process>
</definitions>"""
CASES = 5


@pytest.fixture
def database(postgres: Any, postgres_tables: str) -> Iterator[str]:
    url = postgres.create(postgres_tables)
    yield url.render_as_string(hide_password=False)
    postgres.drop(url)


@pytest.fixture
def waiting(database: str) -> None:
    """Cases whose timers are due at once."""
    engine = build_engine(database, clock=SystemClock(), forms=FormLibrary())
    engine.execute(DeployResources(actor=SYSTEM, resources=(DeploymentResource(name="soon.bpmn", content=SOON),)))
    for _ in range(CASES):
        engine.execute(StartProcess(actor=SYSTEM, process_key="soon", region_code="330324000000"))
    engine.database.dispose()


def test_several_processes_share_one_database(database: str, waiting: None, tmp_path: Any) -> None:
    with ExitStack() as running:
        ports = [free_port(), free_port()]
        web = [running.enter_context(anlan("serve", database, tmp_path, ANLAN_PORT=str(port))) for port in ports]
        workers = [running.enter_context(anlan("worker", database, tmp_path)) for _ in range(2)]
        for port in ports:
            assert eventually(lambda port=port: ready(port)), "the web process does not get ready"
        engine = build_engine(database)

        assert eventually(lambda: fired(engine) == CASES)
        engine.database.dispose()
        for process in (*workers, *web):
            process.send_signal(signal.SIGTERM)
        assert [process.wait(timeout=20) for process in workers] == [0, 0]

    engine = build_engine(database)
    assert fired(engine) == CASES, "each timer was fired by one of them"
    engine.database.dispose()


@contextmanager
def anlan(command: str, database: str, home: Any, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    own = {"ANLAN_DATABASE_URL": database, "ANLAN_HOME": str(home), "ANLAN_WORKER": "0", **environment}
    program = "from api.cli import app; app()"
    process = subprocess.Popen([sys.executable, "-c", program, command], env={**os.environ, **own})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ready(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx2.TransportError:
        return False


def fired(engine: Any) -> int:
    with engine.database.read() as connection:
        return int(
            connection.scalar(select(func.count()).select_from(HistoryEvent).where(HistoryEvent.type == "TimerFired"))
        )


def eventually(holds: Any, seconds: float = 60) -> bool:
    """Other processes have clocks of their own: look again until it holds."""
    until = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < until:
        time.sleep(0.1)
    return bool(held)
