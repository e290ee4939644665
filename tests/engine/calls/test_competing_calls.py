"""An answer and something else at the same time: one comes first, the other meets what it left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from engine.bootstrap import build_engine
from engine.calls.commands import LEASE, AnswerCall, FetchCalls, HoldCall
from engine.calls.performing import perform_call
from engine.commands import SYSTEM, Actor, CompleteTask, FireTimer
from engine.model import EventSubscription, UserTask
from engine.moves import MigrateProcess, ResumeProcess, SuspendProcess, TerminateProcess
from engine.process_engine import ProcessEngine

from ..test_competing import POINTS, Race
from .conftest import ADMIN, ASKS, Desk, ask, diagram

GUARDED = diagram(
    "guarded",
    f"""<startEvent id="s"/>{ask("ask")}<boundaryEvent id="late" attachedToRef="ask"><timerEventDefinition>
    <timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent><userTask id="look"/>
    <userTask id="hurry"/><endEvent id="e"/><endEvent id="e2"/>""",
    "s>ask ask>look look>e late>hurry hurry>e2",
)
BESIDE = diagram(
    "beside",
    f"""<startEvent id="s"/><parallelGateway id="fork"/>{ask("ask")}<userTask id="talk"/><parallelGateway id="join"/>
    <userTask id="look"/><endEvent id="e"/>""",
    "s>fork fork>ask fork>talk ask>join talk>join join>look look>e",
)
LAND = diagram("land", f'<startEvent id="s"/>{ask("ask", connector="external.land")}<endEvent id="e"/>', "s>ask ask>e")


@pytest.fixture
def race(desk: Desk, database_url: str) -> Iterator[Race]:
    rival = build_engine(database_url, clock=desk.clock, connectors=[desk.remote, desk.letters])
    yield Race(desk.engine, rival)
    rival.database.dispose()


def answer(desk: Desk, receipt: str = "R1") -> AnswerCall:
    return AnswerCall(actor=SYSTEM, call_id=desk.call.id, results={"receipt": receipt})


@pytest.mark.parametrize("point", POINTS)
def test_an_answer_and_the_timer_that_ends_the_wait(race: Race, desk: Desk, point: str) -> None:
    desk.begin(GUARDED, "guarded", amount=1).wait(hours=2)
    (timer,) = desk.rows(EventSubscription)
    fire = FireTimer(actor=SYSTEM, instance_id=desk.case, wait_id=timer.wait_id)

    race.run(point, answer(desk), fire)

    moved = [type_ for type_ in desk.types if type_ in ("CallAnswered", "TimerFired")]
    assert (len(moved), desk.open) == (1, ["look"] if moved == ["CallAnswered"] else ["hurry"])
    assert desk.is_sound()


@pytest.mark.parametrize("point", POINTS)
def test_an_answer_and_the_end_of_the_case(race: Race, desk: Desk, point: str) -> None:
    desk.begin(ASKS, "asks", amount=1)

    race.run(point, answer(desk), TerminateProcess(actor=ADMIN, instance_id=desk.case, reason="不再办理"))

    assert desk.instance.status == "terminated"
    assert desk.call.status == ("answered" if "CallAnswered" in desk.types else "withdrawn")
    assert desk.is_sound()


@pytest.mark.parametrize("point", POINTS)
def test_an_answer_and_a_suspension_lose_nothing(race: Race, desk: Desk, point: str) -> None:
    desk.begin(ASKS, "asks", amount=1)

    race.run(point, answer(desk), SuspendProcess(actor=ADMIN, instance_id=desk.case, reason="核查线索"))
    desk.engine.execute(ResumeProcess(actor=ADMIN, instance_id=desk.case))

    assert (desk.open, desk.variables["receipt_ask"]) == (["look"], "R1")
    assert desk.is_sound()


@pytest.mark.parametrize("point", POINTS)
def test_an_answer_and_a_migration(race: Race, desk: Desk, point: str) -> None:
    desk.begin(ASKS, "asks", amount=1)
    desk.deploy(ASKS.replace("登记 ask".encode(), "上报".encode()))

    race.run(point, answer(desk), MigrateProcess(actor=ADMIN, instance_id=desk.case, version=2, reason="换用新版本"))

    assert (desk.open, desk.variables["receipt_ask"], desk.call.status) == (["look"], "R1", "answered")
    assert desk.is_sound()


@pytest.mark.parametrize("point", POINTS)
def test_an_answer_and_a_person_beside_it(race: Race, desk: Desk, point: str) -> None:
    desk.begin(BESIDE, "beside", amount=1)
    (task,) = desk.rows(UserTask)

    ends = race.run(point, answer(desk), CompleteTask(actor=SYSTEM, task_id=task.id, submission={}))

    assert (ends, desk.open) == (["done", "done"], ["look"])
    assert desk.is_sound()


@pytest.mark.parametrize("point", POINTS)
def test_two_answers_have_one_effect(race: Race, desk: Desk, point: str) -> None:
    desk.begin(ASKS, "asks", amount=1)

    race.run(point, answer(desk, "A"), answer(desk, "B"))

    assert (desk.types.count("CallAnswered"), desk.open) == (1, ["look"])
    assert desk.variables["receipt_ask"] in ("A", "B")
    assert desk.is_sound()


@pytest.mark.parametrize("point", POINTS)
def test_one_of_two_workers_performs_a_call(race: Race, desk: Desk, point: str) -> None:
    desk.begin(ASKS, "asks", amount=1)
    hold, other = (
        HoldCall(actor=SYSTEM, call_id=desk.call.id, holder=holder, lock_for=LEASE) for holder in ("one", "two")
    )

    race.run(point, hold, other)

    assert desk.call.worker in ("one", "two")
    assert not perform_call(race.rival, desk.call.id)


@pytest.mark.parametrize("point", POINTS)
def test_two_external_workers_never_get_the_same_work(race: Race, desk: Desk, point: str) -> None:
    desk.deploy(LAND)
    for _ in range(4):
        desk.start("land", amount=1)
    one, two = (
        FetchCalls(actor=Actor(person_id="machine"), topic="land", worker=worker, count=3) for worker in ("one", "two")
    )

    ends = race.run(point, one, two)

    assert ends == ["done", "done"]
    holders = [call.worker for call in desk.calls]
    assert sorted(filter(None, holders), key=str)[:1] == ["machine/one"]
    assert holders.count("machine/one") == 3


def test_a_worker_that_performs_is_not_disturbed_by_a_second_job(desk: Desk) -> None:
    desk.begin(ASKS, "asks", amount=1)
    second: list[bool] = []
    desk.remote.meanwhile = lambda: second.append(perform_call(desk.engine, desk.call.id))
    desk.work()

    assert (second, len(desk.remote.asked), desk.types.count("CallAnswered")) == ([False], 1, 1)


def test_a_killed_worker_asks_twice_and_the_effect_is_single(desk: Desk) -> None:
    desk.begin(ASKS, "asks", amount=1)
    killed: list[Any] = [KeyboardInterrupt()]

    def kill() -> None:
        if killed:
            raise killed.pop()

    desk.remote.meanwhile = kill
    with pytest.raises(KeyboardInterrupt):
        desk.work()
    assert desk.work() == 0
    desk.clock.advance(LEASE + timedelta(seconds=1))
    desk.work()

    assert ([call.attempt for _, call in desk.remote.asked], desk.open) == ([1, 1], ["look"])
    assert desk.types.count("CallAnswered") == 1
    assert desk.is_sound()


def test_an_answer_whose_commit_was_not_heard_of_is_taken_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.begin(ASKS, "asks", amount=1)
    execute, lost = ProcessEngine.execute, [True]

    def loses(engine: ProcessEngine, command: Any) -> Any:
        result = execute(engine, command)
        if isinstance(command, AnswerCall) and lost:
            lost.pop()
            raise OperationalError("COMMIT", None, Exception("connection lost"))
        return result

    monkeypatch.setattr(ProcessEngine, "execute", loses)
    with pytest.raises(OperationalError):
        desk.work()
    desk.wait(minutes=1).work()

    assert (len(desk.remote.asked), desk.types.count("CallAnswered"), desk.open) == (1, 1, ["look"])
    assert desk.is_sound()
