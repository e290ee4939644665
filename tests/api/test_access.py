"""Who sees what: role times region, for pages and for programs."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import DIAGRAMS, HOLDERS, VILLAGE, Login

DIAGRAM = (DIAGRAMS / "petition.bpmn").read_bytes()

READERS = {"applicant", "clerk", "second_clerk", "lead", "county", "city", "auditor"}


@pytest.mark.parametrize("login", HOLDERS)
def test_a_case_is_read_inside_its_regions_only(login: str, reviewed: dict[str, str], log_in: Login) -> None:
    browser = log_in(login)
    expected = 200 if login in READERS else 404

    assert browser.get(f"/cases/{reviewed['case']}").status_code == expected
    assert browser.get(f"/tasks/{reviewed['task']}").status_code == expected
    for part in ("", "/history", "/replay", "/diagram"):
        assert browser.get(f"/api/v1/process-instances/{reviewed['case']}{part}").status_code == expected


@pytest.mark.parametrize("login", HOLDERS)
def test_a_task_is_completed_by_its_role_in_its_unit_only(login: str, reviewed: dict[str, str], log_in: Login) -> None:
    body = {"outcome": "agree", "values": {}}

    answer = log_in(login).api("POST", f"/user-tasks/{reviewed['task']}/completion", json=body)

    # The right persons get as far as the form, everybody else is stopped before.
    assert answer.status_code == (422 if login in ("clerk", "second_clerk") else 403)


@pytest.mark.parametrize("login", HOLDERS)
def test_lists_hold_nothing_of_other_regions(login: str, reviewed: dict[str, str], log_in: Login) -> None:
    cases = log_in(login).get("/api/v1/process-instances").json()

    assert cases["total"] == (1 if login in READERS else 0)


@pytest.mark.parametrize("path", ["/designer", "/designer/petition", "/designer/new", "/audit"])
def test_pages_of_a_role_are_closed_to_others(path: str, log_in: Login) -> None:
    answer = log_in("clerk").get(path)

    assert answer.status_code == 403
    assert "没有权限" in answer.text


def test_only_designers_deploy(log_in: Login) -> None:
    clerk = log_in("clerk")

    for method, path in (
        ("POST", "/process-definitions"),
        ("POST", "/process-definitions/lint"),
        ("PUT", "/process-definitions/draft"),
        ("POST", "/decisions"),
    ):
        assert clerk.api(method, path, content=b"<x/>").status_code == 403


def test_nobody_acts_for_another_without_a_delegation(reviewed: dict[str, str], log_in: Login) -> None:
    body = {"outcome": "agree", "values": {}, "on_behalf_of": "clerk"}
    lead = log_in("lead")

    assert lead.api("POST", f"/user-tasks/{reviewed['task']}/completion", json=body).status_code == 403
    reason = {"reason": "不再需要", "on_behalf_of": "applicant"}
    withdrawal = f"/process-instances/{reviewed['case']}/withdrawal"
    assert lead.api("POST", withdrawal, json=reason).status_code == 403


def test_a_delegate_acts_and_is_recorded(reviewed: dict[str, str], log_in: Login) -> None:
    delegation = {"to_person_id": "lead", "valid_from": "2026-03-01", "valid_to": "2026-03-31"}
    assert log_in("clerk").api("POST", "/delegations", json=delegation).status_code == 201

    lead = log_in("lead")
    line = lead.get("/api/v1/user-tasks").json()["items"][0]
    claimed = lead.api("POST", f"/user-tasks/{line['task_id']}/claim", json={"on_behalf_of": line["on_behalf_of"]})

    assert claimed.status_code == 204, claimed.text
    event = lead.get(f"/api/v1/process-instances/{reviewed['case']}/history").json()[-1]
    assert (event["actor_id"], event["on_behalf_of_name"]) == ("lead", "clerk同志")
    assert "您正在代" in lead.get(f"/tasks/{reviewed['task']}?for=clerk").text


def test_a_delegate_opens_tasks_of_a_unit_without_a_region(log_in: Login, petition: dict[str, str]) -> None:
    asked = DIAGRAM.replace(b'anlan:role="village_applicant"', b'anlan:role="contractor"')
    designer, contractor, delegate = log_in("designer"), log_in("contractor"), log_in("other_applicant")
    designer.api("POST", "/process-definitions", content=asked, headers={"Content-Type": "application/xml"})
    body = {"process_key": "petition", "region_code": VILLAGE}
    started = contractor.api("POST", "/process-instances", json=body).json()
    assert delegate.get(f"/tasks/{started['task_ids'][0]}").status_code == 404

    delegation = {"to_person_id": "other_applicant", "valid_from": "2026-03-01", "valid_to": "2026-03-31"}
    contractor.api("POST", "/delegations", json=delegation)

    assert delegate.get("/api/v1/user-tasks").json()["items"][0]["task_id"] == started["task_ids"][0]
    assert delegate.get(f"/tasks/{started['task_ids'][0]}?for=contractor").status_code == 200


def test_nothing_is_delegated_to_nobody(log_in: Login) -> None:
    delegation = {"to_person_id": "nobody", "valid_from": "2026-03-01", "valid_to": "2026-03-31"}

    assert log_in("clerk").api("POST", "/delegations", json=delegation).status_code == 404


@pytest.mark.parametrize("region", ["330324106209", "330324113999", "", "330324", "x"])
def test_cases_are_started_for_known_units_within_reach_only(region: str, log_in: Login) -> None:
    body = {"process_key": "petition", "region_code": region}

    assert log_in("applicant").api("POST", "/process-instances", json=body).status_code == 403


def test_every_address_but_logging_in_asks_who_one_is(anonymous: Any) -> None:
    schema = anonymous.get("/api/v1/openapi.json").json()
    for path, operations in schema["paths"].items():
        for method in operations:
            if (method, path) == ("post", "/api/v1/session"):
                continue
            concrete = path.replace("{", "").replace("}", "")
            answer = anonymous.request(method, concrete)
            assert answer.status_code == 401, (method, path, answer.status_code)
            assert answer.headers["content-type"] == "application/problem+json"


def test_pages_lead_strangers_to_the_login_and_back(anonymous: Any) -> None:
    answer = anonymous.get("/cases/abc?x=1", follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/cases/abc%3Fx%3D1"
