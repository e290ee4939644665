"""The worker of the integrators' guide, as it stands there, against a server of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from api.machines import issue_token
from engine.bootstrap import build_engine
from engine.commands import SYSTEM, DeploymentResource, DeployResources, RegisterOrganisation, StartProcess, UnitRecord
from engine.machines import RegisterMachine
from engine.model import ProcessInstance
from engine.process_engine import ProcessEngine
from forms.port import FormLibrary

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "integrator.md"
COUNTY = "330324000000"
SERVE = "import sys; sys.argv.append('serve'); from api.cli import app; app()"
SURVEYED = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d"
  targetNamespace="urn:t"><process id="surveyed" name="地块核查" isExecutable="true"><startEvent id="s"/>
  <serviceTask id="survey" name="核查地块" anlan:connector="external.survey"><extensionElements>
    <anlan:in source="12.50" target="area"/><anlan:in source="&quot;石溪村&quot;" target="village"/>
    <anlan:out source="parcel" target="parcel"/></extensionElements></serviceTask>
  <exclusiveGateway id="g" default="f3"/><endEvent id="right" name="核对无误"/><endEvent id="wrong"/>
  <sequenceFlow id="f" sourceRef="s" targetRef="survey"/><sequenceFlow id="f2" sourceRef="survey" targetRef="g"/>
  <sequenceFlow id="f3" sourceRef="g" targetRef="wrong"/><sequenceFlow id="f4" sourceRef="g" targetRef="right">
  <conditionExpression>parcel = "石溪村-12.50"</conditionExpression></sequenceFlow></process></definitions>""".encode()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[ProcessEngine]:
    engine = build_engine(f"sqlite:///{tmp_path}/anlan.db", forms=FormLibrary())
    units = (UnitRecord(code=COUNTY, name="永嘉县", level="county"),)
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=units, persons=()))
    resource = DeploymentResource(name="surveyed.bpmn", content=SURVEYED)
    engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))
    yield engine
    engine.database.dispose()


@dataclass(frozen=True, kw_only=True)
class Server:
    """The server, and how a machine account gets in."""

    process: subprocess.Popen[bytes]
    api: str
    token: str


@pytest.fixture
def server(engine: ProcessEngine, tmp_path: Path) -> Iterator[Server]:
    register = RegisterMachine(actor=SYSTEM, login="survey", name="县地理信息平台", unit_code=COUNTY)
    token = issue_token(engine, SYSTEM, engine.execute(register), "测试", 1).token
    port = _free_port()
    own = {"ANLAN_DATABASE_URL": f"sqlite:///{tmp_path}/anlan.db", "ANLAN_HOME": str(tmp_path), "ANLAN_PORT": str(port)}
    with _running(SERVE, **own) as process:
        assert _eventually(lambda: _ready(port)), "the server does not get ready"
        yield Server(process=process, api=f"http://127.0.0.1:{port}/api/v1", token=token)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ready(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx2.TransportError:
        return False


def _eventually(holds: Callable[[], Any], seconds: float = 60) -> bool:
    """Other processes have clocks of their own: look again until it holds."""
    until = monotonic() + seconds
    while not (held := holds()) and monotonic() < until:
        sleep(0.1)
    return bool(held)


@contextmanager
def _running(program: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", program], env={**os.environ, **environment})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_the_worker_of_the_guide_works(engine: ProcessEngine, server: Server) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)

    with _running(program, ANLAN_API=server.api, ANLAN_TOKEN=server.token):
        for _ in range(2):
            engine.execute(StartProcess(actor=SYSTEM, process_key="surveyed", region_code=COUNTY))
        assert _eventually(lambda: _results(engine) == ["核对无误"] * 2), _results(engine)


def test_a_server_that_is_to_end_lets_nobody_wait(server: Server) -> None:
    headers = {"Authorization": f"Bearer {server.token}"}
    body = {"topic": "nothing", "wait_seconds": 30}
    found: list[Any] = []
    asking = Thread(
        target=lambda: found.append(httpx2.post(f"{server.api}/calls/fetch", json=body, headers=headers, timeout=60))
    )
    began = monotonic()
    asking.start()
    assert not _eventually(lambda: found, seconds=1)

    server.process.send_signal(signal.SIGTERM)
    server.process.wait(timeout=20)
    asking.join()
    assert (found[0].json(), monotonic() - began < 20) == ([], True)


def _results(engine: ProcessEngine) -> list[str | None]:
    with engine.database.read() as connection:
        return list(connection.scalars(select(ProcessInstance.result)))
