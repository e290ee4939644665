"""批量迁移 in the browser: what was chosen stays chosen, and nothing is migrated that was not."""

from __future__ import annotations

import re

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

from .conftest import COUNTY, PASSWORD, Browser, Login

VERSION = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d"
  targetNamespace="urn:test"><process id="relay" name="零星维修" isExecutable="true"><startEvent id="s"/>
  <userTask id="apply" name="填报" anlan:role="village_applicant" anlan:outcomes="go:提交"/>
  <endEvent id="e" name="{end}"/>
  <sequenceFlow id="a" sourceRef="s" targetRef="apply"/><sequenceFlow id="b" sourceRef="apply" targetRef="e"/>
</process></definitions>"""
ADDRESS = "/designer/relay/migration"


def _deploy(engine: ProcessEngine, end: str) -> None:
    resource = DeploymentResource(name="relay.bpmn", content=VERSION.format(end=end).encode())
    engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))


@pytest.fixture
def cases(engine: ProcessEngine, log_in: Login) -> list[str]:
    """Three cases on the first of two versions."""
    _deploy(engine, "已办结")
    applicant = log_in("applicant")
    started = [applicant.api("POST", "/process-instances", json={"process_key": "relay"}) for _ in range(3)]
    _deploy(engine, "已归档")
    return [answer.json()["instance_id"] for answer in started]


@pytest.fixture
def admin(engine: ProcessEngine, log_in: Login) -> Browser:
    position = PositionRecord(role="sys_admin", unit_code=COUNTY)
    person = PersonRecord(id="admin", name="管理员", login="admin", password=PASSWORD, positions=(position,))
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=(), persons=(person,)))
    return log_in("admin")


def _ticked(html: str) -> list[str]:
    return re.findall(r'name="case" value="(\w+)"[^>]* checked', html)


def test_after_a_dry_run_of_some_the_same_are_chosen(cases: list[str], admin: Browser) -> None:
    assert sorted(_ticked(admin.get(ADDRESS).text)) == sorted(cases)

    chosen = {"version": "2", "case": cases[:1], "why": "新办法实施", "_action": "rehearse"}
    shown = admin.post(ADDRESS, chosen).text
    assert "可以办到结束" in shown
    assert _ticked(shown) == cases[:1]
    assert "新办法实施</textarea>" in shown


@pytest.mark.parametrize(
    ("wrong", "told"), [({"why": " "}, "请写明迁移的原因"), ({"case": [], "why": "新办法实施"}, "请选择要迁移的办件")]
)
def test_a_refusal_loses_nothing_that_was_typed(
    wrong: dict[str, object], told: str, cases: list[str], admin: Browser
) -> None:
    fields = {"version": "2", "case": cases[1:], "why": "新办法实施", "_action": "migrate", **wrong}

    answer = admin.post(ADDRESS, fields)
    assert answer.status_code == 422
    assert told in answer.text
    assert sorted(_ticked(answer.text)) == sorted(fields["case"])  # type: ignore[call-overload]
    assert admin.api("GET", f"/process-instances/{cases[1]}").json()["process_version"] == 1


def test_only_what_was_chosen_is_migrated(cases: list[str], admin: Browser) -> None:
    report = admin.post(ADDRESS, {"version": "2", "case": cases[:1], "why": "新办法实施", "_action": "migrate"}).text

    assert f'href="/cases/{cases[0]}"' in report
    versions = [admin.api("GET", f"/process-instances/{case}").json()["process_version"] for case in cases]
    assert versions == [2, 1, 1]


def test_a_refused_recall_is_told_on_the_page_of_the_case(cases: list[str], log_in: Login) -> None:
    applicant = log_in("applicant")
    task = applicant.api("GET", f"/process-instances/{cases[0]}").json()["tasks"][0]["id"]

    answer = applicant.post(f"/tasks/{task}/moves/recall", {"why": ""})
    assert str(answer.url).endswith(f"/cases/{cases[0]}")


def test_a_version_that_does_not_exist_is_told_on_the_page_of_the_case(cases: list[str], admin: Browser) -> None:
    fields = {"version": "7", "why": "新办法实施", "confirmed": "yes"}

    answer = admin.post(f"/cases/{cases[0]}/moves/migrate", fields)
    assert (answer.status_code, "没有第 7 版" in answer.text) == (200, True)


def test_a_repeated_request_migrates_what_is_left_and_tells_the_same(cases: list[str], admin: Browser) -> None:
    body, key = {"version": 2, "reason": "新办法实施"}, {"Idempotency-Key": "all-at-once"}
    address = "/process-definitions/relay/migration"
    admin.api("POST", address, json={**body, "instance_ids": cases[:1]}, headers=key)

    first, second = (admin.api("POST", address, json=body, headers=key) for _ in range(2))

    assert [line["accepted"] for line in first.json()] == [True] * 3, "as after a loss in the middle"
    assert (second.status_code, second.json()) == (200, first.json())


def test_a_key_of_another_migration_is_refused(cases: list[str], admin: Browser) -> None:
    key = {"Idempotency-Key": "all-at-once"}
    address = "/process-definitions/relay/migration"
    admin.api("POST", address, json={"version": 2, "reason": "新办法实施"}, headers=key)

    answer = admin.api("POST", address, json={"version": 2, "reason": "另有原因"}, headers=key)

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:anlan:problem:idempotency-key-reused")
