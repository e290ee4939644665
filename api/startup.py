"""A database server that starts beside us may be a little later."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

from sqlalchemy.exc import DBAPIError

from engine.store.database import Database
from engine.store.outages import Outage, outage_of

#: Seconds that a start waits for, and between two looks.
PATIENCE, PAUSE = 60.0, 0.5


def await_database(url: str, told: Callable[[str], None], patience: float = PATIENCE) -> None:
    """Return when the server answers or patience is at its end; `told` hears once that it is waited for, and why."""
    database = Database(url)
    try:
        reason = _absence(database)
        if reason is None:
            return
        told(f"数据库没有应答，最多等待 {patience:.0f} 秒……（{reason}）")
        until = monotonic() + patience
        while monotonic() < until and _absence(database) is not None:
            sleep(PAUSE)
    finally:
        database.dispose()


def _absence(database: Database) -> str | None:
    """Why a server does not answer; None where it does, and for a file, which nobody brings back by waiting."""
    if database.url.get_backend_name() == "sqlite":
        return None
    try:
        with database.read():
            return None
    except DBAPIError as error:
        return str(error.orig).partition("\n")[0] if outage_of(error) is Outage.UNREACHABLE else None
