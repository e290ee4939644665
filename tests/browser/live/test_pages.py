"""Every page on a telephone and on a desk: nothing sticks out, nothing complains."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from api.demo.plan import row_of
from api.demo.story import Story

from .conftest import Office, Person

STORY = Story.of_plan(row_of("岩坦镇"), contract_amount=Decimal("486300.00"))


AXE = Path(__file__).parents[3] / "api/frontend/node_modules/axe-core/axe.min.js"
VIOLATIONS = (
    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))"
)


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is installed when the front end is built in this checkout")
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_no_violation(width: int, office: Office, enter: Any) -> None:
    walk = office.stage.start("project_approval", STORY)
    walk.run(STORY.approval(), until="p4_town_review")
    clerk, designer = enter("yantan.clerk"), enter("designer")
    task = f"/tasks/{walk.task('p4_town_review').id}"

    found = {}
    for person, path in (
        *(
            (clerk, path)
            for path in ("/inbox", "/done", "/started", "/projects", "/notifications", task, f"/cases/{walk.case_id}")
        ),
        *((designer, path) for path in ("/designer", "/start", "/nothing")),
    ):
        person.page.set_viewport_size({"width": width, "height": 844})
        person.go(path)
        found[path] = _violations(person)
    clerk.go(task)
    clerk.press("提交")
    found["errors"] = _violations(clerk)

    assert {path: violations for path, violations in found.items() if violations} == {}


def _violations(person: Person) -> Any:
    person.page.wait_for_load_state("networkidle")
    person.page.evaluate(AXE.read_text())
    return person.page.evaluate(VIOLATIONS)


def _sticks_out(person: Person) -> bool:
    script = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return bool(person.page.evaluate(script))


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_sticks_out_of_a_page(width: int, office: Office, enter: Any) -> None:
    walk = office.stage.start("project_approval", STORY)
    walk.run(STORY.approval(), until="p4_town_review")
    clerk, designer = enter("yantan.clerk"), enter("designer")
    for person in (clerk, designer):
        person.page.set_viewport_size({"width": width, "height": 844})

    paths = ["/inbox", "/done", "/started", "/start", "/projects", f"/tasks/{walk.task('p4_town_review').id}"]
    for path in [*paths, f"/cases/{walk.case_id}"]:
        clerk.go(path)
        assert not _sticks_out(clerk), path
    for path in ("/designer", "/login", "/nothing"):
        designer.go(path)
        assert not _sticks_out(designer), path


def test_a_designer_changes_a_diagram_and_deploys_it(office: Office, enter: Any) -> None:
    designer = enter("designer")
    designer.go("/designer")
    designer.page.locator("section.card", has_text="项目申报与核准").get_by_role("link", name="打开").first.click()
    designer.page.locator('.djs-element[data-element-id="p4_town_review"]').wait_for()

    renamed = "乡镇现场复核"
    designer.page.evaluate(
        """(name) => {
            const { modeler } = window.designer;
            const element = modeler.get('elementRegistry').get('p4_town_review');
            modeler.get('modeling').updateProperties(element, { name });
        }""",
        renamed,
    )
    designer.page.once("dialog", lambda dialog: dialog.accept())
    designer.press("部署")

    designer.page.get_by_text("已部署为第 2 版").wait_for()
    designer.go("/designer")
    assert designer.page.get_by_text("第 2 版").is_visible()


def test_a_broken_diagram_is_marked_at_its_element(office: Office, enter: Any) -> None:
    designer = enter("designer")
    designer.go("/designer/project_approval?version=1")
    designer.page.locator('.djs-element[data-element-id="p4_town_review"]').wait_for()
    designer.page.evaluate(
        """() => {
            const { modeler } = window.designer;
            const element = modeler.get('elementRegistry').get('p4_town_review');
            modeler.get('modeling').updateProperties(element, { 'anlan:role': 'nobody' });
        }"""
    )
    designer.page.once("dialog", lambda dialog: dialog.accept())
    designer.press("部署")

    problem = designer.page.get_by_text("p4_town_review，第")
    problem.wait_for()
    assert designer.page.get_by_text("问题（1）").is_visible()
