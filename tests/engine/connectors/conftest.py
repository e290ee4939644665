"""Other systems on this machine, and connectors that may reach them."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

import pytest
import trustme

from engine.connectors.addresses import Address
from engine.connectors.exchange import Exchange
from engine.connectors.hosts import AllowList, allowed_host
from engine.connectors.http import HttpConnector, HttpSettings
from engine.connectors.secrets import Secret, Secrets
from engine.ports import OutgoingCall

from .mailboxes import Postbox, serving
from .webservers import WebServer, running

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
SECRET = "t0p-secret-of-the-treasury"


@pytest.fixture
def server() -> Iterator[WebServer]:
    with running(WebServer()) as started:
        yield started


@pytest.fixture
def other() -> Iterator[WebServer]:
    with running(WebServer()) as started:
        yield started


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def mail_server(postbox: Postbox) -> Iterator[Callable[..., int]]:
    with serving(postbox) as start:
        yield start


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@dataclass
class Asking:
    """Builds an `http` connector and asks with it."""

    call: OutgoingCall
    #: what names resolve to, beside the addresses themselves
    names: dict[str, list[str]] = field(default_factory=dict)
    resolved: list[str] = field(default_factory=list)
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    #: before a name is found
    waiting: Callable[[], object] = lambda: None

    def resolve(self, host: str, port: int) -> list[Address]:
        self.resolved.append(host)
        self.waiting()
        return [ip_address(text) for text in self.names.get(host, [host])]

    def connector(self, *allowed: str, addresses: tuple[str, ...] = ("127.0.0.0/8",)) -> HttpConnector:
        allow = AllowList(allowed_host(text, addresses) for text in allowed)
        secrets = Secrets([Secret(name="treasury", value=SECRET, hosts=AllowList(allow.entries[:1]))])
        exchange = Exchange(self.tls, self.resolve)
        return HttpConnector(HttpSettings(allow=allow, timeout=20), secrets, exchange, now=lambda: NOON)

    def __call__(self, server: WebServer, **inputs: Any) -> Mapping[str, Any]:
        return self.connector(server.url("")).call({"url": server.url(), **inputs}, self.call)


@pytest.fixture
def call() -> OutgoingCall:
    return OutgoingCall(
        id="0190c1de00000000000000000000abcd",
        instance_id="case",
        case_number="XM-330324-2026-0001",
        element_id="ask_bank",
        asked_at=NOON,
        attempt=1,
        sequence=7,
    )


@pytest.fixture
def ask(call: OutgoingCall) -> Asking:
    return Asking(call)
