"""Multi-instance activities of other tools."""

from __future__ import annotations

import pytest
from lxml import etree

from engine.diagram.namespaces import own_attributes


def own(result):
    return own_attributes(result.part("a", "multiInstanceLoopCharacteristics"))


@pytest.mark.parametrize("prefix", ["camunda", "flowable", "activiti"])
@pytest.mark.parametrize("collection", ["items", "${items}"])
def test_the_collection_becomes_ours(prefix, collection, imported):
    result = imported(
        f'<bpmn:userTask id="a"><bpmn:multiInstanceLoopCharacteristics {prefix}:collection="{collection}" '
        f'{prefix}:elementVariable="item"/></bpmn:userTask>'
    )

    assert own(result) == {"collection": "items", "elementVariable": "item"}


def test_zeebe_characteristics_become_ours(imported):
    result = imported(
        '<bpmn:userTask id="a"><bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>'
        '<zeebe:loopCharacteristics inputCollection="= order.items" inputElement="item" '
        'outputCollection="answers" outputElement="= answer + 1"/></bpmn:extensionElements>'
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )

    assert own(result) == {
        "collection": "order.items",
        "elementVariable": "item",
        "outputCollection": "answers",
        "outputElement": "answer + 1",
    }


def test_the_completion_condition_counts_with_the_standards_names(imported):
    result = imported(
        '<bpmn:userTask id="a"><bpmn:multiInstanceLoopCharacteristics camunda:collection="items">'
        "<bpmn:completionCondition>${nrOfCompletedInstances &gt;= 2}</bpmn:completionCondition>"
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )

    assert result.text("a", "completionCondition") == "numberOfCompletedInstances >= 2"


def test_the_cardinality_is_translated(imported):
    result = imported(
        '<bpmn:userTask id="a"><bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>${n}</bpmn:loopCardinality>'
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )

    assert result.text("a", "loopCardinality") == "n"


def test_an_expression_in_the_standards_reference_is_translated(imported):
    result = imported(
        '<bpmn:userTask id="a"><bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>${items}'
        "</bpmn:loopDataInputRef></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )

    assert result.text("a", "loopDataInputRef") == "items"


def test_a_collection_from_a_bean_needs_work(imported):
    result = imported(
        '<bpmn:userTask id="a"><bpmn:multiInstanceLoopCharacteristics camunda:collection="${bean.items(1)}"/>'
        "</bpmn:userTask>"
    )

    assert own(result) == {}
    assert [change.element_id for change in result.told("needs-work", "multi-instance")] == ["a"]
    assert etree.tostring(result.root)
