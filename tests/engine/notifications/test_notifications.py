"""Who is told what, and when: each person once, from the day on which the telling has begun."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.clock import ManualClock
from engine.commands import SYSTEM, ClaimTask
from engine.errors import Forbidden
from engine.jobs.duties import perform
from engine.jobs.queue import Job, JobKind
from engine.jobs.upkeep import due_upkeep
from engine.model import Notification, NotificationKind, Person, Position, ProcessInstance, UserTask
from engine.moves import ReturnTask
from engine.notifications.commands import MakeNotifications, ReadNotifications
from engine.process_engine import ProcessEngine
from engine.queries.notifications import notifications_of, unread_count
from engine.queries.viewer import viewer_of

from ..conftest import OTHER_TOWN, TOWN, Office, actor


@pytest.fixture
def engine(engine: ProcessEngine) -> ProcessEngine:
    engine.tools = replace(engine.tools, notice_days=1)
    return engine


@pytest.fixture
def told(office: Office) -> Office:
    """The telling has begun."""
    assert look_round(office) == []
    return office


def look_round(office: Office) -> list[tuple[str, str]]:
    """A worker's look at what has no hurry; gives who was told what by now."""
    for job in due_upkeep(office.engine):
        perform(office.engine, job)
    return sorted((row.person_id, row.kind) for row in rows(office.engine))


def rows(engine: ProcessEngine) -> list[Any]:
    with engine.database.read() as connection:
        return list(connection.execute(select(Notification).order_by(Notification.made_at)))


def set_due(office: Office, instance_id: str, **after: int) -> None:
    """The deadline of its open task, as a diagram would have set it."""
    change(
        office,
        update(UserTask)
        .where(UserTask.instance_id == instance_id, UserTask.status == "created")
        .values(due_at=office.clock.now() + timedelta(**after)),
    )


def change(office: Office, statement: Any) -> None:
    with office.engine.database.write() as connection:
        connection.execute(statement)
        connection.commit()


@contextmanager
def reading(office: Office, login: str) -> Iterator[tuple[Any, Any]]:
    with office.engine.database.read() as connection:
        yield connection, viewer_of(connection, login, date(2026, 3, 10))


def test_a_task_that_is_due_tomorrow_is_told_to_all_who_hold_its_position(told: Office) -> None:
    instance_id = told.to_review()
    set_due(told, instance_id, hours=20)

    assert look_round(told) == [("both", "due_soon"), ("clerk", "due_soon"), ("second_clerk", "due_soon")]


def test_a_task_that_has_time_is_told_to_nobody(told: Office) -> None:
    instance_id = told.to_review()
    set_due(told, instance_id, days=9)

    assert look_round(told) == []


def test_a_task_that_was_taken_is_told_to_who_took_it(told: Office) -> None:
    instance_id = told.to_review()
    told.engine.execute(ClaimTask(actor=actor("clerk"), task_id=told.open_task(instance_id).id))
    set_due(told, instance_id, hours=1)

    assert look_round(told) == [("clerk", "due_soon")]


def test_who_takes_over_is_told_too_and_nobody_twice(told: Office) -> None:
    instance_id = told.to_review()
    set_due(told, instance_id, hours=1)
    change(told, update(UserTask).where(UserTask.instance_id == instance_id).values(assignee_id="clerk"))
    assert look_round(told) == [("clerk", "due_soon")]

    change(told, update(UserTask).where(UserTask.instance_id == instance_id).values(assignee_id="both"))

    assert look_round(told) == look_round(told) == [("both", "due_soon"), ("clerk", "due_soon")]


def test_a_task_is_told_of_once_more_when_it_is_late(told: Office) -> None:
    instance_id = told.to_review()
    told.engine.execute(ClaimTask(actor=actor("clerk"), task_id=told.open_task(instance_id).id))
    set_due(told, instance_id, hours=1)
    look_round(told)
    told.clock.advance(timedelta(hours=2))

    assert look_round(told) == look_round(told) == [("clerk", "due_soon"), ("clerk", "overdue")]


def test_whoever_no_longer_holds_the_position_is_not_told(told: Office) -> None:
    instance_id = told.to_review()
    set_due(told, instance_id, hours=1)
    change(told, update(Position).where(Position.person_id == "both").values(valid_to=date(2026, 3, 3)))
    change(told, update(Position).where(Position.person_id == "second_clerk").values(valid_from=date(2026, 4, 1)))

    assert look_round(told) == [("clerk", "due_soon")]


def test_a_disabled_person_is_not_told(told: Office) -> None:
    instance_id = told.to_review()
    set_due(told, instance_id, hours=1)
    change(told, update(Person).where(Person.id.in_(("both", "second_clerk"))).values(disabled=True))

    assert look_round(told) == [("clerk", "due_soon")]


def test_nobody_is_hurried_while_a_case_is_suspended(told: Office) -> None:
    instance_id = told.to_review()
    set_due(told, instance_id, hours=1)
    change(told, update(ProcessInstance).where(ProcessInstance.id == instance_id).values(status="suspended"))

    assert look_round(told) == []


def test_who_has_started_a_case_is_told_that_it_was_sent_back(told: Office) -> None:
    instance_id = told.to_review()
    told.complete(instance_id, "clerk", "return_for_correction")

    assert look_round(told) == look_round(told) == [("applicant", "returned")]


