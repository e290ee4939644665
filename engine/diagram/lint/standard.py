"""Attributes of BPMN itself that are misspelt: a reader passes over them, and the default value counts instead."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.diagram.lint.similar import similar
from engine.diagram.namespaces import BPMN, line_of
from engine.diagram.problems import Problem, warning

#: Every attribute of BPMN 2.0.2's schema (BPMN20.xsd and Semantic.xsd).
_ATTRIBUTES = """
    activityRef associationDirection attachedToRef behavior calledElement cancelActivity cancelRemainingInstances
    capacity categoryValueRef choreographyRef completionQuantity correlationKeyRef correlationPropertyRef
    dataObjectRef dataStoreRef default definition definitionalCollaborationRef errorCode errorRef escalationCode
    escalationRef eventGatewayType evaluatesToTypeRef exporter exporterVersion expressionLanguage gatewayDirection id
    implementation implementationRef importType initiatingParticipantRef innerConversationNodeRef
    innerMessageFlowRef instantiate isClosed isCollection isExecutable isForCompensation isImmediate isInterrupting
    isSequential isUnlimited itemKind itemRef itemSubjectRef language location loopMaximum loopType maximum
    messageRef method minimum mustUnderstand name namespace noneBehaviorEventRef oneBehaviorEventRef operationRef
    ordering outerConversationNodeRef outerMessageFlowRef parallelMultiple parameterRef participantRef
    partitionElementRef processRef processType scriptFormat signalRef sourceRef startQuantity structureRef
    supportedInterfaceRef targetNamespace targetRef testBefore textFormat triggeredByEvent type typeLanguage value
    waitForCompletion
"""
ATTRIBUTES = frozenset(_ATTRIBUTES.split())


def check(root: etree._Element) -> Iterator[Problem]:
    """Only what is much like a name of the standard; what other tools add for themselves stays out of the way."""
    known = sorted(ATTRIBUTES)
    for element in root.iter(f"{{{BPMN}}}*"):
        for name in element.attrib:
            wrong = str(name)
            if wrong in ATTRIBUTES or wrong.startswith("{"):
                continue
            close = similar(wrong, known)
            if close is not None:
                message = f"BPMN 没有属性 {wrong}，它不起作用。是不是想写 {close}？请改正或删除。"
                yield warning("unknown-attribute", element.get("id"), line_of(element), message)
