"""The real application behind a real port, with the demo's people and processes, in a real Chromium."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from api.app import create_app
from api.composition import engine_for
from api.demo.engine_desk import EngineDesk
from api.demo.loader import prepare
from api.demo.organisation import demo_organisation
from api.demo.pace import OfficeHours
from api.demo.papers import paper
from api.demo.stage import Stage
from api.demo.walker import Walk
from api.settings import Settings
from engine.clock import ManualClock
from engine.model import ProcessInstance
from engine.process_engine import ProcessEngine
from forms.submission import flatten

#: a Monday, nine o'clock in the offices
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Office:
    """A running server, its engine and its clock."""

    address: str
    engine: ProcessEngine
    clock: ManualClock

    @property
    def stage(self) -> Stage:
        """Plays the people who are not at the browser."""
        return Stage(EngineDesk(self.engine), self._pace)

    @property
    def _pace(self) -> OfficeHours:
        return OfficeHours(self.clock, per_act=timedelta(hours=1))

    def walk_of(self, person: str) -> Walk:
        """The newest case of a person."""
        with self.engine.database.read() as connection:
            newest = select(ProcessInstance.id).where(ProcessInstance.started_by == person)
            case_id = connection.scalars(newest.order_by(ProcessInstance.started_at.desc())).first()
        return Walk(EngineDesk(self.engine), demo_organisation(), str(case_id), self._pace)


def _settings(home: Path) -> Settings:
    return Settings(home=home, database_url=f"sqlite:///{home}/anlan.db", demo=True, secure_cookie=False)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the demo's people and processes, made once."""
    home = tmp_path_factory.mktemp("office")
    engine = engine_for(_settings(home), ManualClock(START))
    prepare(engine)
    engine.database.dispose()
    return home


@pytest.fixture
def office(furnished: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(furnished, tmp_path, dirs_exist_ok=True)
    clock, settings = ManualClock(START), _settings(tmp_path)
    engine = engine_for(settings, clock)
    app = create_app(engine, settings, timers=False)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Office(address=f"http://127.0.0.1:{port}", engine=engine, clock=clock)
    server.should_exit = True
    thread.join(timeout=10)


class Person:
    """Somebody at the browser."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state("networkidle")

    def fill(self, values: Mapping[str, Any]) -> None:
        """Fill the form in as a person would: row by row, until nothing that is wanted is empty."""
        wanted = dict[str, list[str]]()
        for name, text in flatten(values):
            wanted.setdefault(name, []).append(text)
        for _ in range(4):
            for name, texts in wanted.items():
                if not name.endswith("._row"):
                    self._answer(name, texts)
        assert not [name for name in wanted if not name.endswith("._row") and not self._fields(name).count()]

    def _fields(self, name: str) -> Any:
        return self.page.locator(f'#task-form [name="{name}"]')

    def _answer(self, name: str, texts: list[str]) -> None:
        fields = self._fields(name)
        if not fields.count():
            self._add_row(name)
        if not fields.count():
            return
        field, kind = fields.first, fields.first.evaluate("node => node.type")
        if kind in ("radio", "checkbox"):
            for text in texts:
                self._check(self.page.locator(f'#task-form [name="{name}"][value="{text}"]'))
        elif kind == "file":
            self._upload(name, len(texts))
        elif kind == "select-one":
            field.select_option(texts[0])
        elif field.input_value() != texts[0]:
            field.fill(texts[0])
            field.blur()
        self.page.wait_for_load_state("networkidle")

    def _check(self, box: Any) -> None:
        if box.count() and not box.is_checked():
            box.check()
            self.page.wait_for_load_state("networkidle")

    def _upload(self, name: str, count: int) -> None:
        stored = self.page.locator(f'#task-form input[type="hidden"][name="{name}"]')
        if stored.count():
            return
        accept = self._fields(name).first.get_attribute("accept") or ".pdf"
        suffix = accept.split(",")[0]
        files = [
            {"name": f"材料{n}{suffix}", "mimeType": "", "buffer": paper(f"材料{n}{suffix}")} for n in range(count)
        ]
        self.page.locator(f'#task-form input[type="file"][name="{name}"]').set_input_files(files)
        self.page.wait_for_load_state("networkidle")

    def _add_row(self, name: str) -> None:
        button = self.page.locator(f'#task-form button[value="add:{name.split(".")[0]}"]')
        if button.count():
            button.click()
            self.page.wait_for_load_state("networkidle")


@pytest.fixture
def enter(chromium: Browser, office: Office) -> Iterator[Any]:
    """`enter("oubei.clerk")` opens a browser in which that person has logged in by the demo's list."""
    contexts, complaints = [], list[str]()

    def as_person(login: str, **options: Any) -> Person:
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: _own(request.url, office.address, complaints))
        page.goto(f"{office.address}/login")
        page.locator(f'button[name="person"][value="{login}"]').first.click()
        page.wait_for_load_state("networkidle")
        return Person(page, office.address)

    yield as_person
    for context in contexts:
        context.close()
    assert complaints == []


def _own(url: str, address: str, complaints: list[str]) -> None:
    if not url.startswith((address, "data:", "blob:")):
        complaints.append(url)
