"""Redirects lead to allowed places only, and credentials stay at home."""

from __future__ import annotations

import pytest

from engine.connectors.errors import PlaceNotAllowed, RefusedByReceiver

from .conftest import SECRET, Asking
from .webservers import Answering, Handler, Received, WebServer, say

BEARER = {"Authorization": "Bearer secret:treasury", "X-Case": "7"}


def lead(status: int, location: str) -> Answering:
    """Leads on from the first path, and answers at any other."""

    def answering(handler: Handler, received: Received) -> None:
        answer = say(status, location=location) if received.path == "/" else say(200)
        answer(handler, received)

    return answering


def test_a_redirect_within_the_host_is_followed(ask: Asking, server: WebServer) -> None:
    server.answering = lead(302, "/there?x=1")

    ask(server, headers=BEARER)

    assert [received.path for received in server.requests] == ["/", "/there?x=1"]
    assert server.requests[1].headers["authorization"] == f"Bearer {SECRET}"


def test_another_host_is_told_no_credentials(ask: Asking, server: WebServer, other: WebServer) -> None:
    server.answering = lead(307, other.url("/there"))
    connector = ask.connector(server.url(""), other.url(""))

    connector.call({"url": server.url(), "headers": {**BEARER, "Accept": "text/plain"}}, ask.call)

    [received] = other.requests
    assert SECRET not in str(received.headers)
    assert "x-case" not in received.headers
    assert received.headers["accept"] == "text/plain"


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]:1/",
        "http://localhost:1/",
        "//evil.example.com/",
        "https:",
    ],
)
def test_a_redirect_to_a_place_that_is_not_allowed_is_refused(ask: Asking, server: WebServer, location: str) -> None:
    server.answering = lead(302, location)

    with pytest.raises((PlaceNotAllowed, RefusedByReceiver)):
        ask(server)

    assert len(server.requests) == 1


def test_a_redirect_to_an_allowed_name_with_a_private_address_is_refused(ask: Asking, server: WebServer) -> None:
    server.answering = lead(302, "http://inner.example.com/")
    ask.names["inner.example.com"] = ["10.0.0.8"]
    connector = ask.connector(server.url(""), "http://inner.example.com")

    with pytest.raises(PlaceNotAllowed, match=r"10\.0\.0\.8"):
        connector.call({"url": server.url()}, ask.call)


def test_three_redirects_are_enough(ask: Asking, server: WebServer) -> None:
    server.answering = say(302, location="/")

    with pytest.raises(RefusedByReceiver, match="3 次"):
        ask(server)

    assert len(server.requests) == 4


def test_what_was_submitted_is_not_passed_on_to_another_host(ask: Asking, server: WebServer, other: WebServer) -> None:
    server.answering = lead(307, other.url("/there"))

    with pytest.raises(PlaceNotAllowed, match="没有转交"):
        ask.connector(server.url(""), other.url("")).call(
            {"url": server.url(), "method": "POST", "body": {"a": "b"}}, ask.call
        )

    assert other.requests == []


def test_a_submission_is_never_repeated_by_guess(ask: Asking, server: WebServer) -> None:
    server.answering = lead(302, "/there")
    with pytest.raises(RefusedByReceiver, match="再提交"):
        ask(server, method="POST", body={"a": "b"})

    server.answering = lead(303, "/there")
    ask(server, method="POST", body={"a": "b"})

    assert [(received.method, received.body) for received in server.requests] == [
        ("POST", b'{"a":"b"}'),
        ("POST", b'{"a":"b"}'),
        ("GET", b""),
    ]


@pytest.mark.parametrize("location", ["http://a b/", "http://[", "javascript:alert(1)", "http://用户@a/", "\\\\evil"])
def test_a_place_that_cannot_be_read_is_refused(ask: Asking, server: WebServer, location: str) -> None:
    server.answering = lead(302, location.encode().decode("latin-1"))

    with pytest.raises((RefusedByReceiver, PlaceNotAllowed)):
        ask(server)
