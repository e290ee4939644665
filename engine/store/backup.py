"""Copies of a database that are whole although others write meanwhile, and the way back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import URL, inspect

from engine.errors import Refused
from engine.store.database import Database
from engine.store.outages import FOR_OPERATORS, outage_of


class BackupFailed(Refused):
    """备份没有完成。"""

    code = "backup-failed"


class RestoreRefused(Refused):
    """备份不能恢复到这里。"""

    code = "restore-refused"


def file_name(database: Database) -> str:
    """What the copy of a database is called: by its name one sees what it can be restored to."""
    return "anlan.db" if _is_sqlite(database) else "anlan.dump"


def ensure_there(database: Database) -> None:
    """Refuse to back up nothing; opening a file of SQLite would make it."""
    if _is_sqlite(database) and not Path(str(database.url.database)).is_file():
        raise BackupFailed(f"没有数据库 {database.url.database}，请检查 ANLAN_HOME 和 ANLAN_DATABASE_URL。")


def copy_database(database: Database, target: Path) -> None:
    """One instant of the database in a file. Nobody has to stop writing."""
    if not _is_sqlite(database):
        # Every command is serialisable; only so a copy cannot show a state that none of them could have seen.
        options = ("--format=custom", "--serializable-deferrable", f"--file={target}")
        _run("pg_dump", *options, f"--dbname={_address(database.url)}", password=database.url.password)
        return
    with database.read() as connection:
        source = connection.connection.dbapi_connection
        assert isinstance(source, sqlite3.Connection)
        copy = sqlite3.connect(target)
        try:
            source.backup(copy)
        except sqlite3.Error as error:
            outage = outage_of(error)
            raise BackupFailed(f"备份没有完成。{FOR_OPERATORS[outage] if outage else ''}（{error}）") from error
        finally:
            copy.close()


def ensure_empty(database: Database) -> None:
    """Refuse to restore over something."""
    path = Path(str(database.url.database))
    if _is_sqlite(database):
        if path.exists() and path.stat().st_size:
            raise RestoreRefused(f"已经有数据库 {path}，不能覆盖；请恢复到空的 ANLAN_HOME。")
        return
    with database.read() as connection:
        tables = inspect(connection).get_table_names()
    if tables:
        raise RestoreRefused(f"数据库“{database.url.database}”里已经有表，不能覆盖；请先新建一个空的数据库。")


def restore_database(database: Database, source: Path) -> None:
    """Fill an empty database from a copy."""
    if source.name != file_name(database):
        raise RestoreRefused(f"备份文件是 {source.name}，与 ANLAN_DATABASE_URL 的数据库种类不符。")
    ensure_empty(database)
    if _is_sqlite(database):
        path = Path(str(database.url.database))
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)
        return
    options = ("--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={_address(database.url)}")
    _run("pg_restore", *options, str(source), password=database.url.password)


def _is_sqlite(database: Database) -> bool:
    return database.url.get_backend_name() == "sqlite"


def _address(url: URL) -> str:
    """For PostgreSQL's own programs, without the password, which others could read in the list of processes."""
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return plain.render_as_string()


def _run(program: str, *arguments: str, password: object) -> None:
    found = shutil.which(program)
    if found is None:
        raise BackupFailed(f"没有找到 PostgreSQL 的程序 {program}，请安装与服务器同版本的客户端并放进 PATH。")
    environment = {**os.environ, "PGPASSWORD": str(password)} if password else dict(os.environ)
    done = subprocess.run([found, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = " ".join(done.stderr.split("\n")[:2]).strip()
        raise BackupFailed(f"{program} 没有成功：{reason}")
