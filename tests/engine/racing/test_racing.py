"""Several processes at the same tasks: each task has exactly one winner."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.bootstrap import build_engine
from engine.commands import SYSTEM, DeploymentResource, DeployResources, StartProcess
from engine.model import HistoryEvent, ProcessInstance
from engine.process_engine import ProcessEngine

RACER = Path(__file__).with_name("racer.py")
RACERS = 4
#: `RACE_TASKS=1000` is the race in full
TASKS = int(os.environ.get("RACE_TASKS", "60"))
TASKS_A_CASE = 20
MANY = f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">
  <process id="many" isExecutable="true"><startEvent id="s"/><userTask id="t">
  <multiInstanceLoopCharacteristics><loopCardinality>{TASKS_A_CASE}</loopCardinality></multiInstanceLoopCharacteristics>
  </userTask><endEvent id="e" name="齐了"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/>
  <sequenceFlow id="g" sourceRef="t" targetRef="e"/></process></definitions>""".encode()


@pytest.fixture
def crowded(database_url: str) -> Iterator[ProcessEngine]:
    """An engine with many open tasks that anybody may do."""
    engine = build_engine(database_url)
    engine.execute(DeployResources(actor=SYSTEM, resources=(DeploymentResource(name="many.bpmn", content=MANY),)))
    for _ in range(TASKS // TASKS_A_CASE):
        engine.execute(StartProcess(actor=SYSTEM, process_key="many", region_code="330324000000"))
    yield engine
    engine.database.dispose()


def test_every_task_is_won_once(crowded: ProcessEngine, database_url: str) -> None:
    with ExitStack() as running:
        racers = [running.enter_context(racer(database_url, number)) for number in range(RACERS)]
        for each in racers:
            assert each.stdout.readline() == "ready\n"
        for each in racers:
            each.stdin.write("go\n")
            each.stdin.flush()
        wins = [int(each.stdout.readline()) for each in racers]

    assert sum(wins) == TASKS
    assert counted(crowded, HistoryEvent.type == "TaskCompleted") == TASKS
    with crowded.database.read() as connection:
        assert set(connection.scalars(select(ProcessInstance.result))) == {"齐了"}


def racer(url: str, number: int) -> Any:
    command = [sys.executable, str(RACER), url, str(number)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=RACER.parents[3])


def counted(engine: ProcessEngine, condition: Any) -> int:
    with engine.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(HistoryEvent).where(condition)) or 0
