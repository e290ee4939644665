"""A town and a county that review an application side by side, and those who may stop or move its cases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from engine.cases.preview import Standing
from engine.clock import ManualClock
from engine.commands import (
    SYSTEM,
    Actor,
    Command,
    CompleteTask,
    DeploymentResource,
    DeployResources,
    PersonRecord,
    PositionRecord,
    RegisterOrganisation,
    StartProcess,
    UnitRecord,
)
from engine.history.event import Event
from engine.jobs.timers import fire_due_timers
from engine.model import HistoryEvent, ProcessInstance, UserTask
from engine.process_engine import ProcessEngine

R = TypeVar("R")

DIAGRAM = Path(__file__).parents[1] / "diagrams" / "joint_grant.bpmn"
COUNTY, TOWN, VILLAGE, ELSEWHERE = "330324000000", "330324104000", "330324104201", "330281000000"

PERSONS = {
    "checker": [("county_project", COUNTY)],
    "second_checker": [("county_project", COUNTY)],
    "finance": [("county_finance", COUNTY)],
    "deputy": [("county_deputy", COUNTY)],
    "dealer": [("county_deputy", COUNTY), ("village_applicant", VILLAGE)],
    "admin": [("sys_admin", COUNTY)],
    "auditor": [("auditor_ro", COUNTY)],
    "builder": [("contractor", COUNTY)],
    "other_admin": [("sys_admin", ELSEWHERE)],
    "designer": [("process_designer", COUNTY)],
    "clerk_admin": [("town_clerk", TOWN), ("sys_admin", COUNTY)],
    "stranger": [("county_project", ELSEWHERE)],
}


class Office:
    """Lets named persons act on one case of the joint grant."""

    def __init__(self, engine: ProcessEngine, clock: ManualClock) -> None:
        self.engine = engine
        self.clock = clock
        self.case_id = ""

    def start(self, login: str = "applicant") -> Office:
        """Begin the case."""
        command = StartProcess(actor=Actor(person_id=login), process_key="joint_grant")
        self.case_id = self.engine.execute(command).instance_id
        return self

    def applied(self) -> Office:
        """Begin it and hand the application in: town and county review it now."""
        return self.start().complete("apply", "applicant", title="石溪路面硬化")

    def execute(self, command: Command[R]) -> R:
        return self.engine.execute(command)

    def complete(self, activity: str, login: str, outcome: str | None = None, **values: Any) -> Office:
        command = CompleteTask(
            actor=Actor(person_id=login), task_id=self.task(activity).id, outcome=outcome, submission=values
        )
        self.engine.execute(command)
        return self

    def redraw(self, *changes: tuple[str, str]) -> None:
        """Deploy another version of the diagram."""
        content = DIAGRAM.read_text()
        for before, after in changes:
            assert before in content
            content = content.replace(before, after)
        resource = DeploymentResource(name=DIAGRAM.name, content=content.encode())
        self.engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))

    def reviewed(self) -> Office:
        """Both reviews and the town's signature are done: the deputy signs now."""
        self.applied().complete("review", "clerk", "agree").complete("town_sign", "lead", "agree")
        return self.complete("check", "checker", "agree")

    def tasks(self, status: str = "created") -> list[Any]:
        with self.engine.database.read() as connection:
            statement = select(UserTask).where(UserTask.instance_id == self.case_id, UserTask.status == status)
            return list(connection.execute(statement.order_by(UserTask.opened_seq, UserTask.activity_id)))

    @property
    def open(self) -> list[str]:
        """The activities that wait for a person."""
        return sorted(task.activity_id for task in self.tasks())

    def task(self, activity: str, **facts: Any) -> Any:
        """The newest task of an activity: the open one, or one with these facts."""
        wanted = {"status": "created", "parent_id": None, **facts}
        with self.engine.database.read() as connection:
            conditions = [getattr(UserTask, name) == value for name, value in wanted.items()]
            statement = select(UserTask).where(
                UserTask.instance_id == self.case_id, UserTask.activity_id == activity, *conditions
            )
            return connection.execute(statement.order_by(UserTask.opened_seq.desc())).first()

    def row(self, task_id: str) -> Any:
        with self.engine.database.read() as connection:
            return connection.execute(select(UserTask).where(UserTask.id == task_id)).one()

    def added(self, login: str) -> Any:
        """The task that was added for a person."""
        with self.engine.database.read() as connection:
            statement = select(UserTask).where(
                UserTask.instance_id == self.case_id, UserTask.parent_id.is_not(None), UserTask.assignee_id == login
            )
            return connection.execute(statement).one()

    @property
    def instance(self) -> Any:
        with self.engine.database.read() as connection:
            return connection.execute(select(ProcessInstance).where(ProcessInstance.id == self.case_id)).one()

    def events(self) -> list[Event]:
        with self.engine.database.read() as connection:
            statement = select(HistoryEvent.payload).where(HistoryEvent.stream == self.case_id)
            return [Event(payload) for payload in connection.scalars(statement.order_by(HistoryEvent.seq))]

    def standing(self) -> Standing:
        with self.engine.database.read() as connection:
            return Standing.of(connection, self.case_id)

    def wait(self, **duration: int) -> int:
        self.clock.advance(timedelta(**duration))
        return fire_due_timers(self.engine)


@pytest.fixture
def office(engine: ProcessEngine, clock: ManualClock) -> Office:
    units = (UnitRecord(code=ELSEWHERE, name="余姚市", level="county"),)
    persons = tuple(
        PersonRecord(
            id=login,
            name=login,
            login=login,
            password="anlan-demo",
            positions=tuple(PositionRecord(role=role, unit_code=unit) for role, unit in held),
        )
        for login, held in PERSONS.items()
    )
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=units, persons=persons))
    resource = DeploymentResource(name=DIAGRAM.name, content=DIAGRAM.read_bytes())
    engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))
    return Office(engine, clock)
