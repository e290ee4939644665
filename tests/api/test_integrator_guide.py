"""The worker of the integrators' guide, as it stands there, against a server of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.machines import issue_token
from engine.bootstrap import build_engine
from engine.commands import SYSTEM, DeploymentResource, DeployResources, RegisterOrganisation, StartProcess, UnitRecord
from engine.machines import RegisterMachine
from engine.model import ProcessInstance
from engine.process_engine import ProcessEngine
from forms.port import FormLibrary

from .monitoring.test_processes import eventually, free_port, ready

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "integrator.md"
COUNTY = "330324000000"
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


@pytest.fixture
def server(engine: ProcessEngine, tmp_path: Path) -> Iterator[int]:
    port = free_port()
    own = {"ANLAN_DATABASE_URL": f"sqlite:///{tmp_path}/anlan.db", "ANLAN_HOME": str(tmp_path), "ANLAN_PORT": str(port)}
    with _running("from api.cli import app; app()", "serve", **own):
        assert eventually(lambda: ready(port)), "the server does not get ready"
        yield port


def _running(program: str, *arguments: str, **environment: str) -> Any:
    return _Process(subprocess.Popen([sys.executable, "-c", program, *arguments], env={**os.environ, **environment}))


class _Process:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def test_the_worker_of_the_guide_works(engine: ProcessEngine, server: int) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    register = RegisterMachine(actor=SYSTEM, login="survey", name="县地理信息平台", unit_code=COUNTY)
    token = issue_token(engine, SYSTEM, engine.execute(register), "测试", 1).token

    with _running(program, ANLAN_API=f"http://127.0.0.1:{server}/api/v1", ANLAN_TOKEN=token):
        for _ in range(2):
            engine.execute(StartProcess(actor=SYSTEM, process_key="surveyed", region_code=COUNTY))
        assert eventually(lambda: _results(engine) == ["核对无误"] * 2), _results(engine)


def _results(engine: ProcessEngine) -> list[str | None]:
    with engine.database.read() as connection:
        return list(connection.scalars(select(ProcessInstance.result)))
