"""Cases, executed again, and their rows compared with what comes of it: the work that processes can share."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

from sqlalchemy import Connection

from engine.history.chain import Stream
from engine.history.findings import Finding, Kind
from engine.history.projections import Told, check_cases
from engine.history.replay import replaying
from engine.history.rows.case import CaseRows
from engine.history.rows.cases import check_rows
from engine.unit_of_work import Tools


@dataclass
class Checked:
    """What the check of some cases has come to."""

    findings: list[Finding] = field(default_factory=list)
    cases: int = 0
    #: moves of tokens that were executed again
    steps: int = 0
    replay_seconds: float = 0
    projection_seconds: float = 0


class Checker(Protocol):
    """Checks batches of streams one after the other, or several at once."""

    def each(self, batches: Iterable[list[Stream]]) -> Iterator[Checked]:
        """What came of each batch, in their order."""


class CaseCheck:
    """Checks cases in this process."""

    def __init__(self, connection: Connection, tools: Tools) -> None:
        self._connection = connection
        self._tools = tools

    def each(self, batches: Iterable[list[Stream]]) -> Iterator[Checked]:
        """One batch after the other."""
        return map(self.check, batches)

    def check(self, streams: Iterable[Stream]) -> Checked:
        """The cases among some streams whose chains have been looked at."""
        checked, cases = Checked(), [stream for stream in streams if _is_case(stream)]
        began = perf_counter()
        rebuilt = self._replay_cases(cases, checked)
        checked.replay_seconds = perf_counter() - began
        self._check_rows(cases, rebuilt, checked)
        checked.projection_seconds = perf_counter() - began - checked.replay_seconds
        return checked

    def _replay_cases(self, cases: Iterable[Stream], checked: Checked) -> dict[str, CaseRows]:
        """What the rows of the cases must be that came to what was recorded."""
        rebuilt: dict[str, CaseRows] = {}
        for stream in cases:
            # What has been tampered with is not worth executing, and says nothing about what was recorded.
            if any(finding.kind == Kind.CHAIN for finding in stream.findings):
                continue
            rows = self._replay(stream, checked)
            if rows is not None:
                rebuilt[stream.name] = rows
        return rebuilt

    def _replay(self, stream: Stream, checked: Checked) -> CaseRows | None:
        rows, last = CaseRows(), None
        checked.cases += 1
        for last in replaying(self._connection, self._tools.definitions, stream.events, self._tools.forms):
            checked.steps += last.step is not None
            with told_as_garbage(stream.name, checked.findings):
                rows.follow(last)
        if last is None or last.difference is None:
            return None if last is None else rows
        message = f"重放结果不同：{last.difference.message}"
        checked.findings.append(Finding(kind=Kind.REPLAY, place=stream.name, seq=last.difference.seq, message=message))
        return None

    def _check_rows(self, cases: Iterable[Stream], rebuilt: dict[str, CaseRows], checked: Checked) -> None:
        """All columns of the rows of what was executed again; of the rest, what its events say by themselves."""
        told: dict[str, Told] = {}
        for stream in cases:
            if stream.name not in rebuilt:
                with told_as_garbage(stream.name, checked.findings):
                    told[stream.name] = Told(stream.events)
        with told_as_unreadable("办件的登记", checked.findings):
            checked.findings.extend(check_cases(self._connection, told))
        try:
            checked.findings.extend(list(check_rows(self._connection, rebuilt)))
        except _GARBAGE:
            self._check_one_by_one(rebuilt, checked)

    def _check_one_by_one(self, rebuilt: dict[str, CaseRows], checked: Checked) -> None:
        """Rows that cannot be read must not hide those of other cases."""
        for case_id, rows in rebuilt.items():
            with told_as_unreadable("办件的登记", checked.findings, place=case_id):
                checked.findings.extend(check_rows(self._connection, {case_id: rows}))


#: what bytes and values that nobody wrote make of whoever reads them
_GARBAGE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


@contextmanager
def told_as_garbage(stream: str, findings: list[Finding]) -> Iterator[None]:
    """A forged event may hold anything where something is expected: that is a finding like others."""
    try:
        yield
    except _GARBAGE as error:
        message = f"历史的内容不完整或不合格式：{error!r}"
        findings.append(Finding(kind=Kind.CHAIN, place=stream, message=message))


@contextmanager
def told_as_unreadable(what: str, findings: list[Finding], place: str = "") -> Iterator[None]:
    """Stored values that cannot be read are a finding, and the other checks go on."""
    try:
        yield
    except _GARBAGE as error:
        message = f"{what}里有无法读取的内容，没有核对完：{error!r}"
        findings.append(Finding(kind=Kind.ROW, place=place or what, message=message))


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Parsed events are many small containers that soon go; looking for cycles among them takes most of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _is_case(stream: Stream) -> bool:
    return bool(stream.events) and stream.events[0].content["type"] == "ProcessStarted"
