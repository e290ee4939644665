"""转办: a task goes to another holder of its position, and to nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from engine.commands import Actor, ClaimTask, CompleteTask, Delegate
from engine.errors import Conflict, Forbidden, NotFound, Refused
from engine.moves import TransferTask


def _transfer(office: Any, activity: str, by: str, to: str, reason: str = "出差一周") -> None:
    command = TransferTask(actor=Actor(person_id=by), task_id=office.task(activity).id, to_person_id=to, reason=reason)
    office.execute(command)


def test_a_transferred_task_is_the_other_persons_alone(office: Any) -> None:
    _transfer(office.applied(), "review", "clerk", "second_clerk")

    with pytest.raises(Conflict, match="已由second_clerk签收"):
        office.complete("review", "clerk", "agree")
    assert office.complete("review", "second_clerk", "agree").open == ["check", "town_sign"]


def test_the_history_tells_to_whom_and_why(office: Any) -> None:
    _transfer(office.applied(), "review", "clerk", "second_clerk")

    event = office.events()[-1]
    assert (event.header.type, event.header.actor) == ("TaskTransferred", "clerk")
    assert event.input == {"to": "second_clerk", "to_name": "second_clerk", "reason": "出差一周"}


def test_nobody_without_the_position_gets_a_task(office: Any) -> None:
    office.applied()

    with pytest.raises(Refused, match="lead没有这一岗位"):
        _transfer(office, "review", "clerk", "lead")
    with pytest.raises(Refused, match="other_clerk没有这一岗位"):
        _transfer(office, "review", "clerk", "other_clerk")
    with pytest.raises(NotFound):
        _transfer(office, "review", "clerk", "nobody")


def test_separation_of_duties_holds_for_the_receiver(office: Any) -> None:
    office.start().complete("apply", "both", title="石溪路面硬化")

    with pytest.raises(Forbidden, match=r"两个层级.*“填写申请”已由both办理"):
        _transfer(office, "review", "clerk", "both")


def test_who_runs_the_system_gets_no_task(office: Any) -> None:
    office.applied()

    with pytest.raises(Forbidden, match="系统管理员不得办理办件，clerk_admin"):
        _transfer(office, "review", "clerk", "clerk_admin")


def test_who_runs_the_system_does_no_task(office: Any) -> None:
    task = office.applied().task("review")

    with pytest.raises(Forbidden, match="系统管理员不得办理办件"):
        office.execute(ClaimTask(actor=Actor(person_id="clerk_admin"), task_id=task.id))
    with pytest.raises(Forbidden, match="系统管理员不得办理办件"):
        office.complete("review", "clerk_admin", "agree")


def test_a_transfer_needs_a_reason_and_another_person(office: Any) -> None:
    office.applied()

    with pytest.raises(Refused, match="请写明转办的原因"):
        _transfer(office, "review", "clerk", "second_clerk", reason=" ")
    with pytest.raises(Conflict, match="不能交给自己"):
        _transfer(office, "review", "clerk", "clerk")


def test_only_who_has_the_task_gives_it_away(office: Any) -> None:
    office.applied()
    office.execute(ClaimTask(actor=Actor(person_id="clerk"), task_id=office.task("review").id))

    with pytest.raises(Conflict, match="已由clerk签收"):
        _transfer(office, "review", "second_clerk", "second_clerk")
    with pytest.raises(Forbidden, match="乡镇移民经办人"):
        _transfer(office, "review", "checker", "second_clerk")


def test_a_task_that_is_done_is_not_given_away(office: Any) -> None:
    task = office.applied().task("review")
    office.complete("review", "clerk", "agree")

    with pytest.raises(Conflict, match="已经办理过"):
        office.execute(
            TransferTask(actor=Actor(person_id="clerk"), task_id=task.id, to_person_id="second_clerk", reason="出差")
        )


def test_a_preview_of_a_transfer_names_the_new_holder(office: Any) -> None:
    task = office.applied().task("review")
    command = TransferTask(
        actor=Actor(person_id="clerk"), task_id=task.id, to_person_id="second_clerk", reason="出差一周"
    )

    preview = office.engine.preview(command)
    assert {effect.name: effect.holder for effect in preview.kept}["乡镇审查"] == "second_clerk"
    assert office.task("review").assignee_id is None
    office.execute(CompleteTask(actor=Actor(person_id="clerk"), task_id=task.id, outcome="agree", submission={}))


def test_who_runs_the_system_does_no_task_for_another_either(office: Any) -> None:
    task, today = office.applied().task("review"), office.clock.now().date()
    office.execute(Delegate(actor=Actor(person_id="clerk"), to_person_id="admin", valid_from=today, valid_to=today))

    stand_in = Actor(person_id="admin", on_behalf_of="clerk")
    with pytest.raises(Forbidden, match="系统管理员不得办理办件"):
        office.execute(CompleteTask(actor=stand_in, task_id=task.id, outcome="agree", submission={}))


def test_a_task_passed_on_in_anothers_name_tells_both(office: Any) -> None:
    task, today = office.applied().task("review"), office.clock.now().date()
    office.execute(Delegate(actor=Actor(person_id="clerk"), to_person_id="finance", valid_from=today, valid_to=today))
    stand_in = Actor(person_id="finance", on_behalf_of="clerk")
    office.execute(TransferTask(actor=stand_in, task_id=task.id, to_person_id="second_clerk", reason="本人出差"))

    header = office.events()[-1].header
    assert (header.actor, header.on_behalf_of) == ("finance", "clerk")
