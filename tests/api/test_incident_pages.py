"""停滞点 of all cases: found, narrowed, tried again together, and closed to other counties."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

import pytest

from engine.clock import ManualClock
from engine.commands import (
    SYSTEM,
    DeploymentResource,
    DeployResources,
    PersonRecord,
    PositionRecord,
    RegisterOrganisation,
    StartProcess,
)
from engine.errors import Refused
from engine.jobs.timers import fire_due_timers
from engine.ports import OutgoingCall
from engine.process_engine import ProcessEngine

from .conftest import COUNTY, OTHER_COUNTY, PASSWORD, VILLAGE, Browser, Login
from .test_incidents import OPINION, STOPS


def _admin(login: str, unit: str) -> PersonRecord:
    position = PositionRecord(role="sys_admin", unit_code=unit)
    return PersonRecord(id=login, name=f"{login}同志", login=login, password=PASSWORD, positions=(position,))


@pytest.fixture
def admin(engine: ProcessEngine, log_in: Login) -> Browser:
    persons = (_admin("admin", COUNTY), _admin("other_admin", OTHER_COUNTY))
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=(), persons=persons))
    engine.execute(DeployResources(actor=SYSTEM, resources=(DeploymentResource(name="stops.bpmn", content=STOPS),)))
    return log_in("admin")


def _stop(log_in: Login) -> str:
    applicant = log_in("applicant")
    started = applicant.api("POST", "/process-instances", json={"process_key": "stops"}).json()
    body = {"outcome": "go", "values": OPINION}
    answer = applicant.api("POST", f"/user-tasks/{started['task_ids'][0]}/completion", json=body)
    assert answer.status_code == 200, answer.text
    return str(started["instance_id"])


@pytest.fixture
def incident(admin: Browser, log_in: Login) -> str:
    _stop(log_in)
    (found,) = admin.api("GET", "/incidents").json()["items"]
    return str(found["id"])


def test_the_list_tells_what_stopped_where_and_why(incident: str, admin: Browser) -> None:
    html = admin.get("/incidents").text

    for word in ("停滞点", "资金不足", "会停的流程", "办理中断", "石溪村", "1 次", "一并重试"):
        assert word in html
    assert '<span class="count">1' in html


def test_an_auditor_reads_and_is_offered_nothing(incident: str, log_in: Login) -> None:
    auditor = log_in("auditor")

    assert "资金不足" in auditor.get("/incidents").text
    assert "一并重试" not in auditor.get("/incidents").text
    assert "处理完毕" not in auditor.get(f"/incidents/{incident}").text
    assert auditor.post(f"/incidents/{incident}", {"act": "retry", "reason": "试试"}).status_code == 403


@pytest.mark.parametrize("login", ["applicant", "lead", "designer"])
def test_others_have_no_such_page(login: str, incident: str, log_in: Login) -> None:
    other = log_in(login)

    assert other.get("/incidents").status_code == 403
    assert other.get(f"/incidents/{incident}").status_code == 403
    assert other.api("GET", "/incidents").status_code == 403
    assert 'href="/incidents"' not in other.get("/inbox").text


def test_another_countys_administrator_sees_and_does_nothing(incident: str, log_in: Login) -> None:
    other = log_in("other_admin")
    reason = {"reason": "不是我的"}

    assert "没有停下来的办件" in other.get("/incidents").text
    assert other.api("GET", "/incidents").json()["total"] == 0
    assert other.get(f"/incidents/{incident}").status_code == 404
    assert other.api("GET", f"/incidents/{incident}").status_code == 404
    for act in ("retry", "resolve", "change"):
        assert other.post(f"/incidents/{incident}", {"act": act, **reason}).status_code == 404
    for path in ("retry", "resolution"):
        assert other.api("POST", f"/incidents/{incident}/{path}", json=reason).status_code == 404
    assert other.api("POST", "/incidents/retry", json={"incident_ids": [incident], **reason}).status_code == 404
    assert "请先选择" in other.post("/incidents", {"scope": "all", **reason}).text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("process=stops", True),
        ("process=petition", False),
        ("kind=work", True),
        ("kind=timer", False),
        ("kind=nonsense", True),
        ("error=FUNDS_LOW", True),
        ("error=OTHER", False),
        ("search=资金", True),
        ("search=%25", False),
        ("state=closed", False),
        ("page=9", True),
        ("page=x", True),
    ],
)
def test_the_list_is_narrowed(query: str, found: bool, incident: str, admin: Browser) -> None:
    answer = admin.get(f"/incidents?{query}")

    assert answer.status_code == 200
    assert (f"/incidents/{incident}" in answer.text) is found


def test_one_incident_tells_what_has_happened(incident: str, admin: Browser) -> None:
    page = admin.post(f"/incidents/{incident}", {"act": "retry", "reason": "再试一次"}).text
    assert "重试没有成功" in page

    html = admin.get(f"/incidents/{incident}").text
    for word in ("FUNDS_LOW", "没有任何事件接住", "重试停滞点", "再试一次", "admin同志", "2 次", "停在这里"):
        assert word in html

    assert "停滞点已处理" in admin.post(f"/incidents/{incident}", {"act": "resolve", "reason": "已线下退回"}).text
    html = admin.get(f"/incidents/{incident}").text
    assert "处理完毕，继续" in html
    assert "已线下退回" in html
    assert '<h2 id="acts-title">' not in html


def test_a_reason_is_required(incident: str, admin: Browser) -> None:
    for act in ("retry", "resolve"):
        answer = admin.post(f"/incidents/{incident}", {"act": act, "reason": " "})
        assert answer.status_code == 422
        assert "请写明" in answer.text
    assert "请写明重试的原因" in admin.post("/incidents", {"scope": "all", "reason": ""}).text


DEEP = "[" * 400 + "]" * 400
ODD = [
    "[1]",
    "{",
    '{"a": NaN}',
    "[" * 5000,
    '{"a": 1e999999}',
    f'{{"a": {DEEP}}}',
    '{"a": "\\u0000"}',
    '{"a": "\\ud800"}',
]


@pytest.mark.parametrize("results", ODD)
def test_results_that_are_no_object_are_refused(results: str, incident: str, admin: Browser) -> None:
    answer = admin.post(f"/incidents/{incident}", {"act": "resolve", "reason": "已办好", "results": results})

    assert answer.status_code == 422
    assert admin.api("GET", f"/incidents/{incident}").status_code == 200


def test_many_are_tried_again_each_by_itself(incident: str, admin: Browser, log_in: Login) -> None:
    _stop(log_in)

    report = admin.post("/incidents", {"scope": "all", "reason": "资金已到账"}).text
    assert "共 2 个，其中 0 个已经继续" in report
    assert report.count("又停下了") == 2

    chosen = admin.post("/incidents", {"scope": "chosen", "incident": [incident], "reason": "再来"}).text
    assert "共 1 个" in chosen
    attempts = sorted(line["attempts"] for line in admin.api("GET", "/incidents").json()["items"])
    assert attempts == [2, 3]


def test_the_api_tells_the_same(incident: str, admin: Browser) -> None:
    body = {"incident_ids": [incident, incident], "reason": "再试"}

    (line,) = admin.api("POST", "/incidents/retry", json=body).json()
    assert (line["outcome"], "没有成功" in line["message"]) == ("stopped_again", True)
    refused = admin.api("POST", f"/incidents/{incident}/retry", json={"reason": "改", "inputs": {"a": 1}})
    assert refused.status_code == 409

    settled = admin.api("POST", f"/incidents/{incident}/resolution", json={"reason": "已线下退回"})
    assert settled.json()["outcome"] == "settled"
    assert admin.api("POST", f"/incidents/{incident}/resolution", json={"reason": "又一次"}).status_code == 404
    (closed,) = admin.api("GET", "/incidents?closed=true").json()["items"]
    assert (closed["resolution"], closed["reason"], closed["closed_by_name"]) == ("resolved", "已线下退回", "admin同志")


ASKS = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d"
  targetNamespace="urn:test"><process id="asks" name="核对账户" isExecutable="true"><startEvent id="s"/>
  <intermediateCatchEvent id="rest"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>
  </intermediateCatchEvent>
  <serviceTask id="ask" name="问银行" anlan:connector="bank"><extensionElements>
    <anlan:in source="&quot;https://bank.example.com/a&quot;" target="url"/></extensionElements></serviceTask>
  <endEvent id="e"/><sequenceFlow id="a" sourceRef="s" targetRef="rest"/>
  <sequenceFlow id="b" sourceRef="rest" targetRef="ask"/><sequenceFlow id="c" sourceRef="ask" targetRef="e"/>
</process></definitions>""".encode()


