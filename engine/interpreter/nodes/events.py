"""Events: start, intermediate, boundary and end (BPMN 2.0.2 §13.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine import feel, values
from engine.diagram.elements import TimerKind, Trigger
from engine.diagram.iso8601 import Period
from engine.interpreter import timers
from engine.interpreter.corrections import Token
from engine.interpreter.errors import NotUsable
from engine.interpreter.expressions import Evaluable
from engine.interpreter.mappings import Mappings
from engine.interpreter.nodes.base import Node
from engine.interpreter.timers import Schedule
from engine.interpreter.trail import PassageKind
from engine.interpreter.waits import Thrown, Wait, WaitKind

if TYPE_CHECKING:
    from engine.interpreter.execution import Execution

AWAITED = frozenset({Trigger.MESSAGE, Trigger.TIMER, Trigger.SIGNAL, Trigger.CONDITIONAL})


@dataclass(frozen=True, kw_only=True)
class Event:
    """A compiled event definition."""

    trigger: Trigger
    name: str | None = None
    #: of a message or signal whose name is reckoned in each case
    name_expression: feel.Expression | None = None
    code: str | None = None
    timer_kind: TimerKind | None = None
    timer: Evaluable | None = None
    condition: feel.Expression | None = None
    correlation: feel.Expression | None = None
    #: how long a message that is sent is kept for who will wait for it
    keep_for: Evaluable | None = None

    @property
    def is_awaited(self) -> bool:
        """Whether a token has to wait for it; errors and escalations find their catcher by themselves."""
        return self.trigger in AWAITED


class EventNode(Node):
    passage_kind = PassageKind.EVENT

    def __init__(self, *args: Any, definition: Event, mappings: Mappings | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.definition = definition
        self.mappings = mappings or Mappings()

    def catches(self, trigger: str, code: str) -> bool:
        """Whether this is an error or escalation event for a code."""
        return self.definition.trigger == trigger and self.definition.code in (None, code)


class StartEvent(EventNode):
    """Where a process or subprocess begins; its trigger has happened when a token arrives."""


class Catcher(EventNode):
    """Waits for a timer, message, signal or condition."""

    def arrive(self, token: Token) -> bool:
        if not self.definition.is_awaited or token.internal_data.pop("happened", False):
            return True
        self.subscribe(token)
        return False

    def vantage(self, token: Token) -> Token:
        """From where the event's expressions look at variables."""
        return token

    def subscribe(self, token: Token) -> None:
        """Compute once what the wait is for, and keep it in the token."""
        if self.definition.trigger is Trigger.TIMER:
            self._start_timer(token)
        if self.definition.name_expression is not None:
            token.internal_data["name"] = name_of(self, self.definition, token, self.vantage(token))
        if self.definition.correlation is not None:
            value = token.workflow.evaluate(self.definition.correlation, self.vantage(token))
            token.internal_data["correlation"] = values.dumps(value).decode()

    def _start_timer(self, token: Token) -> None:
        assert self.definition.timer is not None
        assert self.definition.timer_kind is not None
        value = token.workflow.evaluate(self.definition.timer, self.vantage(token))
        now = token.workflow.services.now
        _keep(token, timers.schedule(self.definition.timer_kind, value, now, self.bpmn_id))

    def repeat(self, token: Token) -> bool:
        """Make a listener ready for its next event; False when there is none."""
        if self.definition.trigger is not Trigger.TIMER:
            return True
        remaining = token.internal_data.get("remaining", 0)
        period = token.internal_data.get("interval")
        if remaining == 0 or period is None:
            return False
        interval = Period(months=period[0], time=timedelta(seconds=period[1]))
        _keep(token, timers.following(due_at(token), remaining, interval))
        return True

    def becomes_true(self, token: Token) -> bool:
        """Whether the condition has changed from not-true to true (design §9)."""
        if self.definition.condition is None or token._state != TaskState.WAITING:
            return False
        was = token.internal_data.get("true", False)
        holds = token.workflow.evaluate(self.definition.condition, self.vantage(token))
        token.internal_data["true"] = holds is True
        return bool(token.internal_data["true"]) and not was

    def trigger(self, token: Token, values: Mapping[str, Any]) -> None:
        self.write(token, self.mappings.read_received(token, values))
        token._ready()

    def wait(self, token: Token) -> Wait | None:
        """The wait as the engine sees it; conditions need nobody's help."""
        if self.definition.trigger is Trigger.CONDITIONAL:
            return None
        correlation = token.internal_data.get("correlation")
        return Wait(
            id=token.id,
            kind=WaitKind(self.definition.trigger.value),
            element_id=self.bpmn_id,
            name=token.internal_data.get("name", self.definition.name),
            due_at=due_at(token) if self.definition.trigger is Trigger.TIMER else None,
            correlation=None if correlation is None else values.loads(correlation.encode()),
        )


def due_at(token: Token) -> datetime:
    """When a waiting timer fires."""
    return datetime.fromisoformat(token.internal_data["due"])


