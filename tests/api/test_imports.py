"""Models of other tools come in as drafts: by page, by program, at the command line."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine.model import HistoryEvent
from engine.process_engine import ProcessEngine

from .conftest import Browser, Login

XML = {"Content-Type": "application/xml"}
MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
 id="d" targetNamespace="urn:test">
 <process id="invoice" name="发票审核">
  <startEvent id="start"/>
  <sequenceFlow id="f1" sourceRef="start" targetRef="check"/>
  <userTask id="check" name="核对发票" camunda:formKey="embedded:app:check.html" camunda:candidateGroups="accounting">
   <extensionElements><camunda:properties/><camunda:taskListener class="x.Y"/></extensionElements>
  </userTask>
  <sequenceFlow id="f2" sourceRef="check" targetRef="end">
   <conditionExpression>${approved == 'yes'}</conditionExpression>
  </sequenceFlow>
  <endEvent id="end"/>
 </process>
</definitions>
""".encode()


@pytest.fixture
def designer(log_in: Login) -> Browser:
    return log_in("designer")


def _upload(designer: Browser, content: bytes = MODEL, **fields: str) -> Any:
    return designer.post("/designer/import", fields, files={"file": ("invoice.bpmn", content)})


def test_the_page_offers_the_import(designer: Browser) -> None:
    assert 'href="/designer/import"' in designer.get("/designer").text
    assert "导入为草稿" in designer.get("/designer/import").text


def test_an_upload_is_reported_and_kept_as_a_draft(designer: Browser) -> None:
    answer = _upload(designer)

    assert answer.status_code == 200
    for said in ("需要处理", "已去掉", "已翻译", "原样保留", "核对发票", "“accounting”不是本系统的岗位", "检查结果"):
        assert said in answer.text
    assert 'href="/designer/invoice?version=draft"' in answer.text
    kept = designer.get("/designer/invoice/diagram?version=draft").text
    assert 'approved = "yes"' in kept
    assert 'anlan:formKey="check"' in kept
    assert 'bpmnElement="check"' in kept  # the model came without a drawing
    assert designer.get("/designer/invoice?version=draft").status_code == 200


def test_an_import_deploys_nothing(designer: Browser) -> None:
    _upload(designer)

    assert [item["key"] for item in designer.get("/api/v1/process-definitions").json()] == ["petition"]


def test_an_import_is_recorded(designer: Browser, engine: ProcessEngine) -> None:
    _upload(designer)

    with engine.database.read() as connection:
        types = connection.scalars(select(HistoryEvent.type).where(HistoryEvent.stream == "definitions")).all()
    assert types[-1] == "DraftSaved"


def test_another_draft_is_replaced_only_when_asked_to(designer: Browser) -> None:
    _upload(designer)
    other = MODEL.replace("核对发票".encode(), "复核发票".encode())

    refused = _upload(designer, other)
    assert refused.status_code == 409
    assert "designer同志" in refused.text
    assert "核对发票" in designer.get("/designer/invoice/diagram?version=draft").text

    assert _upload(designer, other, replace="yes").status_code == 200
    assert "复核发票" in designer.get("/designer/invoice/diagram?version=draft").text


def test_importing_the_same_file_again_is_no_conflict(designer: Browser) -> None:
    assert [_upload(designer).status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"\x00\xff",
        b'<!DOCTYPE d [<!ENTITY e "x">]><d/>',
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
        MODEL.replace(b'id="invoice"', b'id="a b"'),
        MODEL.replace(b'id="invoice"', b""),
        MODEL + b" " * 2_100_000,
    ],
)
def test_a_bad_file_is_refused_with_its_reason(content: bytes, designer: Browser) -> None:
    answer = _upload(designer, content)

    assert answer.status_code == 422
    assert "没有导入" in answer.text
    assert designer.api("POST", "/process-definitions/import", content=content, headers=XML).status_code == 422


def test_a_form_without_a_file_is_refused(designer: Browser) -> None:
    answer = designer.post("/designer/import", {"replace": "yes"})

    assert answer.status_code == 422
    assert "请选择一个 .bpmn 或 .xml 文件" in answer.text


def test_a_program_gets_the_changes_as_data(designer: Browser) -> None:
    answer = designer.api("POST", "/process-definitions/import", content=MODEL, headers=XML)

    assert answer.status_code == 200
    body = answer.json()
    assert body["key"] == "invoice"
    told = next(change for change in body["changes"] if change["element_id"] == "f2")
    assert (told["line"], told["kind"], told["code"]) == (11, "translated", "expression")
    assert {change["kind"] for change in body["changes"]} == {"translated", "dropped", "kept", "needs-work"}
    assert "no-role" in {problem["code"] for problem in body["problems"]}


def test_a_program_replaces_a_draft_only_when_it_says_so(designer: Browser) -> None:
    designer.api("POST", "/process-definitions/import", content=MODEL, headers=XML)
    other = MODEL.replace("核对发票".encode(), "复核发票".encode())

    refused = designer.api("POST", "/process-definitions/import", content=other, headers=XML)
    done = designer.api("POST", "/process-definitions/import?replace=true", content=other, headers=XML)

    assert (refused.status_code, done.status_code) == (409, 200)
    assert refused.json()["type"] == "urn:anlan:problem:draft-in-the-way"


@pytest.mark.parametrize("login", ["clerk", "auditor"])
def test_only_designers_import(login: str, log_in: Login) -> None:
    person = log_in(login)

    assert person.get("/designer/import").status_code == 403
    assert _upload(person).status_code == 403
    assert person.api("POST", "/process-definitions/import", content=MODEL, headers=XML).status_code == 403
