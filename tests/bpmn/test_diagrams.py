"""What every shipped diagram must be: sound, complete in its references, and drawn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

import bpmn
from engine import diagram, dmn, feel, interpreter
from engine.diagram.elements import Kind, Node, Scope
from engine.diagram.lint.catalogue import Catalogue
from engine.funds.connectors import CONNECTORS
from engine.interpreter import Activity
from engine.offices.connector import VillagesByTown
from engine.offices.roles import ROLES
from engine.policy.parameters import resolve
from forms import library

FOLDER = Path(bpmn.__file__).parent
DIAGRAMS = sorted(FOLDER.glob("*/*.bpmn"))
MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
each_diagram = pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)


def shipped() -> Catalogue:
    decisions = {decision for path in FOLDER.glob("*/*.dmn") for decision in dmn.read(path).decision_ids}
    connectors = {connector.type for connector in CONNECTORS} | {VillagesByTown.type}
    processes = {path.stem for path in DIAGRAMS}
    return Catalogue(
        roles=set(ROLES), forms=set(library.keys()), decisions=decisions, processes=processes, connectors=connectors
    )


@each_diagram
def test_the_lint_finds_no_error_and_all_roles_forms_tables_and_connectors(path: Path) -> None:
    problems = diagram.lint(path.read_bytes(), shipped())

    assert [problem for problem in problems if problem.severity == "error"] == []


@each_diagram
def test_the_process_has_the_key_of_its_file_and_a_chinese_name(path: Path) -> None:
    specification = interpreter.compile_definition(path.read_bytes())

    assert specification.process_id == path.stem == path.parent.name
    assert not specification.name.isascii()
    assert specification.documentation


@each_diagram
def test_every_user_task_says_who_does_it_on_which_sheet_and_where_it_is_written(path: Path) -> None:
    for task in user_tasks(path):
        assert task.role in ROLES, task.id
        assert task.form_key, task.id
        assert task.result_variable or task.element.extension.outputs, task.id
        assert any(mark in (task.documentation or "") for mark in ("P0", "P12", "D01")), task.id
        assert not task.name.isascii(), task.id


@each_diagram
def test_every_outcome_of_a_task_has_a_way_on(path: Path) -> None:
    for task, gateway, scope in outcomes_decided(path):
        flows = scope.outgoing(gateway.id)
        for outcome in task.outcomes:
            given = {task.result_variable: {"outcome": outcome.key}}
            taken = [f for f in flows if f.condition and feel.compile(f.condition.text)(given) is True]
            assert taken or gateway.default, f"{task.id}: {outcome.label}"


@each_diagram
def test_an_approval_never_lapses_into_agreement(path: Path) -> None:
    """The default flow of a gateway is never the one that is named agreement (design decision 10)."""
    root = etree.parse(path).getroot()
    names = {flow.get("id"): flow.get("name") or "" for flow in root.iter(f"{MODEL}sequenceFlow")}
    for gateway in root.iter(f"{MODEL}exclusiveGateway"):
        assert names.get(gateway.get("default"), "") not in {"同意", "受理", "通过"}, gateway.get("id")


@each_diagram
def test_everything_is_drawn_and_every_task_lies_in_its_lane(path: Path) -> None:
    root = etree.parse(path).getroot()
    drawn = {shape.get("bpmnElement") for kind in ("BPMNShape", "BPMNEdge") for shape in root.iter(f"{DI}{kind}")}
    process = next(root.iter(f"{MODEL}process"))
    flow_nodes = {
        element.get("id")
        for element in process.iter()
        if isinstance(element.tag, str) and element.get("id") and is_drawn(element)
    }

    assert flow_nodes <= drawn
    in_lanes = {reference.text for reference in process.iter(f"{MODEL}flowNodeRef")}
    assert in_lanes == {e.get("id") for e in process if e.get("id") in flow_nodes and "Flow" not in e.tag}


def is_drawn(element: etree._Element) -> bool:
    name = etree.QName(element).localname
    return name.endswith(("Task", "Event", "Gateway")) or name in ("subProcess", "sequenceFlow", "lane")


@each_diagram
def test_every_deadline_is_in_the_table_of_time_limits(path: Path) -> None:
    limits = dmn.read(FOLDER / "policy" / "sla.dmn")
    policy = resolve()
    decide = feel.Function(("ref", "context"), lambda ref, given: limits.evaluate(ref, {**given, "policy": policy}))
    for task in user_tasks(path):
        text = task.element.extension.get("dueIn")
        if text and text.startswith("decide("):
            known = {"decide": decide, "policy": policy, "finding": {"level": "minor"}}
            assert feel.compile(text)(known) is not None, task.id


def outcomes_decided(path: Path) -> Iterator[tuple[Activity, Node, Scope]]:
    """The tasks with outcomes, and the gateway right behind each."""
    scopes = {node.id: (scope, node) for scope, node in diagram.read(path.read_bytes()).main.scope.walk()}
    for task in user_tasks(path):
        scope, _ = scopes[task.id]
        targets = [scope.nodes[flow.target] for flow in scope.outgoing(task.id)]
        gateway = targets[0] if targets else None
        if task.outcomes and gateway and gateway.kind is Kind.EXCLUSIVE_GATEWAY and len(scope.outgoing(gateway.id)) > 1:
            yield task, gateway, scope


def user_tasks(path: Path) -> Iterator[Activity]:
    activities = interpreter.compile_definition(path.read_bytes()).activities.values()
    return (activity for activity in activities if activity.kind is Kind.USER_TASK)
