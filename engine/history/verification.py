"""`anlan verify`: everything the history claims, checked against what is stored, and executed again."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from time import perf_counter

from sqlalchemy import Connection, func, select

from engine import values
from engine.errors import NotFound
from engine.history.books import Books, check_books
from engine.history.chain import Stream, check_chains
from engine.history.checkpoints import Signed, checkpoints_of
from engine.history.contents import Named, check_attachments, check_definitions, check_policies
from engine.history.findings import Finding, Kind
from engine.history.projections import Told, check_cases
from engine.history.replay import replaying
from engine.history.rows.case import CaseRows
from engine.history.rows.cases import check_rows, check_strays
from engine.history.rows.registers import Registers
from engine.history.rows.requests import Requests
from engine.history.rows.schedules import Starts
from engine.history.witness import check_checkpoints, check_kept
from engine.model import HistoryEvent, ProcessInstance
from engine.unit_of_work import Tools


class Stage(StrEnum):
    """What is being checked; the order is the order of checking."""

    HISTORY = "history"
    CONTENTS = "contents"
    CHECKPOINT = "checkpoint"


#: this many streams are looked at together
_BATCH = 100

#: told what is done, how much of how much
Progress = Callable[[Stage, int, int], None]


@dataclass
class Report:
    """What a verification has come to."""

    findings: list[Finding] = field(default_factory=list)
    streams: int = 0
    events: int = 0
    cases: int = 0
    #: moves of tokens that were executed again
    steps: int = 0
    chain_seconds: float = 0
    projection_seconds: float = 0
    replay_seconds: float = 0

    @property
    def sound(self) -> bool:
        return not self.findings


def verify(
    connection: Connection,
    tools: Tools,
    *,
    case_id: str | None = None,
    kept: Signed | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check one case, or everything; `kept` is a checkpoint that was kept elsewhere."""
    with _seldom_collecting():
        return _Verification(connection, tools, case_id, kept, progress or _silent).run()


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Parsed events are many small containers that soon go; looking for cycles among them takes most of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def case_of(connection: Connection, number_or_id: str) -> str:
    """The id of a case that people name by its number."""
    found: str | None = connection.scalar(
        select(ProcessInstance.id).where(
            (ProcessInstance.number == number_or_id) | (ProcessInstance.id == number_or_id)
        )
    )
    if found is None:
        raise NotFound(f"没有编号为“{number_or_id}”的办件。", case=number_or_id)
    return found


def _silent(stage: Stage, done: int, total: int) -> None:
    """Nobody watches."""


