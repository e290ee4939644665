"""Projects: what people see of their money, and what may be started when."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.composition import engine_for
from api.demo.engine_desk import EngineDesk
from api.demo.loader import prepare
from api.demo.organisation import demo_organisation
from api.demo.pace import OfficeHours
from api.demo.plan import row_of
from api.demo.stage import Stage
from api.demo.story import Story
from api.settings import Settings
from engine.clock import ManualClock

from .conftest import Browser

STORY = Story.of_plan(row_of("岩坦镇"), contract_amount=Decimal("486300.00"))


def _settings(home: Path) -> Settings:
    return Settings(home=home, database_url=f"sqlite:///{home}/anlan.db", demo=True, secure_cookie=False)


@pytest.fixture(scope="module")
def approved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A database in which one project has been approved and contracted."""
    home = tmp_path_factory.mktemp("approved")
    clock = ManualClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    engine = engine_for(_settings(home), clock)
    prepare(engine)
    project_id = Stage(EngineDesk(engine), OfficeHours(clock)).approve(STORY)
    engine.database.dispose()
    return home, project_id


@pytest.fixture
def people(approved: tuple[Path, str], tmp_path: Path, clock: ManualClock) -> Iterator[Any]:
    shutil.copytree(approved[0], tmp_path, dirs_exist_ok=True)
    clock.set(datetime(2026, 6, 1, 1, 0, tzinfo=UTC))
    engine = engine_for(_settings(tmp_path), clock)
    app = create_app(engine, _settings(tmp_path), timers=False)

    def enter(login: str) -> Browser:
        client = TestClient(app)
        answer = client.post("/api/v1/session", json={"person_id": login})
        return Browser(client, answer.json()["csrf_token"])

    yield enter
    engine.database.dispose()


@pytest.fixture
def project(approved: tuple[Path, str]) -> str:
    return approved[1]


def _holder(role: str, unit: str) -> str:
    return demo_organisation().holders(role, unit)[0]


def test_the_page_shows_money_contract_and_cases(people: Any, project: str) -> None:
    page = people(_holder("town_clerk", "330324113000")).get(f"/projects/{project}").text

    assert "424,660.00" in page
    assert "486,300.00 元" in page
    assert "项目申报与核准" in page
    assert "还没有付款" in page


def test_what_cannot_be_started_says_why(people: Any, project: str) -> None:
    applicant = people(_holder("village_applicant", STORY.village_code))
    page = applicant.get(f"/projects/{project}").text

    assert "发起预拨资金" in page
    assert "尚未办理预拨" in page
    assert "项目尚未结算" in page
    refused = applicant.post("/start/progress_payment", {"project": project})
    assert refused.status_code == 409
    assert "尚未办理预拨" in refused.text


def test_the_advance_is_started_from_the_project(people: Any, project: str) -> None:
    applicant = people(_holder("village_applicant", STORY.village_code))

    started = applicant.post("/start/advance_payment", {"project": project})

    assert started.url.path.startswith("/tasks/")
    again = applicant.get(f"/api/v1/projects/{project}").json()["openings"][0]
    assert (again["key"], again["mine"]) == ("advance_payment", True)
    assert "尚未办结" in again["reasons"][0]


def test_a_project_of_another_town_does_not_exist(people: Any, project: str) -> None:
    stranger = people(_holder("town_clerk", "330324009000"))

    assert stranger.get(f"/projects/{project}").status_code == 404
    assert stranger.get("/api/v1/projects").json()["total"] == 0
    for key in ("advance_payment", "progress_payment"):
        answers = [
            stranger.api("POST", "/process-instances", json={"process_key": key, "project_id": known})
            for known in (project, "f" * 32)
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].json()["detail"] == answers[1].json()["detail"]


def test_an_application_is_not_begun_on_a_project(people: Any, project: str) -> None:
    applicant = people(_holder("village_applicant", STORY.village_code))

    answer = applicant.api(
        "POST", "/process-instances", json={"process_key": "project_approval", "project_id": project}
    )

    assert (answer.status_code, answer.json()["detail"]) == (409, "这个流程不在项目上发起，请从待办页面发起。")


def test_projects_are_found_by_name(people: Any, project: str) -> None:
    county = people(_holder("county_project", "330324000000"))

    assert STORY.name in county.get("/projects", params={"search": "石溪"}).text
    assert "没有找到符合“桥梁”的项目" in county.get("/projects", params={"search": "桥梁"}).text


def test_the_countys_parameters_can_be_read(people: Any, project: str) -> None:
    profiles = people(_holder("county_project", "330324000000")).get("/api/v1/policy-profiles/330324000000").json()

    assert profiles[0]["version"] >= 1
    assert profiles[0]["parameters"]
