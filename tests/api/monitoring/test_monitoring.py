"""What supervisors and operators see."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from api.app import create_app
from api.monitoring.logs import JsonLines
from engine.errors import AnlanError
from engine.jobs.workers import worker_of


def figure(answer, name):
    lines = [line for line in answer.text.splitlines() if line.startswith(name)]
    return float(lines[0].rpartition(" ")[2]) if lines else None


def test_a_process_that_answers_lives_and_is_ready(anonymous):
    assert anonymous.get("/healthz").json() == {"status": "ok"}
    assert anonymous.get("/readyz").status_code == 200


def test_a_database_that_misses_a_migration_is_not_ready(anonymous, engine):
    with engine.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        connection.commit()

    assert anonymous.get("/readyz").json()["database"] == "not migrated"


def test_a_database_that_is_away_is_not_ready(anonymous, engine, settings):
    engine.database.dispose()
    path = Path(engine.database.url.database)
    path.rename(path.with_suffix(".away"))
    path.mkdir()

    assert anonymous.get("/readyz").status_code == 503


def test_commands_and_tasks_are_counted(petition, anonymous):
    answer = anonymous.get("/metrics")

    assert figure(answer, 'anlan_commands_total{command="StartProcess",outcome="done"}') == 1
    assert figure(answer, "anlan_open_tasks") == 1
    assert figure(answer, 'anlan_cases{status="active"}') == 1


def test_jobs_calls_and_exports_are_counted(petition, log_in, anonymous, clock):
    asked = log_in("auditor").api("POST", "/exports", json={"content": "csv"})
    clock.advance(timedelta(seconds=90))

    answer = anonymous.get("/metrics")

    assert asked.status_code == 202
    assert figure(answer, "anlan_waiting_exports") == 1
    assert figure(answer, 'anlan_jobs{state="waiting"}') == 1
    assert figure(answer, "anlan_job_lateness_seconds") == 90
    assert "# TYPE anlan_calls gauge" in answer.text


def test_refusals_are_counted_by_their_code(petition, log_in, anonymous):
    log_in("clerk").api("POST", f"/user-tasks/{petition['task']}/claim")

    assert figure(anonymous.get("/metrics"), 'anlan_commands_total{command="ClaimTask",outcome="') == 1


def test_figures_are_closed_outside_a_demo_but_for_the_token(engine, settings):
    client = TestClient(create_app(engine, replace(settings, demo=False, metrics_token="pass-7"), timers=False))

    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer pass-6"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer pass-7"}).status_code == 200


def test_the_log_tells_the_route_and_nothing_of_what_was_asked(engine, settings, caplog):
    client = TestClient(create_app(engine, replace(settings, json_logs=True), timers=False))

    with caplog.at_level(logging.INFO, logger="anlan.requests"):
        client.get("/cases/0123456789abcdef?q=%E5%BC%A0%E4%B8%89", follow_redirects=False)

    line = json.loads(JsonLines().format(caplog.records[-1]))
    assert (line["method"], line["route"]) == ("GET", "/cases/{instance_id}")
    assert "张三" not in caplog.text


def test_routes_of_the_api_are_logged_as_they_are_called(engine, settings, caplog):
    client = TestClient(create_app(engine, replace(settings, json_logs=True), timers=False))

    with caplog.at_level(logging.INFO, logger="anlan.requests"):
        client.get("/api/v1/user-tasks/0123456789abcdef")

    assert json.loads(JsonLines().format(caplog.records[-1]))["route"] == "/api/v1/user-tasks/{task_id}"


def test_an_error_in_the_log_keeps_its_traceback():
    try:
        try:
            raise ValueError("王小华")
        except ValueError as cause:
            raise AnlanError("王小华的申请出错了") from cause
    except AnlanError as error:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "failed", (), (type(error), error, error.__traceback__))

    line = JsonLines().format(record)
    assert json.loads(line)["error"] == "AnlanError"
    assert "ValueError" in json.loads(line)["traceback"]
    assert __file__ in json.loads(line)["traceback"]
    assert "AnlanError: " not in line


def test_what_people_have_written_is_in_no_error_of_the_database(engine):
    with pytest.raises(DBAPIError) as caught, engine.database.read() as connection:
        connection.execute(text("SELECT :name FROM nowhere"), {"name": "王小华"})

    assert "王小华" not in str(caught.value)


def test_a_worker_logs_kinds_and_outcomes_of_jobs(petition, log_in, engine, caplog):
    log_in("auditor").api("POST", "/exports", json={"content": "csv"})

    with caplog.at_level(logging.INFO, logger="anlan.jobs"):
        worker_of(engine).drain(lambda done: None)

    lines = [json.loads(JsonLines().format(record)) for record in caplog.records if record.name == "anlan.jobs"]
    assert [(line["job"], line["outcome"]) for line in lines] == [("export", "done")]
    assert set(lines[0]) == {"at", "level", "logger", "message", "job", "subject", "outcome", "ms"}
