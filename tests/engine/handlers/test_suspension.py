"""挂起, 恢复 and 终止: an administrator stops a case, lets it go on, or ends it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.commands import Actor, ClaimTask, CorrelateMessage, WithdrawProcess
from engine.errors import Conflict, Forbidden, Refused
from engine.moves import ResumeProcess, SuspendProcess, TerminateProcess, TransferTask

ADMIN = Actor(person_id="admin")


def _suspend(office: Any, by: str = "admin") -> None:
    office.execute(SuspendProcess(actor=Actor(person_id=by), instance_id=office.case_id, reason="等待核实举报"))


def _resume(office: Any) -> None:
    office.execute(ResumeProcess(actor=ADMIN, instance_id=office.case_id))


def test_nobody_acts_in_a_suspended_case(office: Any) -> None:
    office.applied()
    task_id = office.task("review").id
    _suspend(office)

    clerk = Actor(person_id="clerk")
    with pytest.raises(Conflict, match="已挂起，恢复后才能办理"):
        office.complete("review", "clerk", "agree")
    with pytest.raises(Conflict, match="已挂起"):
        office.execute(ClaimTask(actor=clerk, task_id=task_id))
    with pytest.raises(Conflict, match="已挂起"):
        office.execute(TransferTask(actor=clerk, task_id=task_id, to_person_id="second_clerk", reason="出差"))
    with pytest.raises(Conflict, match="已挂起"):
        office.execute(CorrelateMessage(actor=clerk, name="objection_received", instance_id=office.case_id))
    with pytest.raises(Conflict, match="已挂起"):
        office.execute(WithdrawProcess(actor=Actor(person_id="applicant"), instance_id=office.case_id, reason="不办了"))


def test_a_resumed_case_goes_on(office: Any) -> None:
    _suspend(office.applied())
    _resume(office)

    assert office.complete("review", "clerk", "agree").open == ["check", "town_sign"]
    assert [event.header.type for event in office.events()][-3:-1] == ["ProcessSuspended", "ProcessResumed"]


def test_no_timer_fires_while_a_case_is_suspended(office: Any) -> None:
    _suspend(office.applied())

    assert office.wait(days=4) == 0
    _resume(office)
    assert office.wait(minutes=1) == 1


def test_the_working_days_of_a_suspension_do_not_count(office: Any) -> None:
    office.applied()
    before = office.task("review")
    office.wait(days=1)
    _suspend(office)
    # From Tuesday over a weekend to Monday: four working days.
    office.wait(days=6)
    _resume(office)

    after = office.task("review")
    assert (before.due_at.day, after.due_at.day) == (9, 13)
    assert (before.allowance, after.allowance) == (5, 9)
    assert {row["task"] for row in office.events()[-1].outcome["extended"]} == {
        office.task("review").id,
        office.task("check").id,
    }


@pytest.mark.parametrize("login", ["clerk", "applicant", "deputy", "designer", "other_admin"])
def test_only_the_administrator_of_the_region_stops_a_case(office: Any, login: str) -> None:
    office.applied()

    with pytest.raises(Forbidden, match="系统管理员"):
        _suspend(office, login)
    with pytest.raises(Forbidden, match="系统管理员"):
        office.execute(TerminateProcess(actor=Actor(person_id=login), instance_id=office.case_id, reason="试一试"))


def test_a_case_is_stopped_once_and_resumed_once(office: Any) -> None:
    office.applied()
    with pytest.raises(Conflict, match="没有挂起"):
        _resume(office)
    _suspend(office)
    with pytest.raises(Conflict, match="已挂起"):
        _suspend(office)


def test_a_terminated_case_has_no_tasks_and_no_timers(office: Any) -> None:
    office.applied()
    _suspend(office)
    office.execute(TerminateProcess(actor=ADMIN, instance_id=office.case_id, reason="重复申报"))

    assert (office.instance.status, office.instance.result) == ("terminated", "已终止")
    assert office.open == []
    assert not office.standing().waits
    with pytest.raises(Conflict, match="已经办结（已终止）"):
        _resume(office)


def test_ending_a_case_needs_a_reason(office: Any) -> None:
    office.applied()

    with pytest.raises(Refused, match="请写明终止的原因"):
        office.execute(TerminateProcess(actor=ADMIN, instance_id=office.case_id, reason=""))


def test_a_preview_of_a_termination_equals_what_happens(office: Any) -> None:
    office.applied()
    command = TerminateProcess(actor=ADMIN, instance_id=office.case_id, reason="重复申报")
    preview = office.engine.preview(command)
    assert [task.name for task in preview.cancelled] == ["县业务审查", "乡镇审查"]
    assert [wait.name for wait in preview.dropped] == ["审查三天提醒"]

    assert office.open == ["check", "review"]
    office.execute(command)
    assert (preview.status, preview.result) == (office.instance.status, office.instance.result)
