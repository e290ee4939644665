"""The port of the job queue: what is asked for within a command's transaction, and done after it."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy import Connection

from engine.store.database import Database


class JobKind(StrEnum):
    """What a job moves on, if that still waits for it. The subject is the id of what is moved."""

    #: a case, by the first of its timers that is due
    TIMER = "timer"
    #: a definition, by the first of its start timers that is due
    START = "start"
    #: a case that a schedule owes a region
    SCHEDULED = "scheduled"
    #: a definition, by the conditions that start it
    CONDITION = "condition"
    #: a message that was kept
    MESSAGE = "message"
    #: a connector's call that a case waits for
    CALL = "call"
    #: what a case has sent to the outside, in its order
    DELIVERY = "delivery"
    #: nothing: the history as a whole is signed
    CHECKPOINT = "checkpoint"
    #: an export that somebody has asked for
    EXPORT = "export"
    #: nothing: persons are told what is due for them and what has become of their cases
    NOTICE = "notice"
    #: a person, to whom what is new is mailed
    MAIL = "mail"
    #: nothing: what nobody needs any more is deleted
    UPKEEP = "upkeep"


class QueueKind(StrEnum):
    """What keeps the jobs until they are done."""

    #: a table of ours, on either database
    EMBEDDED = "embedded"
    #: the tables of that package, on PostgreSQL
    PROCRASTINATE = "procrastinate"


#: what takes as long as somebody else takes; nothing within our own database waits behind it
OUTSIDE = frozenset({JobKind.CALL, JobKind.DELIVERY, JobKind.EXPORT, JobKind.MAIL})
INSIDE = frozenset(JobKind) - OUTSIDE


@dataclass(frozen=True, kw_only=True)
class Job:
    """Advance the subject, if it still waits for this: a job that is stale or doubled does nothing."""

    kind: JobKind
    #: the id of a case, a call, a definition or a message
    subject: str = ""
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class QueueLoad:
    """How much a queue holds at one instant."""

    #: due and not yet taken by a worker
    waiting: int = 0
    #: a worker is at it
    taken: int = 0
    #: not due yet
    planned: int = 0
    #: have failed and are tried again
    retried: int = 0
    #: since when the oldest of those that wait is due
    oldest: datetime | None = None


class JobQueue(Protocol):
    """Keeps jobs until a worker does them.

    It makes things prompt and nothing more: the rows of cases, calls and definitions say what is to be done, and the
    sweep puts a job for whatever is due and has none.
    """

    def prepare(self, database: Database) -> None:
        """Make what the queue needs besides our own tables, if it is not there yet."""

    def put(self, connection: Connection, jobs: Sequence[Job]) -> None:
        """Keep jobs within the transaction of a command: with it they are there or they are not."""

    def committed(self) -> None:
        """The transaction of what was put is over: whoever waits for jobs in this process may look."""

    def known(self, connection: Connection, now: datetime) -> Set[tuple[str, str]]:
        """The kinds and subjects for which there are jobs that are due by now."""

    def load(self, connection: Connection, now: datetime) -> QueueLoad:
        """How much there is to do."""


class NoQueue:
    """For libraries and replays, where nothing is done behind anybody's back."""

    def prepare(self, database: Database) -> None:
        return None

    def put(self, connection: Connection, jobs: Sequence[Job]) -> None:
        return None

    def committed(self) -> None:
        return None

    def known(self, connection: Connection, now: datetime) -> Set[tuple[str, str]]:
        return frozenset()

    def load(self, connection: Connection, now: datetime) -> QueueLoad:
        return QueueLoad()
