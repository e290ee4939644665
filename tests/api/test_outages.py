"""What people and operators read while a disk is full or the database is away, and that all goes on afterwards."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from typer.testing import CliRunner

from api import cli
from api.app import create_app
from api.settings import Settings
from api.startup import await_database
from engine.bootstrap import build_engine
from engine.clock import ManualClock
from engine.commands import SYSTEM, PersonRecord, RegisterOrganisation
from engine.jobs.embedded_queue import EmbeddedQueue
from engine.jobs.procrastinate_queue import ProcrastinateQueue
from engine.jobs.workers import worker_of
from engine.process_engine import ProcessEngine
from engine.store.attachments import AttachmentStore

WANG = PersonRecord(id="wang", name="王小华", login="wang", password="a password", positions=())


@dataclass
class Server:
    """A database that can be taken away and given back."""

    postgres: Any
    url: Any

    @property
    def address(self) -> str:
        return str(self.url.render_as_string(hide_password=False))

    def go_away(self) -> None:
        self.postgres.run(
            f'ALTER DATABASE "{self.url.database}" ALLOW_CONNECTIONS false',
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.url.database}'",
        )

    @property
    def connections(self) -> int:
        with self.postgres._admin.connect() as connection:
            question = text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name")
            return int(connection.scalar(question, {"name": self.url.database}))

    def come_back(self) -> None:
        self.postgres.run(f'ALTER DATABASE "{self.url.database}" ALLOW_CONNECTIONS true')


@pytest.fixture
def server(postgres: Any, postgres_tables: str) -> Iterator[Server]:
    server = Server(postgres, postgres.create(postgres_tables))
    yield server
    server.come_back()
    postgres.drop(server.url)


@pytest.fixture(params=[EmbeddedQueue, ProcrastinateQueue])
def away(request: pytest.FixtureRequest, server: Server) -> Iterator[ProcessEngine]:
    """An engine on the database that goes away."""
    clock = ManualClock(datetime(2026, 3, 2, 1, tzinfo=UTC))
    engine = build_engine(server.address, clock=clock, demo=True, queue=request.param())
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=(), persons=(WANG,)))
    yield engine
    engine.database.dispose()


def test_a_database_that_goes_away_is_told_and_used_again_when_it_is_back(
    away: ProcessEngine, server: Server, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    client = TestClient(create_app(away, settings, timers=False))
    log_in = partial(client.post, "/api/v1/session", json={"person_id": "wang"})
    assert log_in().status_code == 201

    server.go_away()
    answer, readiness, figures = log_in(), client.get("/readyz"), client.get("/metrics")
    server.come_back()

    assert (answer.status_code, answer.json()["type"]) == (503, "urn:anlan:problem:unreachable")
    assert "数据库没有应答，不能确定这次是否办成" in answer.json()["detail"]
    assert [record.levelname for record in caplog.records if "数据库没有应答" in record.message] == ["ERROR", "ERROR"]
    assert not [record for record in caplog.records if record.exc_info]
    assert (readiness.status_code, figures.status_code) == (503, 503)
    assert log_in().status_code == 201


def test_a_page_says_in_words_that_the_database_is_away(
    away: ProcessEngine, server: Server, settings: Settings
) -> None:
    client = TestClient(create_app(away, settings, timers=False))
    client.post("/api/v1/session", json={"person_id": "wang"})

    server.go_away()
    page, nowhere = client.get("/inbox"), client.get("/nowhere")

    assert (page.status_code, nowhere.status_code) == (503, 404)
    assert "数据库没有应答" in page.text
    assert "没有这个页面" in nowhere.text


def test_a_worker_says_once_that_the_database_is_away_and_goes_on(
    away: ProcessEngine, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    worker = worker_of(away)
    worker.start()
    try:
        assert eventually(lambda: server.connections > 1), "the worker does not begin"
        server.go_away()
        assert eventually(lambda: "数据库没有应答" in caplog.text)
        server.come_back()
        assert eventually(lambda: "已恢复正常" in caplog.text)
    finally:
        worker.stop()

    assert "Traceback" not in caplog.text


def test_a_start_waits_for_a_server_that_starts_at_the_same_time(server: Server) -> None:
    server.go_away()
    told: list[str] = []

    def hear(reason: str) -> None:
        told.append(reason)
        server.come_back()

    await_database(server.address, hear)

    assert len(told) == 1
    assert told[0].startswith("数据库没有应答，最多等待 60 秒……（")


def test_a_start_does_not_wait_for_ever() -> None:
    told: list[str] = []

    await_database("postgresql://nobody@127.0.0.1:1/nothing", told.append, patience=0)

    assert len(told) == 1


def test_a_command_says_that_the_database_is_away(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = {"ANLAN_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/nothing", "ANLAN_HOME": str(tmp_path)}
    result = CliRunner().invoke(cli.app, ["verify", "--all"], env=own)

    assert result.exit_code == 1
    assert "数据库没有应答，请检查 ANLAN_DATABASE_URL" in result.output
    assert "Traceback" not in result.output


def test_a_document_for_which_there_is_no_room_is_refused_in_words(
    log_in: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: Any) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    clerk = log_in("clerk")
    monkeypatch.setattr(AttachmentStore, "put", full)
    with caplog.at_level(logging.ERROR):
        answer = clerk.api("POST", "/attachments", files={"file": ("申请.pdf", b"%PDF-1.7 paper")})

    assert (answer.status_code, answer.json()["type"]) == (503, "urn:anlan:problem:disk-full")
    assert "磁盘已满，这次没有办成，也没有改动任何内容" in answer.json()["detail"]
    assert "磁盘已满，不能写入，请腾出空间" in caplog.text


NAMESPACES = ["unshare", "--user", "--map-root-user", "--mount"]
MAY_MOUNT = shutil.which("unshare") is not None and (
    subprocess.run([*NAMESPACES, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True).returncode == 0
)
needs_a_disk = pytest.mark.skipif(not MAY_MOUNT, reason="this machine lets nobody mount a small disk")
_ON_A_DISK_OF_ITS_OWN = """
mount -t tmpfs -o "$1" tmpfs "$ANLAN_HOME" && { test -z "$2" || cp -r "$2"/. "$ANLAN_HOME"; } && shift 2 && exec "$@"
"""
_ANLAN = (sys.executable, "-c", "from api.cli import app; app()")


def on_a_disk(home: Path, options: str, *command: str, contents: Path | None = None) -> subprocess.Popen[str]:
    """The program on a disk that nobody else sees."""
    own = {**os.environ, "ANLAN_HOME": str(home), "ANLAN_DATABASE_URL": f"sqlite:///{home}/anlan.db"}
    arguments = [*NAMESPACES, "sh", "-c", _ON_A_DISK_OF_ITS_OWN, "sh", options, str(contents or ""), *_ANLAN, *command]
    return subprocess.Popen(arguments, env=own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@needs_a_disk
def test_a_start_on_a_disk_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    for options in ("ro", "size=64k"):
        process = on_a_disk(tmp_path, options, "serve", "--port", "0")
        output, _ = process.communicate(timeout=60)

        assert process.returncode == 1
        assert "请检查" in output if options == "ro" else "磁盘已满，不能写入，请腾出空间" in output
        assert "Traceback" not in output


@needs_a_disk
def test_a_server_goes_on_when_a_full_disk_has_room_again(tmp_path: Path, furnished: Path) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    port = address.rpartition(":")[2]
    process = on_a_disk(tmp_path, "size=24m", "serve", "--port", port, contents=furnished)
    disk = Path(f"/proc/{process.pid}/root") / tmp_path.relative_to("/")
    try:
        assert eventually(lambda: reachable(address)), "the server does not start"
        known = {"login": "auditor", "password": "anlan-test"}
        log_in = partial(httpx2.post, f"{address}/api/v1/session", json=known, timeout=30)
        assert log_in().status_code == 201
        fill(disk / "filler")

        answer = log_in()
        while answer.status_code == 201:
            answer = log_in()
        assert answer.status_code == 503
        assert "磁盘已满，这次没有办成" in answer.json()["detail"]
        assert httpx2.get(f"{address}/readyz").status_code == 200

        (disk / "filler").unlink()
        assert eventually(lambda: log_in().status_code == 201)
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)
    assert "磁盘已满，不能写入，请腾出空间" in output
    assert "Traceback" not in output


def fill(path: Path) -> None:
    """Write until there is no room left."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def reachable(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/readyz").status_code == 200
    except httpx2.TransportError:
        return False


def eventually(holds: Callable[[], bool], seconds: float = 60) -> bool:
    """Other threads and processes have clocks of their own: look again until it holds."""
    until = monotonic() + seconds
    while not (held := holds()) and monotonic() < until:
        sleep(0.1)
    return held
