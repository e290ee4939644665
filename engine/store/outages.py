"""What a machine can fail at without anybody's fault: it is named in a line, and passes when the cause is mended."""

from __future__ import annotations

import errno
import logging
import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DBAPIError


class Outage(StrEnum):
    """Why nothing can be written or read for the moment."""

    DISK_FULL = "disk-full"
    READ_ONLY = "read-only"
    #: the database has gone away, or was never there
    UNREACHABLE = "unreachable"
    BUSY = "busy"
    #: the database's file is no database any more
    DAMAGED = "damaged"


#: what operators read in the log and on the terminal
FOR_OPERATORS = {
    Outage.DISK_FULL: "磁盘已满，不能写入，请腾出空间。",
    Outage.READ_ONLY: "数据库或文件夹只读，不能写入，请检查权限和挂载方式。",
    Outage.UNREACHABLE: "数据库没有应答，请检查 ANLAN_DATABASE_URL、数据库文件、数据库服务和网络。",
    Outage.BUSY: "数据库太忙，请检查磁盘、内存和连接数。",
    Outage.DAMAGED: "数据库文件已损坏，或者不是数据库。请停止服务、留好原文件，恢复备份后用 anlan verify --all 核对。",
}

_FILES = {
    errno.ENOSPC: Outage.DISK_FULL,
    errno.EDQUOT: Outage.DISK_FULL,
    errno.EROFS: Outage.READ_ONLY,
    errno.EACCES: Outage.READ_ONLY,
    errno.EPERM: Outage.READ_ONLY,
}
#: SQLite's primary result codes
_SQLITE = {
    sqlite3.SQLITE_FULL: Outage.DISK_FULL,
    sqlite3.SQLITE_READONLY: Outage.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: Outage.UNREACHABLE,
    sqlite3.SQLITE_IOERR: Outage.UNREACHABLE,
    sqlite3.SQLITE_BUSY: Outage.BUSY,
    sqlite3.SQLITE_LOCKED: Outage.BUSY,
    sqlite3.SQLITE_CORRUPT: Outage.DAMAGED,
    sqlite3.SQLITE_NOTADB: Outage.DAMAGED,
}
#: how SQLSTATEs of PostgreSQL begin, the longest first
_POSTGRESQL = {
    "53100": Outage.DISK_FULL,
    "25006": Outage.READ_ONLY,
    "XX001": Outage.DAMAGED,
    "XX002": Outage.DAMAGED,
    "57P": Outage.UNREACHABLE,
    "53": Outage.BUSY,
    "55": Outage.BUSY,
    "08": Outage.UNREACHABLE,
}


def outage_of(error: BaseException) -> Outage | None:
    """What has failed, or None where the fault is ours."""
    if isinstance(error, OSError):
        return _FILES.get(error.errno or 0)
    if isinstance(error, DBAPIError):
        return Outage.UNREACHABLE if error.connection_invalidated else _of_driver(error.orig)
    # Procrastinate has connections of its own, and wraps what they meet.
    return _of_driver(error) or (outage_of(error.__cause__) if error.__cause__ else None)


def _of_driver(error: BaseException | None) -> Outage | None:
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if state := getattr(error, "sqlstate", None):
        return next((outage for start, outage in _POSTGRESQL.items() if state.startswith(start)), None)
    # A connection that could not be made has no state; psycopg need not be loaded to know its error.
    lost = any(kind.__name__ == "OperationalError" for kind in type(error).__mro__)
    return Outage.UNREACHABLE if lost else None


class OutageLog:
    """Says once that an outage has begun and once that it is over; what is our own fault keeps its traceback."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._now: Outage | None = None

    def failed(self, error: Exception, what: str, *arguments: object) -> None:
        """Something has not worked."""
        outage = outage_of(error)
        if outage is None:
            self._logger.error(what, *arguments, exc_info=error)
        elif outage is not self._now:
            self._now = outage
            self._logger.error("%s恢复之后会自动继续。", FOR_OPERATORS[outage])

    def worked(self, *, written: bool) -> None:
        """Something has worked; on a full disk reading goes on all the time."""
        if self._now is Outage.UNREACHABLE or (self._now and written):
            self._now = None
            self._logger.warning("已恢复正常。")
