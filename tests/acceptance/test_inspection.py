"""P03b over HTTP: the city inspects, the responsible mend, and payments stop meanwhile where it is serious."""

from __future__ import annotations

from typing import Any

from api.demo.story import Story
from api.demo.walker import Answer


def finding(level: str, role: str) -> dict[str, str]:
    return {
        "description": "公示牌没有写明监督电话和资金来源",
        "level": level,
        "amount": "0",
        "basis": "项目管理办法第十二条",
        "responsible_role": role,
        "responsible_person": "滕光华",
        "deadline": "2026-12-31",
    }


def test_every_finding_is_mended_and_checked_before_the_report(project_at: Any, example_a: Story) -> None:
    project = project_at("advanced")
    walk = project.stage.start("city_inspection", example_a, project.id, role="city_lead")
    findings = [finding("minor", "village_lead"), finding("major", "town_clerk"), finding("minor", "county_finance")]
    failed_once = [Answer(values={"recheck_result": "fail"}), Answer(values={"recheck_result": "pass"})]

    walk.run({"i5_findings": Answer(values={"findings": findings}), "i8_recheck": failed_once})

    done = [step.activity_id for step in walk.done]
    assert done[:5] == ["i1_plan", "i3_notice", "i4_onsite", "i5_findings", "i6_feedback"]
    assert {step for step in done if step.startswith("i7")} == {
        "i7_rectify_village",
        "i7_rectify_town",
        "i7_rectify_county",
    }
    assert done.count("i8_recheck") == 4
    assert done[-1] == "i9_close"
    assert project.desk.result_of(walk.case_id) == "稽察办结"


def test_a_clean_inspection_ends_with_its_report(project_at: Any, example_a: Story) -> None:
    project = project_at("advanced")
    walk = project.stage.start("city_inspection", example_a, project.id, role="city_lead")

    walk.run({"i5_findings": Answer(values={"findings": []})})

    assert [step.activity_id for step in walk.done][-2:] == ["i5_findings", "i9_close"]


def test_payments_stop_from_a_severe_finding_until_it_is_mended(
    project_at: Any, example_a: Story, refused: Any
) -> None:
    project = project_at("advanced")
    walk = project.stage.start("city_inspection", example_a, project.id, role="city_lead")
    severe = {"i5_findings": Answer(values={"findings": [finding("severe", "county_finance")]})}

    walk.run(severe, until="i7_rectify_county")
    with refused(409) as refusal:
        project.stage.start("progress_payment", example_a, project.id)
    walk.run(severe)

    assert "暂停" in refusal.detail
    assert project.stage.start("progress_payment", example_a, project.id).open_tasks()
