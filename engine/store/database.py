"""SQLite and PostgreSQL behind one door: how a connection is opened and how a transaction begins."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import RLock
from typing import Any

import sqlalchemy
from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import StaticPool

from engine.errors import Refused

#: Execution option that makes SQLite take the write lock at once, so that a writer never fails half-way.
_WRITES = "anlan_writes"


class UnknownDatabase(Refused):
    """数据库地址不能识别，请写成 sqlite:///文件 或 postgresql://用户@主机/库名。"""

    code = "unknown-database"


class Database:
    """Opens transactions. Only `ProcessEngine.execute` commits one."""

    def __init__(self, url: str) -> None:
        self.url = _known_url(url)
        #: a database in memory has one connection, which threads use in turn
        self._turn: AbstractContextManager[Any] = RLock() if _in_memory(self.url) else nullcontext()
        self.engine = self._open()
        self._writer = self.engine.execution_options(**{_WRITES: True})

    @property
    def in_memory(self) -> bool:
        """Whether it lives and ends with this process."""
        return _in_memory(self.url)

    def _open(self) -> Engine:
        if self.url.get_backend_name() != "sqlite":
            # Of a command that has lost a race the driver also tells that it leaves the rest of it; we try again.
            logging.getLogger("psycopg").setLevel(logging.ERROR)
            # Parameters are what people have written, and stay out of errors and logs.
            # SQLite lets one writer in at a time; on PostgreSQL writers that could not have come one after the other
            # lose, and try again. So no limit of a fund is passed by two payments that did not see each other.
            return sqlalchemy.create_engine(
                self.url, pool_pre_ping=True, isolation_level="SERIALIZABLE", hide_parameters=True
            )
        if not _in_memory(self.url):
            Path(str(self.url.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = sqlalchemy.create_engine(
            self.url,
            connect_args={"timeout": 30, "check_same_thread": False},
            poolclass=StaticPool if _in_memory(self.url) else None,
            hide_parameters=True,
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view that changes nothing."""
        with self._turn, self.engine.connect() as connection:
            if self.url.get_backend_name() != "sqlite":
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection

    @contextmanager
    def write(self, *, beside_others: bool = False) -> Iterator[Connection]:
        """A transaction; it is rolled back unless the caller commits it.

        One that goes on `beside_others` sees what they commit meanwhile, and never loses to them.
        """
        with self._turn, self._writer.connect() as connection:
            if beside_others and self.url.get_backend_name() != "sqlite":
                connection = connection.execution_options(isolation_level="READ COMMITTED")
            yield connection

    @contextmanager
    def book(self) -> Iterator[Connection]:
        """A transaction of the queue's own rows, kept at its end; cases are changed by commands alone."""
        with self.write(beside_others=True) as connection, connection.begin():
            yield connection

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def lost_race(error: DBAPIError) -> bool:
    """Whether a transaction failed only because another one came first: PostgreSQL's serialisation and deadlock."""
    return getattr(error.orig, "sqlstate", None) in ("40001", "40P01")


def _known_url(url: str) -> URL:
    """An address of SQLite or PostgreSQL; without a word about the driver, the one we come with."""
    try:
        known = make_url(url)
    except ArgumentError as error:
        raise UnknownDatabase from error
    if known.get_backend_name() not in ("sqlite", "postgresql"):
        raise UnknownDatabase(database=known.get_backend_name())
    return known.set(drivername="postgresql+psycopg") if known.drivername == "postgresql" else known


def _in_memory(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
