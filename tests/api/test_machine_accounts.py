"""Other systems get in with a token: made by an administrator, good for the API only, and for a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from engine.clock import ManualClock
from engine.commands import SYSTEM, PersonRecord, PositionRecord, RegisterOrganisation
from engine.model import AnsweredRequest, ApiToken, HistoryEvent
from engine.process_engine import ProcessEngine

from .conftest import COUNTY, OTHER_COUNTY, PASSWORD, TOWN, Browser, Login

REGISTER = {"login": "gis", "name": "县地理信息平台", "unit_code": COUNTY}
ISSUE = {"note": "平台服务器", "days": 30}


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
    return log_in("admin")


@pytest.fixture
def machine(admin: Browser) -> str:
    answer = admin.api("POST", "/machine-accounts", json=REGISTER)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.fixture
def issued(admin: Browser, machine: str) -> dict[str, str]:
    answer = admin.api("POST", f"/machine-accounts/{machine}/tokens", json=ISSUE)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_token_opens_the_api(issued: dict[str, str], anonymous: TestClient) -> None:
    answer = anonymous.get("/api/v1/session", headers=_bearer(issued["token"]))

    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["positions"][0]["role"]) == ("县地理信息平台", "integration")


def test_a_token_needs_no_csrf_token_and_keeps_idempotency_keys(
    issued: dict[str, str], anonymous: TestClient, engine: ProcessEngine
) -> None:
    headers = {**_bearer(issued["token"]), "Idempotency-Key": "once"}
    body = {"name": "materials.received", "correlation": "A-7"}

    answers = {anonymous.post("/api/v1/messages", headers=headers, json=body).status_code for _ in range(2)}

    # It holds no position that registers messages: it got in, and was refused for that.
    assert answers == {403}


@pytest.mark.parametrize("path", ["/inbox", "/cases/none", "/machine-accounts"])
def test_a_token_opens_no_page(path: str, issued: dict[str, str], anonymous: TestClient) -> None:
    answer = anonymous.get(path, headers=_bearer(issued["token"]), follow_redirects=False)

    assert answer.status_code in (303, 404)
    assert "县地理信息平台" not in answer.text


@pytest.mark.parametrize("token", ["", "wrong", "令牌", "anlan_", "a b"])
def test_a_wrong_token_is_refused(token: str, anonymous: TestClient) -> None:
    answer = anonymous.get("/api/v1/session", headers={"Authorization": b"Bearer " + token.encode()})

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_expired_token_is_refused(issued: dict[str, str], anonymous: TestClient, clock: ManualClock) -> None:
    clock.advance(timedelta(days=31))

    answer = anonymous.get("/api/v1/session", headers=_bearer(issued["token"]))
    assert "已经过期" in answer.json()["detail"]


def test_a_revoked_token_is_refused_at_once(
    issued: dict[str, str], machine: str, admin: Browser, anonymous: TestClient
) -> None:
    path = f"/machine-accounts/{machine}/tokens/{issued['id']}"

    assert admin.api("DELETE", path).status_code == 204
    assert admin.api("DELETE", path).status_code == 409
    assert anonymous.get("/api/v1/session", headers=_bearer(issued["token"])).status_code == 401


def test_a_machine_account_has_no_password(machine: str, anonymous: TestClient) -> None:
    for password in ("", "!", PASSWORD):
        answer = anonymous.post("/api/v1/session", json={"login": "gis", "password": password})
        assert answer.status_code == 401

    assert anonymous.post("/api/v1/session", json={"person_id": machine}).status_code == 404
    assert "县地理信息平台" not in anonymous.get("/login").text


def test_a_machine_account_reads_no_cases_of_its_region(
    issued: dict[str, str], petition: dict[str, str], anonymous: TestClient
) -> None:
    answer = anonymous.get(f"/api/v1/process-instances/{petition['case']}", headers=_bearer(issued["token"]))

    assert answer.status_code == 404


def test_the_secret_is_kept_nowhere(issued: dict[str, str], engine: ProcessEngine) -> None:
    with engine.database.read() as connection:
        rows: list[Any] = [*connection.execute(select(ApiToken)), *connection.execute(select(HistoryEvent))]
        rows += connection.execute(select(AnsweredRequest))

    assert issued["token"] not in repr(rows)
    assert {"MachineRegistered", "TokenIssued"} <= {row.type for row in rows if hasattr(row, "type")}


def test_a_repeated_request_makes_no_second_token(machine: str, admin: Browser, engine: ProcessEngine) -> None:
    path, headers = f"/machine-accounts/{machine}/tokens", {"Idempotency-Key": "again"}

    assert admin.api("POST", path, json=ISSUE, headers=headers).status_code == 201
    again = admin.api("POST", path, json=ISSUE, headers=headers)
    assert again.status_code == 409
    assert "令牌不保存，不能再给一次" in again.json()["detail"]

    (found,) = admin.api("GET", "/machine-accounts").json()
    assert [token["note"] for token in found["tokens"]] == ["平台服务器"]


def test_another_countys_administrator_sees_and_does_nothing(
    machine: str, issued: dict[str, str], log_in: Login
) -> None:
    other = log_in("other_admin")
    path = f"/machine-accounts/{machine}/tokens"

    assert other.api("GET", "/machine-accounts").json() == []
    assert other.api("POST", path, json=ISSUE).status_code == 404
    assert other.api("DELETE", f"{path}/{issued['id']}").status_code == 404
    assert other.api("POST", "/machine-accounts", json={**REGISTER, "login": "two"}).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"login": "GIS"}, 409), ({"login": "gis"}, 409), ({"name": " "}, 409), ({"unit_code": "33"}, 404)],
)
def test_a_wrong_account_is_refused(wrong: dict[str, str], status: int, machine: str, admin: Browser) -> None:
    body = {"login": "next", "name": "另一平台", "unit_code": TOWN, **wrong}

    assert admin.api("POST", "/machine-accounts", json=body).status_code == status


@pytest.mark.parametrize("login", ["applicant", "auditor", "designer"])
def test_only_administrators_make_tokens(login: str, machine: str, log_in: Login) -> None:
    other = log_in(login)

    assert other.api("GET", "/machine-accounts").status_code == 403
    assert other.api("POST", "/machine-accounts", json={**REGISTER, "login": "x2"}).status_code == 403
    assert other.api("POST", f"/machine-accounts/{machine}/tokens", json=ISSUE).status_code == 404
