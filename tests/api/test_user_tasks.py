"""Tasks over JSON: once, by the right person, with nothing unknown."""

from __future__ import annotations

from typing import Any

from .conftest import APPLICATION, PDF, REVIEW, Login


def _complete(browser: Any, task: str, **body: Any) -> Any:
    return browser.api("POST", f"/user-tasks/{task}/completion", json=body)


def test_the_form_comes_with_the_task(petition: dict[str, str], log_in: Login) -> None:
    task = log_in("applicant").get(f"/api/v1/user-tasks/{petition['task']}").json()

    assert task["may_act"] is True
    assert task["form"]["id"] == "petition_form"
    assert set(task["form_schema"]["required"]) == {"title", "items"}


def test_somebody_else_sees_the_task_without_its_form(petition: dict[str, str], log_in: Login) -> None:
    task = log_in("clerk").get(f"/api/v1/user-tasks/{petition['task']}").json()

    assert (task["may_act"], task["form"], task["draft"]) == (False, None, None)
    assert task["reason"] == "这一环节由石溪村的村级申报员办理。"


def test_a_task_is_completed_once(petition: dict[str, str], log_in: Login) -> None:
    applicant = log_in("applicant")

    assert _complete(applicant, petition["task"], values=APPLICATION).status_code == 200
    again = _complete(applicant, petition["task"], values=APPLICATION)

    assert again.status_code == 409
    assert "已经办理过了" in again.json()["detail"]


def test_nothing_is_done_after_a_withdrawal(reviewed: dict[str, str], log_in: Login) -> None:
    withdrawal = f"/process-instances/{reviewed['case']}/withdrawal"
    assert log_in("applicant").api("POST", withdrawal, json={"reason": "资金已由别处解决"}).status_code == 204

    answer = _complete(log_in("clerk"), reviewed["task"], outcome="agree", values=REVIEW)

    assert answer.status_code == 409
    assert "已经取消" in answer.json()["detail"]


def test_unknown_fields_are_refused_with_their_path(petition: dict[str, str], log_in: Login) -> None:
    values = {**APPLICATION, "approved": True, "items": [{"name": "路面", "amount": 1, "secret": 2}]}

    answer = _complete(log_in("applicant"), petition["task"], values=values)

    assert answer.status_code == 422
    assert {problem["path"] for problem in answer.json()["problems"]} == {"approved", "items.0.secret"}


def test_errors_name_the_row(petition: dict[str, str], log_in: Login) -> None:
    values = {"title": "村口道路", "items": [{"name": "路面", "amount": "1.005"}, {"amount": "-3"}]}

    problems = _complete(log_in("applicant"), petition["task"], values=values).json()["problems"]

    assert {problem["path"] for problem in problems} == {"items.0.amount", "items.1.name", "items.1.amount"}
    assert all("第" in problem["message"] for problem in problems)


def test_an_outcome_is_one_of_the_tasks_own(reviewed: dict[str, str], log_in: Login) -> None:
    answer = _complete(log_in("clerk"), reviewed["task"], outcome="approve", values=REVIEW)

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["path"] == "outcome"


def test_a_missing_outcome_is_told_with_everything_else(reviewed: dict[str, str], log_in: Login) -> None:
    answer = _complete(log_in("clerk"), reviewed["task"], values={"opinion_text": "同意"})

    paths = {problem["path"] for problem in answer.json()["problems"]}
    assert {"outcome", "opinion_text", "conflict_declaration", "e_signature"} <= paths


def test_a_rejection_ends_the_case(reviewed: dict[str, str], log_in: Login) -> None:
    refusal = "该工程不属于本年度扶持范围，且资金已由其他渠道安排，不予同意。"
    opinion = {**REVIEW, "opinion_text": refusal, "legal_basis": "实施细则第十二条"}
    done = _complete(log_in("clerk"), reviewed["task"], outcome="reject", values=opinion)

    assert done.json()["ended"] is True, done.text
    case = log_in("applicant").get(f"/api/v1/process-instances/{reviewed['case']}").json()
    assert (case["status"], case["result"]) == ("completed", "不予同意")


def test_a_claimed_task_is_closed_to_the_colleague(reviewed: dict[str, str], log_in: Login) -> None:
    clerk, colleague = log_in("clerk"), log_in("second_clerk")
    assert clerk.api("POST", f"/user-tasks/{reviewed['task']}/claim").status_code == 204

    assert _complete(colleague, reviewed["task"], outcome="agree", values=REVIEW).status_code == 409
    assert colleague.get("/api/v1/user-tasks").json()["total"] == 0
    assert clerk.api("POST", f"/user-tasks/{reviewed['task']}/release").status_code == 204
    assert colleague.get("/api/v1/user-tasks").json()["total"] == 1


def test_a_draft_is_kept_for_its_writer_alone(reviewed: dict[str, str], log_in: Login) -> None:
    draft = {"values": {"opinion_text": "还没写完"}}
    clerk = log_in("clerk")
    assert clerk.api("PUT", f"/user-tasks/{reviewed['task']}/draft", json=draft).status_code == 204

    assert clerk.get(f"/api/v1/user-tasks/{reviewed['task']}").json()["draft"] == draft["values"]
    assert log_in("second_clerk").get(f"/api/v1/user-tasks/{reviewed['task']}").json()["draft"] is None


def test_a_document_is_named_by_its_id(petition: dict[str, str], log_in: Login) -> None:
    applicant = log_in("applicant")
    stored = applicant.api("POST", "/attachments", files={"file": ("决议.pdf", PDF, "application/pdf")}).json()

    done = _complete(applicant, petition["task"], values={**APPLICATION, "papers": [stored["id"]]})

    assert done.status_code == 200, done.text
    download = log_in("clerk").get(f"/api/v1/attachments/{stored['id']}")
    assert download.content == PDF
    assert download.headers["content-disposition"].startswith("attachment;")
    assert download.headers["x-content-type-options"] == "nosniff"
    assert log_in("other_clerk").get(f"/attachments/{stored['id']}").status_code == 404


def test_somebody_elses_document_cannot_be_submitted(petition: dict[str, str], log_in: Login) -> None:
    stored = log_in("other_applicant").api("POST", "/attachments", files={"file": ("决议.pdf", PDF, "application/pdf")})

    values = {**APPLICATION, "papers": [stored.json()["id"]]}
    answer = _complete(log_in("applicant"), petition["task"], values=values)

    assert answer.status_code == 422
    assert log_in("applicant").get(f"/attachments/{stored.json()['id']}").status_code == 404
