"""退回 and 拿回: a case goes back on a way that no diagram has drawn, and its preview says how."""

from __future__ import annotations

from typing import Any

import pytest

from engine.cases.preview import Preview, Standing
from engine.commands import Actor, Command, CompleteTask
from engine.errors import AnlanError, Conflict, Forbidden, Refused
from engine.model import Signing
from engine.moves import AddSigner, RecallTask, ReturnTask, SuspendProcess


def _return(office: Any, activity: str, to: str, by: str, **more: Any) -> ReturnTask:
    return ReturnTask(
        actor=Actor(person_id=by), task_id=office.task(activity).id, activity_id=to, reason="附件看不清", **more
    )


def _recall(office: Any, activity: str, by: str) -> RecallTask:
    task = office.task(activity, status="completed")
    return RecallTask(actor=Actor(person_id=by), task_id=task.id, reason="金额写错了")


def _names(tasks: Any) -> list[str]:
    return sorted(task.name for task in tasks)


def foreseen(office: Any, command: Command[Any]) -> Preview:
    """Carry a move out, and see that its preview said exactly what happened."""
    preview: Preview = office.engine.preview(command)
    before: Standing = office.standing()
    office.execute(command)
    after: Standing = office.standing()
    gone, new = set(before.tasks) - set(after.tasks), set(after.tasks) - set(before.tasks)
    assert {effect.task_id for effect in preview.cancelled} == gone
    assert {effect.task_id for effect in preview.kept} == set(before.tasks) & set(after.tasks)
    assert _told(preview.opened) == sorted(_facts(after.tasks[task_id]) for task_id in new)
    assert len(preview.dropped) == len(set(before.waits) - set(after.waits))
    assert len(preview.started) == len(set(after.waits) - set(before.waits))
    assert (preview.status, preview.result) == (after.instance.status, after.instance.result)
    return preview


def _told(effects: Any) -> list[tuple[str, str]]:
    return sorted((effect.activity_id, str(effect.due_at)) for effect in effects)


def _facts(row: Any) -> tuple[str, str]:
    return row.activity_id, str(row.due_at)


def test_a_return_within_a_branch_leaves_the_sibling_alone(office: Any) -> None:
    office.applied().complete("review", "clerk", "agree")

    preview = foreseen(office, _return(office, "town_sign", "review", "lead"))
    assert (_names(preview.cancelled), _names(preview.kept), _names(preview.opened)) == (
        ["乡镇签批"],
        ["县业务审查"],
        ["乡镇审查"],
    )
    assert preview.undone == ("乡镇审查",)
    assert office.open == ["check", "review"]


def test_a_return_before_a_split_withdraws_every_branch(office: Any) -> None:
    office.applied().complete("review", "clerk", "agree")

    preview = foreseen(office, _return(office, "town_sign", "apply", "lead"))
    assert _names(preview.cancelled) == ["乡镇签批", "县业务审查"]
    assert [wait.name for wait in preview.dropped] == ["审查三天提醒"]
    assert office.open == ["apply"]
    office.complete("apply", "applicant", title="石溪路面硬化")
    assert office.open == ["check", "review"]


def test_a_return_from_behind_a_join_reopens_one_branch(office: Any) -> None:
    office.reviewed()

    preview = foreseen(office, _return(office, "deputy", "check", "deputy"))
    assert preview.undone == ("县业务审查",)
    assert office.open == ["check"]
    assert office.complete("check", "checker", "agree").open == ["deputy"]


def test_a_direct_return_leads_straight_back(office: Any) -> None:
    office.applied().complete("review", "clerk", "agree")
    foreseen(office, _return(office, "town_sign", "review", "lead", direct=True))

    assert office.complete("review", "clerk", "reject").open == ["check", "town_sign"]


def test_the_history_tells_who_returned_where_to_and_why(office: Any) -> None:
    office.applied().complete("review", "clerk", "agree")
    task = office.task("town_sign")
    office.execute(_return(office, "town_sign", "review", "lead"))

    event = office.events()[-1]
    assert (event.header.type, event.header.actor, event.header.activity) == ("TaskReturned", "lead", "town_sign")
    assert event.input["to_name"] == "乡镇审查"
    assert event.input["reason"] == "附件看不清"
    assert event.outcome["undone"] == ["review"]
    assert (office.row(task.id).status, office.row(task.id).outcome_label) == ("canceled", "退回")


