"""The decision editor in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

TABLE = (Path(__file__).parent / "pages/level.dmn").read_text()


@pytest.fixture
def editor(site: Any) -> Any:
    site.give("/decision", TABLE)
    site.open("decision.html").wait_for_selector(".tjs-table")
    return site


def test_opens_the_table_in_chinese(editor: Any) -> None:
    expect(editor.page.locator(".decision-views")).to_contain_text("决策表：审批层级")
    editor.page.click("td.input-cell >> nth=0", button="right")
    expect(editor.page.locator(".context-menu")).to_contain_text("在下方增加规则")

    assert editor.page.evaluate("[...designer.missing]") == []


def test_a_changed_rule_is_in_the_saved_draft(editor: Any) -> None:
    page = editor.page
    editor.give("/draft", {"problems": []})
    page.click("td.input-cell >> nth=0")
    page.keyboard.type("0")
    expect(page.locator(".editor-status")).to_have_text("有未保存的修改")

    with page.expect_response("**/draft") as answer:
        page.click("text=保存草稿")

    assert "&lt; 10000" in (answer.value.request.post_data or "")


def test_a_problem_leads_to_its_table(editor: Any) -> None:
    problem = {
        "severity": "error",
        "element_id": "small_amount",
        "code": "feel",
        "message": "第 1 条规则的条件不完整。",
    }
    editor.give("/draft", {"problems": [problem]})
    editor.page.click("text=保存草稿")

    editor.page.click(".editor-problems button")

    expect(editor.page.locator(".decision-views [aria-pressed=true]")).to_have_text("决策表：审批层级")
