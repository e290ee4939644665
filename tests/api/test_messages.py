"""Messages and signals from outside, and who may send them."""

from __future__ import annotations

from typing import Any

import pytest

from engine.jobs.timers import fire_due_timers
from engine.process_engine import ProcessEngine

from .conftest import APPLICATION, Login

OBJECTION = {"name": "objection_received", "values": {"objection_text": "路线占用了我家的地。"}}


@pytest.fixture
def noticed(petition: dict[str, str], log_in: Login) -> str:
    log_in("applicant").api("POST", f"/user-tasks/{petition['task']}/completion", json={"values": APPLICATION})
    return petition["case"]


def test_a_message_reaches_the_one_case_that_waits_for_it(noticed: str, log_in: Login) -> None:
    answer = log_in("clerk").api("POST", "/messages", json=OBJECTION)

    assert (answer.status_code, answer.json()) == (200, {"instance_id": noticed, "started": False, "kept": False})


def test_a_message_nobody_waits_for_is_kept_if_asked(noticed: str, log_in: Login) -> None:
    clerk = log_in("clerk")
    message = {"name": "nobody", "correlation": "A-1"}

    assert clerk.api("POST", "/messages", json=message).json()["kept"] is False
    assert clerk.api("POST", "/messages", json={**message, "keep_for": "P1D"}).json()["kept"] is True


@pytest.mark.parametrize("login", ["other_clerk", "other_county"])
def test_a_kept_message_reaches_no_further_than_its_sender(
    login: str, noticed: str, log_in: Login, engine: ProcessEngine
) -> None:
    kept = log_in(login).api("POST", "/messages", json={**OBJECTION, "keep_for": "P1D"})
    assert kept.json() == {"instance_id": None, "started": False, "kept": True}
    fire_due_timers(engine)

    assert log_in("clerk").api("GET", "/user-tasks").json()["items"] == []


@pytest.mark.parametrize("login", ["applicant", "lead", "auditor"])
def test_who_receives_no_messages_sends_none(noticed: str, login: str, log_in: Login) -> None:
    for path in ("/messages", "/signals"):
        assert log_in(login).api("POST", path, json={"name": "objection_received"}).status_code == 403


def test_a_signal_that_nobody_hears_reaches_nobody(noticed: str, log_in: Login) -> None:
    assert log_in("clerk").api("POST", "/signals", json={"name": "storm"}).json() == {"instance_ids": []}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x", "keep_for": "soon"},
        {"name": "x", "keep_for": "P9999D"},
        {"name": "x", "correlation": [1]},
        {"name": "x", "correlation": 1.5},
        {"name": "x", "values": {"a": {"b": 1}}},
        {"name": "长" * 3000},
        {"name": "x", "unknown": 1},
    ],
)
def test_a_message_of_the_wrong_shape_is_refused(body: dict[str, Any], log_in: Login) -> None:
    assert log_in("clerk").api("POST", "/messages", json=body).status_code in (400, 422)


WATCH = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d"
  targetNamespace="urn:test"><message id="m" name="report.arrived"/><process id="watch" name="巡查" isExecutable="true">
  <startEvent id="monthly"><timerEventDefinition><timeCycle>R12/P1M</timeCycle></timerEventDefinition></startEvent>
  <startEvent id="reported"><messageEventDefinition messageRef="m"/></startEvent>
  <userTask id="look" name="查看" anlan:role="town_clerk" anlan:outcomes="done:已查看"/><endEvent id="e"/>
  <sequenceFlow id="a" sourceRef="monthly" targetRef="look"/>
  <sequenceFlow id="b" sourceRef="reported" targetRef="look"/>
  <sequenceFlow id="c" sourceRef="look" targetRef="e"/></process></definitions>""".encode()


def test_designers_see_what_starts_by_itself_and_clerks_start_it_by_message(log_in: Login) -> None:
    designer = log_in("designer")
    deployed = designer.api("POST", "/process-definitions", content=WATCH, headers={"Content-Type": "application/xml"})
    assert deployed.status_code == 201, deployed.text

    (watch,) = [item for item in designer.get("/api/v1/process-definitions").json() if item["key"] == "watch"]
    assert [(start["element_id"], start["kind"]) for start in watch["starts"]] == [
        ("monthly", "timer"),
        ("reported", "message"),
    ]
    page = designer.get("/designer").text
    assert "自动发起：" in page
    assert "由消息“report.arrived”发起" in page

    message = {"name": "report.arrived", "region_code": "330324113227"}
    answer = log_in("clerk").api("POST", "/messages", json=message).json()
    assert answer["started"]
    case = log_in("clerk").get(f"/api/v1/process-instances/{answer['instance_id']}").json()
    assert (case["started_by_name"], case["region_code"]) == ("系统", "330324113227")
    elsewhere = log_in("clerk").api("POST", "/messages", json={**message, "region_code": "330324106209"})
    assert elsewhere.status_code == 403
