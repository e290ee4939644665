"""What other tools added and nobody translates."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "body",
    [
        '<bpmn:task id="a" camunda:asyncBefore="true"/>',
        '<bpmn:task id="a"><bpmn:extensionElements><signavio:signavioMetaData metaKey="bgcolor"/>'
        "</bpmn:extensionElements></bpmn:task>",
        '<bpmn:task id="a"><bpmn:extensionElements><unknown/></bpmn:extensionElements></bpmn:task>',
    ],
)
def test_it_is_kept_untouched_and_told(body, imported):
    result = imported(body)

    assert result.content == result.before
    assert [(change.element_id, change.kind, change.code) for change in result.changes] == [
        ("a", "kept", "vendor-data")
    ]


def test_it_is_told_once_for_an_element_and_tool(imported):
    result = imported(
        '<bpmn:task id="a" camunda:asyncBefore="true" camunda:exclusive="false"><bpmn:extensionElements>'
        "<camunda:properties/><camunda:properties/><signavio:x/></bpmn:extensionElements></bpmn:task>"
    )

    messages = [change.message for change in result.told("kept")]
    assert messages[0].startswith("Camunda 的 asyncBefore、exclusive、properties 原样保留")
    assert messages[1].startswith("Signavio 的 x 原样保留")


def test_what_the_import_itself_writes_is_not_told_as_left_over(imported):
    result = imported(
        '<bpmn:callActivity id="a" calledElement="b"><bpmn:extensionElements>'
        '<camunda:in source="x" target="y"/></bpmn:extensionElements></bpmn:callActivity>'
    )

    assert result.told("kept") == []


def test_a_model_of_ours_has_nothing_to_tell(imported):
    body = '<bpmn:userTask id="a" xmlns:anlan="urn:anlan:bpmn:1" anlan:role="town_clerk" anlan:formKey="check"/>'

    assert imported(body).changes == ()


@pytest.mark.parametrize("listener", ["executionListener", "taskListener"])
def test_a_listener_is_dropped_and_told(listener, imported):
    result = imported(
        '<bpmn:userTask id="a"><bpmn:extensionElements>\n'
        f'  <camunda:{listener} event="create" class="x.Y"/>\n'
        "  <camunda:properties/>\n</bpmn:extensionElements></bpmn:userTask>"
    )

    assert b"<bpmn:extensionElements>\n  <camunda:properties/>\n</bpmn:extensionElements>" in result.content
    assert 'class="x.Y"' in result.told("dropped", "listener")[0].message


@pytest.mark.parametrize("code", ["preScript", "postScript"])
def test_other_code_is_kept_and_needs_work(code, imported):
    result = imported(
        f'<bpmn:userTask id="a"><bpmn:extensionElements><spiffworkflow:{code}>x = 1</spiffworkflow:{code}>'
        "</bpmn:extensionElements></bpmn:userTask>"
    )

    assert result.content == result.before
    assert code in result.told("needs-work", "vendor-code")[0].message
