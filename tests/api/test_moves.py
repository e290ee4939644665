"""Moves on pages and through the API: shown first, then confirmed, then told in the history."""

from __future__ import annotations

import re
from typing import Any

import pytest

from engine.commands import SYSTEM, PersonRecord, PositionRecord, RegisterOrganisation
from engine.process_engine import ProcessEngine

from .conftest import CITY, COUNTY, DIAGRAMS, REVIEW, Browser, Login, field

Case = dict[str, str]


@pytest.fixture
def administered(engine: ProcessEngine) -> None:
    """A county with a system administrator."""
    person = PersonRecord(
        id="admin",
        name="管理员",
        login="admin",
        password="anlan-test",
        positions=(PositionRecord(role="sys_admin", unit_code=COUNTY),),
    )
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=(), persons=(person,)))


def _task_move(case: Case, name: str) -> str:
    return f"/tasks/{case['task']}/moves/{name}"


def test_a_task_page_offers_what_may_be_done_with_the_task(reviewed: Case, log_in: Login) -> None:
    html = log_in("clerk").get(f"/tasks/{reviewed['task']}").text

    for word in ("更多操作", "退回到", "填写申请（applicant同志", "转办", "second_clerk同志", "委派", "加签"):
        assert word in html


def test_a_return_is_shown_before_it_is_confirmed(reviewed: Case, log_in: Login) -> None:
    clerk = log_in("clerk")
    fields = {"step": "apply", "direct": "no", "why": "预算没有附明细"}

    shown = clerk.post(_task_move(reviewed, "return"), fields).text
    for word in (
        "确定退回",
        "取消的待办",
        "乡镇审查：岩坦镇 乡镇移民经办人",
        "新开的待办",
        "填写申请",
        "要重新办理的环节",
    ):
        assert word in shown
    assert clerk.get(f"/api/v1/user-tasks/{reviewed['task']}").json()["status"] == "created"

    done = clerk.post(_task_move(reviewed, "return"), {**fields, "confirmed": "yes"})
    assert "已退回" in done.text
    assert clerk.get(f"/api/v1/user-tasks/{reviewed['task']}").json()["status"] == "canceled"


def test_the_case_page_tells_where_it_was_returned_to(reviewed: Case, log_in: Login) -> None:
    clerk = log_in("clerk")
    fields = {"step": "apply", "direct": "yes", "why": "预算没有附明细", "confirmed": "yes"}
    clerk.post(_task_move(reviewed, "return"), fields)

    page = clerk.get(f"/cases/{reviewed['case']}").text
    assert "退回到“填写申请”，改正后直达本环节：预算没有附明细" in page


@pytest.mark.parametrize(("direct", "told"), [("yes", True), ("no", False)])
def test_a_direct_return_is_shown_as_one(direct: str, told: bool, reviewed: Case, log_in: Login) -> None:
    fields = {"step": "apply", "direct": direct, "why": "预算没有附明细"}

    shown = log_in("clerk").post(_task_move(reviewed, "return"), fields).text
    assert ("中间的环节不再重新办理" in shown) is told


def test_what_was_filled_in_is_there_when_a_step_comes_back(reviewed: Case, log_in: Login) -> None:
    fields = {"step": "apply", "direct": "no", "why": "预算没有附明细", "confirmed": "yes"}
    log_in("clerk").post(_task_move(reviewed, "return"), fields)

    applicant = log_in("applicant")
    again = applicant.get("/api/v1/user-tasks").json()["items"][0]["task_id"]
    html = applicant.get(f"/tasks/{again}").text
    assert "退回：预算没有附明细" in html
    assert field(html, "title") == "村口道路修缮"
    assert field(html, "items.0.amount") == "1,200.50"


def test_an_opinion_is_given_anew_when_a_review_comes_back(reviewed: Case, log_in: Login) -> None:
    clerk, lead = log_in("clerk"), log_in("lead")
    done = clerk.api("POST", f"/user-tasks/{reviewed['task']}/completion", json={"outcome": "agree", "values": REVIEW})
    fields = {"step": "review", "direct": "no", "why": "请再核对面积", "confirmed": "yes"}
    lead.post(f"/tasks/{done.json()['opened_task_ids'][0]}/moves/return", fields)

    again = clerk.get("/api/v1/user-tasks").json()["items"][0]["task_id"]
    html = clerk.get(f"/tasks/{again}").text
    assert "退回：请再核对面积" in html
    assert field(html, "e_signature") == ""


