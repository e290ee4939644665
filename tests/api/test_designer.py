"""The designer's pages and deployments."""

from __future__ import annotations

from typing import Any

import pytest

from forms import library

from .conftest import DIAGRAMS, Browser, Login

XML = {"Content-Type": "application/xml"}
DIAGRAM = (DIAGRAMS / "petition.bpmn").read_bytes()


@pytest.fixture
def designer(log_in: Login) -> Browser:
    return log_in("designer")


def _deploy(designer: Browser, content: bytes) -> Any:
    return designer.api("POST", "/process-definitions", content=content, headers=XML)


def test_a_changed_diagram_becomes_the_next_version(designer: Browser, petition: dict[str, str]) -> None:
    changed = DIAGRAM.replace("乡镇审查".encode(), "乡镇复核".encode())

    answer = _deploy(designer, changed)

    assert answer.status_code == 201, answer.text
    assert answer.json()["version"] == 2
    page = designer.get("/designer").text
    assert "第 2 版" in page
    case = designer.client.get(f"/api/v1/process-instances/{petition['case']}")
    assert case.status_code == 404  # designers do not read cases


def test_running_cases_stay_on_their_version(designer: Browser, reviewed: dict[str, str], log_in: Login) -> None:
    _deploy(designer, DIAGRAM.replace("乡镇审查".encode(), "乡镇复核".encode()))

    clerk = log_in("clerk")
    assert clerk.get(f"/api/v1/user-tasks/{reviewed['task']}").json()["name"] == "乡镇审查"
    assert "乡镇审查" in clerk.get(f"/cases/{reviewed['case']}/diagram").text


def test_an_unchanged_diagram_makes_no_version(designer: Browser) -> None:
    answer = _deploy(designer, DIAGRAM)

    assert answer.status_code == 200
    assert answer.json()["unchanged"] is True


def test_a_diagram_does_not_bring_a_changed_form_back_to_what_was_shipped(designer: Browser) -> None:
    form = library.content("signature_form").replace("签批表".encode(), "本县签批表".encode())
    diagram = DIAGRAM.replace(b"petition_form", b"signature_form")
    _deploy(designer, diagram)
    designer.api("POST", "/deployments", files={"files": ("signature_form.json", form)})

    _deploy(designer, diagram.replace("乡镇审查".encode(), "乡镇复核".encode()))

    again = designer.api("POST", "/deployments", files={"files": ("signature_form.json", form)})
    assert again.json()["resources"] == []  # the changed form is still the newest


@pytest.mark.parametrize(
    ("content", "element"),
    [
        (b"not xml at all", None),
        (b"\x00\xff\xfe", None),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><definitions/>', None),
        (DIAGRAM.replace(b'sourceRef="start"', b'sourceRef="nowhere"'), "to_apply"),
        (DIAGRAM.replace(b'review.outcome = "agree"', b"__import__('os').system('id')"), "agreed"),
        (DIAGRAM.replace(b'anlan:role="town_lead"', b'anlan:role="nobody"'), "sign"),
        (DIAGRAM.replace(b"petition_form", b"no_such_form"), "apply"),
    ],
)
def test_a_bad_diagram_is_refused_with_its_place(content: bytes, element: str | None, designer: Browser) -> None:
    answer = _deploy(designer, content)

    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["type"].startswith("urn:anlan:problem:")
    assert problem["problems"]
    if element:
        assert element in {found["element_id"] for found in problem["problems"]}
        assert all(found["line"] for found in problem["problems"])
    assert len(designer.get("/api/v1/process-definitions").json()) == 1


@pytest.mark.parametrize("key", [b"", b"x/y"])
def test_a_process_without_a_proper_key_is_neither_kept_nor_deployed(key: bytes, designer: Browser) -> None:
    unnamed = DIAGRAM.replace(b'<bpmn:process id="petition"', b'<bpmn:process id="' + key + b'"')

    for method, path in (("POST", "/process-definitions"), ("PUT", "/process-definitions/draft")):
        answer = designer.api(method, path, content=unnamed, headers=XML)
        assert answer.status_code == 422
        assert "流程" in answer.json()["problems"][0]["message"]
        assert answer.json()["problems"][0]["line"] == 4


def test_a_process_may_be_named_in_chinese(designer: Browser, log_in: Login) -> None:
    _deploy(designer, DIAGRAM.replace(b'id="petition"', 'id="修缮"'.encode()))
    applicant = log_in("applicant")
    started = applicant.api("POST", "/process-instances", json={"process_key": "修缮"}).json()

    answer = applicant.get(f"/cases/{started['instance_id']}/diagram")

    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%E4%BF%AE%E7%BC%AE-1.bpmn"
    assert designer.get("/designer/修缮/diagram?version=1").status_code == 200


