"""Whether a gateway that has no default flow answers every outcome of the task it decides about."""

from __future__ import annotations

import re

from engine import feel
from engine.diagram.elements import Kind, Node, Scope


def unanswered(scope: Scope, gateway: Node) -> tuple[str, ...] | None:
    """The labels of the outcomes that no flow takes; None where the gateway decides about something else."""
    sources = {flow.source for flow in scope.incoming(gateway.id)}
    task = scope.nodes.get(sources.pop()) if len(sources) == 1 else None
    variable = task.extension.get("resultVariable") if task else None
    if task is None or variable is None or task.kind is not Kind.USER_TASK or not task.extension.get("outcomes"):
        return None
    conditions = _conditions(scope, gateway)
    return tuple(
        label
        for key, label in _outcomes(task)
        if not any(condition({variable: {"outcome": key}}) is True for condition in conditions)
    )


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
