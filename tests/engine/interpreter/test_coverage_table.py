"""docs/bpmn-coverage.md tells the truth: its tests exist, and what it says executes is what the lint lets through."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from engine.diagram.elements import Kind, Trigger
from engine.diagram.lint.support import EVENT_START, POSITIONS, START

TESTS = Path(__file__).parents[1]
TABLE = (TESTS.parents[1] / "docs" / "bpmn-coverage.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(\w+)(?:\[([^\]]+)\])?`", TABLE)))
EVENTS = re.findall(r"^\| (\w+) \| ([\w ,]+) \| (executes|refused) \|", TABLE, re.M)
ALLOWED = {
    "start of a process": START,
    "start of a subprocess": {Trigger.NONE},
    "start of an event subprocess, interrupting": EVENT_START,
    "start of an event subprocess, not interrupting": EVENT_START - {Trigger.ERROR},
    "intermediate catch": POSITIONS[Kind.INTERMEDIATE_CATCH_EVENT],
    "intermediate throw": POSITIONS[Kind.INTERMEDIATE_THROW_EVENT],
    "border, interrupting": POSITIONS[Kind.BOUNDARY_EVENT],
    "border, not interrupting": POSITIONS[Kind.BOUNDARY_EVENT] - {Trigger.ERROR},
    "end": POSITIONS[Kind.END_EVENT],
}


@cache
def functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("file", "test", "case"), NAMED)
def test_every_test_in_the_table_exists(file: str, test: str, case: str) -> None:
    path = TESTS / file

    assert test in functions(path)
    for part in case.split("-") if case else ():
        assert part in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("position", ALLOWED)
def test_the_table_names_every_event_that_the_lint_lets_through(position: str) -> None:
    told = {trigger for trigger, place, what in EVENTS if place == position and what == "executes"}
    refused = {trigger for trigger, place, what in EVENTS if place == position and what == "refused"}

    assert told == {trigger.value for trigger in ALLOWED[position]}
    assert refused <= {trigger.value for trigger in set(Trigger) - ALLOWED[position]}


def test_every_kind_of_element_is_in_the_table() -> None:
    missing = [kind.value for kind in Kind if not kind.is_event and f"| {kind.value}" not in TABLE]

    assert missing == []
