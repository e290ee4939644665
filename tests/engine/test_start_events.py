"""Processes that no person starts: timers, messages and signals of the newest version."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.bootstrap import build_engine
from engine.clock import ManualClock
from engine.commands import SYSTEM, Actor, DeploymentResource, DeployResources, FireStartTimer, StartProcess
from engine.jobs.timers import fire_due_timers
from engine.model import EventSubscription, ProcessInstance, StartSubscription, UserTask
from engine.process_engine import ProcessEngine
from engine.queries.history import history_of

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" '
    'id="d" targetNamespace="urn:test"><message id="order" name="order"/><signal id="storm" name="storm"/>'
)
BESIDE = '<startEvent id="by_hand"/><sequenceFlow id="f0" sourceRef="by_hand" targetRef="task"/>'


def timer(kind: str, text: str) -> str:
    return f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"


def process(trigger: str, *, key: str = "watch", beside: str = BESIDE, attributes: str = "") -> bytes:
    return (
        f'{HEAD}<process id="{key}" name="巡查" isExecutable="true" {attributes}>'
        f'<startEvent id="by_itself">{trigger}</startEvent>{beside}<userTask id="task" name="查看"/>'
        '<endEvent id="end"/><sequenceFlow id="f1" sourceRef="by_itself" targetRef="task"/>'
        '<sequenceFlow id="f2" sourceRef="task" targetRef="end"/></process></definitions>'
    ).encode()


class Watch:
    """Deploys one process and looks at the cases it has started."""

    def __init__(self, engine: ProcessEngine, clock: ManualClock) -> None:
        self.engine = engine
        self.clock = clock

    def deploy(self, content: bytes) -> None:
        resource = DeploymentResource(name="watch.bpmn", content=content)
        self.engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))

    def wait(self, **duration: int) -> int:
        self.clock.advance(timedelta(**duration))
        return fire_due_timers(self.engine)

    def rows(self, table: Any) -> list[Any]:
        with self.engine.database.read() as connection:
            return list(connection.execute(select(table)))

    @property
    def cases(self) -> list[Any]:
        return self.rows(ProcessInstance)

    def events(self, instance_id: str) -> list[Any]:
        with self.engine.database.read() as connection:
            return list(history_of(connection, instance_id))


@pytest.fixture
def watch(engine: ProcessEngine, clock: ManualClock) -> Watch:
    return Watch(engine, clock)


def test_a_start_timer_starts_a_case_when_it_is_due(watch: Watch) -> None:
    watch.deploy(process(timer("timeDuration", "P1D")))

    assert watch.wait(hours=23) == 0
    assert watch.wait(hours=1) == 1

    (case,) = watch.cases
    assert (case.started_by, [task.activity_id for task in watch.rows(UserTask)]) == ("system", ["task"])
    assert watch.wait(days=30) == 0


def test_the_history_tells_what_started_a_case(watch: Watch) -> None:
    watch.deploy(process(timer("timeDate", "2026-03-05T00:00:00Z")))
    watch.wait(days=4)

    (event,) = watch.events(watch.cases[0].id)

    assert (event.type, event.actor_id, event.input["at"]) == ("ProcessStarted", "system", "by_itself")
    assert (event.input["cause"]["kind"], event.input["cause"]["due"].isoformat()) == (
        "timer",
        "2026-03-05T00:00:00+00:00",
    )


def test_a_cycle_starts_a_case_each_time_also_for_times_that_were_missed(watch: Watch) -> None:
    watch.deploy(process(timer("timeCycle", "R3/P1D")))
    watch.clock.advance(timedelta(days=10))

    assert [watch.wait() for _ in range(2)] == [3, 0]
    assert len(watch.cases) == 3


def test_two_workers_start_one_case(watch: Watch) -> None:
    watch.deploy(process(timer("timeCycle", "R/P1D")))
    (due,) = watch.rows(StartSubscription)
    watch.clock.advance(timedelta(days=1))
    fire = FireStartTimer(actor=SYSTEM, definition_id=due.definition_id, element_id=due.element_id, due_at=due.due_at)

    assert watch.engine.execute(fire) is not None
    assert watch.engine.execute(fire) is None
    assert len(watch.cases) == 1


def test_a_newer_version_replaces_what_an_older_one_waited_for(watch: Watch) -> None:
    watch.deploy(process(timer("timeDuration", "P1D")))
    watch.deploy(process(timer("timeDuration", "P7D")))

    assert watch.wait(days=2) == 0
    assert watch.wait(days=5) == 1
    assert len(watch.cases) == 1


def test_a_newer_version_does_not_start_again_what_was_due_long_ago(watch: Watch) -> None:
    watch.deploy(process(timer("timeDate", "2026-01-01T00:00:00Z")))
    assert watch.wait() == 1

    watch.deploy(process(timer("timeDate", "2026-01-01T00:00:00Z"), attributes='anlan:searchable="x"'))
    assert watch.wait() == 0


def test_a_person_starts_the_same_process_at_its_plain_start_event(watch: Watch) -> None:
    watch.deploy(process(timer("timeDuration", "P1D")))

    started = watch.engine.execute(StartProcess(actor=Actor(person_id="clerk"), process_key="watch", region_code="1"))

    (event,) = watch.events(started.instance_id)
    assert event.outcome["trail"][0]["element"] == "by_hand"
    assert "cause" not in event.input


@pytest.mark.parametrize(
    ("attributes", "region"),
    [('anlan:region="330324105201"', "330324105201"), ("", "330324000000")],
)
def test_a_case_without_a_starter_belongs_to_the_diagrams_region_or_the_first(
    watch: Watch, attributes: str, region: str
) -> None:
    watch.deploy(process(timer("timeDuration", "P1D"), attributes=attributes))
    watch.wait(days=1)

    assert [case.region_code for case in watch.cases] == [region]


def test_a_condition_starts_a_case_each_time_it_becomes_true(watch: Watch) -> None:
    on_mondays = '<conditionalEventDefinition><condition>day of week(today()) = "Monday"</condition>'
    watch.deploy(process(on_mondays + "</conditionalEventDefinition>"))

    # The county's clock begins on a Monday.
    assert [watch.wait(days=days) for days in (0, 0, 1, 5, 1, 0)] == [1, 0, 0, 0, 1, 0]
    assert watch.events(watch.cases[0].id)[0].input["cause"]["kind"] == "conditional"


def test_without_an_organisation_start_timers_work_too(tmp_path: Any, clock: ManualClock) -> None:
    watch = Watch(build_engine(f"sqlite:///{tmp_path}/library.db", clock=clock), clock)
    watch.deploy(process(timer("timeDuration", "PT1M"), beside=""))

    assert watch.wait(minutes=1) == 1
    assert watch.rows(EventSubscription) == []


def test_each_process_of_a_file_has_its_own_region_and_start_events(watch: Watch) -> None:
    one = process(timer("timeDuration", "P1D"), key="one", beside="", attributes='anlan:region="330324104000"')
    two = process(timer("timeDuration", "P2D"), key="two", beside="", attributes='anlan:region="330324105000"')
    second = two[two.index(b"<process") : two.index(b"</definitions>")]
    for old, new in ((b'"by_itself"', b'"b2"'), (b'"task"', b'"t2"'), (b'"end"', b'"e2"'), (b'"f', b'"g')):
        second = second.replace(old, new)
    watch.deploy(one.replace(b"</definitions>", second + b"</definitions>"))

    assert watch.wait(days=2) == 2
    assert sorted(case.region_code for case in watch.cases) == ["330324104000", "330324105000"]
