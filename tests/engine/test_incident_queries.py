"""What administrators find of stopped cases, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.bootstrap import build_engine
from engine.calls.commands import FailCall, PostponeCall
from engine.clock import ManualClock
from engine.commands import SYSTEM, CompleteTask, DeploymentResource, DeployResources, StartProcess
from engine.errors import NotFound
from engine.jobs.timers import fire_due_timers
from engine.model import ConnectorCall, UserTask
from engine.moves import ResolveIncident, RetryIncident
from engine.offices.organisation import HeldPosition
from engine.process_engine import ProcessEngine
from engine.queries.calls import calls_of, retried_calls
from engine.queries.incidents import (
    IncidentFilter,
    IncidentKind,
    IncidentLine,
    incident_line,
    incidents,
    matching,
    open_count,
    processes_with_incidents,
)
from engine.queries.viewer import Viewer

from .test_incidents import STUCK, THROWS

VILLAGE = "330324113227"
CALLS = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d"
  targetNamespace="urn:t"><process id="calls" name="Calls" isExecutable="true"><startEvent id="s"/>
  <serviceTask id="ask" name="Ask" anlan:connector="external.survey"><extensionElements>
  <anlan:in source="1.50" target="area"/></extensionElements></serviceTask><endEvent id="e"/>
  <sequenceFlow id="a" sourceRef="s" targetRef="ask"/><sequenceFlow id="b" sourceRef="ask" targetRef="e"/>
</process></definitions>"""


@pytest.fixture
def engine(database_url: str, clock: ManualClock) -> Iterator[ProcessEngine]:
    engine = build_engine(database_url, clock=clock)
    yield engine
    engine.database.dispose()


def _start(engine: ProcessEngine, content: bytes, key: str) -> str:
    engine.execute(DeployResources(actor=SYSTEM, resources=(DeploymentResource(name="a.bpmn", content=content),)))
    return engine.execute(StartProcess(actor=SYSTEM, process_key=key, region_code=VILLAGE)).instance_id


@pytest.fixture
def stopped(engine: ProcessEngine, clock: ManualClock) -> None:
    """One incident each of a step, a timer and a call."""
    _start(engine, THROWS, "throws")
    with engine.database.read() as connection:
        task_id = str(connection.scalar(select(UserTask.id)))
    engine.execute(CompleteTask(actor=SYSTEM, task_id=task_id, submission={}))
    _start(engine, STUCK, "stuck")
    clock.advance(timedelta(days=1))
    fire_due_timers(engine)
    clock.advance(timedelta(minutes=1))
    _start(engine, CALLS, "calls")
    engine.execute(FailCall(actor=SYSTEM, call_id=_call(engine), code="refused", message="向 gis.example 查询没有办成"))


def _call(engine: ProcessEngine) -> str:
    with engine.database.read() as connection:
        return str(connection.scalar(select(ConnectorCall.id)))


def _viewer(unit: str, role: str = "sys_admin") -> Viewer:
    held = HeldPosition(role=role, unit_code=unit, unit_name="")
    return Viewer(person_id="somebody", name="某人", positions=(held,))


ADMIN = _viewer("330324000000")


def _found(engine: ProcessEngine, wanted: IncidentFilter, viewer: Viewer = ADMIN) -> list[IncidentLine]:
    with engine.database.read() as connection:
        found = incidents(connection, viewer, wanted)
        assert found.total == len(found.items) == len(matching(connection, viewer, wanted, 10))
        return list(found.items)


def test_every_kind_is_found_the_oldest_first(engine: ProcessEngine, stopped: None) -> None:
    lines = _found(engine, IncidentFilter())

    assert [line.kind for line in lines] == [IncidentKind.WORK, IncidentKind.TIMER, IncidentKind.CALL]
    assert [line.inputs is None for line in lines] == [True, True, False]
    for line in lines:
        assert [other.id for other in _found(engine, IncidentFilter(kind=line.kind))] == [line.id]
    with engine.database.read() as connection:
        assert open_count(connection, ADMIN) == 3
        assert set(processes_with_incidents(connection, ADMIN)) == {"throws", "stuck", "calls"}


def test_a_host_finds_what_stopped_because_of_it(engine: ProcessEngine, stopped: None) -> None:
    (line,) = _found(engine, IncidentFilter(error="call.refused", search="gis.example"))

    assert line.name == "Ask"
    assert _found(engine, IncidentFilter(search="gis%example")) == []


@pytest.mark.parametrize(
    "viewer", [_viewer("330328000000"), _viewer("330324000000", "county_project"), _viewer("330324000000-D1")]
)
def test_outside_ones_regions_there_is_nothing(engine: ProcessEngine, stopped: None, viewer: Viewer) -> None:
    (call,) = _found(engine, IncidentFilter(kind=IncidentKind.CALL))

    assert _found(engine, IncidentFilter(), viewer) == []
    with engine.database.read() as connection:
        assert open_count(connection, viewer) == 0
        with pytest.raises(NotFound):
            incident_line(connection, viewer, call.id)


def test_an_auditor_reads_and_nothing_waits_for_them(engine: ProcessEngine, stopped: None) -> None:
    auditor = _viewer("330300000000", "auditor_ro")

    assert len(_found(engine, IncidentFilter(), auditor)) == 3
    with engine.database.read() as connection:
        assert open_count(connection, auditor) == 0


def test_what_is_settled_is_found_among_the_closed(engine: ProcessEngine, stopped: None) -> None:
    work, _, call = _found(engine, IncidentFilter())
    engine.execute(ResolveIncident(actor=SYSTEM, incident_id=work.id, reason="已线下办理"))
    engine.execute(RetryIncident(actor=SYSTEM, incident_id=call.id, reason="平台已恢复"))

    closed = {line.id: line for line in _found(engine, IncidentFilter(closed=True))}
    assert closed.keys() == {work.id, call.id}
    assert (closed[work.id].standing, closed[work.id].reason) == (False, "已线下办理")
    assert (closed[call.id].resolution, closed[call.id].call_status) == ("retried", "open")


def test_what_rests_between_two_tries_is_told_with_the_next(engine: ProcessEngine, clock: ManualClock) -> None:
    case = _start(engine, CALLS, "calls")
    after = timedelta(minutes=10)
    engine.execute(PostponeCall(actor=SYSTEM, call_id=_call(engine), message="平台正在维护", retry_after=after))

    with engine.database.read() as connection:
        (call,) = retried_calls(connection, ADMIN).items
        assert retried_calls(connection, _viewer("330328000000")).items == []
        (told,) = calls_of(connection, case)
    assert (call.error, call.attempts, call.next_at) == ("平台正在维护", 1, clock.now() + after)
    assert (told.waited_for, told.status) == (True, "open")
