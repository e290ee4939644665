"""The processes of `docs/deploy/Procfile` on one PostgreSQL: a case goes through them, and one of them is killed."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from engine.bootstrap import build_engine
from engine.clock import SystemClock
from engine.commands import (
    SYSTEM,
    DeploymentResource,
    DeployResources,
    PersonRecord,
    PositionRecord,
    RegisterOrganisation,
)
from engine.history.verification import verify
from engine.model import HistoryEvent, ProcessInstance, UserTask
from engine.process_engine import ProcessEngine
from forms.port import FormLibrary

from ..conftest import TOWN, UNITS, VILLAGE

PROCFILE = Path(__file__).parents[3] / "docs" / "deploy" / "Procfile"
PASSWORD = "a long password"
PERSONS = tuple(
    PersonRecord(
        id=login,
        name=login,
        login=login,
        password=PASSWORD,
        positions=(PositionRecord(role=role, unit_code=unit),),
    )
    for login, role, unit in (("applicant", "village_applicant", VILLAGE), ("clerk", "town_clerk", TOWN))
)
DIAGRAM = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d"
  targetNamespace="urn:t"><process id="smoke" name="试运行" isExecutable="true"><startEvent id="s"/>
  <userTask id="apply" name="申请" anlan:role="village_applicant" anlan:outcomes="agree:提交"/>
  <intermediateCatchEvent id="rest"><timerEventDefinition><timeDuration>PT1S</timeDuration></timerEventDefinition>
  </intermediateCatchEvent><userTask id="review" name="审查" anlan:role="town_clerk" anlan:outcomes="agree:同意"/>
  <endEvent id="e"/><sequenceFlow id="f1" sourceRef="s" targetRef="apply"/>
  <sequenceFlow id="f2" sourceRef="apply" targetRef="rest"/><sequenceFlow id="f3" sourceRef="rest" targetRef="review"/>
  <sequenceFlow id="f4" sourceRef="review" targetRef="e"/></process></definitions>""".encode()
CASES = 6


@pytest.fixture
def database(postgres: Any) -> Iterator[str]:
    """An empty one: the processes make their tables, all at once."""
    url = postgres.create()
    yield url.render_as_string(hide_password=False)
    postgres.drop(url)


def test_cases_go_through_several_processes_of_which_one_is_killed(database: str, tmp_path: Path) -> None:
    with ExitStack() as running:
        ports = {"WEB1_PORT": str(free_port()), "WEB2_PORT": str(free_port())}
        own = {**ports, "ANLAN_DATABASE_URL": database, "ANLAN_HOME": str(tmp_path), "ANLAN_SECURE_COOKIE": "0"}
        processes = {name: running.enter_context(started(line, own)) for name, line in lines().items()}
        for port in ports.values():
            assert eventually(lambda port=port: ready(port)), "a web process does not get ready"
        engine = running.enter_context(furnished(database))
        here, there = (f"http://127.0.0.1:{port}" for port in ports.values())

        applicants = [running.enter_context(log_in(address, "applicant")) for address in (here, there)]
        for number in range(CASES):
            apply(applicants[number % 2], applicants[(number + 1) % 2])
        processes.pop("worker1").kill()
        assert eventually(lambda: open_reviews(engine) == CASES), "the other worker does not fire the timers"
        clerks = [running.enter_context(log_in(address, "clerk")) for address in (here, there)]
        for number, task in enumerate(clerks[0].get("/user-tasks").json()["items"]):
            complete(clerks[number % 2], task["task_id"], "clerk")

        for process in processes.values():
            process.send_signal(signal.SIGTERM)
        ends = {name: process.wait(timeout=30) for name, process in processes.items()}
        # A web process closes everything, and then ends by the signal it was sent.
        assert ends == {"web1": -signal.SIGTERM, "web2": -signal.SIGTERM, "worker2": 0}
        assert (counted(engine, "ProcessStarted"), counted(engine, "TimerFired")) == (CASES, CASES)
        with engine.database.read() as connection:
            assert set(connection.scalars(select(ProcessInstance.status))) == {"completed"}
            assert verify(connection, engine.tools).findings == []


def lines() -> dict[str, str]:
    """The processes of the Procfile by name, each with its command."""
    return dict(re.findall(r"^(\w+): (.+)$", PROCFILE.read_text("utf-8"), re.MULTILINE))


@contextmanager
def started(line: str, own: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """As a process manager starts a line: by the shell, which gives way so that one sees how the process ends."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **own, "PATH": path}
    process = subprocess.Popen(["sh", "-c", f"exec env {line}"], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def furnished(database: str) -> Iterator[ProcessEngine]:
    """The offices and the process, put there by a program of the operators."""
    engine = build_engine(database, clock=SystemClock(), forms=FormLibrary())
    resource = DeploymentResource(name="smoke.bpmn", content=DIAGRAM)
    try:
        engine.execute(RegisterOrganisation(actor=SYSTEM, units=UNITS, persons=PERSONS))
        engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))
        yield engine
    finally:
        engine.database.dispose()


@contextmanager
def log_in(address: str, login: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=f"{address}/api/v1", timeout=30) as client:
        opened = client.post("/session", json={"login": login, "password": PASSWORD})
        assert opened.status_code == 201, opened.text
        client.headers["X-CSRF-Token"] = opened.json()["csrf_token"]
        yield client


def apply(here: httpx2.Client, there: httpx2.Client) -> None:
    """Started by one web process, completed by the other."""
    begun = here.post("/process-instances", json={"process_key": "smoke"})
    assert begun.status_code == 201, begun.text
    complete(there, begun.json()["task_ids"][0], "applicant")


def complete(client: httpx2.Client, task_id: str, signature: str) -> None:
    values = {"opinion_text": "经现场查看，情况属实，同意上报。", "conflict_declaration": True}
    body = {"outcome": "agree", "values": {**values, "e_signature": signature}}
    done = client.post(f"/user-tasks/{task_id}/completion", json=body)
    assert done.status_code == 200, done.text


def open_reviews(engine: ProcessEngine) -> int:
    open_ones = (UserTask.activity_id == "review") & (UserTask.status == "created")
    with engine.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(UserTask).where(open_ones)) or 0


def counted(engine: ProcessEngine, type_: str) -> int:
    with engine.database.read() as connection:
        return connection.scalar(select(func.count()).where(HistoryEvent.type == type_)) or 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ready(port: str) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx2.TransportError:
        return False


def eventually(holds: Callable[[], bool], seconds: float = 60) -> bool:
    """Other processes have clocks of their own: look again until it holds."""
    until = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < until:
        time.sleep(0.1)
    return held
