"""The web application on a real database, with two small townships and a clock that moves when told to."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from engine.bootstrap import build_engine
from engine.clock import ManualClock
from engine.commands import (
    SYSTEM,
    DeploymentResource,
    DeployResources,
    PersonRecord,
    PositionRecord,
    RegisterOrganisation,
    UnitRecord,
)
from engine.history.signatures import signer_at
from engine.jobs.timers import fire_due_timers
from engine.process_engine import ProcessEngine
from forms.port import FormLibrary

#: a Monday, nine o'clock in the offices
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DIAGRAMS = Path(__file__).parent / "diagrams"
PASSWORD = "anlan-test"
CITY, COUNTY, TOWN, VILLAGE = "330300000000", "330324000000", "330324113000", "330324113227"
OTHER_TOWN, OTHER_VILLAGE = "330324106000", "330324106209"
OTHER_COUNTY = "330328000000"

UNITS = (
    UnitRecord(code=CITY, name="温州市", level="city"),
    UnitRecord(code=COUNTY, name="永嘉县", level="county", parent_code=CITY),
    UnitRecord(code=TOWN, name="岩坦镇", level="town", parent_code=COUNTY),
    UnitRecord(code=VILLAGE, name="石溪村", level="village", parent_code=TOWN),
    UnitRecord(code=OTHER_TOWN, name="碧莲镇", level="town", parent_code=COUNTY),
    UnitRecord(code=OTHER_VILLAGE, name="应坑村", level="village", parent_code=OTHER_TOWN),
    UnitRecord(code=OTHER_COUNTY, name="文成县", level="county", parent_code=CITY),
)

HOLDERS = {
    "applicant": ("village_applicant", VILLAGE),
    "clerk": ("town_clerk", TOWN),
    "second_clerk": ("town_clerk", TOWN),
    "lead": ("town_lead", TOWN),
    "county": ("county_project", COUNTY),
    "city": ("city_filing", CITY),
    "auditor": ("auditor_ro", COUNTY),
    "designer": ("process_designer", CITY),
    "other_applicant": ("village_applicant", OTHER_VILLAGE),
    "other_clerk": ("town_clerk", OTHER_TOWN),
    "other_county": ("county_project", OTHER_COUNTY),
    "contractor": ("contractor", COUNTY),
}

PDF = b"%PDF-1.7 a small paper"


def _person(login: str, role: str, unit: str) -> PersonRecord:
    position = PositionRecord(role=role, unit_code=unit)
    return PersonRecord(id=login, name=f"{login}同志", login=login, password=PASSWORD, positions=(position,))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path}/anlan.db"
    return Settings(home=tmp_path, database_url=url, demo=True, secure_cookie=False)


def _engine_on(home: Path, clock: ManualClock) -> ProcessEngine:
    url = f"sqlite:///{home}/anlan.db"
    signer = partial(signer_at, home / "checkpoint-key")
    return build_engine(
        url, clock=clock, forms=FormLibrary(), attachments=home / "attachments", demo=True, signer=signer
    )


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the people and the process, made once."""
    home = tmp_path_factory.mktemp("furnished")
    engine = _engine_on(home, ManualClock(START))
    persons = tuple(_person(login, *held) for login, held in HOLDERS.items())
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=UNITS, persons=persons))
    engine.execute(DeployResources(actor=SYSTEM, resources=resources("petition.bpmn", "petition_form.json")))
    engine.database.dispose()
    return home


@pytest.fixture
def engine(furnished: Path, settings: Settings, clock: ManualClock) -> Iterator[ProcessEngine]:
    shutil.copytree(furnished, settings.home, dirs_exist_ok=True)
    engine = _engine_on(settings.home, clock)
    yield engine
    engine.database.dispose()


def resources(*names: str) -> tuple[DeploymentResource, ...]:
    return tuple(DeploymentResource(name=name, content=(DIAGRAMS / name).read_bytes()) for name in names)


class Browser:
    """A person at a browser: keeps the cookie, sends the CSRF token of the page along."""

    def __init__(self, client: TestClient, csrf_token: str) -> None:
        self.client = client
        self.csrf_token = csrf_token

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        """Send a form."""
        fields = {"csrf_token": self.csrf_token, **(data or {})}
        return self.client.post(path, data=fields, **options)

    def api(self, method: str, path: str, **options: Any) -> Any:
        """Send JSON or raw content to the API."""
        headers = {"X-CSRF-Token": self.csrf_token, **options.pop("headers", {})}
        return self.client.request(method, f"/api/v1{path}", headers=headers, **options)


Login = Callable[[str], Browser]


@pytest.fixture
def app(engine: ProcessEngine, settings: Settings) -> Any:
    return create_app(engine, settings, timers=False)


@pytest.fixture
def anonymous(app: Any) -> TestClient:
    return TestClient(app)


@pytest.fixture
def log_in(app: Any) -> Login:
    def enter(login: str) -> Browser:
        client = TestClient(app)
        answer = client.post("/api/v1/session", json={"person_id": login})
        assert answer.status_code == 201, answer.text
        return Browser(client, answer.json()["csrf_token"])

    return enter


APPLICATION: dict[str, Any] = {"title": "村口道路修缮", "items": [{"name": "路面", "amount": "1200.50"}]}
REVIEW = {
    "opinion_text": "经现场查看，情况属实，同意上报。",
    "conflict_declaration": True,
    "e_signature": "clerk同志",
}


@pytest.fixture
def petition(log_in: Login) -> dict[str, str]:
    """A case whose application waits to be filled in."""
    started = log_in("applicant").api("POST", "/process-instances", json={"process_key": "petition"})
    assert started.status_code == 201, started.text
    return {"case": started.json()["instance_id"], "task": started.json()["task_ids"][0]}


@pytest.fixture
def reviewed(petition: dict[str, str], log_in: Login, engine: ProcessEngine, clock: ManualClock) -> dict[str, str]:
    """The same case, applied for, with its notice over: it waits for the town."""
    done = log_in("applicant").api("POST", f"/user-tasks/{petition['task']}/completion", json={"values": APPLICATION})
    assert done.status_code == 200, done.text
    clock.advance(timedelta(days=6))
    assert fire_due_timers(engine) == 1
    waiting = log_in("clerk").api("GET", "/user-tasks").json()["items"]
    return {"case": petition["case"], "task": waiting[0]["task_id"], "application": petition["task"]}


def field(html: str, name: str, kind: str = "") -> str:
    """The value of an input of a page."""
    inputs = re.findall(rf'<input[^>]*name="{re.escape(name)}"[^>]*>', html)
    chosen = [tag for tag in inputs if f'type="{kind}' in tag]
    assert chosen, f"no input {name}"
    value = re.search(r'value="([^"]*)"', chosen[0])
    return value[1] if value else ""
