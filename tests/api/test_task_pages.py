"""The task page as a browser without scripts uses it."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import PDF, Browser, Login, field

FILLED = {"title": "村口道路修缮", "items.0.name": "路面", "items.0.amount": "1200.50"}


@pytest.fixture
def applicant(log_in: Login) -> Browser:
    return log_in("applicant")


@pytest.fixture
def address(petition: dict[str, str]) -> str:
    return f"/tasks/{petition['task']}"


def test_what_was_typed_comes_back_with_the_errors(applicant: Browser, address: str) -> None:
    answer = applicant.post(address, {**FILLED, "items.0.amount": "一千二", "_action": "submit"})

    assert answer.status_code == 422
    assert field(answer.text, "title") == "村口道路修缮"
    assert field(answer.text, "items.0.amount") == "一千二"
    assert 'class="summary"' in answer.text
    assert 'href="#f-items-0-amount"' in answer.text


def test_an_uploaded_file_is_kept_when_the_form_comes_back(applicant: Browser, address: str) -> None:
    files = {"papers": ("决议.pdf", PDF, "application/pdf")}

    answer = applicant.post(address, {"title": "", "_action": "submit"}, files=files)

    assert answer.status_code == 422
    assert "决议.pdf" in answer.text
    kept = field(answer.text, "papers", "hidden")
    done = applicant.post(address, {**FILLED, "papers": kept, "_action": "submit"})
    assert done.url.path == "/inbox", done.text
    assert applicant.get(f"/attachments/{kept}").content == PDF


def test_a_refused_file_is_told_at_its_field_and_nothing_else_is_lost(applicant: Browser, address: str) -> None:
    files = [
        ("papers", ("好.pdf", PDF, "application/pdf")),
        ("papers", ("坏.pdf", b"MZ\x90 a program", "application/pdf")),
    ]

    answer = applicant.post(address, {**FILLED, "_action": "submit"}, files=files)

    assert answer.status_code == 422
    assert "“坏.pdf”的内容与文件类型不符" in answer.text
    assert "好.pdf" in answer.text
    assert field(answer.text, "title") == "村口道路修缮"


def test_rows_are_added_and_deleted_without_scripts(applicant: Browser, address: str) -> None:
    added = applicant.post(address, {**FILLED, "_action": "add:items"})

    assert added.status_code == 200
    assert 'name="items.1.name"' in added.text
    rows = {**FILLED, "items.1.name": "路肩", "items.1.amount": "300"}
    deleted = applicant.post(address, {**rows, "_action": "del:items.0"})
    assert field(deleted.text, "items.0.name") == "路肩"
    assert 'name="items.1.name"' not in deleted.text


def test_a_condition_shows_its_field_after_a_refresh(applicant: Browser, address: str) -> None:
    hidden = applicant.get(address).text
    shown = applicant.post(address, {**FILLED, "urgent": "true", "_action": "refresh"}).text

    assert 'name="reason"' not in hidden
    assert 'name="reason"' in shown


def test_scripts_get_the_content_of_the_form_only(applicant: Browser, address: str) -> None:
    answer = applicant.post(address, {**FILLED, "_action": "add:items"}, headers={"HX-Request": "true"})

    assert "<html" not in answer.text
    assert 'name="items.1.name"' in answer.text


def test_a_draft_is_there_again(applicant: Browser, address: str) -> None:
    saved = applicant.post(address, {**FILLED, "title": "写了一半", "_action": "draft"})

    assert "草稿已保存" in saved.text
    assert field(applicant.get(address).text, "title") == "写了一半"


def test_submitting_leads_to_the_inbox_and_says_what_comes_next(applicant: Browser, address: str) -> None:
    answer = applicant.post(address, {**FILLED, "_action": "submit"})

    assert answer.url.path == "/inbox"
    assert "“填写申请”已提交" in answer.text
    assert "正在等待公示或时限到期" in answer.text
    assert "已提交，办件" not in applicant.get("/inbox").text


def test_a_task_that_is_done_shows_what_was_submitted(
    applicant: Browser, reviewed: dict[str, str], log_in: Login
) -> None:
    page = log_in("clerk").get(f"/tasks/{reviewed['application']}").text

    assert "这项待办已于" in page
    assert "1,200.50" in page
    assert 'name="title"' not in page


@pytest.mark.parametrize("action", ["submit", "draft", "add:items"])
def test_the_second_of_two_submissions_is_told_so(applicant: Browser, address: str, action: str) -> None:
    applicant.post(address, {**FILLED, "_action": "submit"})
    again = applicant.post(address, {**FILLED, "_action": action})

    assert again.status_code == 409
    assert "已经办结" in again.text or "已经办理过了" in again.text


def test_claiming_and_releasing(reviewed: dict[str, str], log_in: Login) -> None:
    clerk, colleague = log_in("clerk"), log_in("second_clerk")
    address = f"/tasks/{reviewed['task']}"

    assert "放回（不由我办）" in clerk.post(f"{address}/claim").text
    assert "这项待办已由clerk同志签收" in colleague.get(address).text
    assert colleague.post(f"{address}/claim").status_code == 409
    assert "已放回" in clerk.post(f"{address}/release").text


def test_markup_in_what_people_type_stays_text(applicant: Browser, address: str, log_in: Login) -> None:
    applicant.post(address, {**FILLED, "title": "<script>alert(1)</script>", "_action": "submit"})

    for page in (applicant.get("/started").text, log_in("auditor").get("/audit").text):
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_the_replay_data_cannot_end_its_script_element(
    applicant: Browser, address: str, petition: dict[str, str]
) -> None:
    applicant.post(address, {**FILLED, "title": "</script><b>粗", "_action": "submit"})

    page = applicant.get(f"/cases/{petition['case']}").text

    assert "</script><b>" not in page
    assert "\\u003c/script>" in page


def test_a_refusal_of_the_rules_comes_back_with_the_form(reviewed: dict[str, str], log_in: Login) -> None:
    data: dict[str, Any] = {"outcome": "agree", "opinion_text": "短", "_action": "submit"}

    answer = log_in("clerk").post(f"/tasks/{reviewed['task']}", data)

    assert answer.status_code == 422
    assert "短" in answer.text
    assert "checked" in answer.text


def test_a_session_that_has_ended_does_not_wipe_out_what_scripts_show(applicant: Browser, address: str) -> None:
    applicant.client.cookies.clear()

    answer = applicant.post(address, {**FILLED, "_action": "refresh"}, headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer.headers["hx-retarget"] == "#main"
    assert "重新登录" in answer.text
    assert "<html" not in answer.text