def test_what_the_diagram_sends_back_comes_with_what_was_filled_in(reviewed: Case, log_in: Login) -> None:
    values = {
        **REVIEW,
        "opinion_text": "预算没有附明细，请补充工程量清单以后再报送审查。",
        "missing_items": [{"item": "预算明细"}],
    }
    done = log_in("clerk").api(
        "POST",
        f"/user-tasks/{reviewed['task']}/completion",
        json={"outcome": "return_for_correction", "values": values},
    )
    html = log_in("applicant").get(f"/tasks/{done.json()['opened_task_ids'][0]}").text

    assert "退回：预算没有附明细" in html
    assert field(html, "title") == "村口道路修缮"


def test_a_move_without_a_reason_changes_nothing_and_says_so(reviewed: Case, log_in: Login) -> None:
    answer = log_in("clerk").post(_task_move(reviewed, "return"), {"step": "apply", "confirmed": "yes"})

    assert "请写明退回的原因" in answer.text


def test_an_unknown_move_is_not_found(reviewed: Case, log_in: Login) -> None:
    assert log_in("clerk").post(_task_move(reviewed, "fly")).status_code == 404
    assert log_in("clerk").post(f"/cases/{reviewed['case']}/moves/fly").status_code == 404


def test_a_transferred_task_waits_for_the_other(reviewed: Case, log_in: Login) -> None:
    fields = {"person": "second_clerk", "why": "下周出差", "confirmed": "yes"}
    log_in("clerk").post(_task_move(reviewed, "transfer"), fields)

    assert "乡镇审查" in log_in("second_clerk").get("/inbox").text
    assert "乡镇审查" not in log_in("clerk").get("/inbox").text
    assert "转给second_clerk同志：下周出差" in log_in("clerk").get(f"/cases/{reviewed['case']}").text


