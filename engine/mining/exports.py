"""An event log of a selection, in one of three formats."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from enum import StrEnum
from typing import IO

from sqlalchemy import Connection

from engine.definitions import DefinitionCache
from engine.mining.log import LogLine, lines_of
from engine.mining.ocel import ocel
from engine.mining.selection import Selection
from engine.mining.table import table
from engine.mining.xes import xes
from engine.queries.case import element_names
from engine.rows import AnyRow


class LogFormat(StrEnum):
    """How an event log is written."""

    XES = "xes"
    OCEL = "ocel"
    CSV = "csv"


MEDIA_TYPES = {LogFormat.XES: "application/xml", LogFormat.OCEL: "application/json", LogFormat.CSV: "text/csv"}
ENDINGS = {LogFormat.XES: "xes", LogFormat.OCEL: "jsonocel", LogFormat.CSV: "csv"}


def event_log(
    connection: Connection, definitions: DefinitionCache, selection: Selection, format: LogFormat
) -> Generator[bytes]:
    """The log, piece by piece, while the cases are read."""

    def cases() -> Iterator[tuple[AnyRow, Iterator[LogLine]]]:
        for case in selection.cases(connection):
            yield case, lines_of(connection, case.id, element_names(connection, definitions, case.id))

    if format is LogFormat.OCEL:
        yield from ocel(cases)
        return
    for piece in xes(cases()) if format is LogFormat.XES else table(cases()):
        yield piece.encode()


def write_log(
    connection: Connection, definitions: DefinitionCache, selection: Selection, format: LogFormat, target: IO[bytes]
) -> None:
    """The log into a file."""
    # What is left unfinished on a full disk must not keep its cursor.
    with closing(event_log(connection, definitions, selection, format)) as pieces:
        target.writelines(pieces)
