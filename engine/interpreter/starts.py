"""What starts a process without a person: the triggers of its start events (BPMN 2.0.2 §10.5.2, §13.5.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import feel
from engine.diagram.elements import EventDefinition, Kind, Node, Process, Trigger
from engine.interpreter import timers
from engine.interpreter.errors import NotUsable
from engine.interpreter.expressions import literal_or_feel
from engine.interpreter.timers import Schedule
from engine.interpreter.waits import WaitKind

TRIGGERS = {
    Trigger.TIMER: WaitKind.TIMER,
    Trigger.MESSAGE: WaitKind.MESSAGE,
    Trigger.SIGNAL: WaitKind.SIGNAL,
}


@dataclass(frozen=True, kw_only=True)
class StartTrigger:
    """One way in which a process starts by itself."""

    #: where the new case begins
    element_id: str
    kind: WaitKind
    #: of the message or signal
    name: str = ""
    schedule: Schedule | None = None


def start_triggers(process: Process, facts: Mapping[str, Any], now: datetime) -> tuple[StartTrigger, ...]:
    """All of a process' start triggers; raises `NotUsable` when a timer gives no time."""
    with feel.clock(now):
        return tuple(_trigger(node, event, facts, now) for node, event in _awaited(process))


def _awaited(process: Process) -> Iterator[tuple[Node, EventDefinition]]:
    """Start events, receive tasks that instantiate, and the events behind a gateway that does."""
    scope = process.scope
    for node in scope.nodes.values():
        if node.kind is Kind.START_EVENT and node.event.trigger in TRIGGERS:
            yield node, node.event
        elif node.kind is Kind.RECEIVE_TASK and node.instantiate and node.message is not None:
            yield node, node.message
        elif node.kind is Kind.EVENT_BASED_GATEWAY and node.instantiate:
            for flow in scope.outgoing(node.id):
                target = scope.nodes[flow.target]
                yield target, target.message or target.event


def _trigger(node: Node, event: EventDefinition, facts: Mapping[str, Any], now: datetime) -> StartTrigger:
    return StartTrigger(
        element_id=node.id,
        kind=TRIGGERS[event.trigger],
        name=event.name or "",
        schedule=_schedule(node, event, facts, now),
    )


def _schedule(node: Node, event: EventDefinition, facts: Mapping[str, Any], now: datetime) -> Schedule | None:
    if event.timer is None:
        return None
    try:
        value = literal_or_feel(event.timer.expression.text)(facts)
    except feel.FeelError as fault:
        raise NotUsable(f"开始事件“{node.title}”的时间无法计算：{fault}", element=node.id) from fault
    return timers.schedule(event.timer.kind, value, now, node.id)


def following(schedule: Schedule) -> Schedule | None:
    """When the start event fires again, if it does."""
    if schedule.remaining == 0 or schedule.interval is None:
        return None
    return timers.following(schedule.due_at, schedule.remaining, schedule.interval)
