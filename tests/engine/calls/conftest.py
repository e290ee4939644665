"""An engine with connectors that work outside its transactions, and external workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
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
from engine.history.replay import replay
from engine.history.verification import verify
from engine.interpreter import State, variables_of
from engine.jobs.duties import perform
from engine.jobs.queue import OUTSIDE
from engine.jobs.sweep import due_work
from engine.jobs.timers import fire_due_timers
from engine.model import ConnectorCall, Incident, ProcessInstance, UserTask
from engine.ports import OutgoingCall
from engine.process_engine import ProcessEngine
from engine.queries.history import history_of

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d" '
    'targetNamespace="urn:test"><error id="no" errorCode="NO"/><message id="m" name="off"/>'
)
COUNTY, VILLAGE, ELSEWHERE = "330324000000", "330324104201", "330381000000"


def diagram(key: str, body: str, flows: str) -> bytes:
    """A process of nodes and of flows such as `s>ask ask>e`."""
    drawn = "".join(
        f'<sequenceFlow id="f{number}" sourceRef="{flow.split(">")[0]}" targetRef="{flow.split(">")[1]}"/>'
        for number, flow in enumerate(flows.split())
    )
    return f'{HEAD}<process id="{key}" isExecutable="true">{body}{drawn}</process></definitions>'.encode()


def ask(id_: str, inside: str = "", connector: str = "remote") -> str:
    """A service task that tells the outside the amount and keeps the receipt."""
    return f"""<serviceTask id="{id_}" name="登记 {id_}" anlan:connector="{connector}"><extensionElements>
      <anlan:in source="amount" target="amount"/><anlan:out source="receipt" target="receipt_{id_}"/>
      </extensionElements>{inside}</serviceTask>"""


#: asks, then a person looks at what came back
ASKS = diagram(
    "asks",
    f'<startEvent id="s"/>{ask("ask")}<userTask id="look"/><endEvent id="e"/>',
    "s>ask ask>look look>e",
)


ADMIN = Actor(person_id="admin")
UNITS = (
    UnitRecord(code=COUNTY, name="永嘉县", level="county"),
    UnitRecord(code=VILLAGE, name="石溪村", level="village", parent_code=COUNTY),
    UnitRecord(code=ELSEWHERE, name="瑞安市", level="county"),
)
HOLDERS = {
    "admin": ("sys_admin", COUNTY),
    "clerk": ("town_clerk", COUNTY),
    "machine": ("integration", COUNTY),
    "stranger": ("integration", ELSEWHERE),
}


def _person(login: str, role: str, unit: str) -> PersonRecord:
    held = (PositionRecord(role=role, unit_code=unit),)
    return PersonRecord(id=login, name=login, login=login, password="anlan-demo", positions=held)


class Remote:
    """A system elsewhere that answers as the test wants."""

    type = "remote"
    waits = True

    def __init__(self) -> None:
        self.asked: list[tuple[Mapping[str, Any], OutgoingCall]] = []
        self.answers: list[Any] = []
        self.forbidden: Exception | None = None
        #: what happens while it is at work
        self.meanwhile: Callable[[], object] = lambda: None

    def check(self, inputs: Mapping[str, Any]) -> None:
        if self.forbidden is not None:
            raise self.forbidden

    def call(self, inputs: Mapping[str, Any], call: OutgoingCall) -> Mapping[str, Any]:
        self.asked.append((inputs, call))
        self.meanwhile()
        answer = self.answers.pop(0) if self.answers else {"receipt": f"R{len(self.asked)}"}
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]


class Letters(Remote):
    """Nobody waits for what becomes of a letter."""

    type = "letters"
    waits = False


class Desk:
    """One case at a time, and the outside."""

    def __init__(self, engine: ProcessEngine, clock: ManualClock, remote: Remote, letters: Letters) -> None:
        self.engine = engine
        self.clock = clock
        self.remote = remote
        self.letters = letters
        self.case = ""

    def deploy(self, content: bytes) -> Desk:
        resource = DeploymentResource(name="a.bpmn", content=content)
        self.engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))
        return self

    def start(self, key: str, region: str = VILLAGE, **variables: Any) -> str:
        command = StartProcess(actor=SYSTEM, process_key=key, region_code=region, variables=variables)
        self.case = self.engine.execute(command).instance_id
        return self.case

    def begin(self, content: bytes, key: str, **variables: Any) -> Desk:
        self.deploy(content).start(key, **variables)
        return self

    def work(self) -> int:
        """Do every job for the outside that is due; tells how many did anything."""
        done = 0
        for _ in range(20):
            with self.engine.database.read() as connection:
                jobs = due_work(connection, self.clock.now(), 100, OUTSIDE)
            if not sum([perform(self.engine, job) for job in jobs]):
                return done
            done += len(jobs)
        return done

    def wait(self, **duration: float) -> Desk:
        self.clock.advance(timedelta(**duration))
        return self

    def fire(self) -> int:
        return fire_due_timers(self.engine)

    def complete(self, **values: Any) -> Desk:
        (task,) = [row for row in self.rows(UserTask) if row.status == "created"]
        self.engine.execute(CompleteTask(actor=SYSTEM, task_id=task.id, submission=values))
        return self

    def rows(self, table: Any) -> list[Any]:
        with self.engine.database.read() as connection:
            return list(connection.execute(select(table)))

    @property
    def calls(self) -> list[Any]:
        return sorted(self.rows(ConnectorCall), key=lambda row: (row.asked_at, row.seq, row.ordinal))

    @property
    def call(self) -> Any:
        (call,) = self.calls
        return call

    @property
    def incidents(self) -> list[Any]:
        return [row for row in self.rows(Incident) if row.closed_at is None]

    @property
    def incident(self) -> Any:
        (incident,) = self.incidents
        return incident

    @property
    def instance(self) -> Any:
        (instance,) = [row for row in self.rows(ProcessInstance) if row.id == self.case]
        return instance

    @property
    def open(self) -> list[str]:
        return sorted(row.activity_id for row in self.rows(UserTask) if row.status == "created")

    @property
    def variables(self) -> dict[str, Any]:
        return variables_of(State(tokens=self.instance.tokens, variables=self.instance.variables))

    @property
    def events(self) -> list[Any]:
        with self.engine.database.read() as connection:
            return list(history_of(connection, self.case))

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]

    def is_sound(self) -> bool:
        """Whether the history can be played again and every row is as it says."""
        with self.engine.database.read() as connection:
            assert replay(connection, self.engine.tools.definitions, self.case).difference is None
            assert verify(connection, self.engine.tools).findings == []
        return True


@pytest.fixture
def desk(database_url: str, clock: ManualClock) -> Iterator[Desk]:
    remote, letters = Remote(), Letters()
    engine = build_engine(database_url, clock=clock, connectors=[remote, letters])
    persons = tuple(_person(login, *position) for login, position in HOLDERS.items())
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=UNITS, persons=persons))
    yield Desk(engine, clock, remote, letters)
    engine.database.dispose()
