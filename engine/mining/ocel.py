"""OCEL 2.0 as JSON: cases, tasks, projects, documents and persons, and the events that touch them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from engine.mining.log import LogLine
from engine.rows import AnyRow

_STRING = "string"
_TYPES: Mapping[str, tuple[str, ...]] = {
    "case": ("number", "title", "process", "region"),
    "task": ("name", "role", "unit"),
    "project": (),
    "document": (),
    "person": (),
}
_EVENT_ATTRIBUTES = ("transition", "outcome", "type")
#: gives the cases and their lines; called once for the objects and once for the events
Cases = Callable[[], Iterable[tuple[AnyRow, Iterable[LogLine]]]]


def ocel(cases: Cases) -> Iterator[bytes]:
    """The log, piece by piece; types come last, when all are known."""
    yield b'{"objects":['
    yield from _separated(_objects(cases()))
    yield b'],"events":['
    names: dict[str, None] = {}
    yield from _separated(_events(cases(), names))
    yield b'],"objectTypes":'
    yield orjson.dumps([_type(name, attributes) for name, attributes in _TYPES.items()])
    yield b',"eventTypes":'
    yield orjson.dumps([_type(name, _EVENT_ATTRIBUTES) for name in names])
    yield b"}"


def _separated(items: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    for number, item in enumerate(items):
        yield (b",\n" if number else b"\n") + orjson.dumps(item)


def _type(name: str, attributes: Iterable[str]) -> dict[str, Any]:
    return {"name": name, "attributes": [{"name": attribute, "type": _STRING} for attribute in attributes]}


def _objects(cases: Iterable[tuple[AnyRow, Iterable[LogLine]]]) -> Iterator[dict[str, Any]]:
    told: set[str] = set()
    for case, lines in cases:
        facts = {"number": case.number, "title": case.title, "process": case.process_key, "region": case.region_code}
        related = [_relation(_id("project", case.project_id), "belongs to")] if case.project_id else []
        yield _object("case", case.id, case.started_at, facts, related)
        if case.project_id and _id("project", case.project_id) not in told:
            told.add(_id("project", case.project_id))
            yield _object("project", case.project_id, case.started_at, {})
        for line in lines:
            for kind, key, facts in _named(line):
                if _id(kind, key) not in told:
                    told.add(_id(kind, key))
                    yield _object(kind, key, line.at, facts)


def _named(line: LogLine) -> Iterator[tuple[str, str, dict[str, str]]]:
    yield "person", line.resource, {}
    if line.task:
        yield "task", line.task, {"name": line.activity, "role": line.role or "", "unit": line.unit or ""}
    for document in line.documents:
        yield "document", document, {}


def _object(
    kind: str, key: str, at: datetime, facts: Mapping[str, str], related: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    return {
        "id": _id(kind, key),
        "type": kind,
        "attributes": [{"name": name, "time": _moment(at), "value": value} for name, value in facts.items()],
        "relationships": related or [],
    }


def _events(cases: Iterable[tuple[AnyRow, Iterable[LogLine]]], names: dict[str, None]) -> Iterator[dict[str, Any]]:
    for case, lines in cases:
        for line in lines:
            names[line.activity] = None
            facts = {"transition": line.transition, "outcome": line.outcome, "type": line.type}
            related = [("case", case.id, "of"), *((kind, key, "touches") for kind, key, _ in _named(line))]
            if case.project_id:
                related.append(("project", case.project_id, "concerns"))
            yield {
                "id": f"{case.id}:{line.seq}:{line.part}",
                "type": line.activity,
                "time": _moment(line.at),
                "attributes": [{"name": name, "value": value} for name, value in facts.items() if value],
                "relationships": [_relation(_id(kind, key), how) for kind, key, how in related],
            }


def _relation(object_id: str, qualifier: str) -> dict[str, str]:
    return {"objectId": object_id, "qualifier": qualifier}


def _id(kind: str, key: str) -> str:
    return f"{kind}:{key}"


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
