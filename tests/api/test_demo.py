"""What only a demonstration offers: picking a person, and moving the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.demo_clock import DemoClock
from api.settings import Settings
from engine.errors import AnlanError, Refused
from engine.process_engine import ProcessEngine

from .conftest import APPLICATION, Login


def test_persons_are_offered_by_unit_and_can_be_searched(anonymous: Any) -> None:
    page = anonymous.get("/login").text
    found = anonymous.get("/login", params={"search": "岩坦镇 经办"}).text

    assert page.index("永嘉县") < page.index("岩坦镇")
    assert "clerk同志" in found
    assert "applicant同志" not in found


def test_picking_a_person_logs_in(anonymous: Any) -> None:
    answer = anonymous.post("/login", data={"person": "clerk", "next": "/done"})

    assert answer.url.path == "/done"
    assert "clerk同志" in answer.text


def test_outside_a_demo_nobody_is_offered_or_let_in(engine: ProcessEngine, settings: Settings) -> None:
    engine.tools = replace(engine.tools, demo=False)
    client = TestClient(create_app(engine, replace(settings, demo=False), timers=False))

    assert "演示" not in client.get("/login").text
    assert client.post("/login", data={"person": "clerk"}).status_code == 403
    assert client.post("/api/v1/session", json={"person_id": "clerk"}).status_code == 403


def test_moving_the_clock_lets_what_is_due_happen(
    engine: ProcessEngine, tmp_path: Path, petition: dict[str, str], log_in: Login
) -> None:
    engine.clock = DemoClock(tmp_path / "demo-clock")
    applicant = log_in("applicant")
    applicant.api("POST", f"/user-tasks/{petition['task']}/completion", json={"values": APPLICATION})

    answer = applicant.post("/demo/clock", {"days": "7", "back": "/started"})

    assert answer.url.path == "/started"
    assert "1 个公示、时限或定时计划到期" in answer.text
    assert "比真实时间快 7 天" in answer.text
    assert log_in("clerk").get("/api/v1/user-tasks").json()["total"] == 1


@pytest.mark.parametrize("days", ["", "-1", "2", "x"])
def test_the_clock_moves_by_the_offered_steps_only(days: str, engine: ProcessEngine, log_in: Login) -> None:
    assert log_in("applicant").post("/demo/clock", {"days": days}).status_code == 404


def test_without_a_demo_clock_time_cannot_be_moved(log_in: Login) -> None:
    assert log_in("applicant").post("/demo/clock", {"days": "1"}).status_code == 404
    assert "演示时钟" not in log_in("applicant").get("/inbox").text


def test_the_offset_outlives_a_restart(tmp_path: Path) -> None:
    DemoClock(tmp_path / "clock").advance(timedelta(days=30))

    again = DemoClock(tmp_path / "clock")

    assert timedelta(days=29) < again.now() - datetime.now(UTC) <= timedelta(days=30)


def test_the_clock_never_goes_back_nor_too_far(tmp_path: Path) -> None:
    clock = DemoClock(tmp_path / "clock")

    for step in (timedelta(days=-1), timedelta(days=4000)):
        with pytest.raises(Refused):
            clock.advance(step)


def test_a_damaged_clock_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("never")

    with pytest.raises(AnlanError, match="已损坏"):
        DemoClock(tmp_path / "clock")
