"""Moves in a browser: shown, confirmed, and usable on a telephone and without scripts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from api.demo.plan import row_of
from api.demo.story import Story
from api.demo.walker import Walk

from .conftest import Office, Person
from .test_pages import AXE, _sticks_out, _violations

STORY = Story.of_plan(row_of("岩坦镇"), contract_amount=Decimal("486300.00"))


@pytest.fixture
def walk(office: Office) -> Walk:
    """The plan's row, with the town's two offices side by side."""
    walk = office.stage.start("project_approval", STORY)
    walk.run(STORY.approval(), until="p5_town_finance")
    return walk


def _open(person: Person, summary: str) -> None:
    person.page.locator("summary", has_text=summary).first.click()


def test_a_case_is_returned_after_its_effects_were_seen(walk: Walk, enter: Any) -> None:
    task = walk.task("p5_town_finance")
    person = enter(walk.person_for(task))
    person.go(f"/tasks/{task.id}")
    _open(person, "退回")
    person.page.get_by_label("退回原因").fill("预算书缺少工程量清单，请补充。")
    person.press("看看退回的影响")

    shown = person.page.locator("main").inner_text()
    assert "村账中心核账户" in shown
    assert "要重新办理的环节" in shown
    person.press("确认退回")
    assert "已退回" in person.page.locator("main").inner_text()
    assert [open_now.activity_id for open_now in walk.open_tasks()] == ["p4_town_review"]


@pytest.mark.parametrize("width", [1280, 390])
def test_move_pages_suit_a_telephone_and_a_desk(walk: Walk, enter: Any, width: int) -> None:
    task = walk.task("p5_town_finance")
    person, admin = enter(walk.person_for(task)), enter("admin")
    for visitor in (person, admin):
        visitor.page.set_viewport_size({"width": width, "height": 844})
    person.go(f"/tasks/{task.id}")
    for summary in ("退回", "委派", "加签"):
        _open(person, summary)
    assert not _sticks_out(person)
    if AXE.is_file():
        assert _violations(person) == []
    admin.go(f"/cases/{walk.case_id}")
    for summary in ("挂起", "移动到其他环节", "终止办件"):
        _open(admin, summary)
    assert not _sticks_out(admin)
    if AXE.is_file():
        assert _violations(admin) == []


def test_a_case_is_moved_without_scripts(walk: Walk, enter: Any) -> None:
    admin = enter("admin", java_script_enabled=False)
    admin.go(f"/cases/{walk.case_id}")
    _open(admin, "移动到其他环节")
    admin.page.get_by_label("移动到").select_option("p10_county_review")
    admin.page.get_by_label("移动原因").fill("按会议纪要直接转县业务科。")
    admin.press("看看移动的影响")
    admin.press("确认移动")

    assert "办件已移动" in admin.page.locator("main").inner_text()
    assert [task.activity_id for task in walk.open_tasks()] == ["p10_county_review"]
