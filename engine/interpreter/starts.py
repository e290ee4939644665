"""What starts a process without a person: the triggers of its start events (BPMN 2.0.2 §10.5.2, §13.5.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from engine import feel
from engine.clock import LOCAL_ZONE, local_date
from engine.diagram.elements import EventDefinition, Kind, Node, Process, TimerKind, Trigger
from engine.diagram.iso8601 import Period
from engine.interpreter import timers
from engine.interpreter.errors import NotUsable
from engine.interpreter.expressions import literal_or_feel
from engine.interpreter.timers import Schedule
from engine.interpreter.waits import WaitKind

TRIGGERS = {
    Trigger.TIMER: WaitKind.TIMER,
    Trigger.MESSAGE: WaitKind.MESSAGE,
    Trigger.SIGNAL: WaitKind.SIGNAL,
    Trigger.CONDITIONAL: WaitKind.CONDITIONAL,
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
    #: of a conditional start: FEEL over what is known before there is a case
    condition: str | None = None
    #: of a timer: the rule as it was drawn
    rule: str = ""
    #: the level of the regions that each get a case of their own; empty is one case for all
    regions: str = ""


#: what the expression of a start timer sees; no case is there yet
Facts = Callable[[], Mapping[str, Any]]


def start_triggers(process: Process, facts: Facts, now: datetime) -> tuple[StartTrigger, ...]:
    """All of a process' start triggers; raises `NotUsable` when a timer gives no time."""
    with feel.clock(now):
        found = [_trigger(node, event, facts, now) for node, event in _awaited(process)]
    return tuple(trigger for trigger in found if trigger.kind is not WaitKind.TIMER or trigger.schedule is not None)


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


def _trigger(node: Node, event: EventDefinition, facts: Facts, now: datetime) -> StartTrigger:
    return StartTrigger(
        element_id=node.id,
        kind=TRIGGERS[event.trigger],
        name=_name(node, event, facts),
        schedule=_schedule(node, event, facts, now),
        condition=event.condition.text if event.condition else None,
        rule=event.timer.expression.text if event.timer else "",
        regions=node.extension.get("startRegions") or "",
    )


def _name(node: Node, event: EventDefinition, facts: Facts) -> str:
    if event.name_expression is None:
        return event.name or ""
    name = feel.compile(event.name_expression.text)(facts())
    if not isinstance(name, str) or not name:
        message = f"开始事件“{node.title}”的消息或信号名称应为文字，实际得到 {feel.excerpt_of(name)}。"
        raise NotUsable(message, element=node.id)
    return name


def _schedule(node: Node, event: EventDefinition, facts: Facts, now: datetime) -> Schedule | None:
    if event.timer is None:
        return None
    try:
        value = literal_or_feel(event.timer.expression.text)(facts())
    except feel.FeelError as fault:
        raise NotUsable(f"开始事件“{node.title}”的时间无法计算：{fault}", element=node.id) from fault
    if event.timer.kind is TimerKind.CYCLE and isinstance(value, list | tuple):
        _ensure_dates(value, node)
        return Schedule(due_at=_next_day(now), remaining=None, daily=True)
    return _not_before(timers.schedule(event.timer.kind, value, now, node.id), now)


def _ensure_dates(values: Sequence[Any], node: Node) -> None:
    """A date that a year does not have, such as the 29th of February, is null and passed over."""
    wrong = [value for value in values if value is not None and not _is_date(value)]
    if wrong:
        message = f"开始事件“{node.title}”的日期列表里应全是日期，实际有 {feel.text_of(wrong[0])}。"
        raise NotUsable(message, element=node.id)


def _is_date(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def dates_of(rule: str, facts: Facts, day: date) -> tuple[date, ...]:
    """The dates that a rule names when it is read on a day, in order."""
    with feel.clock(datetime.combine(day, time(), LOCAL_ZONE)):
        named = literal_or_feel(rule)(facts())
    return tuple(sorted(value for value in named if _is_date(value))) if isinstance(named, list | tuple) else ()


def _next_day(now: datetime) -> datetime:
    """The first moment of tomorrow, as the offices count days."""
    return datetime.combine(local_date(now) + timedelta(days=1), time(), LOCAL_ZONE).astimezone(UTC)


def _not_before(schedule: Schedule, now: datetime) -> Schedule | None:
    """A cycle that began before the process was there goes on with its next time; nothing of it was missed."""
    if schedule.interval is None or schedule.daily:
        return schedule
    ahead = _skipped(schedule, schedule.interval, now)
    while ahead is not None and ahead.due_at < now:
        ahead = following(ahead)
    return ahead


def _skipped(schedule: Schedule, interval: Period, now: datetime) -> Schedule | None:
    """Many short repetitions at once; those of whole months are few enough to be counted."""
    times = 0 if interval.months else max((now - schedule.due_at) // interval.time, 0)
    if schedule.remaining is not None and times > schedule.remaining:
        return None
    left = None if schedule.remaining is None else schedule.remaining - times
    return replace(schedule, due_at=schedule.due_at + times * interval.time, remaining=left)


def following(schedule: Schedule) -> Schedule | None:
    """When the start event fires again, if it does."""
    if schedule.daily:
        return replace(schedule, due_at=_next_day(schedule.due_at))
    if schedule.remaining == 0 or schedule.interval is None:
        return None
    return timers.following(schedule.due_at, schedule.remaining, schedule.interval, day=schedule.day)
