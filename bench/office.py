"""A county with people who apply, review and reject: what every measurement of durable completions drives."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

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
    PublishPolicy,
    RegisterOrganisation,
    StartProcess,
    UnitRecord,
)
from engine.model import UserTask
from engine.process_engine import ProcessEngine
from engine.store.database import Database

DIAGRAM = Path(__file__).parent / "diagrams" / "rejection.bpmn"
CITY, COUNTY, TOWN, VILLAGE = "330300000000", "330324000000", "330324104000", "330324104201"
#: one round of the rejection loop: who does what
ROUND = (
    ("apply", "applicant", None),
    ("technical", "clerk", "agree"),
    ("finance", "accountant", "agree"),
    ("approve", "chief", "reject"),
)
_POSITIONS = {
    "applicant": ("village_applicant", VILLAGE),
    "clerk": ("town_clerk", TOWN),
    "accountant": ("county_finance", COUNTY),
    "chief": ("county_chief", COUNTY),
}
APPLICATION = {
    "title": "石溪村至应坑村道路硬化及排水沟修复工程",
    "category": "infrastructure",
    "amount": Decimal("424660.00"),
    "self_raised": Decimal("30000.00"),
    "beneficiaries": Decimal(386),
    "planned_start": "2026-05-01",
    "planned_end": "2026-09-30",
    "reason": "现有道路路面破损严重，雨季积水影响移民群众出行和农产品运输，经村民代表会议讨论同意申报。",
    "contact": {"name": "王小华", "phone": "13800000000"},
    "items": [
        {"name": "路面硬化", "quantity": Decimal(1200), "unit": "米", "price": Decimal("280.50")},
        {"name": "排水沟", "quantity": Decimal(800), "unit": "米", "price": Decimal("110.00")},
    ],
}
OPINION = {"opinion": "资料齐全，符合规划，同意按程序办理。", "checked": True}


class Clock(ManualClock):
    """Stands still, so that every run computes the same deadlines."""


class Office:
    """An engine with its people, and the cases they work on."""

    def __init__(self, engine: ProcessEngine) -> None:
        self.engine = engine

    @classmethod
    def build(cls, database: Database) -> Office:
        engine = build_engine(
            database.url.render_as_string(hide_password=False), clock=Clock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
        )
        engine.database.dispose()
        engine.database = database
        return cls(engine)

    def furnish(self) -> Office:
        """Units, people, a policy and the diagram."""
        units = (
            UnitRecord(code=CITY, name="温州市", level="city"),
            UnitRecord(code=COUNTY, name="永嘉县", level="county", parent_code=CITY),
            UnitRecord(code=TOWN, name="岩坦镇", level="town", parent_code=COUNTY),
            UnitRecord(code=VILLAGE, name="石溪村", level="village", parent_code=TOWN),
        )
        persons = tuple(
            PersonRecord(
                id=login, name=login, login=login, password=secrets.token_hex(8), positions=(_position(login),)
            )
            for login in _POSITIONS
        )
        self.engine.execute(RegisterOrganisation(actor=SYSTEM, units=units, persons=persons))
        now = self.engine.clock.now().date()
        self.engine.execute(PublishPolicy(actor=SYSTEM, county_code=COUNTY, effective_from=now, parameters={}))
        resource = DeploymentResource(name=DIAGRAM.name, content=DIAGRAM.read_bytes())
        self.engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))
        return self

    def start(self, number: int = 1) -> list[str]:
        """So many new cases, each waiting for its application."""
        command = StartProcess(actor=Actor(person_id="applicant"), process_key="rejection")
        return [self.engine.execute(command).instance_id for _ in range(number)]

    def open_tasks(self, cases: Iterable[str], activity: str) -> dict[str, str]:
        """The open task of an activity in each case."""
        statement = select(UserTask.instance_id, UserTask.id).where(
            UserTask.status == "created", UserTask.activity_id == activity
        )
        with self.engine.database.read() as connection:
            found = {row.instance_id: row.id for row in connection.execute(statement)}
        return {case: found[case] for case in cases}

    def completions(self, cases: Iterable[str], activity: str, login: str, outcome: str | None) -> list[CompleteTask]:
        """The commands that complete an activity in each case."""
        submission: dict[str, Any] = APPLICATION if activity == "apply" else OPINION
        return [
            CompleteTask(actor=Actor(person_id=login), task_id=task, submission=submission, outcome=outcome)
            for task in self.open_tasks(cases, activity).values()
        ]

    def play(self, cases: list[str], rounds: int) -> None:
        """Send cases round the loop."""
        for _ in range(rounds):
            for activity, login, outcome in ROUND:
                for command in self.completions(cases, activity, login, outcome):
                    self.engine.execute(command)


def _position(login: str) -> PositionRecord:
    role, unit = _POSITIONS[login]
    return PositionRecord(role=role, unit_code=unit)
