"""Event logs that other tools read: by the rules of XES and of OCEL 2.0, and without formulas in CSV."""

from __future__ import annotations

import csv
import json
import re
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import select

from engine.clock import ManualClock
from engine.commands import Actor, ClaimTask, CompleteTask, StartProcess
from engine.jobs.timers import fire_due_timers
from engine.mining.exports import LogFormat, event_log
from engine.mining.selection import Selection
from engine.mining.table import guarded
from engine.model import UserTask
from engine.process_engine import ProcessEngine

XES = "{http://www.xes-standard.org/}"
#: IEEE 1849 §6.3: what each kind of attribute may hold
KINDS = {"string": str, "date": datetime.fromisoformat, "int": int, "float": float, "boolean": bool, "id": str}


@pytest.fixture
def case_id(engine: ProcessEngine, clock: ManualClock) -> str:
    applicant = Actor(person_id="applicant")
    case_id = engine.execute(StartProcess(actor=applicant, process_key="grant")).instance_id
    submission = {"title": '=HYPERLINK("x") <&>', "amount": 1}
    engine.execute(CompleteTask(actor=applicant, task_id=_open(engine), submission=submission))
    clock.advance(timedelta(days=5))
    fire_due_timers(engine)
    engine.execute(ClaimTask(actor=Actor(person_id="clerk"), task_id=_open(engine)))
    return case_id


def _open(engine: ProcessEngine) -> str:
    with engine.database.read() as connection:
        return str(connection.scalar(select(UserTask.id).where(UserTask.status == "created")))


def exported(engine: ProcessEngine, format: LogFormat, **selection: Any) -> bytes:
    with engine.database.read() as connection:
        return b"".join(event_log(connection, engine.tools.definitions, Selection(**selection), format))


def test_xes_is_built_as_the_standard_says(engine: ProcessEngine, case_id: str) -> None:
    log = etree.fromstring(exported(engine, LogFormat.XES))

    order = ["extension", "global", "classifier", *KINDS, "trace", "event"]
    kinds = [child.tag.removeprefix(XES) for child in log]
    assert kinds == sorted(kinds, key=order.index)
    float(log.get("xes.version"))
    for attribute in log.iter(*(XES + kind for kind in KINDS)):
        KINDS[attribute.tag.removeprefix(XES)](attribute.get("value"))
        assert attribute.get("key")


def test_xes_tells_the_life_of_every_task(engine: ProcessEngine, case_id: str) -> None:
    log = etree.fromstring(exported(engine, LogFormat.XES))

    told = [
        tuple(event.find(f"{XES}string[@key='{key}']").get("value") for key in ("concept:name", "lifecycle:transition"))
        for event in log.iter(XES + "event")
    ]
    assert [transition for name, transition in told if name == "乡镇审查"] == ["schedule", "assign"]


def test_ocel_names_every_type_and_object_it_refers_to(engine: ProcessEngine, case_id: str) -> None:
    log = json.loads(exported(engine, LogFormat.OCEL))

    objects = {item["id"]: item["type"] for item in log["objects"]}
    assert len(objects) == len(log["objects"])
    assert set(objects.values()) <= {kind["name"] for kind in log["objectTypes"]}
    assert {event["type"] for event in log["events"]} == {kind["name"] for kind in log["eventTypes"]}
    assert len({event["id"] for event in log["events"]}) == len(log["events"])
    for event in log["events"]:
        datetime.fromisoformat(event["time"])
        assert {related["objectId"] for related in event["relationships"]} <= objects.keys()
    attributes = {kind["name"]: {each["name"] for each in kind["attributes"]} for kind in log["objectTypes"]}
    for item in log["objects"]:
        assert {each["name"] for each in item["attributes"]} <= attributes[item["type"]]


def test_csv_holds_no_formula(engine: ProcessEngine, case_id: str) -> None:
    rows = list(csv.reader(StringIO(exported(engine, LogFormat.CSV).decode("utf-8-sig"))))

    assert rows[0][0] == "办件编号"
    assert rows[1][1] == '\'=HYPERLINK("x") <&>'
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", " =1", "\u3000@x", "＝1", "＋1"])
def test_what_could_be_a_formula_is_marked_as_text(cell: str) -> None:
    assert guarded(cell) == "'" + cell


def test_a_selection_takes_some_cases_only(engine: ProcessEngine, case_id: str) -> None:
    def traces(**selection: Any) -> int:
        return exported(engine, LogFormat.XES, **selection).count(b"<trace>")

    assert traces(process_key="grant", since=date(2026, 3, 2), until=date(2026, 3, 2)) == 1
    assert traces(process_key="other") == traces(since=date(2026, 3, 3)) == traces(until=date(2026, 3, 1)) == 0
    assert traces(regions=frozenset({"330324"})) == 1
    assert traces(regions=frozenset({"330325"})) == traces(regions=frozenset()) == 0


def test_xes_keeps_the_types_of_the_schema(engine: ProcessEngine, case_id: str) -> None:
    """IEEE 1849-2016, annex A: names without colons, keys that are XML names, whole numbers, instants with zones."""
    log = etree.fromstring(exported(engine, LogFormat.XES))

    assert set(log.attrib) == {"xes.version", "xes.features"}
    for name, allowed in {"extension": {"name", "prefix", "uri"}, "classifier": {"name", "scope", "keys"}}.items():
        for element in log.iter(XES + name):
            assert set(element.attrib) == allowed
            assert element.get("name").isidentifier()
    for element in log.iter(*(XES + kind for kind in KINDS)):
        assert set(element.attrib) == {"key", "value"}
        assert re.fullmatch(r"[A-Za-z_:][\w:.-]*", element.get("key"))
    assert all(datetime.fromisoformat(it.get("value")).tzinfo for it in log.iter(XES + "date"))


def test_ocel_keeps_to_what_its_types_declare(engine: ProcessEngine, case_id: str) -> None:
    log = json.loads(exported(engine, LogFormat.OCEL))
    declared = {
        kind["name"]: {attribute["name"] for attribute in kind["attributes"]}
        for kind in (*log["objectTypes"], *log["eventTypes"])
    }

    assert set(log) == {"objectTypes", "eventTypes", "objects", "events"}
    assert all(item.keys() == {"id", "type", "attributes", "relationships"} for item in log["objects"])
    assert all(item.keys() == {"id", "type", "time", "attributes", "relationships"} for item in log["events"])
    known = {item["id"] for item in log["objects"]}
    for item in (*log["objects"], *log["events"]):
        assert {attribute["name"] for attribute in item["attributes"]} <= declared[item["type"]]
        assert {related["objectId"] for related in item["relationships"]} <= known
