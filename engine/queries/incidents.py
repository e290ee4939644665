"""停滞点 of all cases in an administrator's or auditor's regions: found, counted, and one told in full."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, not_, or_, select
from sqlalchemy.orm import aliased

from engine.cases.incidents import TIMER, is_standing
from engine.errors import NotFound
from engine.model import ConnectorCall, Incident, OrgUnit, Person, ProcessDefinition, ProcessInstance
from engine.offices.administration import ADMINISTRATOR
from engine.queries.history import HistoryItem
from engine.queries.page import Page, page_of
from engine.queries.viewer import Viewer
from engine.rows import AnyRow, AnySelect

#: who sees what has stopped; only the first may do something about it
OVERSEERS = (ADMINISTRATOR, "auditor_ro")


class IncidentKind(StrEnum):
    """What has stopped."""

    #: a step of the diagram, or a connector's work inside the transaction
    WORK = "work"
    #: a timer that was due
    TIMER = "timer"
    #: a call to another system whose answer the case waits for
    CALL = "call"
    #: something to be sent out for which the case does not wait
    DELIVERY = "delivery"


@dataclass(frozen=True, kw_only=True)
class IncidentLine:
    """A line of the list."""

    id: str
    kind: IncidentKind
    instance_id: str
    number: str
    title: str
    case_status: str
    process_key: str
    process_name: str
    region_code: str
    region_name: str
    element_id: str
    name: str
    code: str
    message: str
    opened_at: datetime
    attempts: int
    closed_at: datetime | None
    closed_by_name: str | None
    resolution: str | None
    reason: str | None
    #: the token, the timer's wait or the call that stands still
    token_id: str
    opened_seq: int
    #: of a call: whom it is for, what is to be sent, and where it stands now
    connector: str | None = None
    inputs: Mapping[str, Any] | None = None
    call_status: str | None = None
    asked_seq: int | None = None
    #: it is open, and its case still waits for what has stopped
    standing: bool = True


@dataclass(frozen=True, kw_only=True)
class IncidentFilter:
    """Which incidents are wanted."""

    process_key: str = ""
    kind: IncidentKind | None = None
    #: the error's code
    error: str = ""
    #: in the case's number or title, in the step or in the error's message, such as the name of a host
    search: str = ""
    closed: bool = False


def incidents(connection: Connection, viewer: Viewer, wanted: IncidentFilter, page: int = 1) -> Page[IncidentLine]:
    """The incidents of the viewer's regions; of the open ones the oldest first, of the closed ones the newest."""
    rows, total = page_of(connection, _statement(viewer, wanted), page)
    return Page(items=[_line(row) for row in rows], total=total, number=page)


def matching(
    connection: Connection, viewer: Viewer, wanted: IncidentFilter, limit: int, *roles: str
) -> tuple[IncidentLine, ...]:
    """All incidents that match, up to a number that one request can settle."""
    return tuple(_line(row) for row in connection.execute(_statement(viewer, wanted, *roles).limit(limit)))


def open_count(connection: Connection, viewer: Viewer) -> int:
    """How many wait for the viewer as an administrator."""
    statement = select(func.count()).select_from(Incident).join(ProcessInstance)
    found = connection.scalar(statement.where(viewer.region_condition(ADMINISTRATOR), is_standing()))
    return found or 0


def incident_line(connection: Connection, viewer: Viewer, incident_id: str, *roles: str) -> IncidentLine:
    """One incident, open or closed; outside the regions where the viewer has one of the roles it is not found."""
    row = connection.execute(_lines(viewer, *roles).where(Incident.id == incident_id)).one_or_none()
    if row is None:
        raise NotFound("没有找到这个停滞点，它可能不属于您的辖区。", incident=incident_id)
    return _line(row)


