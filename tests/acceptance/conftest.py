"""The whole product over HTTP: people log in, fill forms, and wait under an injected clock."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.composition import engine_for
from api.demo.engine_desk import EngineDesk
from api.demo.form_filling import fill
from api.demo.loader import prepare
from api.demo.organisation import DEMO_PASSWORD
from api.demo.pace import OfficeHours
from api.demo.plan import row_of
from api.demo.stage import Stage
from api.demo.story import EXAMPLE_A, Story
from api.demo.walker import Desk, OpenTask
from api.settings import Settings
from engine.clock import ManualClock
from engine.jobs.timers import fire_due_timers
from engine.ports import FormTask
from engine.process_engine import ProcessEngine

#: a Monday, nine o'clock in the offices
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
#: reads every case of the city and does nothing else
READER = "auditor"
SHIXI = Story.of_plan(row_of("岩坦镇"), contract_amount=Decimal("486300.00"))
_NUMBER = re.compile(r"-?\d{1,12}(\.\d+)?")


class Refusal(Exception):
    """An answer other than success, as problem+json tells it."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {document.get('detail')} {document.get('problems', '')}")
        self.status = status
        self.detail = str(document.get("detail", ""))
        self.problems = {item.get("path"): item["message"] for item in document.get("problems", ())}


class Visitor:
    """One logged-in person; all persons share the connection, each has an own cookie."""

    def __init__(self, client: TestClient, credentials: Mapping[str, str]) -> None:
        self._client = client
        self._headers: dict[str, str] = {}
        session = self._send("POST", "/session", json=credentials)
        self._headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items()),
            "X-CSRF-Token": session["csrf_token"],
        }
        client.cookies.clear()
        self.name: str = session["name"]

    def get(self, path: str) -> Any:
        return self._send("GET", path)

    def post(self, path: str, *, headers: Mapping[str, str] | None = None, **options: Any) -> Any:
        return self._send("POST", path, headers=headers, **options)

    def _send(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any) -> Any:
        sent = {**self._headers, **(headers or {})}
        answer = self._client.request(method, f"/api/v1{path}", headers=sent, **options)
        if not answer.is_success:
            raise Refusal(answer.status_code, answer.json())
        return answer.json() if answer.content else None


