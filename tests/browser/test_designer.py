"""The designer in the browser: our attributes reach the XML, and problems reach the designer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

DIAGRAM = (Path(__file__).parent / "pages/seal.bpmn").read_text()
CATALOGUE = {
    "forms": [{"key": "seal_application", "name": "用章申请表"}],
    "roles": [{"key": "town_clerk", "name": "镇经办"}, {"key": "village_clerk", "name": "村文书"}],
    "connectors": [
        {
            "key": "http",
            "name": "向别的系统提问",
            "parameters": [
                {"name": "url", "help": "网址", "required": True},
                {"name": "timeout", "help": "最多等多少秒", "required": False},
            ],
        },
        {"key": "funds.pay", "name": ""},
        {"key": "external.", "name": "由外部程序办理"},
    ],
}
SELECT = "id => designer.modeler.get('selection').select(designer.modeler.get('elementRegistry').get(id))"
SHOW_EVERY_ELEMENT = (Path(__file__).parent / "pages/every_element.js").read_text()


SAVE = "designer.modeler.saveXML().then(({ xml }) => xml)"
DRAW_SERVICE_TASK = """() => {
  const tool = (name) => designer.modeler.get(name);
  const task = tool('elementFactory').createShape({ type: 'bpmn:ServiceTask' });
  tool('selection').select(tool('modeling').createShape(task, { x: 400, y: 500 }, tool('canvas').getRootElement()));
}"""


@pytest.fixture
def designer(site: Any) -> Any:
    site.give("/diagram", DIAGRAM)
    site.give("/catalogue", CATALOGUE)
    page = site.open("designer.html")
    page.wait_for_selector("[data-element-id=apply]")
    page.on("dialog", lambda dialog: dialog.accept())
    return site


@pytest.fixture
def service_task(designer: Any) -> Any:
    designer.page.evaluate(DRAW_SERVICE_TASK)
    return designer


def test_every_text_of_the_tools_is_chinese(designer: Any) -> None:
    designer.page.evaluate(SHOW_EVERY_ELEMENT)

    assert designer.page.evaluate("[...designer.missing]") == []


def test_what_is_filled_in_is_in_the_saved_draft(designer: Any) -> None:
    page = designer.page
    designer.give("/draft", {"problems": []})
    page.evaluate(SELECT, "review")
    page.select_option("[data-entry-id=anlan-anlan-role] select", "town_clerk")
    page.fill("[data-entry-id=anlan-anlan-outcomes] textarea", "agree:同意, reject:不予同意")
    expect(page.locator(".editor-status")).to_have_text("有未保存的修改")

    with page.expect_response("**/draft") as answer:
        page.click("text=保存草稿")

    saved = answer.value.request.post_data or ""
    assert 'anlan:role="town_clerk"' in saved
    assert 'anlan:outcomes="agree:同意, reject:不予同意"' in saved
    assert answer.value.request.headers["x-csrf-token"] == "token"
    expect(page.locator(".editor-status")).to_contain_text("草稿已保存")


def test_inputs_and_field_rights_become_extension_elements(designer: Any) -> None:
    page = designer.page
    page.evaluate(SELECT, "review")
    for group in ("inputs", "fieldRights"):
        page.hover(f"[data-group-id=group-anlan-{group}]")
        page.click(f"[data-group-id=group-anlan-{group}] .bio-properties-panel-add-entry")
    page.fill("[data-entry-id=anlan-inputs-0-source] input", "application.amount")
    page.fill("[data-entry-id=anlan-inputs-0-target] input", "amount")
    page.fill("[data-entry-id=anlan-fieldRights-0-key] input", "opinion")
    page.locator("[data-entry-id=anlan-fieldRights-0-key] input").blur()
    page.select_option("[data-entry-id=anlan-fieldRights-0-right] select", "read")

    saved = page.evaluate("designer.modeler.saveXML().then(({ xml }) => xml)")

    assert '<anlan:in source="application.amount" target="amount" />' in saved
    assert '<anlan:fieldRight key="opinion" right="read" />' in saved


def test_a_connector_asks_for_its_parameters(service_task: Any) -> None:
    page = service_task.page
    page.select_option("[data-entry-id=anlan-anlan-connector] select", "http")
    url = page.locator("[data-entry-id=anlan-parameter-url]")
    expect(url).to_contain_text("url（必填）")
    expect(page.locator("[data-entry-id=anlan-parameter-timeout]")).to_contain_text("最多等多少秒")

    url.locator("[contenteditable=true]").fill('"https://bank.example.com/"')
    expect(page.locator("[data-entry-id=anlan-inputs-0]")).to_have_count(1)
    saved = page.evaluate(SAVE)
    url.locator("[contenteditable=true]").fill("")
    expect(page.locator("[data-entry-id=anlan-inputs-0]")).to_have_count(0)

    assert '<anlan:in source="&#34;https://bank.example.com/&#34;" target="url" />' in saved
    assert "anlan:in" not in page.evaluate(SAVE)


def test_work_for_programs_elsewhere_has_a_topic(service_task: Any) -> None:
    page = service_task.page
    page.select_option("[data-entry-id=anlan-anlan-connector] select", "external.")
    page.fill("[data-entry-id=anlan-topic] input", "land-registry")
    option = page.locator("[data-entry-id=anlan-anlan-connector] option:checked")
    expect(option).to_have_text("external.land-registry（由外部程序办理）")

    assert 'anlan:connector="external.land-registry"' in page.evaluate(SAVE)


def test_a_condition_can_be_changed(designer: Any) -> None:
    page = designer.page
    page.evaluate(SELECT, "back")
    entry = page.locator("[data-entry-id=anlan-condition-body] .cm-content")
    expect(entry).to_have_text('review.outcome = "return_for_correction"')

    entry.fill('review.outcome != "agree"')
    entry.blur()

    saved = page.evaluate("designer.modeler.saveXML().then(({ xml }) => xml)")
    assert 'review.outcome != "agree"' in saved
    assert "=review" not in saved


def test_a_refused_deployment_shows_each_problem_at_its_element(designer: Any) -> None:
    page = designer.page
    problem = {
        "severity": "error",
        "element_id": "review",
        "line": 12,
        "code": "no_role",
        "message": "审核没有办理角色。",
    }
    designer.give("/deploy", {"detail": "流程图有 1 处错误，没有部署。", "problems": [problem]}, status=422)

    page.click("text=部署")

    expect(page.locator(".editor-status")).to_have_text("流程图有 1 处错误，没有部署。")
    expect(page.locator("[data-element-id=review].problem-error")).to_have_count(1)
    page.click(".editor-problems button")
    assert page.evaluate("designer.modeler.get('selection').get()[0].id") == "review"


def test_a_file_that_is_no_diagram_leaves_the_diagram_alone(designer: Any) -> None:
    page = designer.page
    with page.expect_file_chooser() as chooser:
        page.click("text=上传")

    chooser.value.set_files({"name": "x.bpmn", "mimeType": "application/xml", "buffer": b"not xml"})

    expect(page.locator(".editor-problems")).to_contain_text("流程图打不开")
