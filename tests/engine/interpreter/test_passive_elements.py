"""What is drawn and described but carries no token: it changes nothing, wherever it lies."""

from __future__ import annotations

import pytest

from engine import diagram
from engine.interpreter import compile_definition

PROCESS = """
    s: startEvent
    work: userTask
    e: endEvent
    s -> work -> e
    {passive}
"""
PASSIVE = {
    "text annotation": '<bpmn:textAnnotation id="n"><bpmn:text>注意</bpmn:text></bpmn:textAnnotation>'
    '<bpmn:association id="a" sourceRef="work" targetRef="n"/>',
    "group": '<bpmn:group id="n" categoryValueRef="c"/>',
    "data object": '<bpmn:dataObject id="d"/><bpmn:dataObjectReference id="n" dataObjectRef="d"/>',
    "data store": '<bpmn:dataStoreReference id="n"/>',
    "lanes": '<bpmn:laneSet id="n"><bpmn:lane id="l" name="镇"><bpmn:flowNodeRef>work</bpmn:flowNodeRef></bpmn:lane>'
    "</bpmn:laneSet>",
    "documentation": "<bpmn:documentation>说明</bpmn:documentation>",
    "process property": '<bpmn:property id="n" name="x"/>',
    "input and output": '<bpmn:ioSpecification id="n"><bpmn:dataInput id="x" name="x"/><bpmn:inputSet id="i"/>'
    '<bpmn:outputSet id="o"/></bpmn:ioSpecification>',
}


@pytest.mark.parametrize("element", PASSIVE)
def test_it_changes_nothing(play, element):
    case = play(PROCESS.format(passive=PASSIVE[element]))

    assert case.open == ["work"]
    assert case.complete("work").ended == "e"


def test_a_lane_is_told_with_its_activity(draw):
    spec = compile_definition(draw(PROCESS.format(passive=PASSIVE["lanes"])))

    assert spec.activities["work"].lane == "镇"


def test_data_associations_that_only_draw_an_arrow_change_nothing(play):
    arrows = (
        '<bpmn:dataInputAssociation id="i"><bpmn:sourceRef>d</bpmn:sourceRef><bpmn:targetRef>x</bpmn:targetRef>'
        '</bpmn:dataInputAssociation><bpmn:dataOutputAssociation id="o"><bpmn:targetRef>d</bpmn:targetRef>'
        "</bpmn:dataOutputAssociation>"
    )
    case = play(f'<bpmn:dataObject id="d"/>\n s: startEvent\n work: userTask {arrows}\n s -> work')

    assert case.complete("work", x=1).variables == {"x": 1}


def test_data_associations_that_compute_are_told(draw):
    computes = (
        '<bpmn:dataInputAssociation id="i"><bpmn:targetRef>x</bpmn:targetRef><bpmn:assignment><bpmn:from>1</bpmn:from>'
        "<bpmn:to>x</bpmn:to></bpmn:assignment></bpmn:dataInputAssociation>"
    )
    found = diagram.lint(draw(f"s: startEvent\n work: manualTask {computes}\n e: endEvent\n s -> work -> e"))

    assert [(problem.code, problem.element_id) for problem in found] == [("data-association", "i")]


def test_the_pools_of_a_collaboration_only_name_their_processes(draw):
    pool = '<bpmn:collaboration id="c"><bpmn:participant id="k" name="县里" processRef="p"/></bpmn:collaboration>'
    content = draw("s: startEvent\n e: endEvent\n s -> e").replace(b"<bpmn:process", pool.encode() + b"<bpmn:process")

    assert compile_definition(content).name == "县里"
