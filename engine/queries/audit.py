"""What auditors ask of the history: a case at any step, the life of a field, a person's acts, acts of operators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select
from sqlalchemy.orm import aliased

from engine.definitions import DefinitionCache
from engine.errors import NotFound
from engine.history.event import Event
from engine.history.replay import Replayed, events_of, replaying
from engine.interpreter import variables_of
from engine.model import HistoryEvent, Person, ProcessInstance
from engine.queries.page import Page, page_of
from engine.queries.viewer import Viewer
from engine.rows import AnyRow

#: what those who run the system do to cases, beside the people whose work they are
INTERVENTIONS = (
    "ProcessMoved",
    "ProcessMigrated",
    "ProcessSuspended",
    "ProcessResumed",
    "ProcessTerminated",
    "IncidentRetried",
    "IncidentResolved",
    "TaskTransferred",
    "TaskReassigned",
)


@dataclass(frozen=True, kw_only=True)
class OfferedTask:
    """An open task, and to whom it was offered."""

    task_id: str
    activity_id: str
    name: str
    role: str | None
    unit_code: str | None


@dataclass(frozen=True, kw_only=True)
class CaseAtStep:
    """A case as it was after one of its events."""

    event: Event
    variables: Mapping[str, Any]
    tasks: tuple[OfferedTask, ...]
    #: what it waited for: element ids
    waits: tuple[str, ...]
    #: how a replay differs from the record, if it does
    difference: str | None


def case_at(connection: Connection, definitions: DefinitionCache, case_id: str, seq: int) -> CaseAtStep:
    """The case after its event `seq`, got by executing its history up to there."""
    tasks: dict[str, OfferedTask] = {}
    waits: tuple[str, ...] = ()
    last: Replayed | None = None
    names = definitions.bundle(connection, _bundle_of(connection, case_id)).names
    for last in replaying(connection, definitions, events_of(connection, case_id)):
        outcome = last.event.content["outcome"]
        for closed in outcome.get("closed", ()):
            tasks.pop(closed["token"], None)
        tasks |= {opened["token"]: _offered(opened, names) for opened in outcome.get("opened", ())}
        waits = tuple(wait["element"] for wait in outcome["waits"]) if "waits" in outcome else waits
        if outcome.get("ended") or "terminated" in outcome:
            tasks, waits = {}, ()
        if last.event.content["seq"] == seq or last.difference is not None:
            break
    if last is None or last.event.content["seq"] > seq or (last.event.content["seq"] < seq and not last.difference):
        raise NotFound(f"这个办件没有第 {seq} 条历史。", case=case_id, seq=seq)
    return CaseAtStep(
        event=last.event,
        variables=variables_of(last.state) if last.state.tokens else {},
        tasks=tuple(tasks.values()),
        waits=waits,
        difference=last.difference.message if last.difference else None,
    )


def _bundle_of(connection: Connection, case_id: str) -> str:
    found: str | None = connection.scalar(select(ProcessInstance.bundle_digest).where(ProcessInstance.id == case_id))
    if found is None:
        raise NotFound("没有找到这个办件。", case=case_id)
    return found


def _offered(opened: Mapping[str, Any], names: Mapping[str, str]) -> OfferedTask:
    return OfferedTask(
        task_id=opened["task"],
        activity_id=opened["activity"],
        name=names.get(opened["activity"]) or opened["activity"],
        role=opened.get("role"),
        unit_code=opened.get("unit"),
    )


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One change in the life of a field; a side that was absent is None."""

    seq: int
    at: datetime
    type: str
    actor_id: str
    on_behalf_of: str | None
    activity_name: str | None
    path: str
    before: Any
    after: Any


def life_of_field(connection: Connection, case_id: str, path: str) -> tuple[FieldChange, ...]:
    """Every change of a field, of a row, or of everything below a name."""
    return tuple(change for event in events_of(connection, case_id) for change in _changes(event, path))


def fields_of(connection: Connection, case_id: str) -> tuple[str, ...]:
    """The paths of all fields that ever changed."""
    return tuple(dict.fromkeys(change.path for change in life_of_field(connection, case_id, "")))


def _changes(event: Event, path: str) -> Iterator[FieldChange]:
    header = event.header
    for change in event.outcome.get("changes", ()):
        if not path or change["path"] == path or change["path"].startswith(path + "."):
            yield FieldChange(
                seq=header.seq,
                at=header.at,
                type=header.type,
                actor_id=header.actor,
                on_behalf_of=header.on_behalf_of,
                activity_name=header.activity_name,
                path=change["path"],
                before=change.get("before"),
                after=change.get("after"),
            )


@dataclass(frozen=True, kw_only=True)
class Act:
    """One event of some stream, in a list of many."""

    stream: str
    seq: int
    type: str
    at: datetime
    actor_id: str
    actor_name: str
    on_behalf_of_name: str | None
    activity_name: str | None
    #: of the case, where the stream is one
    case_number: str | None
    case_title: str | None
    reason: str | None


def acts_of(connection: Connection, viewer: Viewer, person_id: str, number: int = 1) -> Page[Act]:
    """Everything a person has done, and what others have done on that person's behalf, newest first."""
    who = or_(HistoryEvent.actor_id == person_id, HistoryEvent.on_behalf_of == person_id)
    return _acts(connection, viewer, who, number)


def interventions(connection: Connection, viewer: Viewer, number: int = 1) -> Page[Act]:
    """Everything that operators have done to cases, newest first."""
    return _acts(connection, viewer, HistoryEvent.type.in_(INTERVENTIONS), number)


def _acts(connection: Connection, viewer: Viewer, chosen: Any, number: int) -> Page[Act]:
    actor, principal = aliased(Person), aliased(Person)
    statement = (
        select(
            HistoryEvent,
            actor.name.label("actor_name"),
            principal.name.label("principal_name"),
            ProcessInstance.number.label("case_number"),
            ProcessInstance.title.label("case_title"),
        )
        .outerjoin(actor, actor.id == HistoryEvent.actor_id)
        .outerjoin(principal, principal.id == HistoryEvent.on_behalf_of)
        .outerjoin(ProcessInstance, ProcessInstance.id == HistoryEvent.stream)
        .where(chosen, or_(ProcessInstance.id.is_(None), viewer.readable_condition()))
        .order_by(HistoryEvent.at.desc(), HistoryEvent.stream, HistoryEvent.seq.desc())
    )
    rows, total = page_of(connection, statement, number)
    return Page(items=[_act(row) for row in rows], total=total, number=number)


def _act(row: AnyRow) -> Act:
    reason = Event(row.payload).content["input"].get("reason")
    return Act(
        stream=row.stream,
        seq=row.seq,
        type=row.type,
        at=row.at,
        actor_id=row.actor_id,
        actor_name=row.actor_name or "系统",
        on_behalf_of_name=row.principal_name,
        activity_name=row.activity_name,
        case_number=row.case_number,
        case_title=row.case_title,
        reason=reason if isinstance(reason, str) else None,
    )
