"""One request and its answer, over a connection of its own: checked address, limited size, limited time."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpcore2

from engine.connectors.addresses import Network
from engine.connectors.errors import AnswerUnusable, RefusedByReceiver
from engine.connectors.network import CheckedNetwork, Deadline, Resolve, resolve
from engine.connectors.urls import Url
from engine.ports import ConnectorFailed

#: bytes of an answer's content
LARGEST_ANSWER = 1_000_000
#: what a receiver may make us wait before the next try
_LONGEST_PAUSE = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is sent."""

    method: str
    url: Url
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back. Names of headers are in small letters."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def retry_after(self, now: datetime) -> timedelta | None:
        """How long the receiver wants to be left alone (RFC 9110 §10.2.3)."""
        text = self.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdecimal():
            return min(timedelta(seconds=int(text[:9])), _LONGEST_PAUSE)
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        pause = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
        return min(max(pause, timedelta()), _LONGEST_PAUSE)


class Exchange:
    """Sends requests. A connection serves one request: calls are rare, and nothing of one is left for the next."""

    def __init__(self, tls: ssl.SSLContext | None = None, resolve: Resolve = resolve) -> None:
        self._tls = tls or ssl.create_default_context()
        self._resolve = resolve

    def send(self, request: Request, networks: tuple[Network, ...], deadline: Deadline) -> Answer:
        """The answer, whatever its status. Raises `ConnectorFailed` where there was none."""
        network = CheckedNetwork(networks, deadline, self._resolve)
        with (
            _told(request.url),
            httpcore2.HTTPConnection(
                httpcore2.Origin(request.url.scheme.encode(), request.url.host.encode(), request.url.port),
                ssl_context=self._tls,
                network_backend=network,
            ) as connection,
        ):
            return _read(connection.handle_request(_written(request)))


def _written(request: Request) -> httpcore2.Request:
    url = request.url
    headers = {
        "host": url.place,
        "user-agent": "anlan",
        "accept-encoding": "identity",
        "connection": "close",
        **request.headers,
    }
    if request.body or request.method in ("POST", "PUT", "PATCH"):
        headers["content-length"] = str(len(request.body))
    return httpcore2.Request(
        request.method.encode(),
        httpcore2.URL(scheme=url.scheme.encode(), host=url.host.encode(), port=url.port, target=url.target.encode()),
        headers=[(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()],
        content=request.body,
    )


def _read(response: httpcore2.Response) -> Answer:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    body = bytearray()
    for piece in response.iter_stream():
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise AnswerUnusable(f"对方系统的答复超过 {LARGEST_ANSWER // 1_000_000} MB。")
    if body and headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise AnswerUnusable("对方系统的答复是压缩过的，我们没有这样要求。")
    return Answer(status=response.status, headers=headers, body=bytes(body))


@contextmanager
def _told(url: Url) -> Iterator[None]:
    """Faults of the network in words: what may go better later, and what will not."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        message = f"{url.place} 的证书不可信（{error.verify_message}），没有发送任何内容。"
        raise RefusedByReceiver(message, host=url.place) from error
    except (ssl.SSLError, OSError) as error:
        raise ConnectorFailed(f"和 {url.place} 的加密连接没有建立。", host=url.place) from error
    except httpcore2.LocalProtocolError as error:
        raise AnswerUnusable(f"发给 {url.place} 的请求不合 HTTP 的规定。", host=url.place) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        raise ConnectorFailed(f"和 {url.place} 的连接中断，或者答复不合 HTTP 的规定。", host=url.place) from error
