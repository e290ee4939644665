"""What belongs to no case: units, persons, policies, versions. Their events hold the rows as they were left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection

from engine import values
from engine.clock import local_date
from engine.history.event import Event
from engine.history.findings import Finding, Kind
from engine.history.images import UNRECORDED, image
from engine.history.rows.comparison import Comparison, stored
from engine.history.rows.expected import Row
from engine.model import (
    ApiToken,
    Attachment,
    Delegation,
    Deployment,
    DiagramDraft,
    KeptMessage,
    OrgUnit,
    Person,
    Position,
    ProcessDefinition,
    Resource,
    Serial,
    StartSubscription,
)
from engine.model.base import Base, ProcessValue
from engine.model.export import Export
from engine.policy.model import PolicyProfile
from engine.ports import ProjectPort

_TABLES: Mapping[str, type[Base]] = {
    model.__tablename__: model
    for model in (
        OrgUnit,
        Person,
        Position,
        Delegation,
        ApiToken,
        PolicyProfile,
        Deployment,
        ProcessDefinition,
        Resource,
        DiagramDraft,
        StartSubscription,
        Attachment,
        KeptMessage,
        Export,
    )
}
#: events that bring rows about
_TELLING = frozenset(
    {
        "OrganisationRegistered",
        "EmailChanged",
        "MachineRegistered",
        "TokenIssued",
        "TokenRevoked",
        "Delegated",
        "PolicyPublished",
        "Deployed",
        "DraftSaved",
        "AttachmentStored",
        "MessageKept",
        *("ExportAsked", "ExportMade", "ExportFailed", "ExportsForgotten"),
    }
)
_KINDS: Mapping[str, Kind] = {
    "attachment": Kind.ATTACHMENT,
    **dict.fromkeys(("policy_profile", "deployment", "process_definition", "resource"), Kind.DEFINITION),
}
#: columns that are younger than some events: then they were empty
_LATER: Mapping[str, Mapping[str, Any]] = {"person": {"email": None}}
#: start events that time or conditions move on by themselves, and how far they have come
_MOVING = ("timer", "conditional")
_PROGRESS = ("due_at", "repetition", "daily")
_SERIALS = Comparison("serial", Kind.ROW, ("series",))


class Registers:
    """What the events say about all tables that are no case's."""

    def __init__(self) -> None:
        #: table -> key -> the row as it was left last
        self._rows: dict[str, dict[tuple[Any, ...], Row]] = {name: {} for name in _TABLES}
        self._serials: Counter[str] = Counter()
        #: start events: what deployed them, and those that are gone one day
        self._deployed: dict[tuple[Any, ...], Event] = {}
        self._passing: set[tuple[Any, ...]] = set()
        #: whether all such events hold their rows; those from before did not
        self.complete = True

    def see(self, stream: str, event: Event) -> None:
        """Note the rows that an event holds."""
        kind = event.content["type"]
        if kind == "ProcessStarted":
            self._count(event)
        elif kind in _TELLING:
            if "rows" not in event.content["outcome"]:
                self.complete = False
                return
            self._forget(event)
            for table, rows in event.outcome["rows"].items():
                for told in rows:
                    self._keep(table, told, stream, event)
        else:
            self._change(event)

    def _count(self, event: Event) -> None:
        if event.content["format"] == 0:
            self.complete = False
            return
        told = event.content["input"]
        self._serials[f"{told['process']}:{told['region'][:6]}:{local_date(event.header.at).year}"] += 1

    def _forget(self, event: Event) -> None:
        """What was deployed is a draft no longer, and what its older versions waited for is not waited for."""
        starts = self._rows["start_subscription"]
        for definition in event.outcome["rows"].get("process_definition", ()):
            self._rows["diagram_draft"].pop((definition["key"],), None)
            for key in [key for key, row in starts.items() if row["key"] == definition["key"]]:
                del starts[key]

    def _change(self, event: Event) -> None:
        """What other events change in rows that are known."""
        told, seq = event.content["input"], event.content["seq"]
        match event.content["type"]:
            case "MessageTaken":
                self._rows["kept_message"].pop((told["message"],), None)
            case "MessageRefused":
                self._rows["kept_message"].pop((event.content["outcome"].get("message"),), None)
            case "SchedulePaused" | "ScheduleResumed" as kind:
                paused_at = event.header.at if kind == "SchedulePaused" else None
                for key, row in self._rows["start_subscription"].items():
                    this = (row["key"], row["element_id"]) == (told["process"], told["element"])
                    # A newer version has taken the pause over.
                    if this and event.header.at >= self._deployed[key].header.at:
                        row.change(seq, {"paused_at": paused_at})

    def _keep(self, table: str, told: Mapping[str, Any], stream: str, event: Event) -> None:
        model = _TABLES.get(table)
        if model is None:
            return
        columns = {
            column.name: values.dumps(told[column.name]) if _is_value(table, column) else told[column.name]
            for column in model.__table__.c
            if column.name in told
        }
        columns = {**_LATER.get(table, {}), **columns}
        key = tuple(columns[column.name] for column in model.__table__.primary_key)
        if table == "start_subscription":
            self._deployed[key] = event
            if told["kind"] in _MOVING:
                columns = {name: value for name, value in columns.items() if name not in _PROGRESS}
            if told["kind"] == "timer" and not (told["daily"] or _is_endless(told["repetition"])):
                self._passing.add(key)
        self._rows[table][key] = Row(columns, event.content["seq"], stream=stream)

    @staticmethod
    def tables() -> Iterable[str]:
        """The tables that can be compared."""
        return _TABLES

    def check(self, connection: Connection, name: str) -> Iterator[Finding]:
        """Compare one table."""
        model = _TABLES[name]
        keys = [column.name for column in model.__table__.primary_key]
        comparison = Comparison(name, _KINDS.get(name, Kind.ROW), keys)
        rows = list(self._known(name, keys, _read(connection, model)))
        yield from comparison.check(self._expected(name, keys, rows), rows, place=name)

    def _expected(self, name: str, keys: Iterable[str], rows: Iterable[Any]) -> Iterator[Row]:
        """Timers of start events that have fired for the last time are gone."""
        there = {tuple(getattr(row, key) for key in keys) for row in rows} if name == "start_subscription" else set()
        for key, row in self._rows[name].items():
            if name != "start_subscription" or key in there or key not in self._passing:
                yield row

    def _known(self, name: str, keys: Iterable[str], rows: Iterable[Any]) -> Iterator[Any]:
        """Rows from before the events held them are left out."""
        for row in rows:
            if self.complete or tuple(getattr(row, key) for key in keys) in self._rows[name]:
                yield row

    def check_serials(self, connection: Connection, projects: ProjectPort | None) -> Iterator[Finding]:
        """Compare the numbers that were given."""
        if not self.complete:
            return
        told = {**self._serials, **(projects.serials(connection) if projects else {})}
        rows = connection.execute(stored(Serial.__table__)).all()
        expected = (Row({"series": name, "last": last}, 1) for name, last in told.items())
        yield from _SERIALS.check(expected, rows, place="serial")


def _is_endless(repetition: Mapping[str, Any] | None) -> bool:
    return repetition is not None and repetition.get("remaining") is None


def _is_value(table: str, column: Any) -> bool:
    return isinstance(column.type, ProcessValue) and (table, column.name) != ("policy_profile", "parameters")


def _read(connection: Connection, model: type[Base]) -> Iterator[Any]:
    """Rows as events tell them."""
    name = model.__tablename__
    left_out = UNRECORDED.get(name, frozenset())
    by_value = {column.name for column in model.__table__.c if _is_value(name, column)}
    for row in connection.execute(stored(model.__table__)):
        yield SimpleNamespace(
            **{
                column: value if column in by_value else image(name, column, value)
                for column, value in row._mapping.items()
                if column not in left_out
            }
        )
