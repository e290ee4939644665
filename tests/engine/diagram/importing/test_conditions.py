"""Conditions of other tools, where they stand in a model."""

from __future__ import annotations

import pytest


def flow(condition, attributes=""):
    return (
        '<bpmn:sequenceFlow id="f" sourceRef="a" targetRef="b"><bpmn:conditionExpression '
        f'xsi:type="bpmn:tFormalExpression" {attributes}>{condition}</bpmn:conditionExpression></bpmn:sequenceFlow>'
    )


def test_a_flows_condition_is_translated_where_it_stands(imported):
    result = imported(flow("${amount &gt; 3}"))

    assert result.text("f", "conditionExpression") == "amount > 3"
    change = result.told("translated", "expression")[0]
    assert (change.element_id, change.line) == ("f", 4)
    assert "${amount > 3}" in change.message


def test_a_condition_in_cdata_is_translated(imported):
    assert imported(flow("<![CDATA[${a && b}]]>")).text("f", "conditionExpression") == "a and b"


def test_a_conditional_event_is_translated(imported):
    result = imported(
        '<bpmn:intermediateCatchEvent id="a"><bpmn:conditionalEventDefinition><bpmn:condition>${a == 1}'
        "</bpmn:condition></bpmn:conditionalEventDefinition></bpmn:intermediateCatchEvent>"
    )

    assert result.text("a", "condition") == "a = 1"


def test_a_loop_condition_is_translated(imported):
    result = imported(
        '<bpmn:task id="a"><bpmn:standardLoopCharacteristics><bpmn:loopCondition>not done</bpmn:loopCondition>'
        "</bpmn:standardLoopCharacteristics></bpmn:task>"
    )

    assert result.text("a", "loopCondition") == 'list contains([null, false, 0, "", [], {}], done)'


@pytest.mark.parametrize("language", ["javascript", "http://www.java.com/java", "groovy", "python"])
def test_the_language_goes_once_the_expression_is_feel(language, imported):
    result = imported(flow("a == 1", f'language="{language}"'))

    assert result.text("f", "conditionExpression") == "a = 1"
    assert result.part("f", "conditionExpression").get("language") is None


def test_a_condition_that_cannot_be_translated_stays_and_needs_work(imported):
    result = imported(flow("${bean.check(order)}", 'language="juel"'))

    assert result.content == result.before
    assert [change.element_id for change in result.told("needs-work", "expression")] == ["f"]


def test_a_feel_condition_stays(imported):
    assert imported(flow("= amount &gt; 3")).changes == ()
