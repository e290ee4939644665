"""Cases that have stopped: seen, tried again, settled, and never going on by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from engine.bootstrap import build_engine
from engine.cases.incidents import is_standing
from engine.clock import ManualClock
from engine.commands import SYSTEM, Actor, CompleteTask, DeploymentResource, DeployResources, StartProcess
from engine.errors import Forbidden, NotFound, Refused
from engine.history.replay import replay
from engine.history.verification import verify
from engine.interpreter import BpmnError
from engine.jobs.timers import fire_due_timers
from engine.model import Incident, ProcessInstance, Serial, UserTask
from engine.moves import ResolveIncident, RetryIncident, TerminateProcess
from engine.process_engine import ProcessEngine
from engine.queries.history import history_of

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d" '
    'targetNamespace="urn:test"><error id="low" errorCode="FUNDS_LOW"/>'
)
TIMER = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
#: the diagram itself throws an error that nothing catches
THROWS = f"""{HEAD}<process id="throws" isExecutable="true"><startEvent id="s"/><userTask id="work"/>
  <endEvent id="failed" name="资金不足"><errorEventDefinition errorRef="low"/></endEvent>
  <sequenceFlow id="a" sourceRef="s" targetRef="work"/><sequenceFlow id="b" sourceRef="work" targetRef="failed"/>
</process></definitions>""".encode()
#: a connector is asked when a person has done a task, or when time has come
ASKS = f"""{HEAD}<process id="asks" isExecutable="true"><startEvent id="s"/><userTask id="work"/>
  <boundaryEvent id="late" attachedToRef="work">{TIMER}</boundaryEvent>
  <serviceTask id="hold" name="预留资金" anlan:connector="hold"/><userTask id="after"/><endEvent id="e"/>
  <sequenceFlow id="a" sourceRef="s" targetRef="work"/><sequenceFlow id="b" sourceRef="work" targetRef="hold"/>
  <sequenceFlow id="c" sourceRef="late" targetRef="hold"/><sequenceFlow id="d1" sourceRef="hold" targetRef="after"/>
  <sequenceFlow id="e1" sourceRef="after" targetRef="e"/></process></definitions>""".encode()


#: when time has come, no flow is true
STUCK = f"""{HEAD}<process id="stuck" isExecutable="true"><startEvent id="s"/><userTask id="work"/>
  <boundaryEvent id="late" name="逾期" attachedToRef="work">{TIMER}</boundaryEvent><exclusiveGateway id="g"/>
  <userTask id="after"/><endEvent id="e"/>
  <sequenceFlow id="a" sourceRef="s" targetRef="work"/><sequenceFlow id="b" sourceRef="work" targetRef="e"/>
  <sequenceFlow id="c" sourceRef="late" targetRef="g"/><sequenceFlow id="d1" sourceRef="g" targetRef="after">
  <conditionExpression>now() &gt; date and time("2026-03-10T00:00:00Z")</conditionExpression></sequenceFlow>
