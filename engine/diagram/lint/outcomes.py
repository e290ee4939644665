"""Whether a gateway that has no default flow answers every outcome of the tasks it decides about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set

from engine import feel
from engine.diagram.elements import Kind, Node, Process, Scope


def unanswered(scope: Scope, gateway: Node) -> tuple[str, ...] | None:
    """The labels of the outcomes that no flow takes; None where the gateway decides about something else."""
    tasks = [scope.nodes.get(flow.source) for flow in scope.incoming(gateway.id)]
    variables = {task.extension.get("resultVariable") if task and _decides(task) else None for task in tasks}
    variable = variables.pop() if len(variables) == 1 else None
    if variable is None:
        return None
    offered = dict(outcome for task in tasks if task for outcome in _outcomes(task))
    conditions = _conditions(scope, gateway)
    return tuple(
        label
        for key, label in offered.items()
        if not any(condition({variable: {"outcome": key}}) is True for condition in conditions)
    )


def domains(process: Process) -> Mapping[str, Set[str]]:
    """What `review.outcome` can be, for every variable that only tasks with outcomes set."""
    offered: dict[str, set[str]] = {}
    others: set[str] = set()
    for _, node in process.scope.walk():
        variable = node.extension.get("resultVariable")
        if variable and _decides(node):
            offered.setdefault(f"{variable}.outcome", set()).update(key for key, _label in _outcomes(node))
        elif variable:
            others.add(f"{variable}.outcome")
    return {path: keys for path, keys in offered.items() if path not in others}


def _decides(task: Node) -> bool:
    return task.kind is Kind.USER_TASK and bool(task.extension.get("outcomes"))


def _outcomes(task: Node) -> list[tuple[str, str]]:
    parts = re.split("[,，]", task.extension.get("outcomes") or "")
    pairs = [re.split("[:：]", part.strip(), maxsplit=1) for part in parts if part.strip()]
    return [(pair[0].strip(), pair[-1].strip()) for pair in pairs]


def _conditions(scope: Scope, gateway: Node) -> list[feel.Expression]:
    """The conditions that are FEEL; the others are reported elsewhere."""
    compiled = []
    for flow in scope.outgoing(gateway.id):
        try:
            compiled += [feel.compile(flow.condition.text)] if flow.condition else []
        except feel.FeelSyntaxError:
            continue
    return compiled
