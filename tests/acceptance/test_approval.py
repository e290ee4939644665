"""P02 and P03a over HTTP: from the village's application to the registered contract."""

from __future__ import annotations

from datetime import datetime
from itertools import permutations
from typing import Any

import pytest

from api.demo.stage import Stage
from api.demo.story import Story
from api.demo.walker import Answer, Walk
from engine.calendar import add_working_days, end_of_business
from engine.clock import local_date

#: what a row of the plan below half a million passes through, in this order
PATH = [
    "p1_apply",
    "p2_resolution",
    "p3_village_notice",
    "p3_notice_result",
    "p4_town_review",
    "p5_town_finance",
    "p5_town_village_accounts",
    "p6_town_sign",
    "p7_county_intake",
    "p8_line_dept",
    "p8_line_dept",
    "p8_line_dept",
    "p10_county_review",
    "p11_fund_check",
    "p12_deputy",
    "p12_chief",
    "p12_meeting",
    "p13_county_notice",
    "p13_notice_result",
    "p14_issue",
    "p15_pack",
    "p15_filing",
    "p16_prep",
    "p16_check",
]


def test_a_row_of_the_plan_becomes_a_project_with_a_contract(desk: Any, stage: Stage, shixi: Story) -> None:
    walk = stage.start("project_approval", shixi)
    walk.run(shixi.approval())

    project = desk.project(stage.project_of(walk))
    assert [done.activity_id for done in walk.done] == PATH
    assert project["facts"]["name"] == "永嘉县岩坦镇陈庄村石溪自然村道路硬化工程"
    assert project["facts"]["number"].startswith("永嘉XM")
    assert (project["money"]["approved"], project["money"]["contract"]) == ("424660.00", "486300.00")
    # 424,660 of 499,610 is 85 %, of the contract 413,355
    assert project["money"]["ceiling"] == "413355.00"
    roles: dict[str, set[str]] = {}
    for done in walk.done:
        roles.setdefault(done.person, set()).add(done.role)
    assert all(len(held) == 1 for held in roles.values())


def test_half_a_million_is_reviewed_by_experts(stage: Stage, example_a: Story) -> None:
    walk = stage.start("project_approval", example_a)
    walk.run(example_a.approval(), until="p9_tech_review")

    assert [task.role for task in walk.open_tasks()] == ["third_party_reviewer"]


@pytest.mark.parametrize("order", list(permutations(range(3)))[1:4], ids=str)
def test_departments_answer_in_any_order(stage: Stage, shixi: Story, order: tuple[int, ...]) -> None:
    walk = stage.start("project_approval", shixi)
    walk.run(shixi.approval(), until="p8_line_dept")
    tasks = sorted(walk.open_tasks(), key=lambda task: task.unit_code)

    for place in order:
        assert {task.activity_id for task in walk.open_tasks()} == {"p8_line_dept"}
        (person,) = stage.organisation.holders("county_line_dept", tasks[place].unit_code)
        walk.complete_task(tasks[place], person=person)

    assert [task.activity_id for task in walk.open_tasks()] == ["p10_county_review"]


def test_the_town_signs_after_both_checks_in_either_order(stage: Stage, shixi: Story) -> None:
    walk = stage.start("project_approval", shixi)
    walk.run(shixi.approval(), until="p5_town_village_accounts")

    walk.complete("p5_town_village_accounts")
    assert [task.activity_id for task in walk.open_tasks()] == ["p5_town_finance"]
    walk.complete("p5_town_finance")

    assert [task.activity_id for task in walk.open_tasks()] == ["p6_town_sign"]


