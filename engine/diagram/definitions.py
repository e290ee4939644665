"""The root elements that events refer to: messages, signals, errors, escalations and correlation keys."""

from __future__ import annotations

from lxml import etree

from engine.diagram.elements import ExpressionText
from engine.diagram.namespaces import bpmn, line_of, local_name, own_attributes
from engine.diagram.problems import Problem, error
from engine.diagram.texts import expression, own_expression

_ROOT_ELEMENTS = """
    import extension process collaboration choreography globalConversation message signal error escalation
    itemDefinition interface dataStore category correlationProperty endPoint resource partnerEntity partnerRole
    relationship extensionElements documentation conversation globalTask globalUserTask globalManualTask
    globalScriptTask globalBusinessRuleTask globalChoreographyTask signalEventDefinition messageEventDefinition
    timerEventDefinition errorEventDefinition escalationEventDefinition conditionalEventDefinition
    terminateEventDefinition cancelEventDefinition compensateEventDefinition linkEventDefinition
"""
ROOT_ELEMENTS = frozenset(_ROOT_ELEMENTS.split())


class Definitions:
    """Looks up what a reference means."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.seen: set[str] = set()
        self.by_id = {
            str(element.get("id")): element for element in root.iterchildren() if element.get("id") is not None
        }
        self.problems: list[Problem] = [
            error(
                "unknown-element",
                element.get("id"),
                line_of(element),
                f"不认识的 BPMN 元素 {local_name(element)}，请删除它或改用 BPMN 2.0 标准元素。",
            )
            for element in root.iterchildren(f"{bpmn('*')}")
            if local_name(element) not in ROOT_ELEMENTS
        ]

    def find(self, reference: str | None) -> etree._Element | None:
        """The element a QName reference means, whatever its prefix."""
        return self.by_id.get(reference.split(":")[-1]) if reference else None

    def correlation(self, message: etree._Element | None) -> ExpressionText | None:
        """FEEL for the key a subscription to this message waits for.

        Our short form is `anlan:correlation` on the message; the standard's way is a correlation property
        retrieved for the message and bound in a correlation subscription.
        """
        if message is None:
            return None
        own = own_expression(message, "correlation")
        return own or self._standard_correlation(str(message.get("id")))

    def _standard_correlation(self, message_id: str) -> ExpressionText | None:
        for binding in self.root.iter(bpmn("correlationPropertyBinding")):
            prop = self.find(binding.get("correlationPropertyRef"))
            if prop is not None and message_id in _retrieved_messages(prop):
                return expression(binding.find(bpmn("dataPath")))
        return None


def _retrieved_messages(prop: etree._Element) -> set[str]:
    references = prop.iterchildren(bpmn("correlationPropertyRetrievalExpression"))
    return {str(reference.get("messageRef")).split(":")[-1] for reference in references}


def correlation_attribute(element: etree._Element) -> ExpressionText | None:
    """`anlan:correlation` on the event or task itself."""
    return own_expression(element, "correlation") if "correlation" in own_attributes(element) else None
