"""A village applies, its township reviews, and an auditor plays the case back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from api.demo.organisation import demo_organisation
from api.demo.plan import row_of
from api.demo.story import Story
from api.demo.walker import Walk

from .conftest import Office


@pytest.fixture
def story() -> Story:
    """The row of the published plan that belongs to 瓯北街道."""
    return Story.of_plan(row_of("瓯北街道"), contract_amount=Decimal("484000.00"), project_type="beautiful_home")


def _holder(role: str, unit: str) -> str:
    return demo_organisation().holders(role, unit)[0]


def _sample(office: Office, walk: Walk, activity: str, story: Story, outcome: str | None) -> Any:
    """What the demo's people would write into the form of an open task."""
    task = walk.task(activity)
    answer = story.approval().get(activity)
    values = answer.values if answer is not None else {}  # type: ignore[union-attr]
    return office.stage.desk.sample(walk.person_for(task), task, outcome, values)


def test_a_village_applies_and_its_township_reviews(office: Office, story: Story, enter: Any) -> None:
    applicant = enter(_holder("village_applicant", story.village_code))
    applicant.page.get_by_role("link", name="发起办件").click()
    card = applicant.page.locator("section.card", has_text="项目申报与核准")
    card.get_by_role("button", name="发起").click()
    applicant.page.wait_for_load_state("networkidle")
    assert "填报项目申报书" in applicant.page.title()

    walk = office.walk_of(_holder("village_applicant", story.village_code))
    applicant.fill(_sample(office, walk, "p1_apply", story, None))
    applicant.press("提交")
    assert applicant.page.locator(".flash-success").inner_text().endswith("转到：村级民主决议。")

    walk.run(story.approval(), until="p4_town_review")
    clerk = enter(_holder("town_clerk", "330324009000"))
    clerk.page.get_by_role("link", name=story.name).click()
    clerk.page.wait_for_load_state("networkidle")
    clerk.page.get_by_text("前面各环节提交的内容").click()
    clerk.page.locator("summary", has_text="填报项目申报书（").click()
    assert clerk.page.get_by_role("definition").filter(has_text=story.name).first.is_visible()
    clerk.page.locator(".djs-container").wait_for()

    clerk.press("提交")
    assert clerk.page.locator(".summary").inner_text().startswith("有 ")
    clerk.fill(_sample(office, walk, "p4_town_review", story, "agree"))
    clerk.press("提交")

    assert "“乡镇现场审查”已提交" in clerk.page.locator(".flash-success").inner_text()
    assert {task.activity_id for task in walk.open_tasks()} == {"p5_town_finance", "p5_town_village_accounts"}


def test_the_case_is_played_back_on_its_diagram(office: Office, story: Story, enter: Any) -> None:
    walk = office.stage.start("project_approval", story)
    walk.run(story.approval(), until="p4_town_review")
    auditor = enter("auditor")
    auditor.page.get_by_role("link", name="办件查询").click()
    auditor.page.get_by_role("link", name=story.name).click()
    auditor.page.wait_for_load_state("networkidle")

    panel = auditor.page.get_by_role("region", name="这一步的内容")
    place = auditor.page.locator(".replay-place")
    assert place.inner_text().startswith("第 6 / 6 步")
    auditor.page.locator("#replay-timeline").get_by_role("button", name="办理：填报项目申报书").click()
    assert "447,500.00 元" in panel.inner_text()
    auditor.page.get_by_role("button", name="下一步").click()
    assert "村级民主决议" in panel.inner_text()
    assert "决议通过" in panel.inner_text()
    assert "读到的值" in panel.inner_text()
    assert auditor.page.locator(".djs-element.now").count() > 0
    assert auditor.page.locator(".djs-connection.taken").count() > 3


def test_the_form_works_without_scripts(office: Office, story: Story, enter: Any) -> None:
    walk = office.stage.start("project_approval", story)
    applicant = enter(_holder("village_applicant", story.village_code), java_script_enabled=False)
    applicant.page.get_by_role("link", name="项目申报与核准").click()
    page = applicant.page
    page.locator('[name="project_name"]').fill("不用脚本也能填")
    rows = page.locator('[role="group"]')
    before = rows.count()
    page.locator('button[value="add:scale_table"]').click()

    assert rows.count() == before + 1
    assert page.locator('[name="project_name"]').input_value() == "不用脚本也能填"
    photo = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff\xe0 photo"}
    page.locator('[name="site_photos"]').set_input_files([photo])
    page.get_by_role("button", name="提交", exact=True).click()
    assert page.locator(".summary").is_visible()
    assert page.get_by_text("现场.jpg").is_visible()
    assert page.locator('[name="project_name"]').input_value() == "不用脚本也能填"
    assert walk.task("p1_apply")