FILING = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d"
  targetNamespace="urn:test"><process id="filing" name="报备" isExecutable="true"><startEvent id="s"/>
  <userTask id="apply" name="报送" anlan:role="village_applicant" anlan:outcomes="done:已报送"/>
  <userTask id="file" name="备案" anlan:role="city_filing" anlan:outcomes="done:已备案"/><endEvent id="e"/>
  <sequenceFlow id="a" sourceRef="s" targetRef="apply"/><sequenceFlow id="b" sourceRef="apply" targetRef="file"/>
  <sequenceFlow id="c" sourceRef="file" targetRef="e"/></process></definitions>""".encode()


def test_a_filing_is_offered_to_others_of_the_filing_office(engine: ProcessEngine, log_in: Login) -> None:
    post = PositionRecord(role="city_filing", unit_code=CITY)
    second = PersonRecord(id="city2", name="另一位", login="city2", password="anlan-test", positions=(post,))
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=(), persons=(second,)))
    log_in("designer").api("POST", "/process-definitions", content=FILING, headers={"Content-Type": "application/xml"})
    applicant = log_in("applicant")
    task = applicant.api("POST", "/process-instances", json={"process_key": "filing"}).json()["task_ids"][0]
    opinion = {**REVIEW, "e_signature": "applicant同志"}
    done = applicant.api("POST", f"/user-tasks/{task}/completion", json={"outcome": "done", "values": opinion})

    assert "另一位" in log_in("city").get(f"/tasks/{done.json()['opened_task_ids'][0]}").text


def test_the_page_warns_that_who_signs_cannot_do_a_later_step(reviewed: Case, log_in: Login) -> None:
    page = log_in("clerk").get(f"/tasks/{reviewed['task']}").text

    assert re.search(r"lead同志（乡镇分管领导）\s*<span[^>]*>签署后不能再以乡镇分管领导身份办理本件", page)
    assert not re.search(r"second_clerk同志（乡镇移民经办人）\s*<span", page)


def test_an_added_signer_signs_on_a_form_of_their_own(reviewed: Case, log_in: Login) -> None:
    fields = {"person": "second_clerk", "signing": "before", "why": "一并把关", "confirmed": "yes"}
    clerk, second = log_in("clerk"), log_in("second_clerk")
    clerk.post(_task_move(reviewed, "add-signer"), fields)
    signing = second.get("/api/v1/user-tasks").json()["items"][0]["task_id"]
    assert "请您签署意见（前加签）" in second.get(f"/tasks/{signing}").text
    assert "second_clerk同志</strong> 前加签" in clerk.get(f"/tasks/{reviewed['task']}").text

    opinion = {**REVIEW, "e_signature": "second_clerk同志"}
    signed = second.api("POST", f"/user-tasks/{signing}/completion", json={"outcome": "agree", "values": opinion})
    assert signed.status_code == 200, signed.text
    assert "签署：乡镇审查（前加签）" in clerk.get(f"/cases/{reviewed['case']}").text


def test_a_delegate_gives_an_opinion_on_the_page(reviewed: Case, log_in: Login) -> None:
    clerk, county = log_in("clerk"), log_in("county")
    clerk.post(_task_move(reviewed, "delegate"), {"person": "county", "why": "核对坐标", "confirmed": "yes"})
    task = county.get("/api/v1/user-tasks").json()["items"][0]["task_id"]
    assert "交回经办人" in county.get(f"/tasks/{task}").text

    county.post(f"/tasks/{task}/moves/resolve", {"opinion": "坐标无误", "confirmed": "yes"})
    assert "坐标无误" in clerk.get(f"/cases/{reviewed['case']}").text


def test_who_has_done_a_step_may_take_it_back(reviewed: Case, log_in: Login) -> None:
    clerk = log_in("clerk")
    clerk.api("POST", f"/user-tasks/{reviewed['task']}/completion", json={"outcome": "agree", "values": REVIEW})
    assert "拿回：乡镇审查" in clerk.get(f"/cases/{reviewed['case']}").text
    assert "拿回：乡镇审查" not in log_in("lead").get(f"/cases/{reviewed['case']}").text

    clerk.post(_task_move(reviewed, "recall"), {"why": "意见写错", "confirmed": "yes"})
    assert clerk.get("/api/v1/user-tasks").json()["items"][0]["task_name"] == "乡镇审查"


@pytest.mark.usefixtures("administered")
def test_an_administrator_stops_and_resumes_a_case(reviewed: Case, log_in: Login) -> None:
    admin, address = log_in("admin"), f"/cases/{reviewed['case']}"
    assert "管理员操作" in admin.get(address).text
    assert "管理员操作" not in log_in("clerk").get(address).text

    admin.post(f"{address}/moves/suspend", {"why": "核实举报", "confirmed": "yes"})
    assert "办件已挂起" in log_in("clerk").get(f"/tasks/{reviewed['task']}").text
    assert "已挂起" in log_in("clerk").get("/inbox").text
    admin.post(f"{address}/moves/resume", {"confirmed": "yes"})
    assert "提交" in log_in("clerk").get(f"/tasks/{reviewed['task']}").text


@pytest.mark.usefixtures("administered")
def test_an_administrator_does_no_tasks(reviewed: Case, log_in: Login) -> None:
    answer = log_in("admin").api(
        "POST", f"/user-tasks/{reviewed['task']}/completion", json={"outcome": "agree", "values": REVIEW}
    )
    assert answer.status_code == 403
    assert "系统管理员不得办理办件" in answer.json()["detail"]


@pytest.mark.usefixtures("administered")
@pytest.mark.parametrize("name", ["suspend", "terminate", "move", "migrate"])
def test_nobody_else_does_what_administrators_do(reviewed: Case, log_in: Login, name: str) -> None:
    fields = {"why": "试一试", "step": "apply", "version": "2", "confirmed": "yes"}
    for login in ("clerk", "applicant"):
        assert log_in(login).post(f"/cases/{reviewed['case']}/moves/{name}", fields).status_code == 403


def test_the_api_previews_and_returns(reviewed: Case, log_in: Login) -> None:
    clerk = log_in("clerk")
    targets = clerk.api("GET", f"/user-tasks/{reviewed['task']}/return-targets").json()
    assert [(target["activity_id"], target["done_by"]) for target in targets] == [("apply", "applicant同志")]
    body = {"activity_id": "apply", "reason": "预算没有附明细"}

    shown = clerk.api("POST", f"/user-tasks/{reviewed['task']}/return?preview=true", json=body).json()
    assert [task["name"] for task in shown["preview"]["cancelled"]] == ["乡镇审查"]
    done = clerk.api("POST", f"/user-tasks/{reviewed['task']}/return", json=body).json()
    assert len(done["opened_task_ids"]) == 1


MOVES: dict[str, dict[str, Any]] = {
    "return": {"activity_id": "apply", "reason": "试一试"},
    "recall": {"reason": "试一试"},
    "transfer": {"to_person_id": "second_clerk", "reason": "试一试"},
    "delegation": {"to_person_id": "second_clerk", "reason": "试一试"},
    "signers": {"person_ids": ["second_clerk"], "signing": "before", "reason": "试一试"},
    "removal": {"reason": "试一试"},
    "resolution": {"opinion": "试一试"},
}


@pytest.mark.parametrize("name", MOVES)
def test_strangers_move_nothing(reviewed: Case, log_in: Login, name: str) -> None:
    address = f"/user-tasks/{reviewed['task']}/{name}"

    assert log_in("other_county").api("POST", address, json=MOVES[name]).status_code == 404
    assert log_in("lead").api("POST", address, json=MOVES[name]).status_code in (403, 409)


@pytest.mark.parametrize("name", ["suspension", "termination", "placement", "migration"])
def test_only_administrators_move_cases_through_the_api(reviewed: Case, log_in: Login, name: str) -> None:
    body: dict[str, Any] = {"reason": "试一试"}
    body |= {"placement": {"activity_id": "apply"}, "migration": {"version": 2}}.get(name, {})

    for login in ("clerk", "lead", "auditor"):
        answer = log_in(login).api("POST", f"/process-instances/{reviewed['case']}/{name}", json=body)
        assert answer.status_code == 403
    stranger = log_in("other_county").api("POST", f"/process-instances/{reviewed['case']}/{name}", json=body)
    assert stranger.status_code == 404


def _redeployed(designer: Browser, *changes: tuple[str, str]) -> None:
    content = (DIAGRAMS / "petition.bpmn").read_text()
    for before, after in changes:
        content = content.replace(before, after)
    xml = {"Content-Type": "application/xml"}
    deployed = designer.api("POST", "/process-definitions", content=content.encode(), headers=xml)
    assert deployed.status_code == 201, deployed.text


def test_running_cases_are_migrated_together_after_a_dry_run(reviewed: Case, log_in: Login) -> None:
    designer = log_in("designer")
    _redeployed(designer, ("乡镇审查", "乡镇复核"))
    address = "/designer/petition/migration"
    shown = designer.get(address).text
    assert "第 2 版" in shown
    assert "乡镇审查" in shown

    tried = designer.post(address, {"case": reviewed["case"], "version": "2", "_action": "rehearse"}).text
    assert "可以办到结束" in tried
    assert "结果：已批准" in tried
    fields = {"case": reviewed["case"], "version": "2", "why": "环节更名", "_action": "migrate"}
    assert "已迁移" in designer.post(address, fields).text
    assert log_in("clerk").get("/api/v1/user-tasks").json()["items"][0]["task_name"] == "乡镇复核"


def test_a_step_without_a_counterpart_is_given_one_on_the_page(reviewed: Case, log_in: Login) -> None:
    designer = log_in("designer")
    _redeployed(
        designer,
        ('id="review"', 'id="town_check"'),
        ('Ref="review"', 'Ref="town_check"'),
        ('bpmnElement="review"', 'bpmnElement="town_check"'),
        ("乡镇审查", "乡镇复核"),
    )
    address = "/designer/petition/migration"
    fields = {"case": reviewed["case"], "version": "2", "why": "环节更名", "_action": "migrate"}
    assert "请选择" in designer.get(address).text

    assert "没有“乡镇审查”的去处" in designer.post(address, fields).text
    assert "已迁移" in designer.post(address, {**fields, "place:review": "town_check"}).text


def test_a_batch_through_the_api_reports_every_case(reviewed: Case, log_in: Login) -> None:
    designer = log_in("designer")
    _redeployed(designer, ("乡镇审查", "乡镇复核"))
    body = {"version": 2, "reason": "环节更名", "rehearse": True}

    (line,) = designer.api("POST", "/process-definitions/petition/migration", json=body).json()
    assert (line["accepted"], line["result"], line["played"]) == (True, "已批准", ["乡镇复核", "乡镇签批"])
    (done,) = designer.api("POST", "/process-definitions/petition/migration", json={**body, "rehearse": False}).json()
    assert (done["instance_id"], done["accepted"]) == (reviewed["case"], True)


def test_nobody_else_migrates_cases(reviewed: Case, log_in: Login) -> None:
    assert log_in("clerk").get("/designer/petition/migration").status_code == 403
    body = {"version": 2, "reason": "环节更名"}
    assert log_in("clerk").api("POST", "/process-definitions/petition/migration", json=body).status_code == 403
