"""What is imported runs as it did in its own tool."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from engine import Session, diagram

PLACE = '<bpmn:startEvent id="s"/>{}<bpmn:endEvent id="e"/>' + (
    '<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="t"/><bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="e"/>'
)


@pytest.fixture
def run(model: Callable[..., bytes]) -> Callable[..., tuple[str | None, Mapping[str, Any], list[str]]]:
    """Import, deploy, start and complete every task; gives the end, the variables and the way."""

    def play(body: str, variables: Mapping[str, Any], roots: str = "", **connectors: Any) -> Any:
        content, _ = diagram.import_draft(model(body, roots))
        with Session("sqlite://", connectors=connectors or None) as session:
            session.deploy(content)
            case = session.start("p", variables)
            while tasks := session.tasks(case):
                session.complete(tasks[0].id, {})
            way = [passed.element_id for passed in session.history(case)]
            return session.state(case).ended_at, session.variables(case), way

    return play


@pytest.mark.parametrize(
    ("condition", "variables"),
    [
        ("${input &lt;= 50 &amp;&amp; kind == 'x'}", {"input": 5, "kind": "x"}),
        ("${not empty tags and tags.contains('a')}", {"tags": ["a"]}),
        ("len(tags) &gt; 1 and 'a' in tags", {"tags": ["a", "b"]}),
        ("next(null, this.environment.variables.input !== 3);", {"input": 5}),
        ("= input &gt; 3", {"input": 5}),
    ],
)
def test_a_condition_decides_as_it_did(condition, variables, run):
    ended, _, _ = run(
        '<bpmn:startEvent id="s"/><bpmn:exclusiveGateway id="g" default="no"/><bpmn:endEvent id="a"/>'
        '<bpmn:endEvent id="b"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="g"/>'
        '<bpmn:sequenceFlow id="yes" sourceRef="g" targetRef="a"><bpmn:conditionExpression>'
        f"{condition}</bpmn:conditionExpression></bpmn:sequenceFlow>"
        '<bpmn:sequenceFlow id="no" sourceRef="g" targetRef="b"/>',
        variables,
    )

    assert ended == "a"


def test_a_multi_instance_task_ends_when_enough_are_done(run):
    _, _, way = run(
        PLACE.format(
            '<bpmn:userTask id="t" camunda:assignee="${who}"><bpmn:multiInstanceLoopCharacteristics '
            'camunda:collection="people" camunda:elementVariable="who"><bpmn:completionCondition>'
            "${nrOfCompletedInstances/nrOfInstances &gt;= 0.6}</bpmn:completionCondition>"
            "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
        ),
        {"people": ["a", "b", "c"]},
    )

    assert way.count("t") == 2


def test_a_zeebe_job_gets_its_inputs_and_collects_its_outputs(run):
    _, variables, _ = run(
        PLACE.format(
            '<bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="double"/>'
            "</bpmn:extensionElements><bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
            '<zeebe:loopCharacteristics inputCollection="= numbers" inputElement="n" outputCollection="doubled" '
            'outputElement="= m"/>'
            "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics></bpmn:serviceTask>"
        ),
        {"numbers": [1, 2]},
        double=lambda inputs: {"m": inputs["n"] * 2},
    )

    assert variables["doubled"] == [2, 4]


@pytest.mark.parametrize("outputs", ["", '<zeebe:output source="= m" target="m"/>'])
def test_what_a_job_gives_is_kept(outputs, run):
    _, variables, _ = run(
        PLACE.format(
            '<bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="double"/><zeebe:ioMapping>'
            f'<zeebe:input source="= number" target="n"/>{outputs}</zeebe:ioMapping></bpmn:extensionElements>'
            "</bpmn:serviceTask>"
        ),
        {"number": 21},
        double=lambda inputs: {"m": inputs["n"] * 2},
    )

    assert variables == {"number": 21, "m": 42}


@pytest.mark.parametrize(
    "task",
    [
        '<bpmn:scriptTask id="t" scriptFormat="groovy"><bpmn:script>execution.setVariable("y", x * 2);</bpmn:script>',
        '<bpmn:scriptTask id="t"><bpmn:script>y = x\ny += x</bpmn:script>',
        '<bpmn:serviceTask id="t" camunda:expression="${x * 2}" camunda:resultVariable="y">',
        '<bpmn:scriptTask id="t"><bpmn:extensionElements><zeebe:script expression="= x * 2" resultVariable="y"/>'
        "</bpmn:extensionElements>",
    ],
)
def test_a_computation_gives_what_it_gave(task, run):
    _, variables, _ = run(PLACE.format(f"{task}</bpmn:{task[6:].split()[0]}>"), {"x": 21})

    assert variables == {"x": 21, "y": 42}


def test_a_called_process_gets_and_gives_what_is_mapped(run):
    _, variables, _ = run(
        PLACE.format(
            '<bpmn:callActivity id="t" calledElement="q"><bpmn:extensionElements><camunda:in source="n" target="m"/>'
            '<camunda:out sourceExpression="${m + 1}" target="r"/></bpmn:extensionElements></bpmn:callActivity>'
        ),
        {"n": 1},
        '<bpmn:process id="q"><bpmn:startEvent id="qs"/><bpmn:endEvent id="qe"/>'
        '<bpmn:sequenceFlow id="qf" sourceRef="qs" targetRef="qe"/></bpmn:process>',
    )

    assert variables == {"n": 1, "r": 2}


def test_an_error_without_a_definition_is_caught_by_its_code(run):
    ended, _, _ = run(
        PLACE.format(
            '<bpmn:subProcess id="t"><bpmn:startEvent id="is"/><bpmn:endEvent id="ie"><bpmn:errorEventDefinition '
            'errorRef="123"/></bpmn:endEvent><bpmn:sequenceFlow id="if" sourceRef="is" targetRef="ie"/>'
            '</bpmn:subProcess><bpmn:boundaryEvent id="b" attachedToRef="t"><bpmn:errorEventDefinition '
            'errorRef="123"/></bpmn:boundaryEvent>'
            '<bpmn:endEvent id="caught"/><bpmn:sequenceFlow id="fb" sourceRef="b" targetRef="caught"/>'
        ),
        {},
    )

    assert ended == "caught"
