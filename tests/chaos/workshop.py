"""The engine that every process of a run builds for itself: one clock, one outside, one queue for all."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

from outage import patiently
from sundial import Sundial

from engine.bootstrap import build_engine
from engine.connectors import configuration
from engine.jobs.embedded_queue import EmbeddedQueue
from engine.jobs.procrastinate_queue import ProcrastinateQueue
from engine.jobs.queue import JobQueue
from engine.process_engine import ProcessEngine
from forms.port import FormLibrary

_HOOK = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
_SETTINGS = """
[http]
allow = [{{ host = "http://127.0.0.1:{port}", addresses = ["127.0.0.1"] }}]
[secrets.hook]
[webhooks.city]
url = "http://127.0.0.1:{port}/city"
secret = "hook"
addresses = ["127.0.0.1"]
"""
#: so many that no call becomes an incident by bad luck alone
_BACKOFF = (timedelta(milliseconds=300),) * 500


def furnish(home: Path) -> None:
    """Find a port for the outside, and write down how it is reached."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (home / "port").write_text(str(port))
    (home / "connectors.toml").write_text(_SETTINGS.format(port=port))


def bank_at(home: Path) -> str:
    """Where errands ask for a receipt."""
    return f"http://127.0.0.1:{(home / 'port').read_text()}/bank"


def engine_at(home: Path, url: str) -> ProcessEngine:
    """As soon as the database answers."""
    settings = configuration.read(home / "connectors.toml", {"ANLAN_SECRET_HOOK": _HOOK})
    return patiently(
        lambda: build_engine(
            url,
            clock=Sundial(home / "now"),
            forms=FormLibrary(),
            attachments=home / "attachments",
            connectors=settings.connectors(),
            queue=_queue(url),
            backoff=_BACKOFF,
            demo=True,
        )
    )


def _queue(url: str) -> JobQueue:
    return EmbeddedQueue() if url.startswith("sqlite") else ProcrastinateQueue()
