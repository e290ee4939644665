"""The embedded queue: put with the command, held by one worker, done once, never lost."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import PendingRollbackError

from engine.commands import SYSTEM, CompleteTask, StartProcess
from engine.errors import Conflict
from engine.idempotency import RequestKey
from engine.jobs.duties import DUTIES
from engine.jobs.embedded_queue import EmbeddedQueue
from engine.jobs.leases import LEASE, LONGEST_DELAY, Leases
from engine.jobs.queue import INSIDE, Job, JobKind
from engine.jobs.sweep import work_without_job
from engine.jobs.sweeper import Sweeper
from engine.jobs.timers import fire_due_timers
from engine.jobs.worker import EmbeddedWorker
from engine.jobs.workers import worker_of
from engine.model import AnsweredRequest, HistoryEvent, QueuedJob
from engine.moves import ResumeProcess, SuspendProcess
from engine.process_engine import ProcessEngine

from ..conftest import APPLICATION, Office, actor


def rows(engine: ProcessEngine, statement: Any) -> list[Any]:
    with engine.database.read() as connection:
        return list(connection.execute(statement))


def jobs(engine: ProcessEngine) -> list[Any]:
    return rows(engine, select(QueuedJob).order_by(QueuedJob.id))


def fired(engine: ProcessEngine) -> int:
    return len(rows(engine, select(HistoryEvent.seq).where(HistoryEvent.type == "TimerFired")))


def drain(engine: ProcessEngine) -> int:
    return worker_of(engine).drain(lambda done: None)


@pytest.fixture
def due(office: Office) -> str:
    """A case whose notice is over."""
    case = office.apply()
    office.clock.advance(timedelta(days=5))
    return case


def test_a_timer_puts_a_job_for_its_case(engine: ProcessEngine, office: Office) -> None:
    case = office.apply()

    (job,) = jobs(engine)
    assert (job.kind, job.subject, job.due_at) == ("timer", case, office.clock.now() + timedelta(days=5))


def test_a_job_is_rolled_back_with_its_command(
    engine: ProcessEngine, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = office.start()
    task = office.open_task(case).id
    put: list[Job] = []

    def put_and_fail(queue: EmbeddedQueue, connection: Any, asked: Any) -> None:
        original(queue, connection, asked)
        put.extend(asked)
        raise Conflict("此时出错")

    original = EmbeddedQueue.put
    monkeypatch.setattr(EmbeddedQueue, "put", put_and_fail)
    with pytest.raises(Conflict):
        engine.execute(CompleteTask(actor=actor("applicant"), task_id=task, submission=APPLICATION))

    assert put
    assert jobs(engine) == []
    assert office.open_task(case).id == task


def test_a_worker_does_what_is_due_and_deletes_its_job(engine: ProcessEngine, office: Office, due: str) -> None:
    assert drain(engine) == 1

    assert office.open_task(due).name == "乡镇审查"
    assert jobs(engine) == []


def test_nothing_is_done_before_its_time(engine: ProcessEngine, office: Office) -> None:
    office.apply()
    office.clock.advance(timedelta(days=5, seconds=-1))

    assert drain(engine) == 0
    assert len(jobs(engine)) == 1


def test_jobs_are_taken_in_order_of_due_time(engine: ProcessEngine, office: Office) -> None:
    cases = []
    for _ in range(3):
        cases.append(office.apply())
        office.clock.advance(timedelta(hours=-1))
    office.clock.advance(timedelta(days=6))

    taken = Leases(engine.database, "one").take(office.clock.now(), 2, INSIDE)

    assert [held.job.subject for held in taken] == [cases[2], cases[1]]


def test_what_one_worker_holds_another_does_not_take(engine: ProcessEngine, office: Office, due: str) -> None:
    one, other = Leases(engine.database, "one"), Leases(engine.database, "other")

    held = one.take(office.clock.now(), 10, INSIDE)

    assert len(held) == 1
    assert other.take(office.clock.now(), 10, INSIDE) == []
    one.give_back(held)
    assert len(other.take(office.clock.now(), 10, INSIDE)) == 1


def test_a_silent_workers_job_is_taken_by_another_and_its_own_end_changes_nothing(
    engine: ProcessEngine, office: Office, due: str
) -> None:
    silent, other = Leases(engine.database, "silent", lease=-1.0), Leases(engine.database, "other")
    lost = silent.take(office.clock.now(), 10, INSIDE)

    held = other.take(office.clock.now(), 10, INSIDE)
    silent.finish(lost)

    assert held[0].id == lost[0].id
    assert [job.worker for job in jobs(engine)] == ["other"]


def test_a_sign_of_life_prolongs_a_lease(engine: ProcessEngine, office: Office, due: str) -> None:
    leases = Leases(engine.database, "one")
    leases.take(office.clock.now(), 10, INSIDE)
    set_held_until(engine, 0.0)

    leases.renew()

    assert jobs(engine)[0].held_until > 1e9
    assert Leases(engine.database, "other").take(office.clock.now(), 10, INSIDE) == []


@pytest.mark.parametrize(("worker", "longest"), [("gone", LEASE), (None, LONGEST_DELAY)])
def test_a_database_clock_that_was_set_back_holds_nothing_up(
    engine: ProcessEngine, office: Office, due: str, worker: str | None, longest: float
) -> None:
    leases = Leases(engine.database, "one")
    leases.put_back(leases.take(office.clock.now(), 10, INSIDE)[0], RuntimeError())
    set_held_until(engine, 1e11, worker)

    assert len(leases.take(office.clock.now(), 10, INSIDE)) == 1


def set_held_until(engine: ProcessEngine, until: float, worker: str | None = "one") -> None:
    with engine.database.book() as connection:
        connection.execute(update(QueuedJob).values(held_until=until, worker=worker))


def test_a_job_that_fails_is_put_back_and_holds_up_no_other(
    engine: ProcessEngine, office: Office, due: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = office.apply()
    office.clock.advance(timedelta(days=5))
    stumble_over(due, monkeypatch)

    drain(engine)

    assert office.open_task(other).name == "乡镇审查"
    (job,) = jobs(engine)
    assert (job.subject, job.attempts, job.worker, job.error) == (due, 1, None, "ZeroDivisionError")

    monkeypatch.undo()
    set_held_until(engine, 0.0, None)
    drain(engine)
    assert office.open_task(due).name == "乡镇审查"
    assert jobs(engine) == []


def stumble_over(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = ProcessEngine._carry_out

    def carry_out(engine: ProcessEngine, work: Any, command: Any) -> Any:
        if getattr(command, "instance_id", None) == case:
            raise ZeroDivisionError
        return original(engine, work, command)

    monkeypatch.setattr(ProcessEngine, "_carry_out", carry_out)


def test_many_timers_are_fired_with_few_commits_and_each_for_itself(
    engine: ProcessEngine, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [office.apply() for _ in range(5)]
    office.clock.advance(timedelta(days=5))
    stumble_over(cases[2], monkeypatch)

    drain(engine)

    assert fired(engine) == 4
    assert [job.subject for job in jobs(engine)] == [cases[2]]


def test_the_log_tells_which_of_many_jobs_did_something(
    engine: ProcessEngine, office: Office, due: str, caplog: pytest.LogCaptureFixture
) -> None:
    Sweeper(engine)._put([Job(kind=JobKind.TIMER, subject=due, due_at=office.clock.now())])

    with caplog.at_level(logging.INFO, logger="anlan.jobs"):
        drain(engine)

    assert [vars(line)["facts"]["outcome"] for line in caplog.records] == ["done", "nothing"]


def test_jobs_of_a_round_that_went_wrong_are_not_held_on(
    engine: ProcessEngine, office: Office, due: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = engine.tools.queue
    assert isinstance(queue, EmbeddedQueue)
    worker = EmbeddedWorker(engine, queue)

    def fall(*_: object) -> list[Job]:
        raise PendingRollbackError

    monkeypatch.setattr("engine.jobs.worker.perform", fall)
    monkeypatch.setattr(Leases, "put_back", fall)
    office.apply()
    office.clock.advance(timedelta(days=5))
    with pytest.raises(PendingRollbackError):
        worker._round(worker._inside)
    assert len(jobs(engine)) == 2
    set_held_until(engine, 0.0, worker._leases._worker)

    worker._leases.renew()

    assert [job.held_until for job in jobs(engine)] == [0.0, 0.0]


def test_a_stale_job_does_nothing(engine: ProcessEngine, office: Office, due: str) -> None:
    fire_due_timers(engine)

    assert drain(engine) == 1
    assert (fired(engine), jobs(engine)) == (1, [])


def test_a_lost_queue_is_repaired_by_the_sweep(engine: ProcessEngine, office: Office, due: str) -> None:
    with engine.database.book() as connection:
        connection.execute(delete(QueuedJob))

    drain(engine)

    assert office.open_task(due).name == "乡镇审查"


def test_the_sweep_puts_no_second_job(engine: ProcessEngine, office: Office, due: str) -> None:
    with engine.database.read() as connection:
        assert work_without_job(connection, engine.tools.queue, office.clock.now(), 10) == []


def test_a_later_job_of_the_same_case_does_not_hide_that_one_is_lost(
    engine: ProcessEngine, office: Office, due: str
) -> None:
    later = Job(kind=JobKind.TIMER, subject=due, due_at=office.clock.now() + timedelta(days=30))
    with engine.database.book() as connection:
        connection.execute(delete(QueuedJob))
        engine.tools.queue.put(connection, [later])

    drain(engine)

    assert fired(engine) == 1


def test_a_suspended_case_waits_and_is_found_when_it_goes_on(
    engine: ProcessEngine, office: Office, due: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.handlers.suspension.ensure_administrator", lambda *_: None)
    engine.execute(SuspendProcess(actor=SYSTEM, instance_id=due, reason="核查线索"))

    drain(engine)
    assert (fired(engine), jobs(engine)) == (0, [])

    engine.execute(ResumeProcess(actor=SYSTEM, instance_id=due, reason="已经查清"))
    drain(engine)
    assert fired(engine) == 1


def test_a_clock_that_jumps_ahead_and_back_loses_nothing(engine: ProcessEngine, office: Office, due: str) -> None:
    office.clock.advance(timedelta(days=-5))
    assert drain(engine) == 0

    office.clock.advance(timedelta(days=3650))
    drain(engine)

    assert fired(engine) == 1


def test_the_queue_tells_how_much_there_is_to_do(engine: ProcessEngine, office: Office, due: str) -> None:
    office.apply()
    Leases(engine.database, "one").take(office.clock.now() - timedelta(days=1), 10, INSIDE)

    with engine.database.read() as connection:
        load = engine.tools.queue.load(connection, office.clock.now())

    assert (load.waiting, load.taken, load.planned, load.retried) == (1, 0, 1, 0)
    assert load.oldest == office.clock.now()


def test_answers_that_are_too_old_are_deleted(engine: ProcessEngine, office: Office) -> None:
    start = StartProcess(actor=actor("applicant"), process_key="grant")
    engine.keyed(RequestKey(person_id="applicant", key="once")).execute(start)
    office.clock.advance(timedelta(days=8))

    Sweeper(engine).look_round()
    drain(engine)

    assert rows(engine, select(func.count()).select_from(AnsweredRequest))[0][0] == 0


def test_every_kind_of_job_has_a_duty() -> None:
    assert set(JobKind) - {JobKind.EXPORT} <= set(DUTIES)
