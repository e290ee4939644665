"""A case on paper: what it is, every step with what was filled in and why it went on so, and the proof of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from api.presentation.dates import write_moment
from api.presentation.replay import ReplayWriter
from api.presentation.words import CASE_STATUS
from engine.definitions import DefinitionCache
from engine.history.bundle import checker
from engine.history.digests import digest_of
from engine.model import Attachment, HistoryEvent
from engine.queries.case import element_names
from engine.queries.export import case_export
from engine.queries.history import history_of, replay_steps

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class SheetStep:
    """One event."""

    seq: int
    title: str
    when: str
    who: str
    outcome: str
    #: what was filled in
    fields: Facts
    #: which conditions and rules decided how it went on
    reasons: tuple[str, ...]
    digest: str


@dataclass(frozen=True, kw_only=True)
class CaseSheet:
    """Everything that the sheet shows, in words."""

    title: str
    number: str
    facts: Facts
    steps: tuple[SheetStep, ...]
    #: name and digest
    documents: Facts


def case_sheet(connection: Connection, definitions: DefinitionCache, case_id: str) -> CaseSheet:
    """The sheet of one case; the caller has checked that it may be read."""
    case = case_export(connection, case_id)["case"]
    return CaseSheet(
        title=case["title"],
        number=case["number"],
        facts=tuple(_facts(case)),
        steps=tuple(_steps(connection, definitions, case_id)),
        documents=tuple(_documents(connection, case_id)),
    )


def _facts(case: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "办件编号", case["number"]
    yield "流程", f"{case['process_name']}（{case['process_key']} 第 {case['process_version']} 版）"
    yield "状态", f"{CASE_STATUS.get(case['status'], case['status'])}{'：' + case['result'] if case['result'] else ''}"
    yield "发起时间", write_moment(case["started_at"])
    if case["ended_at"]:
        yield "办结时间", write_moment(case["ended_at"])
    yield "固定版本清单", case["bundle_digest"]
    yield "历史末端摘要", case["head"] or ""
    yield "核对程序 verify.py 的 SHA-256", digest_of(checker())


def _steps(connection: Connection, definitions: DefinitionCache, case_id: str) -> Iterator[SheetStep]:
    events = history_of(connection, case_id)
    names = element_names(connection, definitions, case_id)
    shown = ReplayWriter(connection, names).steps(replay_steps(events))
    chosen = select(HistoryEvent.seq, HistoryEvent.digest).where(HistoryEvent.stream == case_id)
    digests = {row.seq: row.digest for row in connection.execute(chosen)}
    for event, step in zip(events, shown, strict=True):
        who = step["who"]
        yield SheetStep(
            seq=event.seq,
            title=step["title"],
            when=write_moment(event.at),
            who=f"{who}（代 {step['onBehalfOf']}）" if step["onBehalfOf"] else who,
            outcome=step["outcome"] or "",
            fields=tuple((field["label"], field["value"]) for field in step["fields"]),
            reasons=tuple(_reasons(step)),
            digest=digests[event.seq],
        )


def _reasons(step: Mapping[str, Any]) -> Iterator[str]:
    for gateway in step["gateways"]:
        for condition in gateway["conditions"]:
            if condition["result"]:
                flow = condition["flowName"] or condition["flow"]
                read = "，".join(f"{name} = {value}" for name, value in condition["values"].items())
                yield f"{gateway['name']}：走“{flow}”，因为 {condition['text']}（{read}）"
    for decision in step["decisions"]:
        rules = "、".join(decision["rules"]) or "无"
        yield f"决策表 {decision['name']}：命中规则 {rules}，得出 {decision['outputs']}"


def _documents(connection: Connection, case_id: str) -> Iterator[tuple[str, str]]:
    mine = select(Attachment.name, Attachment.digest).where(Attachment.instance_id == case_id)
    for row in connection.execute(mine.order_by(Attachment.uploaded_at, Attachment.id)):
        yield row.name, row.digest
