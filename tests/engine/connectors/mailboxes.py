"""Mail servers on this machine."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Thread
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


class Postbox:
    """What a mail server has taken, and what it says to whom."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.answers: dict[str, str] = {}
        self.password = ""
        self.logins: list[tuple[bytes, bytes]] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, _: Any) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if "data" in self.answers:
            return self.answers["data"]
        assert isinstance(envelope.content, bytes)
        self.envelopes.append(envelope)
        self.letters.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return self.answers.get("quit", "221 Bye")

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == self.password.encode(), handled=False)


@contextmanager
def serving(postbox: Postbox) -> Iterator[Callable[..., int]]:
    """What starts a mail server and gives its port; several, if needed."""
    loop, servers = asyncio.new_event_loop(), list[asyncio.Server]()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listening(tls: ssl.SSLContext | None, more: dict[str, Any]) -> asyncio.Server:
        return await loop.create_server(lambda: SMTP(postbox, loop=loop, **more), "127.0.0.1", 0, ssl=tls)

    def start(tls: ssl.SSLContext | None = None, **more: Any) -> int:
        server = asyncio.run_coroutine_threadsafe(listening(tls, more), loop).result(10)
        servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    yield start
    asyncio.run_coroutine_threadsafe(_stop(servers), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


async def _stop(servers: list[asyncio.Server]) -> None:
    """End what still listens or talks."""
    for server in servers:
        server.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    # The loop itself closes what they leave, a turn later.
    await asyncio.sleep(0.05)
