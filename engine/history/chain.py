"""Whether a stream's events are the ones that were written: each stands on the one before, up to the known end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from engine.history.digests import HashKind, digest_of
from engine.history.event import FORMAT, Event
from engine.history.findings import Finding, Kind
from engine.model import HistoryEvent, HistoryStream, ProcessInstance
from engine.rows import AnyRow

_HASHES = frozenset(HashKind)
#: what every event tells
_SHAPE: Mapping[str, type] = {
    "format": int,
    "hash": str,
    "stream": str,
    "seq": int,
    "type": str,
    "at": str,
    "actor": str,
    "input": dict,
    "outcome": dict,
}
#: column of the table -> name in the payload
_REPEATED: Mapping[str, str] = {
    "type": "type",
    "actor_id": "actor",
    "on_behalf_of": "on_behalf_of",
    "task_id": "task",
    "activity_id": "activity",
    "activity_name": "activity_name",
}


@dataclass(frozen=True)
class End:
    """The number and digest of a stream's last event, as kept outside the stream."""

    seq: int
    digest: str | None


@dataclass
class Stream:
    """A stream as it has been read so far."""

    name: str
    seq: int = 0
    digest: str | None = None
    findings: list[Finding] = field(default_factory=list)
    #: those whose bytes are what was written
    events: list[Event] = field(default_factory=list)

    def take(self, row: AnyRow) -> None:
        """Check the next event."""
        event = self._read(row)
        if event is not None:
            self._check_place(row, event.content)
            self._check_columns(row, event.content)
            self.events.append(event)
        self.seq, self.digest = row.seq, row.digest

    def finish(self, end: End | None) -> None:
        """Check that nothing is missing at the end."""
        if end is None:
            self._find(Kind.END, "没有这条历史的末端记录，办件可能被删除。")
        elif (end.seq, end.digest) != (self.seq, self.digest):
            self._find(Kind.END, f"历史应有 {end.seq} 条，实有 {self.seq} 条，或者最后一条与末端记录不符。")

    def _read(self, row: AnyRow) -> Event | None:
        try:
            event = Event(row.payload)
        except ValueError:
            self._find(Kind.CHAIN, "内容已损坏，无法读取。", row.seq)
            return None
        if not _is_event(event.content):
            self._find(Kind.CHAIN, "内容不合格式。", row.seq)
            return None
        kind = event.content["hash"]
        if kind not in _HASHES or digest_of(row.payload, kind) != row.digest:
            self._find(Kind.CHAIN, "内容被改动：与摘要不符。", row.seq)
            return None
        return event

    def _check_place(self, row: AnyRow, content: Mapping[str, Any]) -> None:
        if content.get("stream") != row.stream or content.get("seq") != row.seq:
            self._find(Kind.CHAIN, "这条记录不属于这个位置，是从别处移来的。", row.seq)
        if row.seq != self.seq + 1:
            self._find(Kind.CHAIN, f"缺少第 {self.seq + 1} 条记录。", row.seq)
        elif content.get("previous") != self.digest:
            self._find(Kind.CHAIN, "与前一条记录接不上：前一条被改动、删除或调换。", row.seq)
        if not 0 <= content.get("format", -1) <= FORMAT:
            self._find(Kind.CHAIN, "格式不认识，可能由更新的版本写成。", row.seq)

    def _check_columns(self, row: AnyRow, content: Mapping[str, Any]) -> None:
        wrong = [column for column, name in _REPEATED.items() if getattr(row, column) != content.get(name)]
        if row.at.isoformat() != content.get("at"):
            wrong.append("at")
        if wrong:
            self._find(Kind.COLUMN, f"检索用的列被改动（{'、'.join(wrong)}），与记录内容不符。", row.seq)

    def _find(self, kind: Kind, message: str, seq: int | None = None) -> None:
        self.findings.append(Finding(kind=kind, place=self.name, seq=seq, message=message))


def _is_event(content: Any) -> bool:
    """Whether parsed JSON has the shape of an event, so that whoever reads on need not ask."""
    return isinstance(content, dict) and all(isinstance(content.get(name), kind) for name, kind in _SHAPE.items())


def ends_of(connection: Connection, stream: str | None = None) -> dict[str, End]:
    """The ends of all chains, or of one."""
    cases = select(ProcessInstance.id, ProcessInstance.revision, ProcessInstance.head)
    others = select(HistoryStream.stream, HistoryStream.seq, HistoryStream.head)
    if stream is not None:
        cases, others = cases.where(ProcessInstance.id == stream), others.where(HistoryStream.stream == stream)
    rows = [*connection.execute(cases), *connection.execute(others)]
    return {name: End(seq, digest) for name, seq, digest in rows}


def check_chains(connection: Connection, stream: str | None = None) -> Iterator[Stream]:
    """Every stream, or one, checked from its first event to its end; only one is in memory at a time."""
    ends = ends_of(connection, stream)
    statement = select(*HistoryEvent.__table__.columns).order_by(HistoryEvent.stream, HistoryEvent.seq)
    if stream is not None:
        statement = statement.where(HistoryEvent.stream == stream)
    for read in _streams(connection.execute(statement, execution_options={"yield_per": 500})):
        read.finish(ends.pop(read.name, None))
        yield read
    for name, end in ends.items():
        missing = Stream(name)
        missing.finish(end)
        yield missing


def streams_between(connection: Connection, first: str, last: str) -> Iterator[Stream]:
    """The streams from one name to another, each checked up to its last event there is."""
    statement = select(*HistoryEvent.__table__.columns).order_by(HistoryEvent.stream, HistoryEvent.seq)
    return _streams(connection.execute(statement.where(HistoryEvent.stream.between(first, last))))


def _streams(rows: Iterable[AnyRow]) -> Iterator[Stream]:
    current: Stream | None = None
    for row in rows:
        if current is None or current.name != row.stream:
            if current is not None:
                yield current
            current = Stream(row.stream)
        current.take(row)
    if current is not None:
        yield current
