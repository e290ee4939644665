"""A small county with real persons and a real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.bootstrap import build_engine
from engine.clock import ManualClock
from engine.commands import (
    SYSTEM,
    Actor,
    CompleteTask,
    DeploymentResource,
    DeployResources,
    PersonRecord,
    PositionRecord,
    RegisterOrganisation,
    StartProcess,
    UnitRecord,
)
from engine.jobs.timers import fire_due_timers
from engine.model import ProcessInstance, UserTask
from engine.process_engine import ProcessEngine
from engine.queries.history import history_of

DIAGRAMS = Path(__file__).parent / "diagrams"
CITY, COUNTY, TOWN, VILLAGE = "330300000000", "330324000000", "330324104000", "330324104201"
OTHER_TOWN, OTHER_VILLAGE = "330324105000", "330324105201"

UNITS = (
    UnitRecord(code=CITY, name="温州市", level="city"),
    UnitRecord(code=COUNTY, name="永嘉县", level="county", parent_code=CITY),
    UnitRecord(code=TOWN, name="岩坦镇", level="town", parent_code=COUNTY),
    UnitRecord(code=VILLAGE, name="石溪村", level="village", parent_code=TOWN),
    UnitRecord(code=OTHER_TOWN, name="碧莲镇", level="town", parent_code=COUNTY),
    UnitRecord(code=OTHER_VILLAGE, name="应坑村", level="village", parent_code=OTHER_TOWN),
)

HOLDERS = {
    "applicant": ("village_applicant", VILLAGE),
    "clerk": ("town_clerk", TOWN),
    "lead": ("town_lead", TOWN),
    "chief": ("county_chief", COUNTY),
    "other_applicant": ("village_applicant", OTHER_VILLAGE),
    "other_clerk": ("town_clerk", OTHER_TOWN),
}


def _person(login: str, *positions: tuple[str, str]) -> PersonRecord:
    held = tuple(PositionRecord(role=role, unit_code=unit) for role, unit in positions)
    return PersonRecord(id=login, name=login, login=login, password="anlan-demo", positions=held)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))


@pytest.fixture
def engine(database_url: str, tmp_path: Path, clock: ManualClock) -> Iterator[ProcessEngine]:
    engine = build_engine(database_url, clock=clock, attachments=tmp_path / "attachments")
    persons = (
        *(_person(login, position) for login, position in HOLDERS.items()),
        # Holds a village and a town position, as people in small places do.
        _person("both", ("village_applicant", VILLAGE), ("town_clerk", TOWN)),
        _person("second_clerk", ("town_clerk", TOWN)),
    )
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=UNITS, persons=persons))
    deploy(engine, "grant.bpmn")
    yield engine
    engine.database.dispose()


def deploy(engine: ProcessEngine, *names: str) -> None:
    resources = tuple(DeploymentResource(name=name, content=(DIAGRAMS / name).read_bytes()) for name in names)
    engine.execute(DeployResources(actor=SYSTEM, resources=resources))


APPLICATION = {"title": "石溪路面硬化", "amount": Decimal("424660.00")}


def actor(login: str) -> Actor:
    return Actor(person_id=login)


class Office:
    """Lets named persons act on one case."""

    def __init__(self, engine: ProcessEngine, clock: ManualClock) -> None:
        self.engine = engine
        self.clock = clock

    def start(self, login: str = "applicant") -> str:
        return self.engine.execute(StartProcess(actor=actor(login), process_key="grant")).instance_id

    def open_task(self, instance_id: str) -> Any:
        with self.engine.database.read() as connection:
            return connection.execute(
                select(UserTask).where(UserTask.instance_id == instance_id, UserTask.status == "created")
            ).one()

    def complete(self, instance_id: str, login: str, outcome: str | None = None, **values: Any) -> None:
        task_id = self.open_task(instance_id).id
        self.engine.execute(CompleteTask(actor=actor(login), task_id=task_id, outcome=outcome, submission=values))

    def apply(self) -> str:
        instance_id = self.start()
        self.complete(instance_id, "applicant", **APPLICATION)
        return instance_id

    def wait(self, **duration: int) -> int:
        self.clock.advance(timedelta(**duration))
        return fire_due_timers(self.engine)

    def to_review(self) -> str:
        instance_id = self.apply()
        self.wait(days=5)
        return instance_id

    def instance(self, instance_id: str) -> Any:
        with self.engine.database.read() as connection:
            return connection.execute(select(ProcessInstance).where(ProcessInstance.id == instance_id)).one()

    def events(self, instance_id: str) -> list[Any]:
        with self.engine.database.read() as connection:
            return list(history_of(connection, instance_id))


@pytest.fixture
def office(engine: ProcessEngine, clock: ManualClock) -> Office:
    return Office(engine, clock)
