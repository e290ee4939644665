"""The history of a case, as told to people and as needed to replay it on the diagram."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import aliased

from engine.history.event import Event
from engine.model import HistoryEvent, Person
from engine.rows import AnyRow


@dataclass(frozen=True, kw_only=True)
class HistoryItem:
    """One event: who did what when, what was put in and what came of it."""

    seq: int
    type: str
    at: datetime
    actor_id: str
    actor_name: str
    on_behalf_of_name: str | None
    task_id: str | None
    activity_id: str | None
    activity_name: str | None
    input: Mapping[str, Any]
    outcome: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ReplayStep:
    """An event with where the tokens stood after it."""

    event: HistoryItem
    #: element ids passed in this step, in order
    passed: tuple[str, ...]
    #: element ids that are open or waiting after this step
    active: tuple[str, ...]
    #: element ids of the activities completed up to and including this step
    completed: tuple[str, ...]


def history_of(connection: Connection, stream: str) -> tuple[HistoryItem, ...]:
    """Every event of a stream, in order; the caller has checked that it may be read."""
    actor, principal = aliased(Person), aliased(Person)
    rows = connection.execute(
        select(HistoryEvent, actor.name.label("actor_name"), principal.name.label("principal_name"))
        .outerjoin(actor, actor.id == HistoryEvent.actor_id)
        .outerjoin(principal, principal.id == HistoryEvent.on_behalf_of)
        .where(HistoryEvent.stream == stream)
        .order_by(HistoryEvent.seq)
    )
    return tuple(_item(row) for row in rows)


def _item(row: AnyRow) -> HistoryItem:
    event = Event(row.payload)
    return HistoryItem(
        seq=row.seq,
        type=row.type,
        at=row.at,
        actor_id=row.actor_id,
        actor_name=row.actor_name or "系统",
        on_behalf_of_name=row.principal_name,
        task_id=row.task_id,
        activity_id=row.activity_id,
        activity_name=row.activity_name,
        input=event.input,
        outcome=event.outcome,
    )


def replay_steps(events: tuple[HistoryItem, ...]) -> tuple[ReplayStep, ...]:
    """Follow the tokens through the history."""
    steps = []
    waiting: list[str] = []
    open_tokens: dict[str, str] = {}
    completed: dict[str, None] = {}
    for event in events:
        outcome = event.outcome
        passed = tuple(passage["element"] for passage in outcome.get("trail", ()))
        for closed in outcome.get("closed", ()):
            open_tokens.pop(closed["token"], None)
            if not closed["canceled"]:
                completed[closed["activity"]] = None
        open_tokens |= {opened["token"]: opened["activity"] for opened in outcome.get("opened", ())}
        if outcome.get("ended") or outcome.get("terminated"):
            waiting = []
            open_tokens.clear()
        # A claim or a transfer moves no token: what is waited for is waited for still.
        waiting = [wait["element"] for wait in outcome["waits"]] if "waits" in outcome else waiting
        steps.append(
            ReplayStep(
                event=event,
                passed=passed,
                active=tuple(dict.fromkeys([*open_tokens.values(), *waiting])),
                completed=tuple(completed),
            )
        )
    return tuple(steps)
