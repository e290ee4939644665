"""Telling named endpoints what happened: signed, in order, and never twice by our own doing."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.connectors import urls
from engine.connectors.errors import BadConfiguration, BadInput, NotConfigured, PlaceNotAllowed, RefusedByReceiver
from engine.connectors.exchange import Exchange
from engine.connectors.hosts import AllowedHost, network
from engine.connectors.webhook import Endpoint, WebhookConnector, key_of, signed
from engine.errors import Refused
from engine.ports import ConnectorFailed, OutgoingCall

from .conftest import NOON
from .webservers import WebServer, say

KEY = bytes(range(32))
EVENT = {"endpoint": "city", "event": "payment.approved", "payload": {"amount": "144000.00", "village": "石溪村"}}


def endpoint(server: WebServer, *keys: bytes, addresses: tuple[str, ...] = ("127.0.0.1",)) -> Endpoint:
    url = urls.parse(server.url("/hooks/anlan"))
    networks = tuple(map(network, addresses))
    host = AllowedHost(scheme=url.scheme, host=url.host, port=url.port, networks=networks)
    return Endpoint(name="city", url=url, keys=keys or (KEY,), host=host)


def connector(place: Endpoint) -> WebhookConnector:
    return WebhookConnector({"city": place}, Exchange(), now=lambda: NOON + timedelta(minutes=5))


def test_the_receiver_learns_what_happened_in_which_case_and_order(server: WebServer, call: OutgoingCall) -> None:
    assert connector(endpoint(server)).call(EVENT, call) == {}

    [received] = server.requests
    assert (received.method, received.path) == ("POST", "/hooks/anlan")
    assert json.loads(received.body) == {
        "type": "payment.approved",
        "timestamp": "2026-11-22T04:00:00+00:00",
        "case": "XM-330324-2026-0001",
        "sequence": 7,
        "data": {"amount": "144000.00", "village": "石溪村"},
    }


def test_a_trace_goes_along(server: WebServer, call: OutgoingCall) -> None:
    connector(endpoint(server)).call(EVENT, replace(call, trace={"traceparent": "00-1-2-01"}))

    assert server.requests[0].headers["traceparent"] == "00-1-2-01"


def test_it_is_signed_as_the_specification_says(server: WebServer, call: OutgoingCall) -> None:
    connector(endpoint(server)).call(EVENT, call)

    [received] = server.requests
    assert received.headers["webhook-id"] == call.id
    assert received.headers["webhook-timestamp"] == str(int((NOON + timedelta(minutes=5)).timestamp()))
    assert received.headers["webhook-signature"].startswith("v1,")


def test_the_signature_is_that_of_the_specifications_example() -> None:
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    headers = signed((key,), "msg_p5jXN8AQM9LWM0D4loKWxJek", _Instant(1614265330), b'{"test": 2432232314}')

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


class _Instant:
    """A moment of which only the seconds matter."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds

    def timestamp(self) -> float:
        return self._seconds


def test_while_a_key_is_changed_both_sign(server: WebServer, call: OutgoingCall) -> None:
    connector(endpoint(server, KEY, KEY[::-1])).call(EVENT, call)

    first, second = server.requests[0].headers["webhook-signature"].split()
    assert len(b64decode(first.removeprefix("v1,"))) == len(b64decode(second.removeprefix("v1,"))) == 32
    assert first != second


def test_a_second_try_has_the_same_id_and_content(server: WebServer, call: OutgoingCall) -> None:
    for _ in range(2):
        connector(endpoint(server)).call(EVENT, call)

    first, second = server.requests
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)


@pytest.mark.parametrize("status", [301, 400, 404, 429, 500, 503])
def test_whatever_is_not_taken_is_sent_again(server: WebServer, call: OutgoingCall, status: int) -> None:
    server.answering = say(status, retry_after="60", location="/")

    with pytest.raises(ConnectorFailed, match=str(status)) as caught:
        connector(endpoint(server)).call(EVENT, call)

    assert caught.value.facts["retry_after"] == timedelta(minutes=1)
    assert len(server.requests) == 1


def test_a_receiver_that_is_gone_is_an_incident(server: WebServer, call: OutgoingCall) -> None:
    server.answering = say(410)

    with pytest.raises(RefusedByReceiver, match="410"):
        connector(endpoint(server)).call(EVENT, call)


def test_an_endpoint_inside_is_told_only_where_the_settings_say_so(server: WebServer, call: OutgoingCall) -> None:
    with pytest.raises(PlaceNotAllowed, match="addresses"):
        connector(endpoint(server, addresses=())).call(EVENT, call)


WRONG: list[dict[str, Any]] = [
    {"endpoint": None},
    {"endpoint": "https://evil.example.com/"},
    {"endpoint": 7},
    {"event": None},
    {"event": "Payment Approved"},
    {"event": "a\r\nb"},
    {"event": "a..b"},
    {"payload": len},
    {"payload": "x" * 300_000},
    {"url": "https://evil.example.com/"},
]


@pytest.mark.parametrize("inputs", WRONG, ids=range(len(WRONG)))
def test_wrong_inputs_are_refused_when_it_is_asked_for(server: WebServer, inputs: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        connector(endpoint(server)).check({**EVENT, **inputs})


def test_a_slip_of_the_pen_in_the_endpoint_is_told(server: WebServer) -> None:
    with pytest.raises(NotConfigured, match="是不是想写 city"):
        connector(endpoint(server)).check({**EVENT, "endpoint": "cityy"})


def test_nothing_shows_the_key(server: WebServer) -> None:
    assert repr(KEY) not in repr(endpoint(server))
    with pytest.raises(BadInput):
        connector(endpoint(server)).check({**EVENT, "secret": "x"})


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_!!", "whsec_" + b64encode(b"short").decode(), "plain", "whsec_中"]
)
def test_a_key_that_is_none_is_a_bad_setting_that_says_how_to_make_one(secret: str) -> None:
    with pytest.raises(BadConfiguration, match="head -c 32"):
        key_of(secret)


def receiver() -> Callable[..., bool]:
    """The program that the documents give to receivers."""
    text = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text("utf-8")
    names: dict[str, Any] = {}
    for program in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(program, "webhooks.md", "exec"), names)
    return names["is_genuine"]  # type: ignore[no-any-return]


SECRET_KEY = f"whsec_{b64encode(KEY).decode()}"
SENT_AT = (NOON + timedelta(minutes=5)).timestamp()


def test_a_receiver_knows_what_is_genuine(server: WebServer, call: OutgoingCall) -> None:
    connector(endpoint(server, KEY[::-1], KEY)).call(EVENT, call)
    [received] = server.requests

    assert receiver()(SECRET_KEY, received.headers, received.body, now=SENT_AT + 60)


@pytest.mark.parametrize(
    "change",
    [
        {"body": b"{}"},
        {"now": SENT_AT + 600},
        {"now": SENT_AT - 600},
        {"webhook-id": "other"},
        {"webhook-timestamp": str(int(SENT_AT) + 1)},
        {"webhook-timestamp": "soon"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,AAAA"},
    ],
    ids=str,
)
def test_a_receiver_knows_what_is_not(server: WebServer, call: OutgoingCall, change: dict[str, Any]) -> None:
    connector(endpoint(server)).call(EVENT, call)
    [received] = server.requests
    headers = {**received.headers, **{name: value for name, value in change.items() if "-" in name}}

    body, now = change.get("body", received.body), change.get("now", SENT_AT)
    assert not receiver()(SECRET_KEY, headers, body, now=now)
