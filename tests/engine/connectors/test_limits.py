"""Limits on the way: addresses behind names, certificates, sizes and times."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import pytest
import trustme

from engine.connectors.errors import AnswerUnusable, PlaceNotAllowed, RefusedByReceiver
from engine.connectors.network import Deadline, OutOfTime
from engine.ports import ConnectorFailed

from .conftest import Asking
from .webservers import Answering, Handler, Received, WebServer, running, say

SOON = timedelta(seconds=0.4)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "fd00::1"],
)
def test_a_name_that_leads_inside_is_not_followed(ask: Asking, address: str) -> None:
    ask.names["bank.example.com"] = [address]

    with pytest.raises(PlaceNotAllowed, match="内部网络"):
        ask.connector("bank.example.com", addresses=()).call({"url": "https://bank.example.com/"}, ask.call)


def test_an_address_itself_is_checked_too(ask: Asking, server: WebServer) -> None:
    with pytest.raises(PlaceNotAllowed, match="addresses"):
        ask.connector(server.url(""), addresses=()).call({"url": server.url()}, ask.call)


def test_a_name_is_asked_for_once_and_the_checked_address_is_taken(ask: Asking, server: WebServer) -> None:
    """A name that changes its address between check and connection (DNS rebinding) gains nothing."""
    ask.names["bank.example.com"] = ["10.9.9.9", "127.0.0.1"]
    url = server.url(host="bank.example.com")

    ask.connector(url.rstrip("/")).call({"url": url}, ask.call)

    assert ask.resolved == ["bank.example.com"]
    assert server.requests[0].headers["host"] == f"bank.example.com:{server.port}"


def test_a_name_that_nobody_knows_may_be_known_later(ask: Asking) -> None:
    ask.names["bank.example.com"] = []

    with pytest.raises(ConnectorFailed, match="查不到"):
        ask.connector("bank.example.com").call({"url": "https://bank.example.com/"}, ask.call)


def test_a_server_that_is_away_may_be_back_later(ask: Asking) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(ConnectorFailed, match="连接不上"):
        ask.connector(f"http://127.0.0.1:{port}").call({"url": f"http://127.0.0.1:{port}/"}, ask.call)


def test_no_proxy_is_taken_from_the_environment(
    ask: Asking, server: WebServer, other: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, other.url())

    ask(server)

    assert (len(server.requests), len(other.requests)) == (1, 0)


def test_an_answer_has_a_largest_size(ask: Asking, server: WebServer) -> None:
    server.answering = say(200, b"x" * 1_000_000, content_type="text/plain")
    assert len(ask(server)["body"]) == 1_000_000

    server.answering = say(200, b"x" * 1_000_001, content_type="text/plain")
    with pytest.raises(AnswerUnusable, match="1 MB"):
        ask(server)


def endless(piece: bytes, pause: float, head: bytes) -> Answering:
    """Sends on and on, until the test is over."""

    def answering(handler: Handler, received: Received) -> None:
        handler.wfile.write(head)
        while not handler.server.over.wait(pause):
            handler.wfile.write(piece)

    return answering


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


def test_an_answer_without_end_is_cut_off(ask: Asking, server: WebServer) -> None:
    server.answering = endless(b"x" * 65536, 0, HEAD + b"\r\n")

    with pytest.raises(AnswerUnusable):
        ask(server)


def test_headers_without_end_are_cut_off(ask: Asking, server: WebServer) -> None:
    server.answering = endless(b"x-a: " + b"b" * 4000 + b"\r\n", 0, HEAD)

    with pytest.raises(ConnectorFailed):
        ask(server)


@pytest.mark.parametrize("head", [b"", HEAD, HEAD + b"\r\n"], ids=["status", "headers", "body"])
def test_a_slow_drip_does_not_win_time(ask: Asking, server: WebServer, head: bytes) -> None:
    server.answering = endless(b"x", 0.02, head)

    with pytest.raises(OutOfTime):
        ask(server, timeout=SOON)


def test_redirects_share_the_time_of_the_call(ask: Asking, server: WebServer) -> None:
    def slowly(handler: Handler, received: Received) -> None:
        handler.server.over.wait(0.25)
        say(302, location="/")(handler, received)

    server.answering = slowly

    with pytest.raises(OutOfTime):
        ask(server, timeout=SOON)

    assert len(server.requests) < 3


def test_names_that_are_slow_to_find_take_from_the_same_time(ask: Asking) -> None:
    over = Event()
    connector = ask.connector("bank.example.com")
    ask.waiting = lambda: over.wait(5)

    with pytest.raises(OutOfTime, match="地址"):
        connector.call({"url": "https://bank.example.com/", "timeout": SOON}, ask.call)
    over.set()


@contextmanager
def talking(lines: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server of a few raw bytes; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with listening.accept()[0] as connection:
                connection.recv(65536)
                lines(connection)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(5)


@pytest.mark.parametrize(
    "said",
    [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", b"HTTP/1.1 200 OK\r\nX: \x00\r\n\r\n"],
)
def test_what_is_not_http_is_tried_again(ask: Asking, said: bytes) -> None:
    with talking(lambda connection: connection.sendall(said)) as port, pytest.raises(ConnectorFailed):
        ask.connector(f"http://127.0.0.1:{port}").call({"url": f"http://127.0.0.1:{port}/"}, ask.call)


@pytest.fixture
def bank(authority: trustme.CA) -> Iterator[WebServer]:
    """A server with a certificate for `bank.example.com`."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("bank.example.com").configure_cert(tls)
    with running(WebServer(tls)) as started:
        yield started


def trusting(ask: Asking, authority: trustme.CA) -> Asking:
    authority.configure_trust(ask.tls)
    return ask


def test_a_server_proves_who_it_is(ask: Asking, bank: WebServer, authority: trustme.CA) -> None:
    trusting(ask, authority).names["bank.example.com"] = ["127.0.0.1"]
    url = bank.url(host="bank.example.com")

    assert ask.connector(url.rstrip("/")).call({"url": url}, ask.call)["status"] == 200


@pytest.mark.parametrize(("name", "trusted"), [("bank.example.com", False), ("evil.example.com", True)])
def test_a_server_that_cannot_prove_who_it_is_is_told_nothing(
    ask: Asking, bank: WebServer, authority: trustme.CA, name: str, trusted: bool
) -> None:
    if trusted:
        trusting(ask, authority)
    ask.names[name] = ["127.0.0.1"]
    url = bank.url(host=name)

    with pytest.raises(RefusedByReceiver, match="证书"):
        ask.connector(url.rstrip("/")).call({"url": url}, ask.call)

    assert bank.requests == []


def test_a_server_that_does_not_speak_tls_is_tried_again(ask: Asking, server: WebServer) -> None:
    place = f"127.0.0.1:{server.port}"

    with pytest.raises(ConnectorFailed, match="加密"):
        ask.connector(place).call({"url": f"https://{place}/"}, ask.call)


def test_a_handshake_that_never_ends_ends(ask: Asking) -> None:
    over = Event()
    with talking(lambda _: over.wait(5) and None) as port:
        with pytest.raises(OutOfTime):
            ask.connector(f"127.0.0.1:{port}").call({"url": f"https://127.0.0.1:{port}/", "timeout": SOON}, ask.call)
        over.set()


def test_time_is_counted_as_a_whole() -> None:
    instants = iter([0.0, 3.0, 9.0, 10.0])
    deadline = Deadline(10, now=lambda: next(instants))

    assert (deadline.left(), deadline.left()) == (7.0, 1.0)
    with pytest.raises(OutOfTime):
        deadline.left()
