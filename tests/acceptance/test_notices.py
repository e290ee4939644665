"""A public notice runs its full time, whatever anybody does; objections are dealt with while it runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from api.demo.stage import Stage
from api.demo.story import Story
from api.demo.walker import Answer, Walk


@pytest.fixture
def noticed(stage: Stage, shixi: Story) -> Walk:
    """A case whose village notice runs."""
    walk = stage.start("project_approval", shixi)
    walk.run(shixi.approval(), timers=False)
    return walk


def test_nothing_moves_until_the_last_day_of_the_notice_is_over(desk: Any, noticed: Walk) -> None:
    due = desk.next_due(noticed.case_id)
    assert noticed.open_tasks() == []

    desk.clock.set(due - timedelta(seconds=1))
    assert desk.fire_due_timers() == 0
    assert noticed.open_tasks() == []

    desk.clock.set(due)
    assert desk.fire_due_timers() == 1
    assert [task.activity_id for task in noticed.open_tasks()] == ["p3_notice_result"]


def test_the_day_the_notice_is_put_up_does_not_count(desk: Any, noticed: Walk) -> None:
    put_up = noticed.last("p3_village_notice").submission["notice_start"]

    over = desk.next_due(noticed.case_id) + timedelta(hours=8)

    assert put_up == "2026-03-02"
    assert over.replace(tzinfo=None).isoformat() == "2026-03-08T00:00:00"


def test_a_notice_cannot_be_shorter_than_the_county_says(stage: Stage, shixi: Story, refused: Any) -> None:
    walk = stage.start("project_approval", shixi)
    walk.run(shixi.approval(), until="p3_village_notice")

    with refused(422) as refusal:
        walk.complete("p3_village_notice", notice_days="4")

    assert "notice_days" in refusal.problems


def test_a_dismissed_objection_lets_the_case_go_on(desk: Any, stage: Stage, noticed: Walk, shixi: Story) -> None:
    desk.deliver("yantan.clerk", noticed.case_id, "objection_received")

    noticed.run({**shixi.approval(), "p3x_investigate": Answer(values={"valid": "false"})}, until="p4_town_review")

    done = [step.activity_id for step in noticed.done]
    assert done[-4:] == ["p3x_objection", "p3x_investigate", "p3x_reply", "p3_notice_result"]
    assert noticed.last("p3_notice_result").submission["objection_count"] == "1"


def test_the_notice_waits_for_the_reply_to_an_objection(desk: Any, noticed: Walk) -> None:
    desk.deliver("yantan.clerk", noticed.case_id, "objection_received")
    desk.clock.set(desk.next_due(noticed.case_id))
    desk.fire_due_timers()

    noticed.complete("p3_notice_result")

    assert [task.activity_id for task in noticed.open_tasks()] == ["p3x_objection"]


def test_an_upheld_objection_sends_the_case_into_a_second_notice(desk: Any, noticed: Walk, shixi: Story) -> None:
    desk.deliver("yantan.clerk", noticed.case_id, "objection_received")
    upheld = {"p3x_investigate": Answer(values={"valid": "true"}), "p1c_correct": shixi.application()}
    noticed.run({**shixi.approval(), **upheld}, until="p3_village_notice")
    first_over = desk.clock.now()

    noticed.run(shixi.approval(), until="p4_town_review")

    done = [step.activity_id for step in noticed.done]
    assert done.count("p2_resolution") == 2
    assert done.count("p3_village_notice") == 2
    assert desk.clock.now() - first_over >= timedelta(days=5)


def test_whoever_registers_an_objection_cannot_wipe_out_what_comes_of_it(
    desk: Any, noticed: Walk, shixi: Story
) -> None:
    values = {"objection_text": "选址离农房太近", "objections": None, "failed_notices": 9}
    desk.deliver("yantan.clerk", noticed.case_id, "objection_received", values)
    (accepting,) = noticed.open_tasks()
    task = desk.visitor("yantan.clerk").get(f"/user-tasks/{accepting.id}")
    assert task["inputs"]["objection_text"] == "选址离农房太近"

    upheld = {"p3x_investigate": Answer(values={"valid": "true"}), "p1c_correct": shixi.application()}
    noticed.run({**shixi.approval(), **upheld}, until="p3_village_notice")

    assert noticed.done[-2].activity_id == "p1c_correct"


def test_after_two_upheld_notices_the_town_says_how_to_go_on(desk: Any, noticed: Walk, shixi: Story) -> None:
    upheld = {"p3x_investigate": Answer(values={"valid": "true"}), "p1c_correct": shixi.application()}
    desk.deliver("yantan.clerk", noticed.case_id, "objection_received")
    noticed.run({**shixi.approval(), **upheld}, until="p3_village_notice")
    noticed.run(shixi.approval(), timers=False)
    desk.deliver("yantan.clerk", noticed.case_id, "objection_received")

    noticed.run({**shixi.approval(), **upheld}, until="p3o_town_opinion")
    noticed.complete("p3o_town_opinion", "reject")

    assert desk.case(noticed.case_id)["status"] == "completed"


def test_an_objection_is_taken_only_while_a_notice_runs(desk: Any, stage: Stage, shixi: Story, refused: Any) -> None:
    walk = stage.start("project_approval", shixi)

    with refused(409):
        desk.deliver("yantan.clerk", walk.case_id, "objection_received")


def test_a_village_does_not_register_objections_against_itself(desk: Any, noticed: Walk, refused: Any) -> None:
    with refused(403):
        desk.deliver("shixi.lead", noticed.case_id, "objection_received")
