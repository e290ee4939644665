"""The history of a case as a list that people read from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.presentation.dates import due_badge, write_due, write_moment
from api.presentation.words import MESSAGES, NEGATIVE_EVENTS, NEGATIVE_OUTCOMES, event_word
from engine.cases.signing import LABELS as SIGNING
from engine.model import CallStatus
from engine.queries.calls import CallView
from engine.queries.case import CaseView, IncidentView, TaskView, WaitView
from engine.queries.history import HistoryItem


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that happened, or that is waited for."""

    title: str
    when: str
    who: str = ""
    outcome: str = ""
    note: str = ""
    #: the number of the event; None for what has not happened yet
    seq: int | None = None
    negative: bool = False
    open: bool = False


def timeline(
    case: CaseView, events: Sequence[HistoryItem], now: datetime, calls: Sequence[CallView] = ()
) -> tuple[Entry, ...]:
    """What happened, then what is being done and waited for."""
    return (
        *(happened(event) for event in events),
        *(_being_done(task, now) for task in case.open_tasks),
        *_awaited(case.waits),
        *_asked(calls),
        *_stopped(case.incidents),
    )


def happened(event: HistoryItem) -> Entry:
    """An event in words."""
    outcome = event.input.get("outcome_label") or ""
    return Entry(
        seq=event.seq,
        title=title_of(event),
        when=write_moment(event.at),
        who=who_acted(event),
        outcome=outcome,
        note=note_of(event),
        negative=is_negative(event),
    )


def note_of(event: HistoryItem) -> str:
    """To whom, where to, and why: what a move tells beside its title."""
    told = [*_whereto(event), str(event.input.get("reason") or event.input.get("opinion") or "")]
    return "：".join(part for part in told if part)


def _whereto(event: HistoryItem) -> Iterable[str]:
    told = event.input
    match event.type:
        case "TaskTransferred":
            yield f"转给{told.get('to_name')}"
        case "TaskDelegated" | "SignersAdded":
            yield f"{SIGNING.get(str(told.get('signing')), '')}{'、'.join(told.get('names', ()))}"
        case "SignerRemoved":
            yield f"不再请{told.get('name')}"
        case "TaskReturned":
            straight = "，改正后直达本环节" if told.get("direct") else ""
            yield f"退回到“{told.get('to_name')}”{straight}"
        case "CallRefused":
            yield f"{told.get('code')} {told.get('message')}".strip()
        case "CallPostponed":
            yield f"{write_moment(_instant(told.get('next')))} 再试" if told.get("next") else ""
        case "ProcessMigrated":
            yield f"第 {told.get('from_version')} 版 → 第 {told.get('version')} 版"


def _instant(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None


def title_of(event: HistoryItem) -> str:
    """办理：村级决议"""
    word = event_word(event.type)
    if event.type == "MessageCorrelated":
        name = str(event.input.get("name") or "")
        return MESSAGES.get(name) or f"{word}：{event.activity_name or name}"
    return f"{word}：{event.activity_name}" if event.activity_name else f"{word}办件"


def who_acted(event: HistoryItem) -> str:
    """The person, and for whom."""
    return f"{event.actor_name}（代 {event.on_behalf_of_name}）" if event.on_behalf_of_name else event.actor_name


def is_negative(event: HistoryItem) -> bool:
    """Whether the case was sent back, refused or withdrawn by this."""
    return event.input.get("outcome") in NEGATIVE_OUTCOMES or event.type in NEGATIVE_EVENTS


def _being_done(task: TaskView, now: datetime) -> Entry:
    badge = due_badge(task.due_at, now)
    place = task.assignee_name or f"{task.unit_name} {task.role_name}".strip()
    due = f"，{write_due(task.due_at)}到期（{badge.text}）" if badge else ""
    return Entry(title=f"待办：{task.name}", when=f"{write_moment(task.opened_at)}收到{due}", who=place, open=True)


def _awaited(waits: Iterable[WaitView]) -> Iterable[Entry]:
    for wait in waits:
        if wait.kind == "timer" and wait.due_at is not None:
            yield Entry(title=f"等待：{wait.name or '到期'}", when=f"到 {write_moment(wait.due_at)}", open=True)


def _asked(calls: Iterable[CallView]) -> Iterable[Entry]:
    for call in calls:
        if call.waited_for and call.status == CallStatus.OPEN:
            yield Entry(title=f"等待：{call.name}", when="等外部系统答复", open=True)


def _stopped(incidents: Iterable[IncidentView]) -> Iterable[Entry]:
    for incident in incidents:
        yield Entry(title=f"停在：{incident.name}", when="等系统管理员处理", open=True)