def test_every_finding_of_the_lint_is_told_as_data(designer: Browser) -> None:
    faulty = DIAGRAM.replace(b"anlan:role=", b"anlan:rol=", 1).replace(b"anlan:formKey=", b"anlan:titleTemplate=", 1)

    checked = designer.api("POST", "/process-definitions/lint", content=faulty, headers=XML)
    deployed = _deploy(designer, faulty)

    assert (checked.status_code, deployed.status_code) == (200, 422)
    found = checked.json()["problems"]
    assert found == deployed.json()["problems"]
    assert {problem["code"] for problem in found} >= {"no-role", "unknown-attribute", "attribute-ignored"}
    assert all(set(problem) == {"severity", "element_id", "line", "code", "message"} for problem in found)


def test_a_faulty_decision_table_says_where(designer: Browser) -> None:
    table = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="d" namespace="urn:d">\n'
        '<decision id="level" name="level"><literalExpression><text>1 +</text></literalExpression></decision>'
        "</definitions>"
    )

    answer = designer.api("POST", "/decisions", content=table.encode(), headers=XML)

    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert (problem["severity"], problem["element_id"], problem["line"]) == ("error", "level", 2)


def test_a_file_without_decisions_changes_nothing(designer: Browser) -> None:
    empty = b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="d" namespace="urn:d"/>'

    answers = (
        designer.api("POST", "/decisions", content=empty, headers=XML),
        designer.api("POST", "/deployments", files={"files": ("a.dmn", empty)}),
        designer.post("/designer/upload", {"_action": "deploy"}, files={"file": ("a.dmn", empty)}),
    )

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert "没有决策表" in answers[0].text


def test_files_of_two_megabytes_are_deployed_together(designer: Browser) -> None:
    padded = DIAGRAM.replace(b"</bpmn:definitions>", b"<!--" + b"x" * 1_500_000 + b"--></bpmn:definitions>")

    assert designer.api("POST", "/deployments", files={"files": ("a.bpmn", padded)}).status_code == 201


def test_a_refused_upload_shows_the_element_on_the_page(designer: Browser) -> None:
    bad = DIAGRAM.replace(b'anlan:role="town_lead"', b'anlan:role="nobody"')

    answer = designer.post("/designer/upload", {"_action": "deploy"}, files={"file": ("a.bpmn", bad)})

    assert answer.status_code == 422
    assert "没有部署，也没有保存" in answer.text
    assert "元素 sign" in answer.text


def test_a_draft_is_kept_until_it_is_deployed(designer: Browser) -> None:
    draft = DIAGRAM.replace(b'anlan:role="town_lead"', b'anlan:role="nobody"')

    saved = designer.api("PUT", "/process-definitions/draft", content=draft, headers=XML)

    assert saved.status_code == 200
    assert saved.json()["key"] == "petition"
    errors = [problem["element_id"] for problem in saved.json()["problems"] if problem["severity"] == "error"]
    assert errors == ["sign"]
    assert designer.get("/designer/petition/diagram?version=draft").content == draft
    assert "草稿" in designer.get("/designer/petition").text


def test_a_new_diagram_is_uploaded_as_a_draft(designer: Browser) -> None:
    new = DIAGRAM.replace(b'"petition"', b'"petition_two"')

    answer = designer.post("/designer/upload", {"_action": "draft"}, files={"file": ("new.bpmn", new)})

    assert answer.url.path == "/designer/petition_two"
    assert answer.status_code == 200


def test_the_editor_gets_its_pick_lists(designer: Browser) -> None:
    catalogue = designer.get("/api/v1/catalogue").json()

    assert {"key": "town_clerk", "name": "乡镇移民经办人"} in catalogue["roles"]
    assert {"key": "project_application", "name": "项目扶持申报书"} in catalogue["forms"]
    assert {"key": "petition", "name": "修缮申请"} in catalogue["processes"]
    assert {"key": "external.", "name": "由外部程序办理", "parameters": []} in catalogue["connectors"]


def test_files_are_deployed_together_or_not_at_all(designer: Browser) -> None:
    changed = DIAGRAM.replace("乡镇审查".encode(), "乡镇复核".encode())
    files = [("files", ("petition.bpmn", changed)), ("files", ("broken.json", b"{"))]

    answer = designer.api("POST", "/deployments", files=files)

    assert answer.status_code == 422
    assert len(designer.get("/api/v1/process-definitions").json()) == 1


@pytest.mark.parametrize("name", ["a.exe", "a", "../../a.bpmn.txt", ""])
def test_other_kinds_of_files_are_refused(name: str, designer: Browser) -> None:
    answer = designer.post("/designer/upload", {"_action": "deploy"}, files={"file": (name, b"content")})

    assert answer.status_code in (409, 422)


@pytest.mark.parametrize("path", ["petition?version=99", "petition?version=x", "nothing", "decisions/nothing"])
def test_what_is_not_there_is_not_found(path: str, designer: Browser) -> None:
    assert designer.get(f"/designer/{path}").status_code == 404
