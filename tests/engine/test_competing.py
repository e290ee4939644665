"""Two commands at one case at the same time: one comes first, the other meets what it left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from engine.bootstrap import build_engine
from engine.commands import (
    SYSTEM,
    ClaimTask,
    Command,
    CompleteTask,
    DeploymentResource,
    DeployResources,
    FireStartTimer,
    FireTimer,
    StartProcess,
    WithdrawProcess,
)
from engine.errors import AnlanError
from engine.jobs.leases import Leases
from engine.jobs.queue import INSIDE
from engine.jobs.timers import fire_due_timers
from engine.model import (
    EventSubscription,
    HistoryEvent,
    ProcessDefinition,
    ProcessInstance,
    ScheduledStart,
    StartSubscription,
    UserTask,
)
from engine.moves import MigrateProcess, ReturnTask, SuspendProcess
from engine.process_engine import ProcessEngine
from engine.schedules.commands import StartScheduled

from .conftest import APPLICATION, DIAGRAMS, Office, actor

#: Where the first command stands when the rival comes.
POINTS = ("before it writes", "before it commits")
FORK = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">
  <process id="fork" isExecutable="true"><startEvent id="s"/><parallelGateway id="split"/><userTask id="a"/>
  <userTask id="b"/><parallelGateway id="join"/><userTask id="after"/><endEvent id="e"/>
  <sequenceFlow id="f1" sourceRef="s" targetRef="split"/><sequenceFlow id="f2" sourceRef="split" targetRef="a"/>
  <sequenceFlow id="f3" sourceRef="split" targetRef="b"/><sequenceFlow id="f4" sourceRef="a" targetRef="join"/>
  <sequenceFlow id="f5" sourceRef="b" targetRef="join"/><sequenceFlow id="f6" sourceRef="join" targetRef="after"/>
  <sequenceFlow id="f7" sourceRef="after" targetRef="e"/></process></definitions>"""


class Race:
    """Two engines on one database, as two processes have."""

    def __init__(self, first: ProcessEngine, rival: ProcessEngine) -> None:
        self.first = first
        self.rival = rival
        self.postgres = first.database.url.get_backend_name() == "postgresql"

    def run(self, point: str, command: Command[Any], against: Command[Any]) -> list[str]:
        """Let the rival come in the middle of the first command; tells how both ended."""
        sqlalchemy_engine = self.first.database.engine
        with ThreadPoolExecutor(1) as pool:
            begun: list[Any] = []

            def rival_comes(*details: Any) -> None:
                writes = point == "before it commits" or details[2].startswith(("INSERT", "UPDATE", "DELETE"))
                if begun or not writes:
                    return
                begun.append(pool.submit(outcome_of, self.rival, against))
                if self.postgres and point == "before it writes":
                    begun[0].result(timeout=20)

            name = "before_cursor_execute" if point == "before it writes" else "commit"
            event.listen(sqlalchemy_engine, name, rival_comes)
            try:
                own = outcome_of(self.first, command)
            finally:
                event.remove(sqlalchemy_engine, name, rival_comes)
            return [own, begun[0].result(timeout=20)]


def outcome_of(engine: ProcessEngine, command: Command[Any]) -> str:
    try:
        engine.execute(command)
    except AnlanError as refused:
        return refused.code
    return "done"


@pytest.fixture
def race(engine: ProcessEngine, database_url: str) -> Iterator[Race]:
    rival = build_engine(database_url, clock=engine.clock)
    yield Race(engine, rival)
    rival.database.dispose()


def rows(engine: ProcessEngine, statement: Any) -> list[Any]:
    with engine.database.read() as connection:
        return list(connection.execute(statement))


def events_of(engine: ProcessEngine, *types: str) -> list[str]:
    return [row.type for row in rows(engine, select(HistoryEvent.type).where(HistoryEvent.type.in_(types)))]


def application(office: Office, instance_id: str) -> CompleteTask:
    return CompleteTask(actor=actor("applicant"), task_id=office.open_task(instance_id).id, submission=APPLICATION)


def review(office: Office, instance_id: str, login: str = "clerk") -> CompleteTask:
    task = office.open_task(instance_id)
    return CompleteTask(actor=actor(login), task_id=task.id, submission={}, outcome="agree")


