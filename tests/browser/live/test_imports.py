"""A designer imports another tool's model: on a desk and on a telephone, up to the editor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .conftest import Office

AXE = Path(__file__).parents[3] / "api/frontend/node_modules/axe-core/axe.min.js"
MODEL = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="urn:test">
 <process id="invoice" name="发票审核">
  <startEvent id="start"/>
  <sequenceFlow id="f1" sourceRef="start" targetRef="check"/>
  <userTask id="check" name="核对发票" camunda:candidateGroups="accounting" camunda:asyncBefore="true"/>
  <sequenceFlow id="f2" sourceRef="check" targetRef="end">
   <conditionExpression>${approved == 'yes'}</conditionExpression>
  </sequenceFlow>
  <endEvent id="end"/>
 </process>
</definitions>
"""


@pytest.mark.parametrize("width", [1280, 390])
def test_a_foreign_model_is_imported_and_opened(width: int, office: Office, enter: Any, tmp_path: Path) -> None:
    (tmp_path / "invoice.bpmn").write_text(MODEL, "utf-8")
    designer = enter("designer")
    page = designer.page
    page.set_viewport_size({"width": width, "height": 844})

    designer.go("/designer")
    page.get_by_role("link", name="导入外部模型").click()
    page.set_input_files("input[type=file]", tmp_path / "invoice.bpmn")
    designer.press("导入为草稿")

    page.get_by_text("“accounting”不是本系统的岗位").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    if AXE.is_file():
        page.evaluate(AXE.read_text())
        assert page.evaluate("axe.run().then(({ violations }) => violations.map(({ id }) => id))") == []
    page.get_by_role("link", name="打开设计器").click()
    page.locator('.djs-element[data-element-id="check"]').wait_for()
