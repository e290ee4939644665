"""停滞点 in a browser: found, changed, tried again; on a telephone and without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine import diagram
from engine.calls.commands import FailCall
from engine.commands import SYSTEM, DeploymentResource, DeployResources, StartProcess
from engine.model import ConnectorCall, Incident

from .conftest import Office, Person
from .test_pages import AXE, _sticks_out, _violations

CHECKED = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d"
  targetNamespace="urn:t"><process id="checked" name="收款账户核验" isExecutable="true"><startEvent id="s"/>
  <serviceTask id="check" name="核验账户" anlan:connector="external.bank"><extensionElements>
    <anlan:in source="124006.50" target="amount"/><anlan:in source="date(&quot;2026-03-02&quot;)" target="day"/>
    <anlan:in source="&quot;2010000987654321&quot;" target="account"/><anlan:in source="true" target="urgent"/>
    <anlan:in source="[{name: &quot;石溪村&quot;, amount: 1}]" target="payees"/></extensionElements></serviceTask>
  <endEvent id="e" name="已核验"/><sequenceFlow id="f" sourceRef="s" targetRef="check"/>
  <sequenceFlow id="g" sourceRef="check" targetRef="e"/></process></definitions>""".replace("{{", "{").replace(
    "}}", "}"
)


@pytest.fixture
def incident(office: Office) -> str:
    drawn, _ = diagram.add_drawing(CHECKED.encode())
    resource = DeploymentResource(name="checked.bpmn", content=drawn)
    office.engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))
    office.engine.execute(StartProcess(actor=SYSTEM, process_key="checked", region_code="330324113227"))
    with office.engine.database.read() as connection:
        call_id = str(connection.scalar(select(ConnectorCall.id)))
    message = "向 bank.example.gov.cn 核验账户没有办成：对方要求账号为 19 位。"
    office.engine.execute(FailCall(actor=SYSTEM, call_id=call_id, code="refused", message=message))
    with office.engine.database.read() as connection:
        return str(connection.scalar(select(Incident.id)))


def _change(person: Person) -> None:
    person.page.locator("summary", has_text="修改输入后重试").click()
    for name, text in (("account", "2010000987654321019"), ("amount", "124,006.60")):
        person.page.locator(f'[name="input:{name}"]').fill(text)
    person.page.get_by_label("修改和重试的原因").fill("账号少抄三位")
    person.press("下一步：核对改动")


@pytest.mark.parametrize("width", [1280, 390])
def test_incident_pages_suit_a_telephone_and_a_desk(incident: str, enter: Any, width: int) -> None:
    admin = enter("admin")
    admin.page.set_viewport_size({"width": width, "height": 844})
    for path in ("/incidents", f"/incidents/{incident}", "/incidents?state=closed"):
        admin.go(path)
        for summary in admin.page.locator("details.card > summary").all():
            summary.click()
        assert not _sticks_out(admin), path
        if AXE.is_file():
            assert _violations(admin) == [], path


@pytest.mark.parametrize("scripts", [True, False])
def test_inputs_are_changed_after_the_changes_were_seen(
    incident: str, enter: Any, office: Office, scripts: bool
) -> None:
    admin = enter("admin", java_script_enabled=scripts)
    admin.go(f"/incidents/{incident}")
    _change(admin)

    shown = admin.page.locator("main").inner_text()
    assert "请核对改动" in shown
    assert "124006.60" in shown
    admin.press("确认按改后的输入重试")
    assert "已经重新调用" in admin.page.locator("main").inner_text()
    with office.engine.database.read() as connection:
        inputs = connection.scalar(select(ConnectorCall.inputs))
    assert (inputs["account"], str(inputs["amount"])) == ("2010000987654321019", "124006.60")


def test_many_are_tried_again_from_the_list(incident: str, enter: Any) -> None:
    admin = enter("admin")
    admin.go("/incidents")
    admin.page.get_by_role("link", name="同样的错误").click()
    admin.page.get_by_role("checkbox").check()
    admin.page.get_by_label("重试原因").fill("银行接口已经恢复")
    admin.press("重试所选")

    assert "其中 1 个已经继续或重新送出" in admin.page.locator("main").inner_text()
