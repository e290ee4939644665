"""User tasks of other tools: forms, groups, people and due dates."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "attribute",
    [
        'camunda:formKey="check"',
        'camunda:formKey="embedded:app:forms/check.html"',
        'camunda:formRef="check"',
        'flowable:formKey="check"',
        'activiti:formKey="app:check.jsf"',
    ],
)
def test_a_form_key_becomes_ours(attribute, imported):
    result = imported(f'<bpmn:userTask id="a" {attribute}/>')

    assert result.own("a") == {"formKey": "check"}
    assert [change.element_id for change in result.told("translated", "form")] == ["a"]


def test_a_zeebe_form_becomes_ours(imported):
    result = imported(
        '<bpmn:userTask id="a"><bpmn:extensionElements><zeebe:formDefinition formId="check"/>'
        "</bpmn:extensionElements></bpmn:userTask>"
    )

    assert result.own("a") == {"formKey": "check"}


def test_a_spiffworkflow_form_becomes_ours(imported):
    result = imported(
        '<bpmn:userTask id="a"><bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property '
        'name="formJsonSchemaFilename" value="check.json"/></spiffworkflow:properties>'
        "</bpmn:extensionElements></bpmn:userTask>"
    )

    assert result.own("a") == {"formKey": "check"}


def test_a_computed_form_key_needs_work(imported):
    result = imported('<bpmn:userTask id="a" camunda:formKey="${form}"/>')

    assert result.own("a") == {}
    assert [change.element_id for change in result.told("needs-work", "form")] == ["a"]


@pytest.mark.parametrize("group", ["town_clerk", "乡镇移民经办人"])
def test_a_candidate_group_that_is_a_role_of_ours_becomes_the_role(group, imported):
    result = imported(f'<bpmn:userTask id="a" camunda:candidateGroups="{group}"/>')

    assert result.own("a") == {"role": "town_clerk"}


@pytest.mark.parametrize("groups", ["accounting", "town_clerk,town_lead", "${group}"])
def test_other_candidate_groups_need_work(groups, imported):
    result = imported(f'<bpmn:userTask id="a" camunda:candidateGroups="{groups}"/>')

    assert result.own("a") == {}
    assert "请选择办理角色" in result.told("needs-work", "role")[0].message
    assert result.element("a").get("{http://camunda.org/schema/1.0/bpmn}candidateGroups") == groups


def test_zeebe_candidate_groups_are_read(imported):
    result = imported(
        '<bpmn:userTask id="a"><bpmn:extensionElements><zeebe:assignmentDefinition '
        'candidateGroups="=[&quot;town_clerk&quot;]"/></bpmn:extensionElements></bpmn:userTask>'
    )

    assert result.own("a") == {"role": "town_clerk"}


def test_a_potential_owner_is_read(imported):
    result = imported(
        '<bpmn:userTask id="a"><bpmn:potentialOwner><bpmn:resourceAssignmentExpression><bpmn:formalExpression>'
        "group(town_lead)</bpmn:formalExpression></bpmn:resourceAssignmentExpression></bpmn:potentialOwner>"
        "</bpmn:userTask>"
    )

    assert result.own("a") == {"role": "town_lead"}


def test_a_lane_called_as_a_role_says_who_acts(imported):
    result = imported(
        '<bpmn:laneSet><bpmn:lane id="l" name="乡镇分管领导"><bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane>'
        '</bpmn:laneSet><bpmn:userTask id="a"/>'
    )

    assert result.own("a") == {"role": "town_lead"}


def test_an_assignee_needs_work(imported):
    result = imported('<bpmn:userTask id="a" camunda:assignee="${boss}"/>')

    assert "${boss}" in result.told("needs-work", "assignee")[0].message


@pytest.mark.parametrize(
    ("due", "period"),
    [("P5D", "P5D"), ("${dateTime().plusDays(3)}", "P3D"), ("${dateTime().plusHours(8).toDate()}", "PT8H")],
)
def test_a_due_date_counted_from_now_becomes_a_deadline(due, period, imported):
    result = imported(f'<bpmn:userTask id="a" camunda:dueDate="{due}"/>')

    assert result.own("a") == {"dueIn": period}


def test_a_zeebe_due_date_counted_from_now_becomes_a_deadline(imported):
    result = imported(
        '<bpmn:userTask id="a"><bpmn:extensionElements><zeebe:taskSchedule '
        'dueDate="= now() + duration(&quot;P3D&quot;)"/></bpmn:extensionElements></bpmn:userTask>'
    )

    assert result.own("a") == {"dueIn": "P3D"}


@pytest.mark.parametrize("due", ["2026-05-01", "${deadline}"])
def test_another_due_date_needs_work(due, imported):
    result = imported(f'<bpmn:userTask id="a" camunda:dueDate="{due}"/>')

    assert result.own("a") == {}
    assert result.told("needs-work", "due")


def test_what_we_say_already_stays(imported):
    result = imported(
        '<bpmn:userTask id="a" xmlns:anlan="urn:anlan:bpmn:1" anlan:formKey="ours" camunda:formKey="theirs"/>'
    )

    assert result.own("a") == {"formKey": "ours"}
    assert result.content == result.before
    assert "formKey" in result.told("kept")[0].message