def _keep(token: Token, schedule: Schedule) -> None:
    token.internal_data["due"] = schedule.due_at.isoformat()
    if schedule.interval is not None:
        token.internal_data["remaining"] = schedule.remaining
        token.internal_data["interval"] = [schedule.interval.months, schedule.interval.time.total_seconds()]


class IntermediateCatchEvent(Catcher):
    """Holds its token until the event happens."""


class BoundaryEvent(Catcher):
    """A listener inside its activity's token; when the event happens a token goes out from the border."""

    def vantage(self, token: Token) -> Token:
        """A listener looks from beside its activity, not from inside."""
        return token.parent.parent  # type: ignore[no-any-return]

    def attach(self, host: Token) -> None:
        if self.definition.is_awaited:
            host.workflow.place(self, host, listening=True)

    def trigger(self, token: Token, values: Mapping[str, Any]) -> None:
        host = token.parent
        if not self.element.cancel_activity and not self.repeat(token):
            token.workflow.withdraw(token)
        self.happen(host, values)

    def happen(self, host: Token, values: Mapping[str, Any] | None = None) -> None:
        """Send a token out from the border, withdrawing the activity if the event interrupts it."""
        scope, execution = host.parent, host.workflow
        # A token beside its activity is on a way of its own (design §8.10).
        way = host.way if self.element.cancel_activity else ()
        if self.element.cancel_activity:
            execution.withdraw(host)
        token = execution.place(self, scope, way=way, happened=True)
        self.write(token, self.mappings.read_received(token, values or {}))


class ThrowEvent(EventNode):
    """Intermediate throw and end events: tells what it has to tell, then goes on or ends."""

    def execute(self, token: Token) -> bool | None:
        tell = {
            Trigger.MESSAGE: self._send,
            Trigger.SIGNAL: self._broadcast,
            Trigger.ESCALATION: self._escalate,
            Trigger.ERROR: self._throw,
            Trigger.TERMINATE: self._terminate,
        }.get(self.definition.trigger)
        if tell is not None:
            tell(token)
        return True if token.is_live and token._state != TaskState.WAITING else None

    def _send(self, token: Token) -> None:
        token.workflow.record.thrown.append(thrown(self, self.definition, self.mappings, token))

    def _broadcast(self, token: Token) -> None:
        signal = thrown(self, self.definition, self.mappings, token)
        token.workflow.record.thrown.append(signal)
        tell(token.workflow, signal.name, signal.values)

    def _escalate(self, token: Token) -> None:
        token.workflow.escalate(token, self.definition.code or "")

    def _throw(self, token: Token) -> None:
        if not token.internal_data.get("told"):
            token.workflow.pass_node(self, token)
            token.internal_data["told"] = True
        token.workflow.throw_error(token, self.definition.code or "")

    def _terminate(self, token: Token) -> None:
        scope, execution = token.parent, token.workflow
        execution.pass_node(self, token)
        scope.task_spec.ended_at(scope, self)
        scope.task_spec.clear(scope)
        scope.task_spec.finish(scope, self.bpmn_id)


def listens_for(token: Token, signal: str | None) -> bool:
    """Whether a waiting token is told about a signal of that name."""
    node = token.task_spec
    if not isinstance(node, Catcher) or node.definition.trigger is not Trigger.SIGNAL:
        return False
    return bool(token.internal_data.get("name", node.definition.name) == signal)


def tell(execution: Execution, signal: str, values: Mapping[str, Any]) -> None:
    """Let everything in the case that listens for a signal hear it, the oldest first."""
    for token in [token for token in execution.waiting() if listens_for(token, signal)]:
        if token.is_live:
            token.task_spec.trigger(token, values)


def thrown(node: Node, definition: Event, mappings: Mappings, token: Token) -> Thrown:
    """A message or signal with its payload, for the engine to route."""
    correlation = definition.correlation
    return Thrown(
        kind=WaitKind(definition.trigger.value),
        element_id=node.bpmn_id,
        name=name_of(node, definition, token, token),
        correlation=None if correlation is None else token.workflow.evaluate(correlation, token),
        values=mappings.read_inputs(token),
        keep_until=_keep_until(node, definition, token),
    )


def name_of(node: Node, definition: Event, token: Token, vantage: Token) -> str:
    """The name of a message or signal, as it is now."""
    if definition.name_expression is None:
        return definition.name or ""
    name = token.workflow.evaluate(definition.name_expression, vantage)
    if not isinstance(name, str) or not name:
        raise NotUsable(f"消息或信号的名称应为文字，实际得到 {feel.excerpt_of(name)}。", element=node.bpmn_id)
    return name


def _keep_until(node: Node, definition: Event, token: Token) -> datetime | None:
    if definition.keep_for is None:
        return None
    now = token.workflow.services.now
    value = token.workflow.evaluate(definition.keep_for, token)
    return timers.schedule(TimerKind.DURATION, value, now, node.bpmn_id).due_at
