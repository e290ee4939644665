"""The whole model, element by element: which translator looks after what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from lxml import etree

from engine.diagram.elements import Kind
from engine.diagram.importing import (
    calls,
    connectors,
    decisions,
    errors,
    expression_slots,
    leftovers,
    loops,
    mappings,
    messages,
    processes,
    scripts,
    timers,
    user_tasks,
)
from engine.diagram.importing.draft import Draft
from engine.diagram.namespaces import is_bpmn, local_name

Translate = Callable[[Draft, etree._Element], None]

_EVENTS = ("intermediateThrowEvent", "endEvent")
TRANSLATORS: Mapping[str, Translate] = {
    "userTask": user_tasks.translate,
    "serviceTask": connectors.translate,
    "sendTask": connectors.translate,
    "businessRuleTask": decisions.translate,
    "callActivity": calls.translate,
    "scriptTask": scripts.translate,
    "message": messages.translate,
    "signal": messages.translate_name,
    "errorEventDefinition": errors.translate,
    "loopDataInputRef": loops.translate_reference,
    "multiInstanceLoopCharacteristics": loops.translate,
    **dict.fromkeys(_EVENTS, connectors.translate),
    **{name: partial(expression_slots.translate, label=label) for name, label in expression_slots.LABELS.items()},
    **{name: partial(timers.translate, label=label) for name, label in timers.LABELS.items()},
}
_MAPPED = frozenset(kind.value for kind in Kind)


def translate(draft: Draft) -> None:
    """Everything outside the layout; what was translated is told before what was kept."""
    found = [element for element in draft.root.iter() if is_bpmn(element)]
    elements = [element for element in found if local_name(element) != "extensionElements"]
    processes.translate(draft, draft.root)
    for element in elements:
        name = local_name(element)
        if name in _MAPPED:
            mappings.translate(draft, element)
        if name in TRANSLATORS:
            TRANSLATORS[name](draft, element)
    for element in elements:
        leftovers.drop_listeners(draft, element)
        leftovers.tell_of_code(draft, element)
        leftovers.tell(draft, element)