def test_a_step_that_was_not_done_on_the_way_is_no_target(office: Any) -> None:
    office.applied().complete("review", "clerk", "agree")
    before = office.instance.revision

    for target in ("check", "deputy", "nowhere"):
        with pytest.raises(Refused, match="不能退回到"):
            office.execute(_return(office, "town_sign", target, "lead"))
    assert office.instance.revision == before


def test_the_clock_of_who_returns_stands_still_until_the_case_comes_back(office: Any) -> None:
    office.applied().complete("review", "clerk", "agree")
    office.wait(days=1)
    office.execute(_return(office, "town_sign", "review", "lead"))
    office.wait(days=14)
    office.complete("review", "clerk", "agree")

    # One of the three working days had been used.
    assert office.task("town_sign").allowance == 2


def test_who_returns_counts_as_having_acted(office: Any) -> None:
    office.applied()
    office.execute(_return(office, "check", "apply", "checker"))

    assert office.row(office.task("check", status="canceled").id).completed_by == "checker"


def test_a_return_takes_the_added_signers_along(office: Any) -> None:
    office.applied().complete("review", "clerk", "agree")
    office.execute(
        AddSigner(
            actor=Actor(person_id="lead"),
            task_id=office.task("town_sign").id,
            person_ids=("finance",),
            signing=Signing.BEFORE,
            reason="请一并把关",
        )
    )

    preview = foreseen(office, _return(office, "town_sign", "review", "lead"))
    assert _names(preview.cancelled) == ["乡镇签批", "乡镇签批（前加签）"]


def test_nothing_is_returned_in_a_suspended_case(office: Any) -> None:
    office.applied()
    command = _return(office, "review", "apply", "clerk")
    office.execute(SuspendProcess(actor=Actor(person_id="admin"), instance_id=office.case_id, reason="核实举报"))

    for act in (office.execute, office.engine.preview):
        with pytest.raises(Conflict, match="已挂起"):
            act(command)


def test_who_completed_a_step_takes_it_back(office: Any) -> None:
    office.applied().complete("review", "clerk", "agree")

    preview = foreseen(office, _recall(office, "review", "clerk"))
    assert (_names(preview.cancelled), _names(preview.opened)) == (["乡镇签批"], ["乡镇审查"])
    assert office.task("review").assignee_id == "clerk"
    assert office.complete("review", "clerk", "agree").open == ["check", "town_sign"]


def test_a_step_is_not_taken_back_when_the_next_is_done(office: Any) -> None:
    office.reviewed()

    with pytest.raises(Refused, match="不能拿回"):
        office.execute(_recall(office, "review", "clerk"))


def test_a_step_is_not_taken_back_when_somebody_has_answered_behind_it(office: Any) -> None:
    office.applied().complete("review", "clerk", "agree")
    sign = office.task("town_sign").id
    signer = AddSigner(
        actor=Actor(person_id="lead"),
        task_id=sign,
        person_ids=("finance",),
        signing=Signing.AFTER,
        reason="请一并把关",
    )
    office.execute(signer)
    office.complete("town_sign", "lead", "agree")

    with pytest.raises(Refused, match="“乡镇签批”已经有人办理"):
        office.execute(_recall(office, "review", "clerk"))


def test_only_who_did_a_step_takes_it_back(office: Any) -> None:
    office.applied().complete("review", "clerk", "agree")

    with pytest.raises(Forbidden, match="不是您办理的"):
        office.execute(_recall(office, "review", "second_clerk"))
    with pytest.raises(Forbidden):
        office.execute(_recall(office, "review", "lead"))


def test_a_branch_is_taken_back_while_the_other_is_worked_on(office: Any) -> None:
    office.applied().complete("check", "checker", "agree").complete("review", "clerk", "agree")

    foreseen(office, _recall(office, "check", "checker"))
    assert office.open == ["check", "town_sign"]


def test_of_two_people_who_move_a_case_at_once_one_is_told_to_look_again(office: Any) -> None:
    from concurrent.futures import ThreadPoolExecutor

    office.applied().complete("review", "clerk", "agree")
    sign = CompleteTask(
        actor=Actor(person_id="lead"), task_id=office.task("town_sign").id, outcome="agree", submission={}
    )

    def attempt(command: Command[Any]) -> str:
        try:
            office.execute(command)
        except AnlanError as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(attempt, [sign, _recall(office, "review", "clerk")]))
    assert told.count("done") == 1
    assert [event.header.seq for event in office.events()] == list(range(1, office.instance.revision + 1))
