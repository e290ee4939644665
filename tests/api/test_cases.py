"""The case page and what may be done with a whole case."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from .conftest import APPLICATION, Login

OBJECTION = {"name": "objection_received", "objection_text": "路线占用了我家的地。"}


def test_the_replay_tells_the_way_and_the_reasons(reviewed: dict[str, str], log_in: Login) -> None:
    clerk = log_in("clerk")
    page = clerk.get(f"/cases/{reviewed['case']}").text

    data = re.search(r'id="replay-data">(.*?)</script>', page, re.S)
    assert data
    replay = json.loads(data[1])
    assert [step["title"] for step in replay["steps"]] == ["发起办件", "办理：填写申请", "到期：公示 5 天"]
    filled = replay["steps"][1]
    assert {"label": "工程名称", "value": "村口道路修缮"} in filled["fields"]
    assert {"label": "工程量 第 1 行", "value": "名称：路面；金额：1,200.50 元"} in filled["fields"]
    assert filled["completed"] == ["apply"]
    assert "to_notice" in filled["passed"]
    assert clerk.get(replay["diagramUrl"]).content.startswith(b"<?xml")


def test_a_gateway_shows_the_values_it_read(reviewed: dict[str, str], log_in: Login) -> None:
    review = {
        "opinion_text": "材料缺少村民代表会议决议，请补正后再报送审查。",
        "missing_items": [{"item": "村民代表会议决议"}],
        "conflict_declaration": True,
        "e_signature": "clerk同志",
    }
    body = {"outcome": "return_for_correction", "values": review}
    done = log_in("clerk").api("POST", f"/user-tasks/{reviewed['task']}/completion", json=body)
    assert done.status_code == 200, done.text

    step = log_in("clerk").get(f"/api/v1/process-instances/{reviewed['case']}/replay").json()["steps"][-1]

    assert step["negative"] is True
    (gateway,) = step["gateways"]
    assert gateway["name"] == "审查结果"
    taken = [condition for condition in gateway["conditions"] if condition["result"]]
    assert taken[0]["flowName"] == "退回补正"
    assert taken[0]["values"] == {"review.outcome": "return_for_correction"}


def test_the_starter_withdraws_with_a_reason(petition: dict[str, str], log_in: Login) -> None:
    applicant = log_in("applicant")
    address = f"/cases/{petition['case']}"

    assert "请写明撤销的原因" in applicant.post(f"{address}/moves/withdraw", {"why": " "}).text
    shown = applicant.post(f"{address}/moves/withdraw", {"why": "资金已由别处解决"})
    assert "取消的待办" in shown.text
    done = applicant.post(f"{address}/moves/withdraw", {"why": "资金已由别处解决", "confirmed": "yes"})

    assert "已撤销" in done.text
    assert "撤销：" in done.text or "撤销办件" in done.text


def test_nobody_else_withdraws(petition: dict[str, str], log_in: Login) -> None:
    for login in ("clerk", "county", "auditor"):
        answer = log_in(login).post(f"/cases/{petition['case']}/moves/withdraw", {"why": "试一试"})
        assert answer.status_code == 403


def test_the_towns_clerk_registers_an_objection(petition: dict[str, str], log_in: Login) -> None:
    log_in("applicant").api("POST", f"/user-tasks/{petition['task']}/completion", json={"values": APPLICATION})
    clerk = log_in("clerk")
    assert "登记异议" in clerk.get(f"/cases/{petition['case']}").text

    answer = clerk.post(f"/cases/{petition['case']}/messages", OBJECTION)

    assert "已登记：收到异议" in answer.text
    steps = [task["name"] for task in clerk.get(f"/api/v1/process-instances/{petition['case']}").json()["tasks"]]
    assert "答复异议" in steps


def test_others_register_no_objection(petition: dict[str, str], log_in: Login) -> None:
    for login in ("applicant", "lead", "auditor"):
        browser = log_in(login)
        assert "登记异议" not in browser.get(f"/cases/{petition['case']}").text
        assert browser.post(f"/cases/{petition['case']}/messages", OBJECTION).status_code == 403
        message = f"/process-instances/{petition['case']}/messages"
        assert browser.api("POST", message, json={"name": "objection_received"}).status_code == 403


@pytest.mark.parametrize(
    "values",
    [
        {"application": {"title": "改过的"}},
        {"evidence_files": [{"id": "a" * 32}]},
        {"objection_text": "长" * 2001},
        {f"fact{number}": "x" for number in range(21)},
    ],
)
def test_a_message_brings_plain_facts_only(values: dict[str, Any], petition: dict[str, str], log_in: Login) -> None:
    log_in("applicant").api("POST", f"/user-tasks/{petition['task']}/completion", json={"values": APPLICATION})
    message = {"name": "objection_received", "values": values}

    answer = log_in("clerk").api("POST", f"/process-instances/{petition['case']}/messages", json=message)

    assert answer.status_code == 422


def test_a_message_nobody_waits_for_is_a_conflict(petition: dict[str, str], log_in: Login) -> None:
    message = f"/process-instances/{petition['case']}/messages"

    assert log_in("clerk").api("POST", message, json={"name": "payment.suspend"}).status_code == 409


def test_starting_in_somebody_elses_village_is_refused(log_in: Login) -> None:
    body = {"process_key": "petition", "region_code": "330324106209"}

    assert log_in("applicant").api("POST", "/process-instances", json=body).status_code == 403


def test_who_has_no_starting_role_cannot_start(log_in: Login) -> None:
    assert log_in("clerk").api("POST", "/process-instances", json={"process_key": "petition"}).status_code == 403
    assert "没有可以直接发起的办件" in log_in("clerk").get("/start").text


def test_starting_from_the_menu_opens_the_first_task(log_in: Login) -> None:
    answer = log_in("applicant").post("/start/petition", {"unit": "330324113227"})

    assert answer.url.path.startswith("/tasks/")
    assert "办件编号 XS-330324-2026-00001" in answer.text
