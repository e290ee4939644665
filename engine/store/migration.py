"""Brings a database to the newest revision."""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.store.database import Database


def migrate(database: Database, revision: str = "head") -> None:
    """Run the migrations that the database has not seen yet."""
    config = _config()
    newest = ScriptDirectory.from_config(config).get_current_head()
    with database.write() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        if revision == "head" and current == newest:
            return
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("engine.store") / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