class _Closed(Refused):
    """银行不在名单里"""

    code = "closed"


class Bank:
    """Refuses what it is asked at two addresses, each for another reason."""

    type, waits = "bank", True

    def check(self, inputs: Mapping[str, Any]) -> None:
        if inputs["url"].endswith("a"):
            raise _Closed("银行不在允许访问的名单里。")
        if inputs["url"].endswith("b"):
            raise Refused("银行已经关门。")

    def call(self, inputs: Mapping[str, Any], call: OutgoingCall) -> Mapping[str, Any]:
        raise AssertionError("never asked")


def test_what_a_connector_refuses_at_once_is_tried_again_with_other_inputs(
    admin: Browser, engine: ProcessEngine, clock: ManualClock
) -> None:
    cast(dict[str, Any], engine.tools.connectors)["bank"] = Bank()
    engine.execute(DeployResources(actor=SYSTEM, resources=(DeploymentResource(name="asks.bpmn", content=ASKS),)))
    engine.execute(StartProcess(actor=SYSTEM, process_key="asks", region_code=VILLAGE))
    clock.advance(timedelta(days=2))
    fire_due_timers(engine)
    (found,) = admin.api("GET", "/incidents").json()["items"]
    address = f"/incidents/{found['id']}"

    assert "修改输入后重试" in admin.get(address).text
    assert admin.api("GET", address).json()["inputs"] == {"url": "https://bank.example.com/a"}
    typed = {"act": "change", "reason": "网址写错了", "input:url": "https://bank.example.com/b"}
    assert "请核对改动" in admin.post(address, typed).text
    assert "重试没有成功" in admin.post(address, {**typed, "confirmed": "yes"}).text
    html = admin.get(address).text
    assert "银行已经关门" in html
    assert "url：https://bank.example.com/a → https://bank.example.com/b" in html
    assert 'value="https://bank.example.com/b"' in html
    typed = {**typed, "input:url": "https://bank.example.com/c", "confirmed": "yes"}
    assert "停滞点已处理" in admin.post(address, typed).text
    assert "<span>https://bank.example.com/c</span>" in admin.get(address).text
