"""Several worker processes at one schedule: each region gets one case."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.bootstrap import build_engine
from engine.clock import LOCAL_ZONE, ManualClock
from engine.commands import SYSTEM, DeploymentResource, DeployResources, RegisterOrganisation, UnitRecord
from engine.model import ProcessInstance
from engine.process_engine import ProcessEngine

SOWER = Path(__file__).with_name("sower.py")
WORKERS, VILLAGES = 4, 24
BEFORE, ON_THE_DAY = datetime(2026, 8, 31, 12, tzinfo=LOCAL_ZONE), datetime(2026, 9, 1, 0, 1, tzinfo=LOCAL_ZONE)
WINDOW = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d"
  targetNamespace="urn:t"><process id="window" isExecutable="true"><startEvent id="s" anlan:startRegions="village">
  <timerEventDefinition><timeCycle>for month in [3, 9] return date(today().year, month, 1)</timeCycle>
  </timerEventDefinition></startEvent><userTask id="t"/><endEvent id="e"/>
  <sequenceFlow id="f" sourceRef="s" targetRef="t"/><sequenceFlow id="g" sourceRef="t" targetRef="e"/></process>
  </definitions>"""


@pytest.fixture
def county(database_url: str) -> Iterator[ProcessEngine]:
    """An engine with many villages that a schedule is for."""
    engine = build_engine(database_url, clock=ManualClock(BEFORE))
    units = [
        UnitRecord(code="330324000000", name="永嘉县", level="county"),
        UnitRecord(code="330324104000", name="岩坦镇", level="town", parent_code="330324000000"),
    ]
    for number in range(VILLAGES):
        code = f"330324104{201 + number}"
        units.append(UnitRecord(code=code, name=f"{number}村", level="village", parent_code="330324104000"))
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=tuple(units), persons=()))
    engine.execute(DeployResources(actor=SYSTEM, resources=(DeploymentResource(name="w.bpmn", content=WINDOW),)))
    yield engine
    engine.database.dispose()


def test_a_window_opens_once_in_each_village_however_many_workers_there_are(
    county: ProcessEngine, database_url: str
) -> None:
    with ExitStack() as running:
        workers = [running.enter_context(sower(database_url)) for _ in range(WORKERS)]
        for each in workers:
            assert each.stdout.readline() == "ready\n"
        for each in workers:
            each.stdin.write("go\n")
            each.stdin.flush()
        started = [int(each.stdout.readline()) for each in workers]

    with county.database.read() as connection:
        regions = list(connection.scalars(select(ProcessInstance.region_code)))
    assert sum(started) == len(regions) == len(set(regions)) == VILLAGES


def sower(url: str) -> Any:
    command = [sys.executable, str(SOWER), url, "60", ON_THE_DAY.isoformat()]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=SOWER.parents[3])
