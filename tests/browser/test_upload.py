"""Files are stored when they are chosen, so that a page that comes back with errors still has them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

PLAN = {"name": "实施方案.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}


@pytest.fixture
def form(site: Any) -> Any:
    site.open("upload.html")
    return site


def test_a_chosen_file_is_stored_at_once(form: Any) -> None:
    form.give("/attachments", {"id": "a1", "name": "实施方案.pdf", "size": 8}, status=201)

    form.page.set_input_files("#f-plan", PLAN)

    expect(form.page.locator("#f-plan-files")).to_contain_text("实施方案.pdf")
    expect(form.page.locator("input[type=hidden][name=plan]")).to_have_value("a1")
    assert form.sent("/attachments")[0].headers["x-csrf-token"] == "token"


def test_a_refused_file_says_why(form: Any) -> None:
    form.give("/attachments", {"detail": "文件超过 20 MB。"}, status=422)

    form.page.set_input_files("#f-plan", PLAN)

    expect(form.page.locator("[data-state=refused]")).to_contain_text("文件超过 20 MB。")
    expect(form.page.locator("input[type=hidden][name=plan]")).to_have_count(0)


def test_a_form_is_sent_only_after_the_question_and_only_once(form: Any) -> None:
    form.give("/task", "<stored/>")
    form.page.once("dialog", lambda dialog: dialog.dismiss())
    form.page.click("text=提交")
    assert form.sent("/task") == []

    form.page.on("dialog", lambda dialog: dialog.accept())
    form.page.locator("text=提交").dblclick(no_wait_after=True)
    form.page.wait_for_url("**/task")
    assert len(form.sent("/task")) == 1
