"""`anlan verify`: everything the history claims, checked against what is stored, and executed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from time import perf_counter

from sqlalchemy import Connection, func, select

from engine import values
from engine.errors import NotFound
from engine.history.chain import check_chains
from engine.history.checkpoints import Signed, checkpoints_of
from engine.history.contents import Named, check_attachments, check_definitions, check_policies
from engine.history.event import Event
from engine.history.findings import Finding, Kind
from engine.history.projections import Told, check_case
from engine.history.replay import replay
from engine.history.witness import check_checkpoints, check_kept
from engine.model import HistoryEvent, ProcessInstance
from engine.unit_of_work import Tools


class Stage(StrEnum):
    """What is being checked; the order is the order of checking."""

    CHAIN = "chain"
    CONTENTS = "contents"
    REPLAY = "replay"
    CHECKPOINT = "checkpoint"


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
    return _Verification(connection, tools, case_id, kept, progress or _silent).run()


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
        self._told: dict[str, Told] = {}
        self.report = Report()

    def run(self) -> Report:
        began = perf_counter()
        self._check_chains()
        self.report.chain_seconds = perf_counter() - began
        self._check_contents()
        if self._case_id is None:
            self._check_checkpoints()
        began = perf_counter()
        self._replay_cases()
        self.report.replay_seconds = perf_counter() - began
        return self.report

    def _check_chains(self) -> None:
        total = self._count()
        for stream in check_chains(self._connection, self._case_id, self._see):
            self.report.streams += 1
            self.report.findings += stream.findings
            self._progress(Stage.CHAIN, self.report.events, total)

    def _count(self) -> int:
        statement = select(func.count()).select_from(HistoryEvent)
        if self._case_id is not None:
            statement = statement.where(HistoryEvent.stream == self._case_id)
        return self._connection.scalar(statement) or 0

    def _see(self, stream: str, event: Event) -> None:
        self.report.events += 1
        self._named.see(stream, event)
        self._told.setdefault(stream, Told()).see(event)

    def _check_contents(self) -> None:
        checks: tuple[Iterator[Finding], ...] = (
            check_definitions(self._connection, self._named, whole=self._case_id is None),
            check_policies(self._parameters, self._named),
            check_attachments(self._connection, self._document, self._named, whole=self._case_id is None),
        )
        for number, check in enumerate(checks, 1):
            self.report.findings.extend(check)
            self._progress(Stage.CONTENTS, number, len(checks))

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

    def _replay_cases(self) -> None:
        wanted = select(ProcessInstance.id)
        if self._case_id is not None:
            wanted = wanted.where(ProcessInstance.id == self._case_id)
        cases = list(self._connection.scalars(wanted))
        broken = {finding.place for finding in self.report.findings if finding.kind == Kind.CHAIN}
        for number, case_id in enumerate(cases, 1):
            told = self._told.pop(case_id, Told())
            self.report.findings.extend(check_case(self._connection, case_id, told))
            if case_id not in broken:
                self._replay(case_id)
            self._progress(Stage.REPLAY, number, len(cases))
        self.report.cases = len(cases)

    def _replay(self, case_id: str) -> None:
        result = replay(self._connection, self._tools.definitions, case_id)
        self.report.steps += result.steps
        if result.difference is not None:
            found = result.difference
            self.report.findings.append(
                Finding(kind=Kind.REPLAY, place=case_id, seq=found.seq, message=f"重放结果不同：{found.message}")
            )