class HttpDesk:
    """The walker's way in by the JSON API; timers are the worker's, so they are fired at the engine."""

    def __init__(self, engine: ProcessEngine, settings: Settings, clock: ManualClock) -> None:
        self.engine = engine
        self.clock = clock
        # One event loop for all requests: starting one for each would take most of the time.
        self._client = TestClient(create_app(engine, settings, timers=False)).__enter__()
        self._visitors: dict[str, Visitor] = {}
        #: checking a password is slow on purpose; a demonstration also lets people pick who they are
        self.asks_passwords = False
        self._serials = count(100_000)
        self._policies: dict[str, Any] = {}
        self._seen: dict[str, Any] = {}

    def close(self) -> None:
        """Stop the application, which closes its database."""
        self._client.__exit__(None, None, None)

    def visitor(self, login: str) -> Visitor:
        if login not in self._visitors:
            with_password = {"login": login, "password": DEMO_PASSWORD}
            credentials = with_password if self.asks_passwords else {"person_id": login}
            self._visitors[login] = Visitor(self._client, credentials)
        return self._visitors[login]

    def case(self, case_id: str) -> Any:
        return self.visitor(READER).get(f"/process-instances/{case_id}")

    def project(self, project_id: str) -> Any:
        return self.visitor(READER).get(f"/projects/{project_id}")

    def start(self, person: str, process_key: str, *, region_code: str | None, project_id: str | None) -> str:
        body = {"process_key": process_key, "region_code": region_code, "project_id": project_id}
        return str(self.visitor(person).post("/process-instances", json=body)["instance_id"])

    def open_tasks(self, case_id: str) -> Sequence[OpenTask]:
        waiting = [task for task in self.case(case_id)["tasks"] if task["status"] == "created"]
        return [
            OpenTask(**{name: task[name] for name in ("id", "activity_id", "name", "role", "unit_code")})
            for task in sorted(waiting, key=lambda task: (task["opened_at"], task["activity_id"]))
        ]

    def outcomes(self, person: str, task: OpenTask) -> Sequence[str]:
        self._seen[task.id] = self.visitor(person).get(f"/user-tasks/{task.id}")
        return [outcome["key"] for outcome in self._seen[task.id]["outcomes"]]

    def upload(self, person: str, name: str, content: bytes) -> str:
        return str(self.visitor(person).post("/attachments", files={"file": (name, content)})["id"])

    def sample(self, person: str, task: OpenTask, outcome: str | None, values: Mapping[str, Any]) -> Mapping[str, Any]:
        visitor = self.visitor(person)
        shown = self._seen.pop(task.id, None) or visitor.get(f"/user-tasks/{task.id}")
        form_task = FormTask(
            form=json.dumps(shown["form"]).encode() if shown["form"] else b"",
            inputs=_rich(shown["inputs"]),
            rights=shown["rights"],
            context={"policy": self._policy(task.unit_code), "actor": {"name": visitor.name}},
        )
        upload = partial(self.upload, person)
        return fill(form_task, outcome, values, upload, now=self.clock.now(), serial=next(self._serials))

    def _policy(self, unit_code: str) -> Any:
        county = "330324000000" if unit_code.startswith("3303000") else f"{unit_code[:6]}000000"
        if county not in self._policies:
            profiles = self.visitor(READER).get(f"/policy-profiles/{county}")
            self._policies[county] = _rich(profiles[0]["parameters"])
        return self._policies[county]

    def complete(self, person: str, task: OpenTask, outcome: str | None, submission: Mapping[str, Any]) -> None:
        body = {"outcome": outcome, "values": dict(submission)}
        self.visitor(person).post(f"/user-tasks/{task.id}/completion", json=body)

    def deliver(self, person: str, case_id: str, name: str, values: Mapping[str, Any] | None = None) -> None:
        body = {"name": name, "values": dict(values or {})}
        self.visitor(person).post(f"/process-instances/{case_id}/messages", json=body)

    def result_of(self, case_id: str) -> str | None:
        result: str | None = self.case(case_id)["result"]
        return result

    def project_of(self, case_id: str) -> str | None:
        project_id: str | None = self.case(case_id)["project_id"]
        return project_id

    def next_due(self, case_id: str) -> datetime | None:
        waits = [wait["due_at"] for wait in self.case(case_id)["waits"] if wait["due_at"]]
        return datetime.fromisoformat(min(waits)) if waits else None

    def fire_due_timers(self) -> int:
        return fire_due_timers(self.engine)


def _rich(value: Any) -> Any:
    """JSON as process values: exact numbers come as texts."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    if isinstance(value, list):
        return [_rich(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _rich(item) for key, item in value.items()}
    return value


def open_desk(home: Path, start: datetime = START) -> HttpDesk:
    """The product on a folder of its own."""
    clock = ManualClock(start)
    settings = Settings(home=home, database_url=f"sqlite:///{home}/anlan.db", demo=True, secure_cookie=False)
    return HttpDesk(engine_for(settings, clock), settings, clock)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the organisation, both counties' policies and the shipped processes, made once."""
    home = tmp_path_factory.mktemp("prepared")
    desk = open_desk(home)
    prepare(desk.engine)
    desk.close()
    return home


@pytest.fixture
def desk(prepared: Path, tmp_path: Path) -> Iterator[HttpDesk]:
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    desk = open_desk(tmp_path)
    yield desk
    desk.close()


def stage_at(desk: Desk, clock: ManualClock) -> Stage:
    return Stage(desk, OfficeHours(clock, per_act=timedelta(hours=1)))


@pytest.fixture
def stage(desk: HttpDesk) -> Stage:
    return stage_at(desk, desk.clock)


@pytest.fixture
def backstage(desk: HttpDesk) -> Stage:
    """The same product by the engine's own commands: quicker, where the way in is not what is tried."""
    return stage_at(EngineDesk(desk.engine), desk.clock)


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """Where a project has got to: the database as it then was, and the moment."""

    home: Path
    project_id: str
    reached_at: datetime


Reach = Callable[[str], Milestone]


