"""Messages and signals from outside, and who may send them."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import APPLICATION, Login

OBJECTION = {"name": "objection_received", "values": {"objection_text": "路线占用了我家的地。"}}


@pytest.fixture
def noticed(petition: dict[str, str], log_in: Login) -> str:
    log_in("applicant").api("POST", f"/user-tasks/{petition['task']}/completion", json={"values": APPLICATION})
    return petition["case"]


def test_a_message_reaches_the_one_case_that_waits_for_it(noticed: str, log_in: Login) -> None:
    answer = log_in("clerk").api("POST", "/messages", json=OBJECTION)

    assert (answer.status_code, answer.json()) == (200, {"instance_id": noticed, "started": False, "kept": False})


def test_a_message_nobody_waits_for_is_kept_if_asked(noticed: str, log_in: Login) -> None:
    clerk = log_in("clerk")
    message = {"name": "nobody", "correlation": "A-1"}

    assert clerk.api("POST", "/messages", json=message).json()["kept"] is False
    assert clerk.api("POST", "/messages", json={**message, "keep_for": "P1D"}).json()["kept"] is True


@pytest.mark.parametrize("login", ["applicant", "lead", "auditor"])
def test_who_receives_no_messages_sends_none(noticed: str, login: str, log_in: Login) -> None:
    for path in ("/messages", "/signals"):
        assert log_in(login).api("POST", path, json={"name": "objection_received"}).status_code == 403


def test_a_signal_that_nobody_hears_reaches_nobody(noticed: str, log_in: Login) -> None:
    assert log_in("clerk").api("POST", "/signals", json={"name": "storm"}).json() == {"instance_ids": []}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x", "keep_for": "soon"},
        {"name": "x", "keep_for": "P9999D"},
        {"name": "x", "correlation": [1]},
        {"name": "x", "correlation": 1.5},
        {"name": "x", "values": {"a": {"b": 1}}},
        {"name": "长" * 3000},
        {"name": "x", "unknown": 1},
    ],
)
def test_a_message_of_the_wrong_shape_is_refused(body: dict[str, Any], log_in: Login) -> None:
    assert log_in("clerk").api("POST", "/messages", json=body).status_code in (400, 422)