@pytest.mark.parametrize(
    ("step", "result"),
    [
        ("p4_town_review", "乡镇"),
        ("p6_town_sign", "乡镇"),
        ("p10_county_review", "县"),
        ("p12_deputy", "领导"),
        ("p12_meeting", "否决"),
    ],
)
def test_a_rejection_ends_the_case(desk: Any, stage: Stage, shixi: Story, step: str, result: str) -> None:
    walk = stage.start("project_approval", shixi)
    walk.run({**shixi.approval(), step: Answer(outcome="reject")})

    case = desk.case(walk.case_id)
    assert (case["status"], case["project_id"], result in case["result"]) == ("completed", None, True)
    assert walk.done[-1].activity_id == step


def test_a_rejection_needs_its_legal_basis(stage: Stage, shixi: Story, refused: Any) -> None:
    walk = stage.start("project_approval", shixi)
    walk.run(shixi.approval(), until="p4_town_review")

    with refused(422) as refusal:
        walk.complete("p4_town_review", "reject", legal_basis="")

    assert "legal_basis" in refusal.problems
    assert walk.task("p4_town_review")


def test_two_counties_keep_their_own_rules(stage: Stage, shixi: Story, wencheng: Story) -> None:
    posted = {}
    for story in (shixi, wencheng):
        walk: Walk = stage.start("project_approval", story)
        walk.run(story.approval(), until="p8_line_dept")
        posted[story.village_code[:6]] = (
            walk.last("p3_village_notice").submission["notice_days"],
            len(walk.open_tasks()),
        )

    assert posted == {"330324": ("5", 3), "330328": ("7", 4)}


def test_what_is_missing_is_told_at_once_and_nothing_filled_in_is_lost(desk: Any, stage: Stage, shixi: Story) -> None:
    walk = stage.start("project_approval", shixi)
    walk.run(shixi.approval(), until="p4_town_review")
    missing = [{"item": "用地预审意见", "requirement": "加盖公章"}, {"item": "村民代表签到表"}]

    walk.complete("p4_town_review", "return_for_correction", missing_items=missing)

    task = desk.visitor("shixi.applicant").get(f"/user-tasks/{walk.task('p1c_correct').id}")
    assert [row["item"] for row in task["inputs"]["missing_items"]] == ["用地预审意见", "村民代表签到表"]
    assert task["inputs"]["total_invest"] == "499610.00"
    assert task["inputs"]["goal_output"][1]["indicator"] == "工程验收合格率"


def test_the_townships_clock_stops_while_the_village_mends(desk: Any, stage: Stage, shixi: Story) -> None:
    walk = stage.start("project_approval", shixi)
    walk.run(shixi.approval(), until="p4_town_review")
    opened = local_date(desk.clock.now())
    desk.clock.set(end_of_business(add_working_days(opened, 2)))
    walk.complete("p4_town_review", "return_for_correction")
    mended = add_working_days(opened, 6)
    desk.clock.set(end_of_business(mended))

    walk.run({"p1c_correct": shixi.application()}, until="p4_town_review")

    due = next(task["due_at"] for task in desk.case(walk.case_id)["tasks"] if task["status"] == "created")
    # of five working days two were used
    assert local_date(datetime.fromisoformat(due)) == add_working_days(mended, 3)


def test_who_does_not_mend_in_time_has_withdrawn(desk: Any, stage: Stage, shixi: Story) -> None:
    walk = stage.start("project_approval", shixi)
    walk.run({**shixi.approval(), "p4_town_review": Answer(outcome="return_for_correction")}, until="p1c_correct")

    desk.clock.set(desk.next_due(walk.case_id))
    desk.fire_due_timers()

    assert desk.case(walk.case_id)["result"] == "逾期未补正，视为撤回"
    assert walk.open_tasks() == []


def test_departments_that_do_not_answer_count_as_having_no_objection(desk: Any, stage: Stage, shixi: Story) -> None:
    walk = stage.start("project_approval", shixi)
    walk.run(shixi.approval(), until="p8_line_dept")
    walk.complete("p8_line_dept")

    desk.clock.set(desk.next_due(walk.case_id))
    desk.fire_due_timers()

    assert [task.activity_id for task in walk.open_tasks()] == ["p10_county_review"]
