"""Headers on every answer, and logging in."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import PASSWORD, Login

PAGES = [
    "/inbox",
    "/done",
    "/started",
    "/start",
    "/projects",
    "/notifications",
    "/nothing",
    "/static/css/base.css",
    "/api/v1/session",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_policy(path: str, log_in: Login) -> None:
    headers = log_in("applicant").get(path).headers

    assert "script-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static/") else "no-store")


def test_no_page_carries_a_script_or_style_of_its_own(reviewed: dict[str, str], log_in: Login) -> None:
    clerk = log_in("clerk")
    for path in ("/inbox", f"/tasks/{reviewed['task']}", f"/cases/{reviewed['case']}", "/login"):
        page = clerk.get(path).text
        assert "<style" not in page
        assert "onclick" not in page
        assert "<script>" not in page


def test_a_wrong_password_is_told_without_saying_which_part(anonymous: Any) -> None:
    for login in ("clerk", "nobody"):
        answer = anonymous.post("/login", data={"login": login, "password": "wrong"})
        assert answer.status_code == 422
        assert "账号或密码不正确" in answer.text


def test_five_wrong_passwords_lock_the_account(anonymous: Any) -> None:
    for _ in range(5):
        anonymous.post("/login", data={"login": "clerk", "password": "wrong"})

    answer = anonymous.post("/login", data={"login": "clerk", "password": PASSWORD})

    assert answer.status_code == 403
    assert "暂时锁定" in answer.text


def test_a_fault_is_answered_decently(app: Any, log_in: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    from fastapi.testclient import TestClient

    browser = log_in("clerk")
    monkeypatch.setattr("api.pages.lists.inbox.started", lambda *_, **__: 1 / 0)
    client = TestClient(app, raise_server_exceptions=False, cookies=browser.client.cookies)

    page = client.get("/started")
    assert page.status_code == 500
    assert "没有改动任何内容" in page.text
    assert "ZeroDivisionError" not in page.text
    assert "content-security-policy" in page.headers
