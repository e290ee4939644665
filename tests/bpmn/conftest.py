"""Shipped diagrams, walked with real decision tables and a policy profile, by an interpreter and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import bpmn
from engine import dmn, feel, interpreter
from engine.cases.functions import calendar_functions
from engine.clock import LOCAL_ZONE, ManualClock
from engine.dmn import DecisionModel, DecisionOutcome
from engine.interpreter import OpenedTask, Specification, State, Step
from engine.policy.counties import demo_counties
from engine.policy.parameters import resolve

FOLDER = Path(bpmn.__file__).parent
START = datetime(2026, 3, 2, 9, 0, tzinfo=LOCAL_ZONE)
REGION = {"code": "330324113227", "name": "石溪村", "village": {"code": "330324113227", "name": "石溪村"}}
#: an approved project of 500,000 with a contract of 480,000, as the funds room tells expressions of it
PROJECT: Mapping[str, Any] = {
    "id": "p1",
    "number": "XM-330324-2026-0001",
    "name": "石溪村溪渠整治",
    "project_type": "farmland_water",
    "applicant_type": "village",
    "reimburse_mode": "staged",
    "approved_amount": Decimal(500000),
    "total_invest": Decimal(500000),
    "support_ratio": Decimal(1),
    "ceiling": Decimal(480000),
    "paid": Decimal(0),
    "earned_value": Decimal(0),
    "is_industry": False,
    "work_relief": False,
    "suspended": False,
    "warranty_end": date(2027, 5, 21),
    "payee": {"payee_type": "village", "payee_name": "石溪村", "bank_account": "201000000000001"},
    "contract": {"number": "HT-1", "amount": Decimal(480000), "retention_rate": Decimal("0.03"), "supervise_unit": None}
    | {"sign_date": date(2026, 1, 5), "start_report_on": date(2026, 1, 20)},
}


@cache
def specification(key: str) -> Specification:
    """A shipped diagram, compiled once."""
    return interpreter.compile_definition((FOLDER / key / f"{key}.bpmn").read_bytes())


@cache
def models() -> Mapping[str, DecisionModel]:
    """Every shipped decision by its id."""
    read = [dmn.read(path) for path in sorted(FOLDER.glob("*/*.dmn"))]
    return {decision: model for model in read for decision in model.decision_ids}


@dataclass
class Office:
    """The services of one case: a clock, the county's parameters, the real tables, and connectors that answer."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    policy: dict[str, Any] = field(default_factory=lambda: resolve())
    project: dict[str, Any] = field(default_factory=lambda: dict(PROJECT))
    connectors: dict[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = field(default_factory=dict)
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    _serials: Any = field(default_factory=lambda: count(1))

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def facts(self) -> Mapping[str, Any]:
        decide = feel.Function(("ref", "context"), lambda ref, context: self.decide(ref, context or {}).value)
        case = {"id": "c1", "number": "XM-330324-2026-00001", "started_on": START.date()}
        return {**calendar_functions(self.now), **self._given, "case": case, "decide": decide}

    @property
    def _given(self) -> Mapping[str, Any]:
        starter = {"id": "p1", "name": "陈立"}
        return {"policy": self.policy, "region": REGION, "project": self.project, "starter": starter}

    def new_id(self) -> str:
        return f"id{next(self._serials)}"

    def decide(self, ref: str, context: Mapping[str, Any]) -> DecisionOutcome:
        return models()[ref].explain(ref, {**self._given, **context})

    @property
    def called(self) -> list[str]:
        """The connectors that worked, in order."""
        return [name for name, _ in self.calls]

    def inputs_of(self, connector: str) -> Mapping[str, Any]:
        """What a connector was given last."""
        return next(inputs for name, inputs in reversed(self.calls) if name == connector)

    def call(self, connector: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        self.calls.append((connector, dict(inputs)))
        answer = self.connectors.get(connector)
        return answer(inputs) if answer else {}


class Walk:
    """One case: complete, wait, send messages; and what it went through."""

    def __init__(
        self, key: str, office: Office, variables: Mapping[str, Any] | None = None, at: str | None = None
    ) -> None:
        self.office = office
        self.passed: list[str] = []
        self.ended: str | None = None
        self.variables: Mapping[str, Any] = {}
        self._spec = specification(key)
        self._tasks: dict[str, OpenedTask] = {}
        self._take(interpreter.start(self._spec, variables or {}, office, at=at))

    @property
    def open(self) -> list[str]:
        """The activities that wait for people."""
        return sorted(task.activity_id for task in self._tasks.values())

    def task(self, activity_id: str) -> OpenedTask:
        """The first open task of an activity."""
        return next(task for task in self._tasks.values() if task.activity_id == activity_id)

    def task_of(self, unit: str, activity_id: str) -> OpenedTask:
        """The open task of an activity that a unit does."""
        return next(task for task in self._tasks.values() if (task.activity_id, task.scope) == (activity_id, unit))

    def do(self, activity_id: str, outcome: str | None = None, **values: Any) -> Walk:
        """Complete the first open task of an activity."""
        submission = {**values, "outcome": outcome} if outcome else values
        return self._complete(self.task(activity_id), submission)

    def do_of(self, unit: str, activity_id: str, **values: Any) -> Walk:
        """Complete the open task of an activity that a unit does."""
        return self._complete(self.task_of(unit, activity_id), values)

    def _complete(self, task: OpenedTask, submission: Mapping[str, Any]) -> Walk:
        self._take(interpreter.complete(self._spec, self._state, task.token_id, submission, self.office))
        return self

    def agree(self, *activity_ids: str) -> Walk:
        """Complete tasks with the outcome 同意."""
        for activity_id in activity_ids:
            self.do(activity_id, "agree")
        return self

    def send(self, name: str, **values: Any) -> Walk:
        """A message comes in."""
        wait = next(wait for wait in self._waits if wait.kind == "message" and wait.name == name)
        self._take(interpreter.correlate(self._spec, self._state, wait.id, values, self.office))
        return self

    @property
    def timers(self) -> dict[str, datetime]:
        """When the case's timers are due."""
        return {wait.element_id: wait.due_at for wait in self._waits if wait.kind == "timer" and wait.due_at}

    def wait_for(self, element_id: str) -> Walk:
        """Let the time pass until a timer is due, and fire it."""
        wait = next(wait for wait in self._waits if wait.element_id == element_id)
        assert wait.due_at is not None
        self.office.clock.set(wait.due_at)
        self._take(interpreter.fire(self._spec, self._state, wait.id, self.office))
        return self

    def fire_early(self, element_id: str, by: timedelta) -> None:
        """Try to fire a timer before it is due."""
        wait = next(wait for wait in self._waits if wait.element_id == element_id)
        assert wait.due_at is not None
        self.office.clock.set(wait.due_at - by)
        interpreter.fire(self._spec, self._state, wait.id, self.office)

    def _take(self, step: Step) -> None:
        for closed in step.closed:
            self._tasks.pop(closed.token_id, None)
        self._tasks |= {task.token_id: task for task in step.opened}
        self._state: State = step.state
        self._waits = step.waits
        self.passed += [passage.element_id for passage in step.trail]
        self.variables = {**self.variables, **step.variables}
        self.ended = step.ended
        if step.ended:
            self._tasks.clear()


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def walk(office: Office) -> Callable[..., Walk]:
    """Start a case of a shipped process."""

    def begin(key: str, at: str | None = None, **variables: Any) -> Walk:
        return Walk(key, office, variables, at)

    return begin


@pytest.fixture
def decide(office: Office) -> Callable[..., Any]:
    """Ask a shipped decision table under the county's parameters."""

    def ask(ref: str, **inputs: Any) -> Any:
        return office.decide(ref, inputs).value

    return ask


@pytest.fixture
def decide_in() -> Callable[..., Any]:
    """Ask a shipped decision table under the parameters of one of the demo counties."""
    policies = {county.county_name: resolve(county.parameters) for county in demo_counties()}

    def ask(county: str, ref: str, **inputs: Any) -> Any:
        return Office(policy=policies[county]).decide(ref, inputs).value

    return ask