@pytest.mark.parametrize("point", POINTS)
def test_a_task_is_completed_once(race: Race, office: Office, point: str) -> None:
    case = office.to_review()

    ends = race.run(point, review(office, case), review(office, case, "second_clerk"))

    assert ends.count("done") == 1
    assert events_of(race.first, "TaskCompleted").count("TaskCompleted") == 2, "the application and one review"
    assert office.open_task(case).name == "乡镇签批"


@pytest.mark.parametrize("point", POINTS)
def test_a_task_is_claimed_by_one(race: Race, office: Office, point: str) -> None:
    task = office.open_task(office.to_review()).id

    ends = race.run(
        point, ClaimTask(actor=actor("clerk"), task_id=task), ClaimTask(actor=actor("second_clerk"), task_id=task)
    )

    assert ends.count("done") == 1
    assert len(events_of(race.first, "TaskClaimed")) == 1


RIVALS: dict[str, Callable[[str, str], Command[Any]]] = {
    "suspend": lambda case, task: SuspendProcess(actor=actor("admin"), instance_id=case, reason="核查线索"),
    "return": lambda case, task: ReturnTask(
        actor=actor("second_clerk"), task_id=task, activity_id="apply", reason="材料不齐"
    ),
    "migrate": lambda case, task: MigrateProcess(
        actor=actor("admin"), instance_id=case, version=2, reason="换用新版本"
    ),
}


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("rival", RIVALS)
def test_a_completion_meets_a_move(race: Race, office: Office, rival: str, point: str) -> None:
    case = office.to_review()
    content = (DIAGRAMS / "grant.bpmn").read_bytes().replace(b"</bpmn:definitions>", b"<!-- 2 --></bpmn:definitions>")
    race.first.execute(
        DeployResources(actor=SYSTEM, resources=(DeploymentResource(name="grant.bpmn", content=content),))
    )

    ends = race.run(point, review(office, case), RIVALS[rival](case, office.open_task(case).id))

    assert "done" in ends
    assert len(rows(race.first, select(UserTask.id).where(UserTask.status == "created"))) == 1
    assert_the_history_is_whole(race.first, case)


@pytest.mark.parametrize("point", POINTS)
def test_a_withdrawal_and_a_completion(race: Race, office: Office, point: str) -> None:
    case = office.to_review()
    withdrawal = WithdrawProcess(actor=actor("applicant"), instance_id=case, reason="不再申请")

    ends = race.run(point, review(office, case), withdrawal)

    assert ends[1] == "done", "nobody has decided yet"
    assert rows(race.first, select(UserTask.id).where(UserTask.status == "created")) == []
    assert office.instance(case).status == "terminated"


@pytest.mark.parametrize("point", POINTS)
def test_a_timer_is_fired_by_one_of_two_workers(race: Race, office: Office, point: str) -> None:
    case = office.apply()
    office.clock.advance(timedelta(days=5))
    wait = rows(race.first, select(EventSubscription.wait_id).where(EventSubscription.instance_id == case))[0].wait_id
    command = FireTimer(actor=SYSTEM, instance_id=case, wait_id=wait)

    race.run(point, command, command)

    assert len(events_of(race.first, "TimerFired")) == 1
    assert office.open_task(case).name == "乡镇审查"


