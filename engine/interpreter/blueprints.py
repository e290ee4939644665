"""Which specification class executes which element, and with which compiled parts."""

from __future__ import annotations

from typing import Any

from engine import feel
from engine.diagram import script
from engine.diagram.elements import EventDefinition, ExpressionText, Kind, Loop, Node, Trigger
from engine.interpreter.expressions import compiled, literal_or_feel
from engine.interpreter.mappings import compile_mappings
from engine.interpreter.nodes import activities, events, gateways, loops, subprocesses

GATEWAYS: dict[Kind, Any] = {
    Kind.EXCLUSIVE_GATEWAY: gateways.ExclusiveGateway,
    Kind.INCLUSIVE_GATEWAY: gateways.InclusiveGateway,
    Kind.PARALLEL_GATEWAY: gateways.ParallelGateway,
    Kind.EVENT_BASED_GATEWAY: gateways.EventBasedGateway,
}
EVENTS: dict[Kind, Any] = {
    Kind.START_EVENT: events.StartEvent,
    Kind.INTERMEDIATE_CATCH_EVENT: events.IntermediateCatchEvent,
    Kind.INTERMEDIATE_THROW_EVENT: events.ThrowEvent,
    Kind.END_EVENT: events.ThrowEvent,
    Kind.BOUNDARY_EVENT: events.BoundaryEvent,
}
#: Marks the instances of a looped activity: `review[]` inside the body `review`.
INSTANCE = "[]"


def build(net: Any, node: Node, prefix: str, *, in_event_subprocess: bool = False) -> Any:
    """The specification of one flow node, not yet connected."""
    name = prefix + node.id
    if node.kind in GATEWAYS:
        return GATEWAYS[node.kind](net, name, node)
    if node.kind.is_event:
        listens = in_event_subprocess and node.kind is Kind.START_EVENT
        kind = subprocesses.EventStart if listens else EVENTS[node.kind]
        return kind(net, name, node, definition=_event(node.event, node), mappings=compile_mappings(node.extension))
    if node.loop is None:
        return _activity(net, name, node)
    return _loop_body(net, name, node, node.loop)


def _activity(net: Any, name: str, node: Node) -> Any:
    mappings = compile_mappings(node.extension)
    if node.kind in (Kind.USER_TASK, Kind.MANUAL_TASK):
        return activities.UserTask(net, name, node, mappings=mappings)
    if node.kind is Kind.SCRIPT_TASK:
        return activities.ScriptTask(net, name, node, mappings=mappings, assignments=_assignments(node.script))
    reference, connector = node.extension.get("decisionRef"), node.extension.get("connector")
    if node.kind is Kind.BUSINESS_RULE_TASK and reference:
        return activities.BusinessRuleTask(net, name, node, mappings=mappings, decision_ref=reference)
    if node.kind is Kind.SEND_TASK and node.message is not None and not connector:
        return activities.SendTask(net, name, node, mappings=mappings, definition=_event(node.message, node))
    if node.kind in (Kind.SERVICE_TASK, Kind.SEND_TASK, Kind.BUSINESS_RULE_TASK):
        # In a library session the work of a task is known by the task's own id.
        return activities.ServiceTask(net, name, node, mappings=mappings, connector=connector or node.id)
    if node.kind is Kind.RECEIVE_TASK and node.message is not None:
        return activities.ReceiveTask(net, name, node, mappings=mappings, definition=_event(node.message, node))
    if node.kind is Kind.CALL_ACTIVITY:
        return subprocesses.CallActivity(net, name, node, mappings=mappings)
    if node.kind is Kind.SUB_PROCESS:
        kind = subprocesses.EventSubprocess if node.triggered_by_event else subprocesses.SubProcess
        return kind(net, name, node, mappings=mappings)
    if node.kind is Kind.TASK:
        return activities.Task(net, name, node, mappings=mappings)
    raise AssertionError(f"the lint lets no such element through: {node.kind} {node.id}")


def _loop_body(net: Any, name: str, node: Node, loop: Loop) -> Any:
    instance = _activity(net, name + INSTANCE, node)
    if not loop.multi_instance:
        return loops.StandardLoop(
            net,
            name,
            node,
            instance=instance,
            condition=compiled(loop.condition),
            test_before=loop.test_before,
            maximum=loop.maximum,
        )
    return loops.MultiInstance(
        net,
        name,
        node,
        instance=instance,
        sequential=loop.sequential,
        cardinality=compiled(loop.cardinality),
        collection=compiled(loop.collection),
        element_variable=loop.element_variable,
        output_collection=loop.output_collection,
        output_element=_output_element(node, loop),
        completion_condition=compiled(loop.completion_condition),
    )


def _output_element(node: Node, loop: Loop) -> feel.Expression | None:
    """What each instance contributes; without a word, its result variable."""
    if loop.output_element is not None:
        return compiled(loop.output_element)
    result = node.extension.get("resultVariable")
    return feel.compile(result) if result else None


def _assignments(source: ExpressionText | None) -> tuple[tuple[tuple[str, ...], feel.Expression], ...]:
    lines, _ = script.parse(source.text if source else "")
    return tuple((line.target, feel.compile(line.source)) for line in lines)


def _event(definition: EventDefinition, node: Node) -> events.Event:
    timer, keep_for = definition.timer, node.extension.get("keepFor")
    return events.Event(
        trigger=definition.trigger if definition.trigger is not Trigger.LINK else Trigger.NONE,
        name=definition.name,
        name_expression=compiled(definition.name_expression),
        code=definition.code,
        timer_kind=timer.kind if timer else None,
        timer=literal_or_feel(timer.expression.text) if timer else None,
        condition=compiled(definition.condition),
        correlation=compiled(definition.correlation),
        keep_for=literal_or_feel(keep_for.strip()) if keep_for and keep_for.strip() else None,
    )
