"""What a verification finds: where, and what is wrong there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What kind of thing is not as it was."""

    CHAIN = "chain"
    END = "end"
    COLUMN = "column"
    SNAPSHOT = "snapshot"
    TASK = "task"
    #: any other row that is not as the history says
    ROW = "row"
    DEFINITION = "definition"
    ATTACHMENT = "attachment"
    BOOKS = "books"
    REPLAY = "replay"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is not as the history says."""

    kind: Kind
    #: the stream, digest or checkpoint it was found in
    place: str
    message: str
    #: the number of the event, where it is about one
    seq: int | None = None
    #: of a row that is not as the history says: its table, and the column that is different
    table: str | None = None
    column: str | None = None
