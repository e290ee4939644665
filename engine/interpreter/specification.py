"""A compiled process definition: shared by all its cases and threads, and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import feel
from engine.diagram.elements import Kind, Node
from engine.interpreter.expressions import Evaluable


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One way a user task may be completed; `key` is stored, `label` is on the button."""

    key: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Activity:
    """An activity as people and screens see it."""

    #: element id; in a called process `process id:element id`
    id: str
    name: str
    kind: Kind
    lane: str | None = None
    form_key: str | None = None
    role: str | None = None
    scope: Evaluable | None = None
    due_in: Evaluable | None = None
    outcomes: tuple[Outcome, ...] = ()
    field_rights: Mapping[str, str]
    result_variable: str | None = None
    decision_ref: str | None = None
    connector: str | None = None
    documentation: str | None = None
    element: Node


@dataclass(frozen=True, kw_only=True)
class Specification:
    """What `compile_definition` gives."""

    process_id: str
    name: str
    documentation: str | None
    activities: Mapping[str, Activity]
    title_template: feel.Expression | None
    number_rule: feel.Expression | None
    #: variables shown in lists
    searchable: tuple[str, ...]
    #: SpiffWorkflow's specification; of no use outside this room
    net: Any


def parse_outcomes(text: str | None) -> tuple[Outcome, ...]:
    """`agree:同意, reject:不予同意` as values; a missing label repeats the key."""
    outcomes = []
    for part in (text or "").replace("，", ",").replace("：", ":").split(","):
        key, _, label = part.strip().partition(":")
        if key.strip():
            outcomes.append(Outcome(key=key.strip(), label=label.strip() or key.strip()))
    return tuple(outcomes)
