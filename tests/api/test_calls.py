"""External workers: they fetch the calls of a topic over the API, do the work elsewhere, and answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from time import monotonic
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api import waiting
from api.machines import issue_token
from engine.clock import ManualClock
from engine.commands import (
    SYSTEM,
    DeploymentResource,
    DeployResources,
    PersonRecord,
    PositionRecord,
    RegisterOrganisation,
)
from engine.history.replay import replay
from engine.machines import RegisterMachine
from engine.model import HistoryEvent
from engine.process_engine import ProcessEngine

from .conftest import COUNTY, OTHER_COUNTY, PASSWORD, Browser, Login
from .test_incidents import OPINION

SURVEYED = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d"
  targetNamespace="urn:test"><error id="none" errorCode="NO_PARCEL"/>
<process id="surveyed" name="地块核查" isExecutable="true"><startEvent id="s"/>
  <userTask id="work" name="填写" anlan:role="village_applicant" anlan:outcomes="go:提交"/>
  <scriptTask id="set" name="取数" scriptFormat="feel"><script>area = 12.50
day = date("2026-03-02")
rows = [{no: "A-1", area: 2.5}]</script></scriptTask>
  <serviceTask id="survey" name="核查地块" anlan:connector="external.survey"><extensionElements>
    <anlan:in source="area" target="area"/><anlan:in source="day" target="day"/><anlan:in source="rows" target="rows"/>
    <anlan:in source="&quot;石溪村&quot;" target="village"/><anlan:out source="parcel" target="parcel"/>
  </extensionElements></serviceTask>
  <boundaryEvent id="caught" attachedToRef="survey"><errorEventDefinition errorRef="none"/></boundaryEvent>
  <endEvent id="e" name="已核查"/><endEvent id="no" name="没有这个地块"/>
  <sequenceFlow id="a" sourceRef="s" targetRef="work"/><sequenceFlow id="b" sourceRef="work" targetRef="set"/>
  <sequenceFlow id="b2" sourceRef="set" targetRef="survey"/><sequenceFlow id="c" sourceRef="survey" targetRef="e"/>
  <sequenceFlow id="f" sourceRef="caught" targetRef="no"/></process></definitions>""".encode()
FETCH = {"topic": "survey", "worker": "one"}
ONE = {"worker": "one"}

Ask = Callable[..., Any]


@pytest.fixture
def admin(engine: ProcessEngine, log_in: Login) -> Browser:
    persons = tuple(
        PersonRecord(
            id=login,
            name=f"{login}同志",
            login=login,
            password=PASSWORD,
            positions=(PositionRecord(role="sys_admin", unit_code=unit),),
        )
        for login, unit in (("admin", COUNTY), ("other_admin", OTHER_COUNTY))
    )
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=(), persons=persons))
    resource = DeploymentResource(name="surveyed.bpmn", content=SURVEYED)
    engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))
    return log_in("admin")


