"""`anlan verify`: everything the history claims, checked against what is stored, and executed again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from time import perf_counter

from sqlalchemy import Connection, func, select

from engine import values
from engine.errors import NotFound
from engine.history.books import Books, check_books
from engine.history.case_check import (
    CaseCheck,
    Checked,
    Checker,
    seldom_collecting,
    told_as_garbage,
    told_as_unreadable,
)
from engine.history.chain import Stream, check_chains
from engine.history.checkpoints import Signed, checkpoints_of
from engine.history.contents import Named, check_attachments, check_definitions, check_policies
from engine.history.findings import Finding
from engine.history.rows.acting import Acting
from engine.history.rows.cases import check_strays
from engine.history.rows.registers import Registers
from engine.history.rows.requests import Requests
from engine.history.rows.schedules import Starts
from engine.history.rows.storage import check_storage
from engine.history.rows.words import TABLES
from engine.history.witness import check_checkpoints, check_kept
from engine.model import HistoryEvent, ProcessInstance
from engine.unit_of_work import Tools


class Stage(StrEnum):
    """What is being checked; the order is the order of checking."""

    HISTORY = "history"
    CONTENTS = "contents"
    CHECKPOINT = "checkpoint"


#: so many streams, or streams with so many events, are looked at together
_STREAMS, _EVENTS = 100, 1_000

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

    def add(self, findings: list[Finding], checked: Checked) -> None:
        """What was found in the chains of some streams, and in their cases."""
        self.findings += findings + checked.findings
        self.cases += checked.cases
        self.steps += checked.steps
        self.replay_seconds += checked.replay_seconds
        self.projection_seconds += checked.projection_seconds

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
    checker: Checker | None = None,
) -> Report:
    """Check one case, or everything; `kept` is a checkpoint that was kept elsewhere."""
    checker = checker or CaseCheck(connection, tools)
    with seldom_collecting():
        return _Verification(connection, tools, case_id, kept, progress or _silent, checker).run()


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
        self,
        connection: Connection,
        tools: Tools,
        case_id: str | None,
        kept: Signed | None,
        progress: Progress,
        checker: Checker,
    ) -> None:
        self._connection = connection
        self._tools = tools
        self._case_id = case_id
        self._kept = kept
        self._progress = progress
        self._checker = checker
        self._named = Named()
        self._books = Books()
        self._registers = Registers()
        self._starts = Starts()
        self._acting = Acting()
        self._requests: Requests | None = None
        self.report = Report()

    def run(self) -> Report:
        if self._case_id is None:
            self.report.findings.extend(check_storage(self._connection))
        with told_as_unreadable("历史", unread := list[Finding]()):
            self._check_streams()
        if unread:
            # Of what was not read to its end, everything else would seem to be missing.
            self.report.findings.extend(unread)
            return self.report
        with told_as_unreadable("定义、政策和附件", self.report.findings):
            self._check_contents()
        if self._case_id is None:
            self._check_registers()
            with told_as_unreadable("检查点", self.report.findings):
                self._check_checkpoints()
        return self.report

    def _check_registers(self) -> None:
        """What belongs to no case, table by table."""
        complete, findings = self._registers.complete, self.report.findings
        checks: tuple[tuple[str, Callable[[], Iterable[Finding]]], ...] = (
            ("办件的登记", lambda: check_strays(self._connection)),
            *((TABLES[it], partial(self._registers.check, self._connection, it)) for it in self._registers.tables()),
            ("编号序列", lambda: self._registers.check_serials(self._connection, self._tools.projects)),
            (
                "定时发起的登记",
                lambda: self._starts.check(self._connection, complete=complete and self._tools.offices),
            ),
            ("幂等键的答复", lambda: self._requests.check(complete=complete) if self._requests else ()),
            ("委托", lambda: self._acting.check(complete=complete)),
            ("资金账", self._check_books),
        )
        for what, check in checks:
            with told_as_unreadable(what, findings):
                findings.extend(check())

    def _check_streams(self) -> None:
        """Batch by batch; what is found is told in the order of the streams, whoever finds it when."""
        read: deque[tuple[list[Finding], int]] = deque()
        done, total = 0, self._count()
        self._requests = Requests(self._connection)
        for checked in self._checker.each(self._batches(read)):
            findings, events = read.popleft()
            self.report.add(findings, checked)
            done += events
            self._progress(Stage.HISTORY, done, total)

    def _batches(self, read: deque[tuple[list[Finding], int]]) -> Iterator[list[Stream]]:
        """Checked streams, some at a time, so that memory does not grow with the history."""
        batch, findings, events = list[Stream](), list[Finding](), 0
        began = perf_counter()
        for stream in check_chains(self._connection, self._case_id):
            self._take(stream, findings)
            batch.append(stream)
            events += len(stream.events)
            if len(batch) >= _STREAMS or events >= _EVENTS:
                self.report.chain_seconds += perf_counter() - began
                read.append((findings, events))
                yield batch
                batch, findings, events, began = [], [], 0, perf_counter()
        self.report.chain_seconds += perf_counter() - began
        read.append((findings, events))
        yield batch

    def _take(self, stream: Stream, findings: list[Finding]) -> None:
        self.report.streams += 1
        self.report.events += len(stream.events)
        findings += stream.findings
        with told_as_garbage(stream.name, findings):
            for event in stream.events:
                self._named.see(stream.name, event)
                self._books.see(event)
                self._registers.see(stream.name, event)
                self._starts.see(stream.name, event)
                self._acting.see(event)
                if self._requests is not None:
                    self._requests.see(event)

    def _count(self) -> int:
        statement = select(func.count()).select_from(HistoryEvent)
        if self._case_id is not None:
            statement = statement.where(HistoryEvent.stream == self._case_id)
        return self._connection.scalar(statement) or 0

    def _check_contents(self) -> None:
        checks: tuple[Iterator[Finding], ...] = (
            check_definitions(self._connection, self._named, whole=self._case_id is None),
            check_policies(self._connection, self._parameters, self._named, whole=self._case_id is None),
            check_attachments(self._connection, self._document, self._named, whole=self._case_id is None),
        )
        for number, check in enumerate(checks, 1):
            self.report.findings.extend(check)
            self._progress(Stage.CONTENTS, number, len(checks))

    def _check_books(self) -> Iterator[Finding]:
        # A project's books are written by many cases: one of them alone does not tell how they must be.
        if self._tools.projects is not None:
            yield from check_books(self._connection, self._tools.projects, self._books)

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
        except OSError:
            # Missing, or something in its place that is no file.
            return None