@pytest.fixture(scope="session")
def reach(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Reach:
    """Worked example A up to a milestone, played once by the engine's own commands and copied for every test."""
    steps: dict[str, Callable[[Stage, str], object]] = {
        "approved": lambda stage, project_id: None,
        "advanced": lambda stage, project_id: stage.advance(EXAMPLE_A, project_id),
        "built": lambda stage, project_id: stage.progress(EXAMPLE_A, project_id, Decimal("480000.00")),
        "settled": lambda stage, project_id: stage.settle(EXAMPLE_A, project_id, Decimal("470000.00")),
    }
    known: dict[str, Milestone] = {}

    def build(name: str) -> Milestone:
        earlier = list(steps)[list(steps).index(name) - 1] if name != "approved" else None
        last = milestone(earlier) if earlier else Milestone(home=prepared, project_id="", reached_at=START)
        home = tmp_path_factory.mktemp(name)
        shutil.copytree(last.home, home, dirs_exist_ok=True)
        desk = open_desk(home, last.reached_at)
        stage = stage_at(EngineDesk(desk.engine, first_serial=1000 * (len(known) + 1)), desk.clock)
        project_id = last.project_id or stage.approve(EXAMPLE_A)
        steps[name](stage, project_id)
        desk.close()
        return Milestone(home=home, project_id=project_id, reached_at=desk.clock.now())

    def milestone(name: str) -> Milestone:
        if name not in known:
            known[name] = build(name)
        return known[name]

    return milestone


@pytest.fixture(scope="session")
def reviewing(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Milestone:
    """The plan's row at its township's review; `project_id` is the case's id here."""
    home = tmp_path_factory.mktemp("reviewing")
    shutil.copytree(prepared, home, dirs_exist_ok=True)
    desk = open_desk(home)
    walk = stage_at(EngineDesk(desk.engine), desk.clock).start("project_approval", SHIXI)
    walk.run(SHIXI.approval(), until="p4_town_review")
    desk.close()
    return Milestone(home=home, project_id=walk.case_id, reached_at=desk.clock.now())


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project at a milestone, with the product open on it."""

    id: str
    desk: HttpDesk
    stage: Stage

    def show(self) -> Any:
        return self.desk.project(self.id)

    def backstage(self) -> Stage:
        """The same product by the engine's own commands."""
        return stage_at(EngineDesk(self.desk.engine, first_serial=50_000), self.desk.clock)

    def payments(self) -> list[tuple[str, str]]:
        return [(payment["kind"], payment["amount"]) for payment in self.show()["payments"]]


@pytest.fixture
def open_copy(tmp_path: Path) -> Iterator[Callable[[Milestone], HttpDesk]]:
    """Opens the product on a copy of a milestone."""
    opened: list[HttpDesk] = []

    def open_it(milestone: Milestone) -> HttpDesk:
        home = tmp_path / f"copy{len(opened)}"
        shutil.copytree(milestone.home, home)
        opened.append(open_desk(home, milestone.reached_at))
        return opened[-1]

    yield open_it
    for desk in opened:
        desk.close()


@pytest.fixture
def project_at(reach: Reach, open_copy: Callable[[Milestone], HttpDesk]) -> Callable[[str], Project]:
    """`project_at("advanced")` opens a copy of that milestone."""

    def open_project(name: str) -> Project:
        milestone = reach(name)
        desk = open_copy(milestone)
        return Project(id=milestone.project_id, desk=desk, stage=stage_at(desk, desk.clock))

    return open_project


@pytest.fixture
def shixi() -> Story:
    """The row of 岩坦镇石溪: 424,660 of 499,610 yuan."""
    return SHIXI


@pytest.fixture
def example_a() -> Story:
    """Worked example A of the specification."""
    return EXAMPLE_A


@pytest.fixture
def wencheng() -> Story:
    """A project in the other county."""
    return replace(EXAMPLE_A, village_code="330328104208", village="云峰村", name="云峰村机耕路工程")


class Refused:
    """What a refused request was told; filled when the block has ended."""

    detail = ""
    problems: Mapping[str, str] = {}


@pytest.fixture
def refused() -> Any:
    """`with refused(422) as refusal:` expects the block's request to be refused with that status."""

    @contextmanager
    def expect(status: int) -> Iterator[Refused]:
        told = Refused()
        with pytest.raises(Refusal) as caught:
            yield told
        assert caught.value.status == status, caught.value
        told.detail, told.problems = caught.value.detail, caught.value.problems

    return expect