def _worker(engine: ProcessEngine, client: TestClient, login: str, unit: str) -> Ask:
    register = RegisterMachine(actor=SYSTEM, login=login, name=f"{login}平台", unit_code=unit)
    token = issue_token(engine, SYSTEM, engine.execute(register), "测试", 30).token

    def ask(method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
        return client.request(method, f"/api/v1{path}", headers=headers, **options)

    return ask


@pytest.fixture
def worker(engine: ProcessEngine, app: Any, admin: Browser) -> Ask:
    return _worker(engine, TestClient(app), "survey", COUNTY)


def start(log_in: Login) -> str:
    applicant = log_in("applicant")
    started = applicant.api("POST", "/process-instances", json={"process_key": "surveyed"}).json()
    body = {"outcome": "go", "values": OPINION}
    answer = applicant.api("POST", f"/user-tasks/{started['task_ids'][0]}/completion", json=body)
    assert answer.status_code == 200, answer.text
    return str(started["instance_id"])


@pytest.fixture
def case(worker: Ask, log_in: Login) -> str:
    return start(log_in)


@pytest.fixture
def held(case: str, worker: Ask) -> dict[str, Any]:
    (call,) = worker("POST", "/calls/fetch", json=FETCH).json()
    return dict(call)


def _case(log_in: Login, case: str) -> Any:
    return log_in("applicant").api("GET", f"/process-instances/{case}").json()


def test_inputs_are_plain_json(held: dict[str, Any]) -> None:
    assert held["inputs"] == {
        "area": "12.50",
        "day": "2026-03-02",
        "rows": [{"no": "A-1", "area": "2.5"}],
        "village": "石溪村",
    }
    assert (held["topic"], held["attempt"], held["name"]) == ("survey", 1, "核查地块")


def test_a_case_goes_on_with_the_results(
    held: dict[str, Any], case: str, worker: Ask, log_in: Login, engine: ProcessEngine
) -> None:
    answer = worker("POST", f"/calls/{held['id']}/completion", json={**ONE, "results": {"parcel": 7.25}})

    assert answer.json() == {"taken": True}
    assert _case(log_in, case)["result"] == "已核查"
    with engine.database.read() as connection:
        assert replay(connection, engine.tools.definitions, case).difference is None
        stored = connection.scalars(select(HistoryEvent.payload).where(HistoryEvent.type == "CallAnswered")).one()
    assert b'["n","7.25"]' in stored


def test_the_business_may_say_no(held: dict[str, Any], case: str, worker: Ask, log_in: Login) -> None:
    body = {**ONE, "code": "NO_PARCEL", "message": "图上没有这个地块"}

    assert worker("POST", f"/calls/{held['id']}/error", json=body).json() == {"taken": True}
    assert _case(log_in, case)["result"] == "没有这个地块"


def test_a_failure_is_tried_again_later(held: dict[str, Any], worker: Ask, clock: ManualClock) -> None:
    body = {**ONE, "message": "平台正在维护", "retries_left": 3, "retry_after_seconds": 600}

    assert worker("POST", f"/calls/{held['id']}/failure", json=body).json()["next_at"] is not None
    assert worker("POST", "/calls/fetch", json=FETCH).json() == []
    clock.advance(timedelta(seconds=601))
    (again,) = worker("POST", "/calls/fetch", json=FETCH).json()
    assert (again["id"], again["attempt"]) == (held["id"], 2)


def test_without_tries_left_it_is_an_incident_whose_inputs_can_be_changed(
    held: dict[str, Any], worker: Ask, admin: Browser
) -> None:
    body = {**ONE, "message": "面积不对", "retries_left": 0}
    assert worker("POST", f"/calls/{held['id']}/failure", json=body).json() == {"next_at": None}

    (line,) = admin.api("GET", "/incidents?kind=call").json()["items"]
    inputs = admin.api("GET", f"/incidents/{line['id']}").json()["inputs"]
    change = {"reason": "面积抄错了", "inputs": {**inputs, "area": "13.75"}}
    answer = admin.api("POST", f"/incidents/{line['id']}/retry", json=change)
    assert answer.json()["outcome"] == "under_way", answer.text

    (again,) = worker("POST", "/calls/fetch", json=FETCH).json()
    assert again["inputs"] == {**inputs, "area": "13.75"}


def test_changed_inputs_are_shown_checked_and_recorded_on_the_page(
    held: dict[str, Any], case: str, worker: Ask, admin: Browser, engine: ProcessEngine
) -> None:
    worker("POST", f"/calls/{held['id']}/failure", json={**ONE, "message": "面积不对", "retries_left": 0})
    (line,) = admin.api("GET", "/incidents").json()["items"]
    address = f"/incidents/{line['id']}"
    fields = {"act": "change", "reason": "面积抄错了", "input:area": "一亩"}

    wrong = admin.post(address, fields)
    assert wrong.status_code == 422
    assert "应为数字" in wrong.text
    assert 'value="一亩"' in wrong.text
    assert "没有改动" in admin.post(address, {**fields, "input:area": "12.50"}).text

    rows = '[{"no": "A-1", "area": "3"}, {"no": "A-2", "area": 4}]'
    right = {**fields, "input:area": "13.75", "input:rows": rows}
    shown = admin.post(address, right).text
    for word in ("请核对改动", "12.50", "13.75", "rows.1.no"):
        assert word in shown
    assert "已经重新调用" in admin.post(address, {**right, "confirmed": "yes"}).text

    with engine.database.read() as connection:
        events = connection.execute(select(HistoryEvent).where(HistoryEvent.type == "IncidentRetried")).all()
    assert b'"area":{"$":["n","13.75"]}' in events[0].payload
    assert b'[{"area":{"$":["n","3"]},"no":"A-1"},{"area":{"$":["n","4"]},"no":"A-2"}]' in events[0].payload
    assert "12.50 → 13.75" in admin.get(address).text


def test_results_given_by_an_administrator_let_the_case_go_on(
    held: dict[str, Any], case: str, worker: Ask, admin: Browser, log_in: Login
) -> None:
    worker("POST", f"/calls/{held['id']}/failure", json={**ONE, "message": "平台停用", "retries_left": 0})
    (line,) = admin.api("GET", "/incidents").json()["items"]
    fields = {"act": "resolve", "reason": "已到现场核查", "results": '{"parcel": 7.10}'}

    html = admin.post(f"/incidents/{line['id']}", fields).text
    for word in ("停滞点已处理", "处理完毕，继续", "结果 parcel：7.10", "已到现场核查"):
        assert word in html
    assert _case(log_in, case)["result"] == "已核查"


def test_what_is_held_is_not_given_to_another(held: dict[str, Any], worker: Ask, clock: ManualClock) -> None:
    other = {"topic": "survey", "worker": "two"}

    assert worker("POST", "/calls/fetch", json=other).json() == []
    refused = worker("POST", f"/calls/{held['id']}/completion", json={"worker": "two"})
    assert refused.status_code == 409
    clock.advance(timedelta(seconds=301))
    (taken,) = worker("POST", "/calls/fetch", json=other).json()
    assert taken["id"] == held["id"]
    assert worker("POST", f"/calls/{held['id']}/completion", json=ONE).status_code == 409


def test_a_lock_is_extended_and_given_back(held: dict[str, Any], worker: Ask, clock: ManualClock) -> None:
    path = f"/calls/{held['id']}/lock"
    clock.advance(timedelta(seconds=200))
    assert worker("POST", path, json={**ONE, "lock_seconds": 600}).json()["locked_until"] > held["locked_until"]
    clock.advance(timedelta(seconds=200))
    assert worker("POST", "/calls/fetch", json=FETCH).json() == []

    assert worker("DELETE", path, params=ONE).status_code == 204
    assert len(worker("POST", "/calls/fetch", json=FETCH).json()) == 1


def test_an_answer_that_comes_while_the_case_is_suspended_is_kept(
    held: dict[str, Any], case: str, worker: Ask, log_in: Login, admin: Browser
) -> None:
    suspended = admin.api("POST", f"/process-instances/{case}/suspension", json={"reason": "等待核实"})
    assert suspended.status_code == 200

    assert worker("POST", f"/calls/{held['id']}/completion", json=ONE).json() == {"taken": True}
    assert _case(log_in, case)["status"] == "suspended"
    assert admin.api("POST", f"/process-instances/{case}/resumption", json={"reason": "核实了"}).status_code == 200
    assert _case(log_in, case)["result"] == "已核查"


def test_another_countys_worker_sees_and_does_nothing(
    held: dict[str, Any], app: Any, engine: ProcessEngine, case: str
) -> None:
    other = _worker(engine, TestClient(app), "elsewhere", OTHER_COUNTY)
    call = f"/calls/{held['id']}"

    assert other("POST", "/calls/fetch", json=FETCH).json() == []
    for path, body in (("completion", {}), ("error", {"code": "X"}), ("failure", {"message": "错"}), ("lock", {})):
        assert other("POST", f"{call}/{path}", json=body).status_code == 404
    assert other("DELETE", f"{call}/lock").status_code == 404


@pytest.mark.parametrize("login", ["applicant", "clerk", "admin", "auditor"])
def test_persons_are_no_workers(login: str, held: dict[str, Any], log_in: Login) -> None:
    person = log_in(login)

    assert person.api("POST", "/calls/fetch", json=FETCH).status_code == 403
    assert person.api("POST", f"/calls/{held['id']}/completion", json=ONE).status_code == 404


def test_a_repeated_request_gets_the_same_calls(case: str, worker: Ask) -> None:
    headers = {"Idempotency-Key": "fetch-1"}
    first = worker("POST", "/calls/fetch", json=FETCH, headers=headers).json()
    began = monotonic()
    second = worker("POST", "/calls/fetch", json=FETCH, headers=headers).json()

    assert (len(first), second) == (1, first)
    assert monotonic() - began < 5


def test_a_repeated_completion_has_no_second_effect(held: dict[str, Any], worker: Ask, engine: ProcessEngine) -> None:
    path, headers = f"/calls/{held['id']}/completion", {"Idempotency-Key": "done-1"}

    answers = [worker("POST", path, json=ONE, headers=headers).json() for _ in range(2)]
    assert answers == [{"taken": True}] * 2
    with engine.database.read() as connection:
        events = connection.scalars(select(HistoryEvent.type).where(HistoryEvent.type.startswith("Call"))).all()
    assert events == ["CallAnswered"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"topic": ""},
        {"count": 0},
        {"count": 101},
        {"lock_seconds": 0},
        {"lock_seconds": 86_401},
        {"wait_seconds": 31},
        {"worker": "x" * 101},
        {"other": 1},
    ],
)
def test_what_cannot_be_fetched_is_refused(wrong: dict[str, Any], worker: Ask) -> None:
    assert worker("POST", "/calls/fetch", json={**FETCH, **wrong}).status_code == 422


