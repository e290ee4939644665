"""Business rule tasks of other tools."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "extension",
    ['<zeebe:calledDecision decisionId="risk" resultVariable="verdict"/>', None],
)
def test_the_decision_and_its_result_become_ours(extension, imported):
    attributes = "" if extension else 'camunda:decisionRef="risk" camunda:resultVariable="verdict"'
    inner = f"<bpmn:extensionElements>{extension}</bpmn:extensionElements>" if extension else ""

    result = imported(f'<bpmn:businessRuleTask id="a" {attributes}>{inner}</bpmn:businessRuleTask>')

    assert result.own("a") == {"decisionRef": "risk", "resultVariable": "verdict"}


def test_a_spiffworkflow_decision_gets_a_variable_for_its_result(imported):
    result = imported(
        '<bpmn:businessRuleTask id="a"><bpmn:extensionElements>'
        "<spiffworkflow:calledDecisionId>risk</spiffworkflow:calledDecisionId>"
        "</bpmn:extensionElements></bpmn:businessRuleTask>"
    )

    assert result.own("a") == {"decisionRef": "risk", "resultVariable": "risk"}
    assert result.told("needs-work", "result-variable")


def test_a_computed_decision_needs_work(imported):
    result = imported('<bpmn:businessRuleTask id="a" camunda:decisionRef="${which}"/>')

    assert result.own("a") == {}
    assert result.told("needs-work", "decision")


def test_a_list_of_results_needs_work(imported):
    result = imported(
        '<bpmn:businessRuleTask id="a" camunda:decisionRef="risk" camunda:mapDecisionResult="collectEntries"/>'
    )

    assert result.told("needs-work", "decision-result")


def test_a_rule_group_is_proposed_as_a_decision(imported):
    assert imported('<bpmn:businessRuleTask id="a" drools:ruleFlowGroup="risk"/>').own("a") == {"decisionRef": "risk"}
