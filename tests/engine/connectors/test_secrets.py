"""Secrets are named in diagrams, sent to their hosts only, and never come back."""

from __future__ import annotations

from base64 import b64encode

import pytest

from engine.connectors.errors import NotConfigured, PlaceNotAllowed, RefusedByReceiver
from engine.connectors.secrets import MASK, Secret, Secrets
from engine.interpreter import BpmnError
from engine.ports import ConnectorFailed

from .conftest import SECRET, Asking
from .webservers import Handler, Received, WebServer, say

BEARER = {"Authorization": "Bearer secret:treasury"}


def echo(handler: Handler, received: Received) -> None:
    """An answer that repeats what it was told."""
    told = received.headers.get("authorization", "")
    say(200, f'{{"told": "{told}"}}'.encode(), content_type="application/json", x_told=told)(handler, received)


def test_an_answer_that_repeats_a_secret_loses_it(ask: Asking, server: WebServer) -> None:
    server.answering = echo

    results = ask(server, headers=BEARER)

    assert server.requests[0].headers["authorization"] == f"Bearer {SECRET}"
    assert results["body"] == {"told": "Bearer （密）"}
    assert SECRET not in str(results)


@pytest.mark.parametrize("status", [200, 404])
def test_no_writing_of_a_secret_comes_back(ask: Asking, server: WebServer, status: int) -> None:
    escaped = "".join(f"\\u{ord(sign):04x}" for sign in SECRET)
    server.answering = say(status, f'{{"a": ["{escaped}"]}}'.encode(), content_type="application/json")

    if status == 200:
        assert ask(server, headers=BEARER)["body"] == {"a": ["（密）"]}
    else:
        with pytest.raises(BpmnError, match=r'\{"a":\["（密）"\]\}'):
            ask(server, headers=BEARER)


@pytest.mark.parametrize(
    "told",
    [
        "GET /?key=bank%3Aa%2Fb%2Bc%3D%3D&amp;x=1",
        "bank%3aa%2fb%2bc%3d%3d",
        "bank:a/b%2Bc%3D%3D",
        "YmFuazphL2IrYz09",
        "password a/b+c==",
        r"\"bank:a\/b+c==\"",
    ],
)
def test_a_secret_is_known_however_it_is_written(told: str) -> None:
    masked = Secrets([Secret(name="bank", value="bank:a/b+c==")]).masked(told)

    assert MASK in masked
    assert not any(left in masked for left in ("a/b", "a%2", r"a\/", "YmFu"))


def test_basic_credentials_are_encoded_for_the_wire(ask: Asking, server: WebServer) -> None:
    server.answering = echo

    results = ask(server, headers={"Authorization": "Basic secret:treasury"})

    encoded = b64encode(SECRET.encode()).decode()
    assert server.requests[0].headers["authorization"] == f"Basic {encoded}"
    assert encoded not in str(results)


def test_a_secret_may_stand_in_the_query(ask: Asking, server: WebServer) -> None:
    ask(server, query={"key": "secret:treasury"})

    assert server.requests[0].path == f"/?key={SECRET}"


@pytest.mark.parametrize(("status", "kind"), [(404, BpmnError), (503, ConnectorFailed), (401, RefusedByReceiver)])
def test_no_message_holds_a_secret(ask: Asking, server: WebServer, status: int, kind: type[Exception]) -> None:
    server.answering = say(status, f"wrong key {SECRET}".encode(), content_type="text/plain")

    with pytest.raises(kind) as caught:
        ask(server, headers=BEARER, query={"key": "secret:treasury"})

    assert "wrong key （密）" in str(caught.value)
    assert SECRET not in repr(caught.value)


def test_a_secret_goes_to_its_own_hosts_only(ask: Asking) -> None:
    connector = ask.connector("bank.example.com", "other.example.com")

    connector.check({"url": "https://bank.example.com/", "headers": BEARER})
    with pytest.raises(PlaceNotAllowed, match=r"secrets\.treasury\.hosts"):
        connector.check({"url": "https://other.example.com/", "headers": BEARER})


def test_an_unknown_secret_is_told_by_its_name(ask: Asking) -> None:
    with pytest.raises(NotConfigured, match="tresury"):
        ask.connector("a.cn").check({"url": "https://a.cn/", "headers": {"x-key": "secret:tresury"}})


def test_secrets_do_not_show_themselves(ask: Asking, server: WebServer) -> None:
    connector = ask.connector(server.url(""))

    assert SECRET not in repr(vars(connector))


def test_cookies_are_not_kept(ask: Asking, server: WebServer) -> None:
    server.answering = say(200, set_cookie="session=1")

    assert "set-cookie" not in ask(server)["headers"]
