"""Disks that are full, folders that are read-only and databases that are away are known as what they are."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine.store.attachments import AttachmentStore
from engine.store.database import Database
from engine.store.outages import FOR_OPERATORS, Outage, OutageLog, outage_of


def outage_on(database: Database, *statements: str) -> Outage | None:
    try:
        with database.write() as connection:
            for statement in statements:
                connection.execute(text(statement))
    except DBAPIError as error:
        return outage_of(error)
    finally:
        database.dispose()
    return None


def _full(path: Path) -> Outage | None:
    return outage_on(Database(f"sqlite:///{path}"), "PRAGMA max_page_count = 1", "CREATE TABLE more (x)")


def _read_only(path: Path) -> Outage | None:
    sqlite3.connect(path).close()
    return outage_on(Database(f"sqlite:///file:{path}?mode=ro&uri=true"), "CREATE TABLE more (x)")


def _damaged(path: Path) -> Outage | None:
    path.write_bytes(b"no database at all" * 1000)
    return outage_on(Database(f"sqlite:///{path}"), "SELECT 1")


def _no_file(path: Path) -> Outage | None:
    path.mkdir()
    return outage_on(Database(f"sqlite:///{path}"), "SELECT 1")


@pytest.mark.parametrize(
    ("spoil", "outage"),
    [
        (_full, Outage.DISK_FULL),
        (_read_only, Outage.READ_ONLY),
        (_damaged, Outage.DAMAGED),
        (_no_file, Outage.UNREACHABLE),
    ],
)
def test_what_sqlite_meets_is_named(spoil: Callable[[Path], Outage | None], outage: Outage, tmp_path: Path) -> None:
    assert spoil(tmp_path / "anlan.db") is outage


def test_what_postgresql_meets_is_named(postgres: Any) -> None:
    there = postgres.url.render_as_string(hide_password=False)

    assert outage_on(Database(there), "SET TRANSACTION READ ONLY", "CREATE TABLE more (x int)") is Outage.READ_ONLY
    assert outage_on(Database("postgresql://nobody@127.0.0.1:1/nothing"), "SELECT 1") is Outage.UNREACHABLE
    assert outage_on(Database(there), "SELEC") is None


@pytest.mark.parametrize(
    ("number", "outage"),
    [(errno.ENOSPC, Outage.DISK_FULL), (errno.EROFS, Outage.READ_ONLY), (errno.ENOENT, None)],
)
def test_what_a_file_meets_is_named(number: int, outage: Outage | None) -> None:
    assert outage_of(OSError(number, os.strerror(number))) is outage


_SMALL_DISK = """
mount -t tmpfs -o size=64k tmpfs "$1" && exec "$2" -c '
import sys
from pathlib import Path
from engine.store.attachments import AttachmentStore
from engine.store.outages import outage_of
store = AttachmentStore(Path(sys.argv[1]))
store.put(b"small")
try:
    store.put(b"x" * 200_000)
except OSError as error:
    print(outage_of(error))
print(len([path for path in Path(sys.argv[1]).rglob("*") if path.is_file()]))
store.put(b"small again")
' "$1"
"""


@pytest.mark.skipif(
    shutil.which("unshare") is None
    or subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True).returncode != 0,
    reason="this machine lets nobody mount a small disk",
)
def test_a_document_for_which_the_disk_has_no_room_leaves_nothing_behind(tmp_path: Path) -> None:
    command = ["unshare", "-rm", "sh", "-c", _SMALL_DISK, "sh", str(tmp_path), sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["disk-full", "1"]


def test_an_outage_is_told_once_and_its_end_once(caplog: pytest.LogCaptureFixture) -> None:
    log = OutageLog(logging.getLogger("anlan.test"))
    full = OSError(errno.ENOSPC, "full")

    with caplog.at_level(logging.WARNING):
        log.failed(full, "a job")
        log.worked(written=False)
        log.failed(full, "a job")
        log.worked(written=True)
        log.worked(written=True)

    assert caplog.messages == [f"{FOR_OPERATORS[Outage.DISK_FULL]}恢复之后会自动继续。", "已恢复正常。"]


def test_a_fault_of_ours_keeps_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    OutageLog(logging.getLogger("anlan.test")).failed(ValueError("wrong"), "job %s failed", "timer")

    assert caplog.messages == ["job timer failed"]
    assert caplog.records[0].exc_info is not None


def test_a_document_is_kept_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="full"):
        AttachmentStore(tmp_path).put(b"a paper")

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
