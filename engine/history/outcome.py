"""A step's effect as the history keeps it: path taken, conditions read, tasks opened and closed, waits set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.dmn import DecisionOutcome
from engine.history.changes import changes
from engine.history.digests import digest_of
from engine.interpreter import Asked, Passage, State, Step


def outcome_of(step: Step, opened: Sequence[Mapping[str, Any]], before: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a step into a process value: the tasks it opened as they are stored, the variables as they were before."""
    return {
        **moves_of(step),
        "opened": [_opened(task) for task in opened],
        "changes": changes(before, step.variables),
        "state": state_digest(step.state),
    }


def state_digest(state: State) -> str:
    """What a replay must come to: one digest of tokens and variables."""
    return digest_of(b"%d:%b%b" % (len(state.tokens), state.tokens, state.variables))


def _opened(task: Mapping[str, Any]) -> dict[str, Any]:
    """A task with whom it was offered to: the holders of a role in a unit."""
    return {
        "task": task["id"],
        "activity": task["activity_id"],
        "token": task["token_id"],
        "role": task["role"],
        "unit": task["unit_code"],
        "due": task["due_at"],
    }


def moves_of(step: Step) -> dict[str, Any]:
    """What a step tells by itself, and what a replay of it must tell again."""
    return {
        "trail": [_passage(passage) for passage in step.trail],
        "closed": [
            {"activity": closed.activity_id, "token": closed.token_id, "canceled": closed.canceled}
            for closed in step.closed
        ],
        "waits": [
            {"id": wait.id, "kind": wait.kind, "element": wait.element_id, "name": wait.name, "due": wait.due_at}
            for wait in step.waits
        ],
        "thrown": [{"kind": str(it.kind), "name": it.name, "values": dict(it.values)} for it in step.thrown],
        "ended": step.ended,
        **(
            {"incidents": [{"element": it.element_id, "code": it.code} for it in step.incidents]}
            if step.incidents
            else {}
        ),
        **({"asked": [_asked(it) for it in step.calls]} if step.calls else {}),
        # Only moves undo anything.
        **({"undone": list(step.undone)} if step.undone else {}),
        **({"effects": list(step.effects)} if step.effects else {}),
    }


def _asked(asked: Asked) -> dict[str, Any]:
    """Work for the outside; with what it was asked is among the calls of the input."""
    return {"element": asked.element_id, "connector": asked.connector, "wait": asked.wait_id}


def _passage(passage: Passage) -> dict[str, Any]:
    kept: dict[str, Any] = {"element": passage.element_id, "kind": passage.kind.value}
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