SCHEDULE = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d"
  targetNamespace="urn:t"><process id="watch" isExecutable="true">
  <startEvent id="s" anlan:startRegions="village"><timerEventDefinition><timeCycle>R/2026-03-04/P1M</timeCycle>
  </timerEventDefinition></startEvent><userTask id="a"/><endEvent id="e"/>
  <sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="e"/></process>
  </definitions>"""


def scheduled(race: Race, office: Office, content: bytes = SCHEDULE) -> FireStartTimer:
    """A schedule that is due now, and the command that fires it."""
    resource = DeploymentResource(name="watch.bpmn", content=content)
    race.first.execute(DeployResources(actor=SYSTEM, resources=(resource,)))
    office.clock.advance(timedelta(days=3))
    (due,) = rows(race.first, select(StartSubscription).where(StartSubscription.key == "watch"))
    return FireStartTimer(actor=SYSTEM, definition_id=due.definition_id, element_id="s", due_at=due.due_at)


@pytest.mark.parametrize("point", POINTS)
def test_a_schedule_is_fired_by_one_of_two_workers(race: Race, office: Office, point: str) -> None:
    fire = scheduled(race, office)

    race.run(point, fire, fire)

    owed = rows(race.first, select(ScheduledStart.region_code, ScheduledStart.due_at))
    assert len(owed) == len(set(owed)) == 2
    assert events_of(race.first, "ScheduleFired") == ["ScheduleFired"]


@pytest.mark.parametrize("point", POINTS)
def test_a_case_that_is_owed_is_started_by_one_of_two_workers(race: Race, office: Office, point: str) -> None:
    race.first.execute(scheduled(race, office))
    start = StartScheduled(actor=SYSTEM, owed_id=rows(race.first, select(ScheduledStart.id))[0].id)

    race.run(point, start, start)

    started = rows(race.first, select(ScheduledStart.instance_id).where(ScheduledStart.instance_id.is_not(None)))
    assert len(started) == len(rows(race.first, select(ProcessInstance.id))) == 1


@pytest.mark.parametrize("point", POINTS)
def test_a_schedule_fires_once_while_a_new_version_is_deployed(race: Race, office: Office, point: str) -> None:
    fire = scheduled(race, office)
    newer = SCHEDULE.replace(b'id="watch"', b'id="watch" name="Watch"')
    deployment = DeployResources(actor=SYSTEM, resources=(DeploymentResource(name="watch.bpmn", content=newer),))

    race.run(point, fire, deployment)
    fire_due_timers(race.first)

    dates = rows(race.first, select(ScheduledStart.region_code, ScheduledStart.due_at))
    assert len(dates) == len(set(dates)) == 2
    assert len(rows(race.first, select(ProcessInstance.id))) == 2


@pytest.mark.parametrize("point", POINTS)
def test_a_job_that_two_workers_do_has_one_effect(race: Race, office: Office, point: str) -> None:
    case = office.apply()
    office.clock.advance(timedelta(days=5))
    command = FireTimer(actor=SYSTEM, instance_id=case)

    race.run(point, command, command)

    assert len(events_of(race.first, "TimerFired")) == 1
    assert office.open_task(case).name == "乡镇审查"


def test_a_job_is_held_by_one_of_two_workers_that_come_at_once(race: Race, office: Office) -> None:
    case = office.apply()
    office.clock.advance(timedelta(days=5))
    workers = [Leases(engine.database, name) for name, engine in (("first", race.first), ("rival", race.rival))]

    with ThreadPoolExecutor(2) as pool:
        held = list(pool.map(lambda leases: leases.take(office.clock.now(), 10, INSIDE), workers))

    assert sorted(len(jobs) for jobs in held) == [0, 1]
    assert [job.job.subject for jobs in held for job in jobs] == [case]


@pytest.mark.parametrize("point", POINTS)
def test_both_arrivals_at_a_join_count(race: Race, office: Office, point: str) -> None:
    resource = DeploymentResource(name="fork.bpmn", content=FORK)
    race.first.execute(DeployResources(actor=SYSTEM, resources=(resource,)))
    tasks = race.first.execute(
        StartProcess(actor=actor("clerk"), process_key="fork", region_code="330324104000")
    ).task_ids
    one, other = (CompleteTask(actor=actor("clerk"), task_id=task, submission={}) for task in tasks)

    ends = race.run(point, one, other)

    assert ends == ["done", "done"], "who comes second is carried out on what the first has left"
    assert [
        row.activity_id for row in rows(race.first, select(UserTask.activity_id).where(UserTask.status == "created"))
    ] == ["after"]


@pytest.mark.parametrize("point", POINTS)
def test_a_case_starts_on_one_version_while_another_is_deployed(race: Race, office: Office, point: str) -> None:
    content = (DIAGRAMS / "grant.bpmn").read_bytes().replace(b"</bpmn:definitions>", b"<!-- 2 --></bpmn:definitions>")
    deployment = DeployResources(actor=SYSTEM, resources=(DeploymentResource(name="grant.bpmn", content=content),))

    ends = race.run(point, StartProcess(actor=actor("applicant"), process_key="grant"), deployment)

    assert ends == ["done", "done"]
    assert len(rows(race.first, select(ProcessInstance.id))) == 1
    assert rows(race.first, select(func.max(ProcessDefinition.version)))[0][0] == 2


def assert_the_history_is_whole(engine: ProcessEngine, case: str) -> None:
    numbers = [row.seq for row in rows(engine, select(HistoryEvent.seq).where(HistoryEvent.stream == case))]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
