"""Service tasks of other tools become proposals for connectors."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("attributes", "connector"),
    [
        ('camunda:type="external" camunda:topic="mail"', "mail"),
        ('camunda:delegateExpression="${archiver}"', "archiver"),
        ('camunda:expression="#{archiver.run(order)}"', "archiver"),
        ('camunda:class="org.acme.SendMail"', "SendMail"),
        ('flowable:type="http"', "http"),
        ('activiti:delegateExpression="${archiver}"', "archiver"),
    ],
)
@pytest.mark.parametrize("kind", ["serviceTask", "sendTask"])
def test_the_work_is_proposed_as_a_connector(attributes, connector, kind, imported):
    result = imported(f'<bpmn:{kind} id="a" {attributes}/>')

    assert result.own("a") == {"connector": connector}
    assert f"连接器 {connector}" in result.told("needs-work", "connector")[0].message


def test_a_zeebe_task_type_is_proposed_as_a_connector(imported):
    result = imported(
        '<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="pay" retries="3"/>'
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )

    assert result.own("a") == {"connector": "pay"}


def test_a_spiffworkflow_service_is_proposed_with_its_parameters(imported):
    result = imported(
        '<bpmn:serviceTask id="a"><bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="http/Get" '
        'resultVariable="answer"><spiffworkflow:parameters><spiffworkflow:parameter id="url" type="str" '
        "value=\"'x/' + name\"/></spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )

    assert result.own("a") == {"connector": "http/Get", "resultVariable": "answer"}
    assert result.mappings("a", "in") == {"url": '"x/" + name'}


def test_the_result_variable_becomes_ours(imported):
    result = imported('<bpmn:serviceTask id="a" camunda:expression="${a.run()}" camunda:resultVariable="answer"/>')

    assert result.own("a")["resultVariable"] == "answer"


def test_injected_fields_become_inputs(imported):
    result = imported(
        '<bpmn:serviceTask id="a" camunda:class="a.Mail"><bpmn:extensionElements>'
        '<camunda:field name="to" stringValue="x@y"/><camunda:field name="text">'
        "<camunda:expression>Dear ${name}</camunda:expression></camunda:field>"
        "</bpmn:extensionElements></bpmn:serviceTask>"
    )

    assert result.mappings("a", "in") == {"to": '"x@y"', "text": '"Dear " + string(name)'}


def test_work_on_an_event_needs_work(imported):
    result = imported(
        '<bpmn:endEvent id="e"><bpmn:messageEventDefinition camunda:type="external" camunda:topic="tell"/>'
        "</bpmn:endEvent>"
    )

    assert result.content == result.before
    assert [change.element_id for change in result.told("needs-work", "connector")] == ["e"]


def test_a_plain_computation_becomes_a_script(imported):
    result = imported('<bpmn:serviceTask id="a" camunda:expression="${x + 1}" camunda:resultVariable="y"/>')

    assert result.element("a").tag.endswith("}scriptTask")
    assert result.text("a", "script") == "y = x + 1"
    assert [change.element_id for change in result.told("translated", "script")] == ["a"]


def test_a_computation_for_nothing_needs_work(imported):
    result = imported('<bpmn:serviceTask id="a" camunda:expression="${x + 1}"/>')

    assert result.content == result.before
    assert "结果没有存入变量" in result.told("needs-work", "connector")[0].message


def test_results_are_kept_where_only_inputs_are_mapped(imported):
    result = imported(
        '<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:taskDefinition type="pay"/><zeebe:ioMapping>'
        '<zeebe:input source="=n" target="k"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask>'
    )

    assert result.whole("a") == ["out"]