class _Verification:
    def __init__(
        self, connection: Connection, tools: Tools, case_id: str | None, kept: Signed | None, progress: Progress
    ) -> None:
        self._connection = connection
        self._tools = tools
        self._case_id = case_id
        self._kept = kept
        self._progress = progress
        self._named = Named()
        self._books = Books()
        self._registers = Registers()
        self._starts = Starts()
        self._requests = Requests(connection)
        #: what the rows of the cases at hand must be
        self._rebuilt: dict[str, CaseRows] = {}
        self.report = Report()

    def run(self) -> Report:
        for streams in self._batches():
            self._clocked("replay_seconds", self._replay_cases, streams)
            self._clocked("projection_seconds", self._check_rows, streams)
        self._check_contents()
        if self._case_id is None:
            self.report.findings.extend(check_strays(self._connection))
            self.report.findings.extend(self._registers.check(self._connection, self._tools.projects))
            self.report.findings.extend(self._starts.check(self._connection))
            self.report.findings.extend(self._requests.check())
            self._check_books()
            self._check_checkpoints()
        return self.report

    def _clocked(self, name: str, check: Callable[[list[Stream]], None], streams: list[Stream]) -> None:
        began = perf_counter()
        check(streams)
        setattr(self.report, name, getattr(self.report, name) + perf_counter() - began)

    def _batches(self) -> Iterator[list[Stream]]:
        """Checked streams, some at a time, so that memory does not grow with the history."""
        total = self._count()
        batch: list[Stream] = []
        began = perf_counter()
        for stream in check_chains(self._connection, self._case_id):
            self._take(stream, total)
            batch.append(stream)
            if len(batch) == _BATCH:
                self.report.chain_seconds += perf_counter() - began
                yield batch
                batch, began = [], perf_counter()
        self.report.chain_seconds += perf_counter() - began
        yield batch

    def _take(self, stream: Stream, total: int) -> None:
        self.report.streams += 1
        self.report.events += len(stream.events)
        self.report.findings += stream.findings
        with self._told_as_garbage(stream):
            for event in stream.events:
                self._named.see(stream.name, event)
                self._books.see(event)
                self._registers.see(stream.name, event)
                self._starts.see(stream.name, event)
                self._requests.see(event)
        self._progress(Stage.HISTORY, self.report.events, total)

    def _count(self) -> int:
        statement = select(func.count()).select_from(HistoryEvent)
        if self._case_id is not None:
            statement = statement.where(HistoryEvent.stream == self._case_id)
        return self._connection.scalar(statement) or 0

    def _check_rows(self, streams: list[Stream]) -> None:
        """All columns of the rows of what was executed again; of the rest, what its events say by themselves."""
        told: dict[str, Told] = {}
        for stream in filter(_is_case, streams):
            if stream.name not in self._rebuilt:
                with self._told_as_garbage(stream):
                    told[stream.name] = Told(stream.events)
        self.report.findings.extend(check_cases(self._connection, told))
        self.report.findings.extend(check_rows(self._connection, self._rebuilt))
        self._rebuilt = {}

    @contextmanager
    def _told_as_garbage(self, stream: Stream) -> Iterator[None]:
        """A forged event may hold anything where something is expected: that is a finding like others."""
        try:
            yield
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            message = f"历史的内容不完整或不合格式：{error!r}"
            self.report.findings.append(Finding(kind=Kind.CHAIN, place=stream.name, message=message))

    def _replay_cases(self, streams: list[Stream]) -> None:
        for stream in streams:
            # What has been tampered with is not worth executing, and says nothing about what was recorded.
            if _is_case(stream) and not any(finding.kind == Kind.CHAIN for finding in stream.findings):
                self._replay(stream)

    def _replay(self, stream: Stream) -> None:
        rows, last = CaseRows(), None
        self.report.cases += 1
        for last in replaying(self._connection, self._tools.definitions, stream.events, self._tools.forms):
            self.report.steps += last.step is not None
            with self._told_as_garbage(stream):
                rows.follow(last)
        if last is not None and last.difference is not None:
            found = last.difference
            self.report.findings.append(
                Finding(kind=Kind.REPLAY, place=stream.name, seq=found.seq, message=f"重放结果不同：{found.message}")
            )
        elif last is not None:
            self._rebuilt[stream.name] = rows

    def _check_contents(self) -> None:
        checks: tuple[Iterator[Finding], ...] = (
            check_definitions(self._connection, self._named, whole=self._case_id is None),
            check_policies(self._connection, self._parameters, self._named, whole=self._case_id is None),
            check_attachments(self._connection, self._document, self._named, whole=self._case_id is None),
        )
        for number, check in enumerate(checks, 1):
            self.report.findings.extend(check)
            self._progress(Stage.CONTENTS, number, len(checks))

    def _check_books(self) -> None:
        # A project's books are written by many cases: one of them alone does not tell how they must be.
        if self._tools.projects is not None:
            self.report.findings.extend(check_books(self._connection, self._tools.projects, self._books))

    def _check_checkpoints(self) -> None:
        # Looking for the key must not make one.
        signer = self._tools.signer() if self._tools.signer and checkpoints_of(self._connection) else None
        public_key = signer.public_key if signer else None
        self.report.findings.extend(check_checkpoints(self._connection, public_key))
        if self._kept is not None:
            self.report.findings.extend(check_kept(self._connection, self._kept, public_key))
        self._progress(Stage.CHECKPOINT, 1, 1)

    def _parameters(self, policy_id: str) -> bytes | None:
        try:
            assert self._tools.policies is not None
            return values.dumps(self._tools.policies.parameters(self._connection, policy_id))
        except NotFound:
            return None

    def _document(self, digest: str) -> bytes | None:
        store = self._tools.attachments
        try:
            return store.get(digest) if store else None
        except FileNotFoundError:
            return None


def _is_case(stream: Stream) -> bool:
    return bool(stream.events) and stream.events[0].content["type"] == "ProcessStarted"
