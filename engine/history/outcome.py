"""A step's effect as the history keeps it: path taken, conditions read, tasks opened and closed, waits set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.dmn import DecisionOutcome
from engine.interpreter import Passage, Step


def outcome_of(step: Step, opened_ids: Sequence[str]) -> dict[str, Any]:
    """Turn a step into a process value."""
    return {
        "trail": [_passage(passage) for passage in step.trail],
        "opened": [
            {"task": task_id, "activity": task.activity_id, "token": task.token_id}
            for task_id, task in zip(opened_ids, step.opened, strict=True)
        ],
        "closed": [
            {"activity": closed.activity_id, "token": closed.token_id, "canceled": closed.canceled}
            for closed in step.closed
        ],
        "waits": [
            {"id": wait.id, "kind": wait.kind, "element": wait.element_id, "name": wait.name, "due": wait.due_at}
            for wait in step.waits
        ],
        "ended": step.ended,
    }


def _passage(passage: Passage) -> dict[str, Any]:
    kept: dict[str, Any] = {"element": passage.element_id, "kind": str(passage.kind)}
    if passage.conditions:
        kept["conditions"] = [
            {
                "flow": condition.flow_id,
                "text": condition.text,
                "values": dict(condition.values),
                "result": condition.result,
            }
            for condition in passage.conditions
        ]
    if isinstance(passage.decision, DecisionOutcome):
        kept["decision"] = decision_of(passage.decision)
    if passage.outputs:
        kept["outputs"] = dict(passage.outputs)
    return kept


def decision_of(decision: DecisionOutcome) -> Mapping[str, Any]:
    """Which rules matched and what they read."""
    return {
        "decision": decision.decision,
        "rules": [str(rule.number) for rule in decision.rules],
        "inputs": dict(decision.inputs),
        "value": decision.value,
    }
