"""A case that has stopped, for those who read it and for its administrator."""

from __future__ import annotations

import pytest

from engine.commands import (
    SYSTEM,
    DeploymentResource,
    DeployResources,
    PersonRecord,
    PositionRecord,
    RegisterOrganisation,
)
from engine.process_engine import ProcessEngine

from .conftest import COUNTY, PASSWORD, Login

STOPS = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d"
  targetNamespace="urn:test"><error id="low" errorCode="FUNDS_LOW"/>
<process id="stops" name="会停的流程" isExecutable="true"><startEvent id="s"/>
  <userTask id="work" name="填写" anlan:role="village_applicant" anlan:outcomes="go:提交"/>
  <endEvent id="failed" name="资金不足"><errorEventDefinition errorRef="low"/></endEvent>
  <sequenceFlow id="a" sourceRef="s" targetRef="work"/><sequenceFlow id="b" sourceRef="work" targetRef="failed"/>
</process></definitions>""".encode()
OPINION = {"opinion_text": "请按程序办理，材料已经齐全。", "conflict_declaration": True, "e_signature": "applicant同志"}


@pytest.fixture
def stopped(engine: ProcessEngine, log_in: Login) -> str:
    position = PositionRecord(role="sys_admin", unit_code=COUNTY)
    admin = PersonRecord(id="admin", name="管理员", login="admin", password=PASSWORD, positions=(position,))
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=(), persons=(admin,)))
    engine.execute(DeployResources(actor=SYSTEM, resources=(DeploymentResource(name="stops.bpmn", content=STOPS),)))
    applicant = log_in("applicant")
    started = applicant.api("POST", "/process-instances", json={"process_key": "stops"}).json()
    body = {"outcome": "go", "values": OPINION}
    answer = applicant.api("POST", f"/user-tasks/{started['task_ids'][0]}/completion", json=body)
    assert answer.status_code == 200, answer.text
    return str(started["instance_id"])


def test_whoever_reads_the_case_sees_where_it_has_stopped(stopped: str, log_in: Login) -> None:
    applicant = log_in("applicant")

    case = applicant.get(f"/api/v1/process-instances/{stopped}").json()
    page = applicant.get(f"/cases/{stopped}").text

    assert [(incident["name"], incident["code"]) for incident in case["incidents"]] == [("资金不足", "FUNDS_LOW")]
    assert case["status"] == "active"
    assert "请联系系统管理员处理" in page
    assert "处理完毕，继续" not in page


def test_only_the_administrator_may_settle_it(stopped: str, log_in: Login) -> None:
    incident = log_in("applicant").get(f"/api/v1/process-instances/{stopped}").json()["incidents"][0]["id"]
    path = f"/process-instances/{stopped}/incidents/{incident}/resolution"

    assert log_in("applicant").api("POST", path, json={"reason": "不想等了"}).status_code == 403
    assert log_in("admin").api("POST", path, json={"reason": "已线下退回"}).status_code == 204

    case = log_in("applicant").get(f"/api/v1/process-instances/{stopped}").json()
    assert (case["incidents"], case["status"], case["result"]) == ([], "completed", "资金不足")


@pytest.mark.parametrize("address", ["/process-instances/{case}/incidents/{incident}", "/incidents/{incident}"])
@pytest.mark.parametrize("act", ["resolution", "retry"])
def test_a_repeated_request_is_answered_as_before(stopped: str, log_in: Login, address: str, act: str) -> None:
    admin = log_in("admin")
    incident = admin.get(f"/api/v1/process-instances/{stopped}").json()["incidents"][0]["id"]
    path = f"{address}/{act}".format(case=stopped, incident=incident)

    first, second = (
        admin.api("POST", path, json={"reason": "已线下退回"}, headers={"Idempotency-Key": "k"}) for _ in range(2)
    )

    assert first.status_code < 300
    assert (second.status_code, second.content) == (first.status_code, first.content)


def test_a_retry_that_stops_again_says_so(stopped: str, log_in: Login) -> None:
    admin = log_in("admin")
    incident = admin.get(f"/api/v1/process-instances/{stopped}").json()["incidents"][0]["id"]
    address = f"/cases/{stopped}/incidents/{incident}"

    assert "重试没有成功" in admin.post(address, {"act": "retry", "reason": "再试一次"}).text
    assert "停滞点已处理" in admin.post(address, {"act": "resolve", "reason": "已线下退回"}).text
    assert admin.post(address, {"act": "resolve", "reason": "已线下退回"}).status_code == 404


def test_whoever_submits_is_told_that_the_case_has_stopped(stopped: str, log_in: Login) -> None:
    applicant = log_in("applicant")
    started = applicant.api("POST", "/process-instances", json={"process_key": "stops"}).json()
    typed = {"outcome": "go", **OPINION, "conflict_declaration": "true", "_action": "submit"}

    answer = applicant.post(f"/tasks/{started['task_ids'][0]}", typed)

    assert "在“资金不足”停下了，由系统管理员处理" in answer.text
    assert "停在：资金不足" in applicant.get(f"/cases/{started['instance_id']}").text