def test_a_return_to_an_earlier_step_is_told_as_well(told: Office) -> None:
    instance_id = told.to_review()
    task_id = told.open_task(instance_id).id
    told.engine.execute(ReturnTask(actor=actor("clerk"), task_id=task_id, activity_id="apply", reason="请补材料"))

    assert look_round(told) == [("applicant", "returned")]


def test_each_time_a_case_is_sent_back_is_told(told: Office) -> None:
    instance_id = told.to_review()
    for _ in range(2):
        told.complete(instance_id, "clerk", "return_for_correction")
        look_round(told)
        told.complete(instance_id, "applicant", title="再次申报", amount=1)
        told.wait(days=5)

    assert [kind for _, kind in look_round(told)] == ["returned", "returned"]


def test_who_has_started_a_case_is_told_that_it_has_ended(told: Office) -> None:
    instance_id = told.to_review()
    told.complete(instance_id, "clerk", "reject")
    assert told.instance(instance_id).status == "completed"

    assert look_round(told) == look_round(told) == [("applicant", "ended")]


def test_what_lay_before_the_beginning_is_told_to_nobody(office: Office) -> None:
    ended, late = office.to_review(), office.to_review()
    office.complete(ended, "clerk", "reject")
    set_due(office, late, hours=1)
    office.clock.advance(timedelta(days=2))

    assert look_round(office) == look_round(office) == []


def test_what_becomes_due_after_the_beginning_is_told(office: Office) -> None:
    instance_id = office.to_review()
    set_due(office, instance_id, days=9)
    look_round(office)
    office.clock.advance(timedelta(days=10))

    assert {kind for _, kind in look_round(office)} == {"overdue"}


def test_a_clock_that_was_ahead_at_the_beginning_silences_nobody(office: Office, clock: ManualClock) -> None:
    clock.advance(timedelta(days=900))
    look_round(office)
    clock.advance(timedelta(days=-900))
    assert look_round(office) == []
    instance_id = office.to_review()
    office.complete(instance_id, "clerk", "reject")

    assert look_round(office) == [("applicant", "ended")]


def test_a_clock_that_jumps_back_tells_nothing_twice(told: Office) -> None:
    instance_id = told.to_review()
    set_due(told, instance_id, hours=1)
    told.clock.advance(timedelta(hours=2))
    before = look_round(told)
    told.clock.advance(timedelta(days=-3))
    look_round(told)
    told.clock.advance(timedelta(days=4))

    assert [one for one in look_round(told) if one[1] == "overdue"] == before


def test_workers_that_look_round_together_tell_each_thing_once(told: Office) -> None:
    for _ in range(3):
        set_due(told, told.to_review(), hours=1)
    job = Job(kind=JobKind.NOTICE, due_at=told.clock.now())
    threads = [Thread(target=perform, args=(told.engine, job)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    told_of = [(row.person_id, row.subject_id) for row in rows(told.engine)]
    assert len(told_of) == len(set(told_of)) == 9


def test_a_round_without_news_puts_no_job(told: Office) -> None:
    told.to_review()

    assert [job for job in due_upkeep(told.engine) if job.kind is JobKind.NOTICE] == []


def test_an_installation_may_tell_nobody_anything(told: Office) -> None:
    told.engine.tools = replace(told.engine.tools, notice_days=None)
    set_due(told, told.to_review(), hours=1)

    assert look_round(told) == []
    assert told.engine.execute(MakeNotifications(actor=SYSTEM)) == 0


def test_persons_cannot_make_notifications(told: Office) -> None:
    with pytest.raises(Forbidden):
        told.engine.execute(MakeNotifications(actor=actor("clerk")))


def test_a_person_reads_what_was_told_to_them_alone(told: Office) -> None:
    instance_id = told.to_review()
    set_due(told, instance_id, hours=1)
    look_round(told)
    theirs = next(row.id for row in rows(told.engine) if row.person_id == "second_clerk")
    assert told.engine.execute(ReadNotifications(actor=actor("clerk"), notification_ids=(theirs,))) == 0
    assert told.engine.execute(ReadNotifications(actor=actor("clerk"))) == 1

    counts = {}
    for login in ("clerk", "second_clerk"):
        with reading(told, login) as (connection, viewer):
            counts[login] = unread_count(connection, viewer)
    assert counts == {"clerk": 0, "second_clerk": 1}


def test_a_task_that_somebody_has_done_is_news_no_longer(told: Office) -> None:
    instance_id = told.to_review()
    set_due(told, instance_id, hours=1)
    look_round(told)
    told.complete(instance_id, "clerk", "agree")

    with reading(told, "second_clerk") as (connection, viewer):
        [line] = notifications_of(connection, viewer).items
        assert (line.kind, line.settled, line.is_new) == (NotificationKind.DUE_SOON, True, False)
        assert unread_count(connection, viewer) == 0


def test_who_works_elsewhere_now_reads_nothing_of_the_case(told: Office) -> None:
    instance_id = told.to_review()
    set_due(told, instance_id, hours=1)
    look_round(told)
    moved = update(Position).where(Position.person_id == "second_clerk", Position.unit_code == TOWN)
    change(told, moved.values(unit_code=OTHER_TOWN))

    with reading(told, "second_clerk") as (connection, viewer):
        assert notifications_of(connection, viewer).items == []
        assert unread_count(connection, viewer) == 0