def refused_call(incident: IncidentLine, events: Iterable[HistoryItem]) -> tuple[str | None, Mapping[str, Any] | None]:
    """Which connector refused at once what it was asked, and what that was; nothing where the events leave it open."""
    found: list[Mapping[str, Any]] = []
    for event in events:
        if event.seq == incident.opened_seq or event.input.get("incident") == incident.token_id:
            calls = [call for call in event.input.get("calls") or () if "refused" in call]
            given = event.input.get("inputs")
            found = calls or [call if given is None else {**call, "inputs": given} for call in found]
    same = found and all(call["inputs"] == found[0]["inputs"] for call in found)
    return (found[0]["connector"], found[0]["inputs"]) if same else (None, None)


def processes_with_incidents(connection: Connection, viewer: Viewer) -> Mapping[str, str]:
    """The processes whose cases have stopped at some time, by key: what a list can be narrowed to."""
    statement = (
        select(ProcessDefinition.key, func.max(ProcessDefinition.name).label("name"))
        .join(ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
        .join(Incident, Incident.instance_id == ProcessInstance.id)
        .where(viewer.region_condition(*OVERSEERS))
        .group_by(ProcessDefinition.key)
        .order_by(ProcessDefinition.key)
    )
    return {row.key: row.name for row in connection.execute(statement)}


def _lines(viewer: Viewer, *roles: str) -> AnySelect:
    closer = aliased(Person)
    return (
        select(
            Incident,
            ProcessInstance.number,
            ProcessInstance.title,
            ProcessInstance.status.label("case_status"),
            ProcessInstance.region_code,
            ProcessDefinition.key.label("process_key"),
            ProcessDefinition.name.label("process_name"),
            OrgUnit.name.label("region_name"),
            closer.name.label("closed_by_name"),
            ConnectorCall.connector,
            ConnectorCall.inputs,
            ConnectorCall.wait_id,
            ConnectorCall.status.label("call_status"),
            ConnectorCall.seq.label("asked_seq"),
            case((is_standing(), True), else_=False).label("standing"),
        )
        .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .outerjoin(OrgUnit, OrgUnit.code == ProcessInstance.region_code)
        .outerjoin(closer, closer.id == Incident.closed_by)
        .outerjoin(ConnectorCall, ConnectorCall.id == Incident.token_id)
        .where(viewer.region_condition(*(roles or OVERSEERS)))
    )


def _statement(viewer: Viewer, wanted: IncidentFilter, *roles: str) -> AnySelect:
    chosen = [not_(is_standing()) if wanted.closed else is_standing()]
    if wanted.process_key:
        chosen.append(ProcessDefinition.key == wanted.process_key)
    if wanted.kind is not None:
        chosen.append(_is_of(wanted.kind))
    if wanted.error:
        chosen.append(Incident.code == wanted.error)
    if text := wanted.search.strip():
        places = (ProcessInstance.number, ProcessInstance.title, Incident.name, Incident.message)
        chosen.append(or_(*(place.contains(text, autoescape=True) for place in places)))
    order = Incident.closed_at.desc() if wanted.closed else Incident.opened_at
    return _lines(viewer, *roles).where(*chosen).order_by(order, Incident.id)


def _is_of(kind: IncidentKind) -> ColumnElement[bool]:
    timer, call = Incident.code.startswith(TIMER), ConnectorCall.id.is_not(None)
    return {
        IncidentKind.WORK: not_(timer) & not_(call),
        IncidentKind.TIMER: timer,
        IncidentKind.CALL: call & ConnectorCall.wait_id.is_not(None),
        IncidentKind.DELIVERY: call & ConnectorCall.wait_id.is_(None),
    }[kind]


def _kind(row: AnyRow) -> IncidentKind:
    if row.connector is not None:
        return IncidentKind.DELIVERY if row.wait_id is None else IncidentKind.CALL
    return IncidentKind.TIMER if row.code.startswith(TIMER) else IncidentKind.WORK


def _line(row: AnyRow) -> IncidentLine:
    told: dict[str, Any] = {name: getattr(row, name) for name in IncidentLine.__dataclass_fields__ if name != "kind"}
    inputs = None if row.connector is None else row.inputs
    return IncidentLine(**{**told, "region_name": row.region_name or "", "kind": _kind(row), "inputs": inputs})
