"""Call activities and mappings of other tools."""

from __future__ import annotations

import pytest


def test_a_zeebe_call_names_its_process_by_the_standard(imported):
    result = imported(
        '<bpmn:callActivity id="a"><bpmn:extensionElements><zeebe:calledElement processId="child" '
        'propagateAllParentVariables="false"/></bpmn:extensionElements></bpmn:callActivity>'
    )

    assert result.element("a").get("calledElement") == "child"
    assert not result.told("needs-work")


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("", ["in", "out"]),
        ('propagateAllChildVariables="false"', ["in"]),
        ('propagateAllParentVariables="false" propagateAllChildVariables="true"', ["out"]),
    ],
)
def test_a_zeebe_call_hands_over_everything_unless_it_says_otherwise(imported, said, whole):
    result = imported(
        f'<bpmn:callActivity id="a"><bpmn:extensionElements><zeebe:calledElement processId="child" {said}/>'
        "</bpmn:extensionElements></bpmn:callActivity>"
    )

    assert not result.told("needs-work")
    assert result.whole("a") == whole


@pytest.mark.parametrize("call", ['calledElement="${which}"', 'camunda:caseRef="some_case"'])
def test_a_call_of_what_is_not_a_fixed_process_needs_work(call, imported):
    assert imported(f'<bpmn:callActivity id="a" {call}/>').told("needs-work", "called-element")


def test_camunda_mappings_become_ours(imported):
    result = imported(
        '<bpmn:callActivity id="a" calledElement="child"><bpmn:extensionElements>'
        '<camunda:in source="amount" target="limit"/>'
        '<camunda:in sourceExpression="${order.total * 2}" target="total"/>'
        '<camunda:out source="verdict" target="checked"/>'
        "</bpmn:extensionElements></bpmn:callActivity>"
    )

    assert result.mappings("a", "in") == {"limit": "amount", "total": "order.total * 2"}
    assert result.mappings("a", "out") == {"checked": "verdict"}


def test_handing_over_the_business_key_needs_work(imported):
    result = imported(
        '<bpmn:callActivity id="a" calledElement="child"><bpmn:extensionElements>'
        '<camunda:in businessKey="#{execution.processBusinessKey}"/></bpmn:extensionElements></bpmn:callActivity>'
    )

    assert result.content == result.before
    assert "businessKey" in result.told("needs-work", "mapping")[0].message


def test_camunda_hands_over_everything_too(imported):
    result = imported(
        '<bpmn:callActivity id="a" calledElement="child"><bpmn:extensionElements>'
        '<camunda:in variables="all"/><camunda:out variables="all"/></bpmn:extensionElements></bpmn:callActivity>'
    )

    assert result.whole("a") == ["in", "out"]
    assert not result.told("needs-work")


def test_zeebe_mappings_become_ours(imported):
    result = imported(
        '<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:ioMapping>'
        '<zeebe:input source="= order.total" target="amount"/><zeebe:input source="fixed" target="kind"/>'
        '<zeebe:output source="=answer.body" target="body"/>'
        "</zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask>"
    )

    assert result.mappings("a", "in") == {"amount": "order.total", "kind": '"fixed"'}
    assert result.mappings("a", "out") == {"body": "answer.body"}


def test_zeebe_inputs_to_parts_of_a_variable_become_one_context(imported):
    result = imported(
        '<bpmn:serviceTask id="a"><bpmn:extensionElements><zeebe:ioMapping>'
        '<zeebe:input source="=clerk" target="mail.from"/><zeebe:input source="x@y" target="mail.to.address"/>'
        "</zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask>"
    )

    assert result.mappings("a", "in") == {"mail": '{from: clerk, to: {address: "x@y"}}'}


def test_a_zeebe_call_with_inputs_hands_over_everything_besides(imported):
    result = imported(
        '<bpmn:callActivity id="a"><bpmn:extensionElements><zeebe:calledElement processId="child"/><zeebe:ioMapping>'
        '<zeebe:input source="= x" target="y"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:callActivity>'
    )

    assert "in" in result.whole("a")
    assert result.mappings("a", "in")["y"] == "x"


def test_a_spiffworkflow_call_hands_over_everything(imported):
    assert imported('<bpmn:callActivity id="a" calledElement="child"/>').whole("a") == ["in", "out"]


def test_a_spiffworkflow_call_of_a_process_that_says_what_it_takes_does_not(imported):
    called = '<bpmn:process id="child"><bpmn:ioSpecification/></bpmn:process>'

    assert imported('<bpmn:callActivity id="a" calledElement="child"/>', called).whole("a") == []


def test_camunda_parameters_become_ours(imported):
    result = imported(
        '<bpmn:serviceTask id="a"><bpmn:extensionElements><camunda:inputOutput>'
        '<camunda:inputParameter name="to">Dear ${name}</camunda:inputParameter>'
        '<camunda:outputParameter name="done">${answer == 1}</camunda:outputParameter>'
        "</camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"
    )

    assert result.mappings("a", "in") == {"to": '"Dear " + string(name)'}
    assert result.mappings("a", "out") == {"done": "answer = 1"}


@pytest.mark.parametrize(
    ("value", "ours"),
    [
        (
            "<camunda:list><camunda:value>${x}</camunda:value><camunda:value>y</camunda:value></camunda:list>",
            '[x, "y"]',
        ),
        ('<camunda:map><camunda:entry key="k">${x + 1}</camunda:entry></camunda:map>', '{"k": x + 1}'),
        ('<camunda:script scriptFormat="JavaScript">variables.path + 1</camunda:script>', "path + 1"),
    ],
)
def test_a_structured_parameter_becomes_ours(value, ours, imported):
    result = imported(
        '<bpmn:serviceTask id="a"><bpmn:extensionElements><camunda:inputOutput><camunda:inputParameter name="p">'
        f"{value}</camunda:inputParameter></camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"
    )

    assert result.mappings("a", "in") == {"p": ours}
    assert not result.told("needs-work")


@pytest.mark.parametrize(
    "parameter",
    [
        '<camunda:inputParameter name="a"><camunda:script scriptFormat="js" resource="x.js"/></camunda:inputParameter>',
        '<camunda:inputParameter name="a">${bean.run()}</camunda:inputParameter>',
        '<camunda:inputParameter name="a b">x</camunda:inputParameter>',
    ],
)
def test_a_parameter_that_cannot_be_said_needs_work(parameter, imported):
    result = imported(
        '<bpmn:serviceTask id="a"><bpmn:extensionElements><camunda:inputOutput>'
        f"{parameter}</camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"
    )

    assert result.content == result.before
    assert result.told("needs-work", "mapping")


def test_a_new_mapping_stands_on_a_line_of_its_own(imported):
    result = imported(
        '<bpmn:callActivity id="a" calledElement="b">\n  <bpmn:extensionElements>\n    '
        '<camunda:in source="x" target="y"/>\n  </bpmn:extensionElements>\n</bpmn:callActivity>'
    )

    assert b'target="y"/>\n    <anlan:in source="x" target="y"/>\n  </bpmn:extensionElements>' in result.content
