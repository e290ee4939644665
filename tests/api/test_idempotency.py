"""Requests that come twice: after a lost answer, or by a second click."""

from __future__ import annotations

import re

from .conftest import field


def started(applicant, key, **body):
    headers = {"Idempotency-Key": key}
    return applicant.api("POST", "/process-instances", json={"process_key": "petition", **body}, headers=headers)


def cases(applicant):
    return applicant.api("GET", "/process-instances").json()["items"]


def test_a_repeated_request_is_answered_as_before(log_in):
    applicant = log_in("applicant")

    first, second = started(applicant, "start-1"), started(applicant, "start-1")

    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert len(cases(applicant)) == 1


def test_another_key_is_another_request(log_in):
    applicant = log_in("applicant")

    assert started(applicant, "start-1").json() != started(applicant, "start-2").json()


def test_a_key_of_another_request_is_refused_in_words(log_in, petition):
    applicant = log_in("applicant")
    started(applicant, "start-1")

    answer = applicant.api("POST", f"/user-tasks/{petition['task']}/claim", headers={"Idempotency-Key": "start-1"})

    assert answer.status_code == 409
    assert "已经用于另一个请求" in answer.json()["detail"]


def test_a_key_that_is_no_key_is_refused(log_in):
    assert started(log_in("applicant"), "two words").status_code == 409


def test_a_second_click_starts_no_second_case(log_in):
    applicant = log_in("applicant")
    page = applicant.get("/start").text
    data = {name: field(page, name) for name in ("unit", "request_key")}
    address = re.search(r'action="(/start/[^"]+)"', page)[1]

    first, second = (applicant.post(address, data, follow_redirects=False) for _ in range(2))

    assert first.headers["location"] == second.headers["location"]
    assert len(cases(applicant)) == 1


def test_the_description_tells_of_the_key_where_something_is_changed(log_in):
    paths = log_in("applicant").get("/api/v1/openapi.json").json()["paths"]

    for path, operations in paths.items():
        for method, operation in operations.items():
            named = "Idempotency-Key" in {parameter["name"] for parameter in operation.get("parameters", ())}
            changes = method != "get" and (method, path) != ("post", "/api/v1/session")
            assert named == changes, (method, path)
