"""Event definitions with their references resolved."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.diagram.definitions import Definitions, correlation_attribute
from engine.diagram.elements import EventDefinition, ExpressionText, Timer, TimerKind, Trigger
from engine.diagram.namespaces import bpmn, is_bpmn, line_of, local_name
from engine.diagram.texts import expression, own_expression

SUFFIX = "EventDefinition"
EVENT_DEFINITIONS = frozenset(trigger.value + SUFFIX for trigger in Trigger if trigger not in ("none", "multiple"))
REFERENCES = {
    Trigger.MESSAGE: "messageRef",
    Trigger.SIGNAL: "signalRef",
    Trigger.ERROR: "errorRef",
    Trigger.ESCALATION: "escalationRef",
}


def event_definitions(element: etree._Element, definitions: Definitions) -> tuple[EventDefinition, ...]:
    """All definitions of an event, inline or referred to."""
    found = [child for child in element.iterchildren() if is_bpmn(child) and local_name(child) in EVENT_DEFINITIONS]
    found.extend(target for _, target in referred(element, definitions) if target is not None)
    return tuple(_definition(child, element, definitions) for child in found)


def referred(
    element: etree._Element, definitions: Definitions
) -> Iterator[tuple[etree._Element, etree._Element | None]]:
    """The references of an event, each with the event definition it leads to."""
    for reference in element.iterchildren(bpmn("eventDefinitionRef")):
        target = definitions.find((reference.text or "").strip())
        known = target is not None and is_bpmn(target) and local_name(target) in EVENT_DEFINITIONS
        yield reference, target if known else None


def task_message(element: etree._Element, definitions: Definitions) -> EventDefinition | None:
    """The message of a send or receive task; a receive task that names none waits for one called by its own id."""
    reference = element.get("messageRef")
    if not reference and local_name(element) == "receiveTask":
        return EventDefinition(
            trigger=Trigger.MESSAGE,
            line=line_of(element),
            name=element.get("id"),
            correlation=correlation_attribute(element),
        )
    if not reference:
        return None
    message = definitions.find(reference)
    return EventDefinition(
        trigger=Trigger.MESSAGE,
        line=line_of(element),
        name=_name(message),
        name_expression=_name_expression(message),
        reference=reference,
        correlation=correlation_attribute(element) or definitions.correlation(message),
    )


def _definition(child: etree._Element, event: etree._Element, definitions: Definitions) -> EventDefinition:
    trigger = Trigger(local_name(child).removesuffix(SUFFIX))
    reference = child.get(REFERENCES[trigger]) if trigger in REFERENCES else None
    target = definitions.find(reference)
    return EventDefinition(
        trigger=trigger,
        line=line_of(child),
        name=child.get("name") if trigger is Trigger.LINK else _name(target),
        name_expression=_name_expression(target),
        code=_code(trigger, target),
        reference=reference,
        timer=_timer(child) if trigger is Trigger.TIMER else None,
        condition=expression(child.find(bpmn("condition"))),
        correlation=_correlation(trigger, child, event, target, definitions),
    )


def _correlation(
    trigger: Trigger,
    child: etree._Element,
    event: etree._Element,
    target: etree._Element | None,
    definitions: Definitions,
) -> ExpressionText | None:
    """What is written nearest to the event goes before what the message says for all."""
    if trigger is not Trigger.MESSAGE:
        return None
    return correlation_attribute(child) or correlation_attribute(event) or definitions.correlation(target)


def _name(target: etree._Element | None) -> str | None:
    return None if target is None else target.get("name") or target.get("id")


def _name_expression(target: etree._Element | None) -> ExpressionText | None:
    return None if target is None else own_expression(target, "nameExpression")


def _code(trigger: Trigger, target: etree._Element | None) -> str | None:
    if target is None or trigger not in (Trigger.ERROR, Trigger.ESCALATION):
        return None
    attribute = "errorCode" if trigger is Trigger.ERROR else "escalationCode"
    return target.get(attribute) or target.get("name") or target.get("id")


def _timer(child: etree._Element) -> Timer | None:
    for kind in TimerKind:
        text = expression(child.find(bpmn(kind.value)))
        if text is not None:
            return Timer(kind=kind, expression=text)
    return None
