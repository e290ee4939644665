"""Brings a database to the newest revision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, inspect, select, text

from engine.store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config


#: the migrated database in memory that others are copied from
_TEMPLATE: list[Database] = []
_TEMPLATE_LOCK = Lock()
#: under which PostgreSQL lets one process migrate at a time
_LOCK = 0x416E6C616E


def migrate(database: Database, revision: str = "head") -> None:
    """Run the migrations that the database has not seen yet."""
    if revision == "head" and database.in_memory:
        _copy_tables(database)
        return
    if revision == "head" and is_newest(database):
        return
    _upgrade(database, revision)


def _copy_tables(database: Database) -> None:
    """A database in memory is always new: one of them is migrated, the others are copies of it."""
    with _TEMPLATE_LOCK:
        if not _TEMPLATE:
            template = Database("sqlite://")
            _upgrade(template, "head")
            _TEMPLATE.append(template)
        with _TEMPLATE[0].read() as source, database.read() as target:
            _driver(source).backup(_driver(target))


def _driver(connection: Connection) -> Any:
    """The connection of the database's own library."""
    return connection.connection.dbapi_connection


def _upgrade(database: Database, revision: str) -> None:
    # Most starts find nothing to do, and loading the tool would be a good part of their time.
    from alembic import command

    config = _config()
    # Whoever waited sees what the other has done only in a transaction that begins afterwards.
    with _alone(database), database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """Processes that start together migrate one after the other; SQLite has but one writer anyway."""
    if database.url.get_backend_name() == "sqlite":
        yield
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as guard:
        guard.execute(select(func.pg_advisory_lock(_LOCK)))
        try:
            yield
        finally:
            guard.execute(select(func.pg_advisory_unlock(_LOCK)))


def is_newest(database: Database) -> bool:
    """Whether the database is at the last of the numbered migrations."""
    versions = files("engine.store") / "migrations" / "versions"
    newest = max(entry.name.partition("_")[0] for entry in versions.iterdir() if entry.name.endswith(".py"))
    with database.read() as connection:
        known = inspect(connection).has_table("alembic_version")
        return known and connection.scalar(text("SELECT version_num FROM alembic_version")) == newest


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("engine.store") / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
