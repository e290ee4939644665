"""What can happen to a case, each a pure function of specification, state and services."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine import feel
from engine.diagram.elements import Trigger
from engine.interpreter.codec import ROOT, State, decode_tokens, encode
from engine.interpreter.corrections import ASKED, Token
from engine.interpreter.errors import NotUsable, TaskNotOpen, TimerNotDue, WaitNotLive
from engine.interpreter.execution import Execution
from engine.interpreter.incidents import Incident, incidents_of, settle, stopped_token
from engine.interpreter.nodes.events import Catcher, due_at, listens_for, tell
from engine.interpreter.scopes import Variables
from engine.interpreter.services import Services
from engine.interpreter.specification import Specification
from engine.interpreter.trail import Passage
from engine.interpreter.waits import Asked, Thrown, Wait


@dataclass(frozen=True, kw_only=True)
class OpenedTask:
    """A user or manual task that now waits for a person."""

    #: unique within the case
    token_id: str
    activity_id: str
    name: str
    kind: str
    #: evaluated `anlan:in` mappings
    inputs: Mapping[str, Any]
    #: evaluated `anlan:scope`
    scope: Any = None
    #: evaluated `anlan:dueIn`
    due_in: Any = None
    #: the element of a multi-instance activity, and its place counted from 0
    item: Any = None
    index: int | None = None


@dataclass(frozen=True, kw_only=True)
class ClosedTask:
    token_id: str
    activity_id: str
    #: withdrawn by the flow, not completed by a person
    canceled: bool


@dataclass(frozen=True, kw_only=True)
class Step:
    """What happened."""

    state: State
    opened: tuple[OpenedTask, ...]
    closed: tuple[ClosedTask, ...]
    #: everything the case waits for after the step
    waits: tuple[Wait, ...]
    trail: tuple[Passage, ...]
    #: the process scope after the step
    variables: Mapping[str, Any]
    #: what the case waited for, and its process scope, before the step; None where the waits cannot be compared
    waited: tuple[Wait, ...] | None = ()
    before: Mapping[str, Any] = field(default_factory=dict)
    #: where the case has stopped after the step, and where it had before
    incidents: tuple[Incident, ...] = ()
    incidents_before: tuple[Incident, ...] = ()
    #: messages and signals for other cases
    thrown: tuple[Thrown, ...] = ()
    #: work that was asked for and is done after the step
    calls: tuple[Asked, ...] = ()
    #: the element with which the case ended
    ended: str | None = None
    #: of a move: activities whose work must be done again, and work for the outside that is not taken back
    undone: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()


def start(spec: Specification, variables: Mapping[str, Any], services: Services, *, at: str | None = None) -> Step:
    """Begin a case; `at` names the start event that has happened, whose mappings then read the variables."""
    execution = Execution(spec.net, services, Variables())

    def begin() -> None:
        root = execution.place(spec.net.root, None, at=at)
        given = variables if at is None else spec.net.task_specs[at].mappings.read_received(root, variables)
        execution.variables.declare(root, given)

    return take_step(spec, execution, begin)


def complete(
    spec: Specification, state: State, token_id: str, variables: Mapping[str, Any], services: Services
) -> Step:
    """A person has done an open task; raises `TaskNotOpen` for anything else."""
    execution = load(spec, state, services)
    token = execution.tasks.get(token_id)
    if token is None or not token.task_spec.manual or token._state != TaskState.READY:
        raise TaskNotOpen(token=token_id)
    return take_step(spec, execution, lambda: token.task_spec.submit(token, variables))


def fire(spec: Specification, state: State, wait_id: str, services: Services) -> Step:
    """A timer is due; raises `WaitNotLive` or `TimerNotDue`."""
    execution = load(spec, state, services)
    token = _waiting(execution, wait_id, {Trigger.TIMER})
    if due_at(token) > services.now:
        raise TimerNotDue(wait=wait_id, due_at=due_at(token))
    return take_step(spec, execution, lambda: token.task_spec.trigger(token, {}))


def correlate(spec: Specification, state: State, wait_id: str, values: Mapping[str, Any], services: Services) -> Step:
    """A message or signal has come for a subscription; raises `WaitNotLive`."""
    execution = load(spec, state, services)
    token = _waiting(execution, wait_id, {Trigger.MESSAGE, Trigger.SIGNAL})
    return take_step(spec, execution, lambda: token.task_spec.trigger(token, values))


def broadcast(spec: Specification, state: State, name: str, values: Mapping[str, Any], services: Services) -> Step:
    """A signal has come: everything that listens for it now hears it; raises `WaitNotLive` when nothing does."""
    execution = load(spec, state, services)
    if not any(listens_for(token, name) for token in execution.waiting()):
        raise WaitNotLive(signal=name)
    return take_step(spec, execution, lambda: tell(execution, name, values))


def answer(spec: Specification, state: State, wait_id: str, results: Mapping[str, Any], services: Services) -> Step:
    """What a service task had asked for is done; raises `WaitNotLive`."""
    execution = load(spec, state, services)
    token = _asking(execution, wait_id)
    return take_step(spec, execution, lambda: token.task_spec.answer(token, results))


def refuse(spec: Specification, state: State, wait_id: str, code: str, message: str, services: Services) -> Step:
    """The business says no to what a service task had asked for; raises `WaitNotLive`."""
    execution = load(spec, state, services)
    token = _asking(execution, wait_id)
    return take_step(spec, execution, lambda: token.task_spec.refuse(token, code, message))


def retry(
    spec: Specification,
    state: State,
    incident_id: str,
    services: Services,
    *,
    inputs: Mapping[str, Any] | None = None,
) -> Step:
    """Do again what has stopped: now it may be caught, or may not go wrong; raises `IncidentNotOpen`.

    With `inputs` a service task asks its connector with these instead of what the diagram says.
    """
    execution = load(spec, state, services)

    def again() -> None:
        token = stopped_token(execution, incident_id)
        token.given = inputs
        token._ready()

    return take_step(spec, execution, again)


def resolve(spec: Specification, state: State, incident_id: str, values: Mapping[str, Any], services: Services) -> Step:
    """Go on as if what has stopped were done, with the values it would have given; raises `IncidentNotOpen`."""
    execution = load(spec, state, services)
    return take_step(spec, execution, lambda: settle(stopped_token(execution, incident_id), values))


def load(spec: Specification, state: State, services: Services) -> Execution:
    """A case as it was left: from memory where its last step has left it there, else from its bytes."""
    execution = state.living.take(spec.net)
    if execution is None:
        execution = Execution(spec.net, services, Variables.decode(state.variables))
        decode_tokens(state, execution)
    execution.services = services
    return execution


def _waiting(execution: Execution, wait_id: str, triggers: set[Trigger]) -> Token:
    token: Token | None = execution.tasks.get(wait_id)
    node = token.task_spec if token is not None else None
    if token is None or token._state != TaskState.WAITING or not isinstance(node, Catcher):
        raise WaitNotLive(wait=wait_id)
    if node.definition.trigger not in triggers:
        raise WaitNotLive(wait=wait_id)
    return token


def _asking(execution: Execution, wait_id: str) -> Token:
    token: Token | None = execution.tasks.get(wait_id)
    if token is None or ASKED not in token.internal_data:
        raise WaitNotLive(wait=wait_id)
    return token


def take_step(
    spec: Specification, execution: Execution, move: Callable[[], None], *, replaced: Execution | None = None
) -> Step:
    """Do one thing to a case, let it go on from there, and tell what happened."""
    incidents_before = incidents_of(replaced or execution)
    waited, variables = _waited(replaced or execution), dict(execution.variables.scopes.get(ROOT, ()))
    try:
        with feel.clock(execution.services.now):
            move()
            execution.advance()
            opened = tuple(opened_task(spec, token) for token in execution.record.opened if token.is_live)
    except feel.FeelError as fault:
        raise NotUsable(f"表达式无法计算：{fault}") from fault
    state, record = encode(execution, execution.variables), execution.rest()
    execution.waits = _waits(execution)
    before = {token.id for token in record.opened}
    return Step(
        state=state,
        opened=opened,
        closed=tuple(_closed(token, canceled) for token, canceled in record.closed if token.id not in before),
        waits=execution.waits,
        waited=waited,
        before=variables,
        incidents=incidents_of(execution),
        incidents_before=incidents_before,
        trail=tuple(record.trail),
        variables=dict(execution.variables.scopes[ROOT]),
        thrown=tuple(record.thrown),
        calls=tuple(record.asked),
        ended=record.ended,
        undone=tuple(record.undone),
        effects=tuple(record.effects),
    )


def _waited(execution: Execution) -> tuple[Wait, ...]:
    """What was waited for before this step."""
    return _waits(execution) if execution.waits is None else execution.waits


def _waits(execution: Execution) -> tuple[Wait, ...]:
    return tuple(wait for token in execution.waiting() if (wait := token.task_spec.wait(token)) is not None)


def opened_task(spec: Specification, token: Token) -> OpenedTask:
    """What a person is to be told of a task."""
    node = token.task_spec
    activity = spec.activities[node.bpmn_id]
    context = token.workflow.context(token)
    element = node.element.loop.element_variable if node.element.loop else None
    return OpenedTask(
        token_id=token.id,
        activity_id=activity.id,
        name=activity.name,
        kind=activity.kind.value,
        inputs=node.mappings.read_inputs(token),
        scope=activity.scope(context) if activity.scope else None,
        due_in=activity.due_in(context) if activity.due_in else None,
        item=context.get(element) if element else None,
        index=token.internal_data.get("index"),
    )


def _closed(token: Token, canceled: bool) -> ClosedTask:
    return ClosedTask(token_id=token.id, activity_id=token.task_spec.bpmn_id, canceled=canceled)