</process></definitions>""".encode()


class Hold:
    """Refuses until there is money."""

    type = "hold"

    def __init__(self) -> None:
        self.enough = False
        self.forbidden = False

    def execute(self, inputs: Mapping[str, Any], work: Any) -> Mapping[str, Any]:
        if self.forbidden:
            work.connection.execute(insert(Serial).values(series="half done", last=1))
            raise Refused("本年度预算已冻结")
        if not self.enough:
            raise BpmnError("FUNDS_LOW", "余额不足")
        return {}


class Ward:
    """One case that may stop."""

    def __init__(self, engine: ProcessEngine, clock: ManualClock, hold: Hold) -> None:
        self.engine = engine
        self.clock = clock
        self.hold = hold
        self.case = ""

    def start(self, content: bytes, key: str) -> Ward:
        resource = DeploymentResource(name="a.bpmn", content=content)
        self.engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))
        self.case = self.engine.execute(StartProcess(actor=SYSTEM, process_key=key, region_code="33")).instance_id
        return self

    def complete(self) -> Ward:
        (task,) = [row for row in self.rows(UserTask) if row.status == "created"]
        self.engine.execute(CompleteTask(actor=SYSTEM, task_id=task.id, submission={}))
        return self

    def rows(self, table: Any) -> list[Any]:
        with self.engine.database.read() as connection:
            return list(connection.execute(select(table)))

    @property
    def incident(self) -> Any:
        (incident,) = self.rows(Incident)
        return incident

    @property
    def open(self) -> list[str]:
        return [row.activity_id for row in self.rows(UserTask) if row.status == "created"]

    def events(self) -> list[Any]:
        with self.engine.database.read() as connection:
            return list(history_of(connection, self.case))


@pytest.fixture
def ward(database_url: str, clock: ManualClock) -> Any:
    hold = Hold()
    engine = build_engine(database_url, clock=clock, connectors=[hold])
    yield Ward(engine, clock, hold)
    engine.database.dispose()


def test_an_uncaught_error_end_leaves_the_case_running_with_an_incident(ward: Ward) -> None:
    ward.start(THROWS, "throws").complete()

    incident = ward.incident
    assert (incident.element_id, incident.name, incident.code, incident.closed_at) == (
        "failed",
        "资金不足",
        "FUNDS_LOW",
        None,
    )
    assert ward.rows(ProcessInstance)[0].status == "active"
    assert ward.events()[-1].outcome["incidents"] == [{"element": "failed", "code": "FUNDS_LOW"}]


def test_a_resolved_incident_is_recorded_with_its_reason(ward: Ward) -> None:
    ward.start(THROWS, "throws").complete()

    resolve = ResolveIncident(actor=SYSTEM, incident_id=ward.incident.id, reason="已线下退回")
    assert ward.engine.execute(resolve).ended

    incident, event = ward.incident, ward.events()[-1]
    assert (incident.resolution, incident.reason, incident.closed_by) == ("resolved", "已线下退回", "system")
    assert (event.type, event.input["reason"]) == ("IncidentResolved", "已线下退回")
    assert ward.rows(ProcessInstance)[0].status == "completed"


def test_what_a_connector_refuses_refuses_the_act_of_a_person(ward: Ward) -> None:
    ward.start(ASKS, "asks")

    with pytest.raises(Refused, match=r"FUNDS_LOW.*余额不足"):
        ward.complete()
    assert (ward.open, ward.rows(Incident)) == (["work"], [])


def test_what_a_connector_refuses_when_time_has_come_stops_the_case(ward: Ward) -> None:
    ward.start(ASKS, "asks")
    ward.clock.advance(timedelta(days=1))

    assert fire_due_timers(ward.engine) == 1
    assert (ward.open, ward.incident.element_id, ward.incident.message) == ([], "hold", "余额不足")
    assert fire_due_timers(ward.engine) == 0


def test_what_the_rules_forbid_when_time_has_come_stops_the_case_and_leaves_nothing_half_done(ward: Ward) -> None:
    ward.hold.forbidden = True
    ward.start(ASKS, "asks")
    ward.clock.advance(timedelta(days=1))

    assert fire_due_timers(ward.engine) == 1
    assert (ward.incident.element_id, ward.incident.code, ward.incident.message) == (
        "hold",
        "refused",
        "本年度预算已冻结",
    )
    assert "half done" not in [row.series for row in ward.rows(Serial)]

    ward.hold.forbidden, ward.hold.enough = False, True
    ward.engine.execute(RetryIncident(actor=SYSTEM, incident_id=ward.incident.id, reason="已解冻"))
    assert ward.open == ["after"]


def test_what_the_rules_forbid_refuses_the_act_of_a_person(ward: Ward) -> None:
    ward.hold.forbidden = True
    ward.start(ASKS, "asks")

    with pytest.raises(Refused, match="预算已冻结"):
        ward.complete()
    assert (ward.open, ward.rows(Incident)) == (["work"], [])


def test_a_stopped_case_is_replayed_to_where_it_stands(ward: Ward) -> None:
    ward.hold.forbidden = True
    ward.start(ASKS, "asks")
    ward.clock.advance(timedelta(days=1))
    fire_due_timers(ward.engine)

    with ward.engine.database.read() as connection:
        assert replay(connection, ward.engine.tools.definitions, ward.case).difference is None


def test_a_retry_counts_and_goes_on_when_it_can(ward: Ward) -> None:
    ward.start(ASKS, "asks")
    ward.clock.advance(timedelta(days=1))
    fire_due_timers(ward.engine)
    retry = RetryIncident(actor=SYSTEM, incident_id=ward.incident.id, reason="已补足资金")

    ward.engine.execute(retry)
    assert (ward.incident.attempts, ward.incident.closed_at, ward.open) == (2, None, [])

    ward.hold.enough = True
    ward.engine.execute(retry)
    assert (ward.incident.resolution, ward.open) == ("retried", ["after"])
    with pytest.raises(NotFound):
        ward.engine.execute(retry)


def test_what_stops_again_for_another_reason_tells_that_reason(ward: Ward) -> None:
    ward.start(ASKS, "asks")
    ward.clock.advance(timedelta(days=1))
    fire_due_timers(ward.engine)
    before = ward.incident

    ward.hold.forbidden = True
    ward.engine.execute(RetryIncident(actor=SYSTEM, incident_id=before.id, reason="已补足资金"))

    assert (before.code, before.message) == ("FUNDS_LOW", "余额不足")
    assert (ward.incident.code, ward.incident.message, ward.incident.attempts) == ("refused", "本年度预算已冻结", 2)
    with ward.engine.database.read() as connection:
        assert verify(connection, ward.engine.tools).findings == []


def test_only_administrators_settle_incidents_and_with_a_reason(ward: Ward) -> None:
    ward.start(THROWS, "throws").complete()
    incident = ward.incident.id

    with pytest.raises(Forbidden):
        ward.engine.execute(ResolveIncident(actor=Actor(person_id="chief"), incident_id=incident, reason="算了"))
    with pytest.raises(Refused, match="请写明"):
        ward.engine.execute(RetryIncident(actor=SYSTEM, incident_id=incident, reason=" "))
    assert ward.incident.closed_at is None


def test_a_case_that_is_ended_takes_its_incident_with_it(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    ward.start(THROWS, "throws").complete()
    monkeypatch.setattr("engine.handlers.suspension.ensure_administrator", lambda *_: None)

    ward.engine.execute(TerminateProcess(actor=SYSTEM, instance_id=ward.case, reason="不再办理"))

    assert ward.incident.resolution == "withdrawn"


def test_a_timer_that_is_refused_is_kept_and_not_tried_again_by_itself(ward: Ward) -> None:
    ward.start(STUCK, "stuck")
    ward.clock.advance(timedelta(days=1))

    assert [fire_due_timers(ward.engine) for _ in range(3)] == [0, 0, 0]

    assert (ward.incident.element_id, ward.incident.code) == ("late", "timer.no-flow-taken")
    assert [event.type for event in ward.events()] == ["ProcessStarted", "TimerFailed"]
    assert ward.open == ["work"]


def test_a_refused_timer_is_fired_again_when_the_administrator_says_so(ward: Ward) -> None:
    ward.start(STUCK, "stuck")
    ward.clock.advance(timedelta(days=1))
    fire_due_timers(ward.engine)
    retry = RetryIncident(actor=SYSTEM, incident_id=ward.incident.id, reason="条件已经具备")

    with pytest.raises(Refused, match="没有一条出线的条件成立"):
        ward.engine.execute(retry)
    ward.clock.advance(timedelta(days=9))
    ward.engine.execute(retry)

    assert (ward.open, ward.incident.resolution) == (["after"], "retried")
    assert ward.events()[-1].input["reason"] == "条件已经具备"
    with ward.engine.database.read() as connection:
        assert replay(connection, ward.engine.tools.definitions, ward.case).difference is None


def test_a_refused_timer_is_forgotten_when_its_work_is_done(ward: Ward) -> None:
    ward.start(STUCK, "stuck")
    ward.clock.advance(timedelta(days=1))
    fire_due_timers(ward.engine)
    with pytest.raises(Refused, match="请在原因消除以后重试"):
        ward.engine.execute(ResolveIncident(actor=SYSTEM, incident_id=ward.incident.id, reason="不用了"))

    ward.complete()

    with ward.engine.database.read() as connection:
        assert connection.scalars(select(Incident.id).where(is_standing())).all() == []
