"""Elements, whatever the modeler that wrote them."""

from __future__ import annotations

import pytest

from engine import diagram
from engine.diagram.elements import Kind, Trigger

FOREIGN = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
    xmlns:x="urn:vendor" targetNamespace="t" exporter="Other">
  <collaboration id="c"><participant id="pool" name="\xe4\xb9\xa1\xe9\x95\x87" processRef="main"/><participant id="other" processRef="black"/></collaboration>
  <process id="black" isExecutable="false"><task id="b1"/></process>
  <process id="main" isExecutable="true" x:vendor="1">
    <extensionElements><x:thing><x:deep/></x:thing></extensionElements>
    <laneSet id="ls"><lane id="l1" name="\xe5\x8e\xbf\xe7\xba\xa7"><flowNodeRef>s</flowNodeRef><childLaneSet id="cls"><lane id="l2" name="\xe8\xb4\xa2\xe6\x94\xbf"><flowNodeRef>u</flowNodeRef></lane></childLaneSet></lane></laneSet>
    <startEvent id="s"/><userTask id="u" x:colour="red"><extensionElements><zeebe:formDefinition formKey="f"/></extensionElements></userTask>
    <dataObject id="d"/><dataObjectReference id="dr" dataObjectRef="d"/><textAnnotation id="t"><text>n</text></textAnnotation>
    <association id="as" sourceRef="u" targetRef="t"/><endEvent id="e"/>
    <sequenceFlow id="f1" sourceRef="s" targetRef="u"/><sequenceFlow id="f2" sourceRef="u" targetRef="e"/>
  </process>
</definitions>"""  # noqa: E501


def test_prefixes_vendors_pools_and_missing_layout_do_not_matter():
    read = diagram.read(FOREIGN)

    assert read.main is not None
    assert (read.main.id, read.pools["main"]) == ("main", "乡镇")
    assert list(read.main.scope.nodes) == ["s", "u", "e"]
    assert read.problems == ()
    assert [problem.code for problem in diagram.lint(FOREIGN)] == ["no-role", "no-formKey"]


@pytest.mark.parametrize("reference", ["gone", "s"])
def test_a_reference_that_leads_to_no_event_definition_is_a_problem(around, reference):
    event = f'<bpmn:task id="a"/><bpmn:endEvent id="x"><bpmn:eventDefinitionRef>{reference}</bpmn:eventDefinitionRef>'
    read = diagram.read(around(f"{event}</bpmn:endEvent>"))

    assert [(problem.code, problem.element_id) for problem in read.problems] == [("no-reference", "x")]


def test_only_boundary_events_are_attached(around):
    read = diagram.read(around('<bpmn:task id="a"/><bpmn:task id="b" attachedToRef="a"/>'))

    assert read.main is not None
    assert read.main.scope.boundary_events("a") == ()


def test_flows_may_do_without_an_id(around):
    twice = '<bpmn:task id="a"/><bpmn:task id="b"/>' + 2 * '<bpmn:sequenceFlow sourceRef="a" targetRef="b"/>'
    read = diagram.read(around(twice))

    assert read.main is not None
    assert [flow.id for flow in read.main.scope.incoming("b")] == ["a->b", "a->b#2"]
    assert read.problems == ()


def test_lanes_tell_where_a_step_lies(around):
    read = diagram.read(FOREIGN)

    assert read.main is not None
    assert (read.main.scope.nodes["s"].lane, read.main.scope.nodes["u"].lane) == ("县级", "财政")


def test_our_attributes_are_read(around):
    content = around(
        '<bpmn:userTask id="a" name="审查" anlan:formKey="F02" anlan:role="town_clerk">'
        "<bpmn:documentation>P02</bpmn:documentation>"
        '<bpmn:extensionElements><anlan:in source="x + 1" target="y"/><anlan:fieldRight key="amount" right="read"/>'
        "</bpmn:extensionElements></bpmn:userTask>"
    )

    node = diagram.read(content).processes[0].scope.nodes["a"]

    assert (node.kind, node.name, node.documentation, node.line) == (Kind.USER_TASK, "审查", "P02", 5)
    assert (node.extension.get("formKey"), node.extension.get("role")) == ("F02", "town_clerk")
    assert [(m.source.text, m.target) for m in node.extension.inputs] == [("x + 1", "y")]
    assert node.extension.field_rights == {"amount": "read"}


def test_references_are_resolved_with_or_without_prefix(around):
    content = around(
        '<bpmn:intermediateCatchEvent id="a"><bpmn:messageEventDefinition messageRef="bpmn:m"/>'
        "</bpmn:intermediateCatchEvent>",
        roots='<bpmn:message id="m" name="到账"/>',
    )

    event = diagram.read(content).processes[0].scope.nodes["a"].event

    assert (event.trigger, event.name) == (Trigger.MESSAGE, "到账")
