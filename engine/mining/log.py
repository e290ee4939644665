"""A case's history as process mining wants it: one line for each change in the life of an activity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.history.contents import documents_in
from engine.history.event import Event
from engine.history.replay import events_of

#: event type -> transition of the XES lifecycle extension
_TRANSITIONS: Mapping[str, str] = {
    "TaskClaimed": "assign",
    "TaskTransferred": "reassign",
    "TaskCompleted": "complete",
    "ProcessSuspended": "suspend",
    "ProcessResumed": "resume",
    "ProcessTerminated": "pi_abort",
    "ProcessWithdrawn": "pi_abort",
}
#: events of the whole case, as people call them
_NAMES: Mapping[str, str] = {
    "ProcessStarted": "发起",
    "ProcessSuspended": "挂起",
    "ProcessResumed": "恢复",
    "ProcessTerminated": "终止",
    "ProcessWithdrawn": "撤销",
}


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One change in the life of an activity."""

    #: the number of the history event, and of the line within it
    seq: int
    part: int
    activity: str
    transition: str
    at: datetime
    resource: str
    #: the type of the history event
    type: str
    element: str | None = None
    task: str | None = None
    role: str | None = None
    unit: str | None = None
    outcome: str | None = None
    #: attachment ids
    documents: tuple[str, ...] = ()


def lines_of(connection: Connection, case_id: str, names: Mapping[str, str]) -> Iterator[LogLine]:
    """The lines of a case, in order."""
    for event in events_of(connection, case_id):
        for part, told in enumerate(_told(event, names)):
            yield LogLine(seq=event.header.seq, part=part, at=event.header.at, type=event.header.type, **told)


def _told(event: Event, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    header, outcome = event.header, event.content["outcome"]
    yield {
        "activity": header.activity_name or _NAMES.get(header.type, header.type),
        "transition": _TRANSITIONS.get(header.type, "complete" if "state" in outcome else "unknown"),
        "resource": header.actor,
        "element": header.activity,
        "task": header.task,
        "outcome": event.content["input"].get("outcome"),
        "documents": tuple(document["id"] for document in documents_in(event.content["input"].get("values"))),
    }
    for passage in outcome.get("trail", ()):
        if passage["kind"] == "activity" and passage["element"] != header.activity:
            yield _by_itself(passage["element"], "complete", names)
    for closed in outcome.get("closed", ()):
        if closed["canceled"]:
            yield _by_itself(closed["activity"], "withdraw", names)
    for opened in outcome.get("opened", ()):
        yield {
            **_by_itself(opened["activity"], "schedule", names),
            "task": opened["task"],
            "role": opened.get("role"),
            "unit": opened.get("unit"),
        }


def _by_itself(element: str, transition: str, names: Mapping[str, str]) -> dict[str, Any]:
    name = names.get(element) or element
    return {"activity": name, "transition": transition, "resource": "system", "element": element}
