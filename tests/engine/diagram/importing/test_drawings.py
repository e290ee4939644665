"""Models that come without a drawing."""

from __future__ import annotations

import pytest
from lxml import etree

from engine import diagram

LOOP = """
<bpmn:startEvent id="s"/><bpmn:userTask id="a"/><bpmn:exclusiveGateway id="g"/><bpmn:endEvent id="e"/>
<bpmn:boundaryEvent id="b" attachedToRef="a"/><bpmn:subProcess id="sub"><bpmn:startEvent id="i"/></bpmn:subProcess>
<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="a"/><bpmn:sequenceFlow id="f2" sourceRef="a" targetRef="g"/>
<bpmn:sequenceFlow id="back" sourceRef="g" targetRef="a"/><bpmn:sequenceFlow id="f3" sourceRef="g" targetRef="e"/>
<bpmn:sequenceFlow id="f4" sourceRef="b" targetRef="sub"/>
"""


def boxes(content):
    bounds = etree.fromstring(content).iter("{http://www.omg.org/spec/DD/20100524/DC}Bounds")
    return {
        bound.getparent().get("bpmnElement"): [int(bound.get(name)) for name in ("x", "y", "width", "height")]
        for bound in bounds
    }


def drawn(content):
    root = etree.fromstring(content)
    parts = root.iter("{http://www.omg.org/spec/BPMN/20100524/DI}*")
    return [part.get("bpmnElement") for part in parts if part.get("bpmnElement")]


def test_every_node_and_flow_is_drawn_once(model):
    content, changes = diagram.add_drawing(model(LOOP))

    assert sorted(drawn(content)) == sorted(["p", *"sagebi", "sub", "f1", "f2", "f3", "f4", "back"])
    assert [(change.kind, change.code) for change in changes] == [("translated", "drawing")]


def test_what_follows_stands_further_right_and_inner_nodes_inside(model):
    found = boxes(diagram.add_drawing(model(LOOP))[0])

    assert found["s"][0] < found["a"][0] < found["g"][0] < found["e"][0]
    x, y, width, height = found["sub"]
    assert x < found["i"][0] < x + width
    assert y < found["i"][1] < y + height


def test_nothing_is_drawn_over_anything_else(model):
    found = boxes(diagram.add_drawing(model(LOOP))[0])
    apart = [found[key] for key in ("s", "a", "g", "e", "sub")]

    for one in apart:
        for other in apart:
            beside = one[0] + one[2] <= other[0] or other[0] + other[2] <= one[0]
            above = one[1] + one[3] <= other[1] or other[1] + other[3] <= one[1]
            assert one is other or beside or above


def test_a_drawing_that_is_there_stays(model):
    content, _ = diagram.add_drawing(model(LOOP))

    assert diagram.add_drawing(content) == (content, ())


def test_pools_are_not_drawn_but_told(model):
    pools = '<bpmn:collaboration id="c"><bpmn:participant id="pool" processRef="p"/></bpmn:collaboration>'

    content, changes = diagram.add_drawing(model(LOOP, pools))

    assert content == model(LOOP, pools)
    assert [change.code for change in changes] == ["no-drawing"]


@pytest.mark.parametrize("body", ["", "<bpmn:task/>", '<bpmn:sequenceFlow id="f" sourceRef="x" targetRef="y"/>'])
def test_what_cannot_be_drawn_is_left_out(body, model):
    content, _ = diagram.add_drawing(model(body))

    assert "f" not in drawn(content)