def test_a_worker_waits_until_there_is_something(worker: Ask, log_in: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PAUSE", 0.05)
    found: list[Any] = []
    asking = threading.Thread(
        target=lambda: found.extend(worker("POST", "/calls/fetch", json={**FETCH, "wait_seconds": 30}).json())
    )
    asking.start()
    start(log_in)
    asking.join(timeout=20)

    assert [call["name"] for call in found] == ["核查地块"]


def test_a_worker_waits_no_longer_than_it_says(worker: Ask) -> None:
    began = monotonic()

    assert worker("POST", "/calls/fetch", json={**FETCH, "wait_seconds": 1}).json() == []
    assert 1 <= monotonic() - began < 5


def test_where_too_many_wait_nobody_else_does(worker: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST", 0)
    began = monotonic()

    assert worker("POST", "/calls/fetch", json={**FETCH, "wait_seconds": 30}).json() == []
    assert monotonic() - began < 5


def test_the_case_page_tells_what_was_asked_of_the_outside(
    held: dict[str, Any], case: str, worker: Ask, log_in: Login, admin: Browser
) -> None:
    html = log_in("applicant").get(f"/cases/{case}").text
    for word in ("外部调用", "核查地块", "外部程序（survey）", "正在办理"):
        assert word in html
    assert "送出的内容" not in html

    worker("POST", f"/calls/{held['id']}/failure", json={**ONE, "message": "平台正在维护"})
    html = admin.get(f"/cases/{case}").text
    for word in ("等待重试", "平台正在维护（试了 1 次", "送出的内容", "石溪村"):
        assert word in html


def test_the_api_tells_what_was_asked_of_the_outside(
    held: dict[str, Any], case: str, log_in: Login, admin: Browser
) -> None:
    path = f"/process-instances/{case}/calls"

    (mine,) = log_in("applicant").api("GET", path).json()
    assert (mine["topic"], mine["status"], mine["waited_for"], mine["inputs"]) == ("survey", "open", True, None)
    assert admin.api("GET", path).json()[0]["inputs"] == held["inputs"]
    assert log_in("other_applicant").api("GET", path).status_code == 404


def test_what_is_tried_again_by_itself_is_listed_with_its_next_try(
    held: dict[str, Any], worker: Ask, admin: Browser, log_in: Login
) -> None:
    body = {**ONE, "message": "平台正在维护", "retry_after_seconds": 600}
    worker("POST", f"/calls/{held['id']}/failure", json=body)

    html = admin.get("/incidents?state=retried").text
    for word in ("正在自动重试", "核查地块", "平台正在维护", "2026-03-02 09:10", "1 次"):
        assert word in html
    assert "没有等着再试" in log_in("other_admin").get("/incidents?state=retried").text
    assert "没有停下来的办件" in admin.get("/incidents").text


def test_the_description_tells_how_to_get_in(admin: Browser) -> None:
    described = admin.get("/api/v1/openapi.json").json()

    assert described["paths"]["/api/v1/calls/fetch"]["post"]["security"] == [{"machineToken": []}]
    assert described["components"]["securitySchemes"]["machineToken"]["scheme"] == "bearer"


def test_amounts_stay_exact(held: dict[str, Any], worker: Ask, engine: ProcessEngine) -> None:
    content = b'{"worker": "one", "results": {"parcel": 124006.10}}'
    answer = worker(
        "POST", f"/calls/{held['id']}/completion", content=content, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 200
    with engine.database.read() as connection:
        stored = connection.scalars(select(HistoryEvent.payload).where(HistoryEvent.type == "CallAnswered")).one()
    assert str(Decimal("124006.1")).encode() in stored
