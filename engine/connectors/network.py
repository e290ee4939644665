"""Connections whose address is checked and whose time is limited as a whole."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any

import httpcore2

from engine.connectors.addresses import Address, Network, is_permitted
from engine.connectors.errors import AnswerUnusable, PlaceNotAllowed
from engine.ports import ConnectorFailed

Resolve = Callable[[str, int], Sequence[Address]]
#: what a server may send in all, however it is cut into pieces
MOST_RECEIVED = 8_000_000
_PIECE = 65_536


class OutOfTime(ConnectorFailed):
    """对方系统没有在规定的时间内答复。"""

    code = "out-of-time"


class Deadline:
    """The time that is left for everything together: names, connection, encryption, question and answer."""

    def __init__(self, seconds: float, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._end = now() + seconds

    def left(self) -> float:
        """Seconds; raises `OutOfTime` when there are none."""
        left = self._end - self._now()
        if left <= 0:
            raise OutOfTime
        return left


def resolve(host: str, port: int) -> Sequence[Address]:
    """All addresses of a name, in the order the system prefers."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(ip_address(str(place[0])) for *_, place in found))


class CheckedNetwork(httpcore2.NetworkBackend):
    """Resolves a name once, checks what it resolves to, and connects to just that (against DNS rebinding)."""

    def __init__(self, networks: Iterable[Network], deadline: Deadline, resolve: Resolve = resolve) -> None:
        self._networks = tuple(networks)
        self._deadline = deadline
        self._resolve = resolve

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        permitted = self._permitted(host, port)
        for address, remaining in zip(permitted, range(len(permitted), 0, -1), strict=True):
            try:
                connected = socket.create_connection((str(address), port), self._deadline.left() / remaining)
            except OSError as error:
                failure = error
                continue
            return TimedStream(connected, self._deadline)
        raise ConnectorFailed(f"连接不上 {host}:{port}。", host=host) from failure

    def _permitted(self, host: str, port: int) -> list[Address]:
        found = self._resolved(host, port)
        permitted = [address for address in found if is_permitted(address, self._networks)]
        if not permitted:
            raise PlaceNotAllowed(
                f"{host} 的地址是 {found[0]}，属于内部网络或保留地址，不允许访问。"
                "确实需要的，请系统管理员在设置 http.allow 里为这个主机写明 addresses。",
                host=host,
            )
        return permitted

    def _resolved(self, host: str, port: int) -> Sequence[Address]:
        """The system's resolver knows no time limit, so it works aside."""
        answers: SimpleQueue[Sequence[Address] | Exception] = SimpleQueue()
        Thread(target=self._ask, args=(host, port, answers), daemon=True).start()
        try:
            answer = answers.get(timeout=self._deadline.left())
        except Empty as error:
            raise OutOfTime(f"没有及时查到 {host} 的地址。", host=host) from error
        if isinstance(answer, Exception) or not answer:
            raise ConnectorFailed(f"查不到 {host} 的地址。", host=host)
        return answer

    def _ask(self, host: str, port: int, answers: SimpleQueue[Sequence[Address] | Exception]) -> None:
        try:
            answers.put(self._resolve(host, port))
        except (OSError, ValueError) as error:
            answers.put(error)


class TimedStream(httpcore2.NetworkStream):
    """A connection on which every step has what is left of the whole time: a slow drip does not win any."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline
        self._received = 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._connection.settimeout(self._deadline.left())
        try:
            piece = self._connection.recv(max_bytes)
        except TimeoutError as error:
            raise OutOfTime from error
        except OSError as error:
            raise httpcore2.ReadError(str(error)) from error
        self._received += len(piece)
        if self._received > MOST_RECEIVED:
            raise AnswerUnusable("对方系统的答复太大。")
        return piece

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        while rest:
            self._connection.settimeout(self._deadline.left())
            try:
                rest = rest[self._connection.send(rest[:_PIECE]) :]
            except TimeoutError as error:
                raise OutOfTime from error
            except OSError as error:
                raise httpcore2.WriteError(str(error)) from error

    def close(self) -> None:
        self._connection.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        self._connection.settimeout(self._deadline.left())
        try:
            wrapped = ssl_context.wrap_socket(self._connection, server_hostname=server_hostname)
        except TimeoutError as error:
            self.close()
            raise OutOfTime from error
        except OSError:
            self.close()
            raise
        return TimedStream(wrapped, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._connection if info == "socket" else None
