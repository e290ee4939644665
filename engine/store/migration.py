"""Brings a database to the newest revision."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from engine.store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config


def migrate(database: Database, revision: str = "head") -> None:
    """Run the migrations that the database has not seen yet."""
    if revision == "head" and is_newest(database):
        return
    # Most starts find nothing to do, and loading the tool would be a good part of their time.
    from alembic import command

    config = _config()
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


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
