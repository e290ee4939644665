"""Requests that another site could make a browser send."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Browser, Login


@pytest.fixture
def clerk(log_in: Login) -> Browser:
    return log_in("clerk")


@pytest.mark.parametrize("token", [None, "", "wrong", "令牌"])
def test_a_form_without_the_token_is_refused(token: str | None, clerk: Browser, reviewed: dict[str, str]) -> None:
    data = {} if token is None else {"csrf_token": token}

    answer = clerk.client.post(f"/tasks/{reviewed['task']}/claim", data=data)

    assert answer.status_code == 403
    assert "页面已经过期" in answer.text


def test_json_without_the_header_is_refused(clerk: Browser, reviewed: dict[str, str]) -> None:
    answer = clerk.client.post(f"/api/v1/user-tasks/{reviewed['task']}/claim", json={})

    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:anlan:problem:csrf"


def test_the_token_of_another_session_is_refused(clerk: Browser, log_in: Login, reviewed: dict[str, str]) -> None:
    clerk.csrf_token = log_in("lead").csrf_token

    assert clerk.post(f"/tasks/{reviewed['task']}/claim").status_code == 403


def test_what_comes_from_another_site_is_refused(clerk: Browser, reviewed: dict[str, str]) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}

    assert clerk.post(f"/tasks/{reviewed['task']}/claim", headers=headers).status_code == 403
    assert clerk.client.post("/login", data={"person": "clerk"}, headers=headers).status_code == 403


def test_the_cookie_is_closed_to_scripts_and_other_sites(anonymous: Any) -> None:
    answer = anonymous.post("/login", data={"login": "clerk", "password": "anlan-test"}, follow_redirects=False)

    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_logging_in_never_leads_to_another_site(anonymous: Any) -> None:
    for target in ("https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", "/\t/example.org"):
        data = {"person": "clerk", "next": target}
        answer = anonymous.post("/login", data=data, follow_redirects=False)
        assert answer.headers["location"] == "/"


def test_a_session_ends_with_logging_out(clerk: Browser) -> None:
    clerk.post("/logout")

    assert clerk.get("/api/v1/session").status_code == 401


def test_logging_in_again_ends_the_earlier_session(clerk: Browser) -> None:
    token = clerk.client.cookies["anlan_session"]

    clerk.client.post("/login", data={"person": "lead"})

    assert clerk.client.cookies["anlan_session"] != token
    assert clerk.client.get("/api/v1/session").json()["person_id"] == "lead"
    assert clerk.client.get("/api/v1/session", headers={"Cookie": f"anlan_session={token}"}).status_code == 401
