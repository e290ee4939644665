"""The elements of a diagram as plain values, in the words of BPMN 2.0.2."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from engine.diagram.problems import Problem

T = TypeVar("T")


class Kind(StrEnum):
    """A flow node's element name."""

    TASK = "task"
    USER_TASK = "userTask"
    MANUAL_TASK = "manualTask"
    SERVICE_TASK = "serviceTask"
    SEND_TASK = "sendTask"
    RECEIVE_TASK = "receiveTask"
    SCRIPT_TASK = "scriptTask"
    BUSINESS_RULE_TASK = "businessRuleTask"
    CALL_ACTIVITY = "callActivity"
    SUB_PROCESS = "subProcess"
    TRANSACTION = "transaction"
    AD_HOC_SUB_PROCESS = "adHocSubProcess"
    EXCLUSIVE_GATEWAY = "exclusiveGateway"
    INCLUSIVE_GATEWAY = "inclusiveGateway"
    PARALLEL_GATEWAY = "parallelGateway"
    EVENT_BASED_GATEWAY = "eventBasedGateway"
    COMPLEX_GATEWAY = "complexGateway"
    START_EVENT = "startEvent"
    END_EVENT = "endEvent"
    INTERMEDIATE_CATCH_EVENT = "intermediateCatchEvent"
    INTERMEDIATE_THROW_EVENT = "intermediateThrowEvent"
    BOUNDARY_EVENT = "boundaryEvent"

    @property
    def is_activity(self) -> bool:
        return self in ACTIVITIES

    @property
    def is_gateway(self) -> bool:
        return self.value.endswith("Gateway")

    @property
    def chooses(self) -> bool:
        """Whether conditions on its outgoing flows count; after these two every flow is offered a token (§8.3.13)."""
        return self not in (Kind.PARALLEL_GATEWAY, Kind.EVENT_BASED_GATEWAY)

    @property
    def is_event(self) -> bool:
        return self.value.endswith("Event")


ACTIVITIES = frozenset(
    kind for kind in Kind if kind.value.endswith(("Task", "task", "Activity", "Process")) or kind is Kind.TRANSACTION
)
CONTAINERS = frozenset({Kind.SUB_PROCESS, Kind.TRANSACTION, Kind.AD_HOC_SUB_PROCESS})


class Trigger(StrEnum):
    """What an event waits for or tells; the prefix of its event definition's element name."""

    NONE = "none"
    MESSAGE = "message"
    TIMER = "timer"
    SIGNAL = "signal"
    ERROR = "error"
    ESCALATION = "escalation"
    CONDITIONAL = "conditional"
    LINK = "link"
    TERMINATE = "terminate"
    COMPENSATE = "compensate"
    CANCEL = "cancel"
    MULTIPLE = "multiple"


@dataclass(frozen=True, kw_only=True)
class ExpressionText:
    """An expression as written, with its place."""

    text: str
    line: int | None = None
    #: the `language` attribute, when the modeler wrote one
    language: str | None = None


class TimerKind(StrEnum):
    DATE = "timeDate"
    DURATION = "timeDuration"
    CYCLE = "timeCycle"


@dataclass(frozen=True, kw_only=True)
class Timer:
    kind: TimerKind
    expression: ExpressionText


@dataclass(frozen=True, kw_only=True)
class EventDefinition:
    trigger: Trigger
    line: int | None = None
    #: of the message, signal or link
    name: str | None = None
    #: of a message or signal whose name is reckoned in each case
    name_expression: ExpressionText | None = None
    #: of the error or escalation; None catches every one
    code: str | None = None
    #: the reference as written, for the lint
    reference: str | None = None
    timer: Timer | None = None
    condition: ExpressionText | None = None
    #: of a message: FEEL over the case's variables
    correlation: ExpressionText | None = None


NO_TRIGGER = EventDefinition(trigger=Trigger.NONE)


@dataclass(frozen=True, kw_only=True)
class Loop:
    """Standard loop or multi-instance characteristics."""

    multi_instance: bool
    line: int | None = None
    sequential: bool = False
    cardinality: ExpressionText | None = None
    collection: ExpressionText | None = None
    element_variable: str | None = None
    output_collection: str | None = None
    output_element: ExpressionText | None = None
    completion_condition: ExpressionText | None = None
    #: of several instances: when they throw an event by themselves
    behavior: str = "All"
    #: standard loop
    condition: ExpressionText | None = None
    test_before: bool = False
    maximum: int | None = None


@dataclass(frozen=True, kw_only=True)
class DataMapping:
    """`anlan:in` or `anlan:out`: a FEEL source and the name it is given."""

    source: ExpressionText
    target: str


@dataclass(frozen=True, kw_only=True)
class Extension:
    """What our own namespace says about an element (design §9)."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[DataMapping, ...] = ()
    outputs: tuple[DataMapping, ...] = ()
    #: component key -> edit, read or hide
    field_rights: Mapping[str, str] = field(default_factory=dict)
    #: `<anlan:in variables="all"/>` and `<anlan:out variables="all"/>` of a call activity
    passes_all: bool = False
    returns_all: bool = False

    def get(self, name: str) -> str | None:
        return self.attributes.get(name)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str
    line: int | None = None
    name: str | None = None
    condition: ExpressionText | None = None


@dataclass(frozen=True, kw_only=True)
class Node:
    """A flow node: activity, event or gateway."""

    id: str
    kind: Kind
    line: int | None = None
    name: str = ""
    documentation: str | None = None
    lane: str | None = None
    extension: Extension = field(default_factory=Extension)
    #: id of the default flow
    default: str | None = None
    events: tuple[EventDefinition, ...] = ()
    loop: Loop | None = None
    #: of a subprocess
    body: Scope | None = None
    triggered_by_event: bool = False
    #: of an event subprocess' start event
    interrupting: bool = True
    #: of a boundary event
    attached_to: str | None = None
    cancel_activity: bool = True
    called_element: str | None = None
    script: ExpressionText | None = None
    script_format: str | None = None
    #: of a send or receive task
    message: EventDefinition | None = None
    #: receive task or event-based gateway that starts a process
    instantiate: bool = False
    #: event-based gateway that waits for all of its events
    for_all_events: bool = False
    for_compensation: bool = False
    #: tokens it takes before it starts, or gives when it is done, where that is not one
    quantity: str | None = None
    #: catches only when all of its events have happened
    parallel_multiple: bool = False

    @property
    def event(self) -> EventDefinition:
        """The event's definition; several are `MULTIPLE`."""
        if len(self.events) > 1:
            return EventDefinition(trigger=Trigger.MULTIPLE, line=self.line)
        return self.events[0] if self.events else NO_TRIGGER

    @property
    def is_event_subprocess(self) -> bool:
        return self.kind in CONTAINERS and self.triggered_by_event

    @property
    def title(self) -> str:
        """What a message calls it."""
        return self.name or self.id


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The flow nodes and sequence flows of a process or subprocess, in document order."""

    nodes: Mapping[str, Node] = field(default_factory=dict)
    flows: Mapping[str, Flow] = field(default_factory=dict)

    def incoming(self, node_id: str) -> tuple[Flow, ...]:
        return self._by_target.get(node_id, ())

    def outgoing(self, node_id: str) -> tuple[Flow, ...]:
        return self._by_source.get(node_id, ())

    def boundary_events(self, node_id: str) -> tuple[Node, ...]:
        return self._by_host.get(node_id, ())

    def event_subprocesses(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes.values() if node.is_event_subprocess)

    def start_events(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes.values() if node.kind is Kind.START_EVENT)

    def begins_at(self, node: Node) -> bool:
        """Whether a token is born at a node when its scope has no start event (BPMN 2.0.2 §10.5.2)."""
        linked = node.kind is Kind.INTERMEDIATE_CATCH_EVENT and node.event.trigger is Trigger.LINK
        return not (self.incoming(node.id) or node.attached_to or node.is_event_subprocess or linked)

    def instantiators(self) -> tuple[Node, ...]:
        """Receive tasks and event-based gateways that start a process instead of a start event."""
        return tuple(node for node in self.nodes.values() if node.instantiate)

    def walk(self) -> Iterator[tuple[Scope, Node]]:
        """Every node at every depth, with the scope it lies in."""
        for node in self.nodes.values():
            yield self, node
            if node.body is not None:
                yield from node.body.walk()

    @cached_property
    def _by_source(self) -> dict[str, tuple[Flow, ...]]:
        return _grouped((flow.source, flow) for flow in self.flows.values())

    @cached_property
    def _by_target(self) -> dict[str, tuple[Flow, ...]]:
        return _grouped((flow.target, flow) for flow in self.flows.values())

    @cached_property
    def _by_host(self) -> dict[str, tuple[Node, ...]]:
        return _grouped((node.attached_to, node) for node in self.nodes.values() if node.attached_to)


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    groups: dict[str, list[T]] = {}
    for key, item in pairs:
        groups.setdefault(key, []).append(item)
    return {key: tuple(items) for key, items in groups.items()}


@dataclass(frozen=True, kw_only=True)
class Process:
    id: str
    line: int | None = None
    name: str = ""
    documentation: str | None = None
    #: None when the modeler did not say
    executable: bool | None = None
    extension: Extension = field(default_factory=Extension)
    scope: Scope = field(default_factory=Scope)
    #: names of its data inputs, properties and data objects: variables someone else may set
    declared: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """A whole file."""

    processes: tuple[Process, ...]
    #: of the file's root element
    id: str | None = None
    line: int | None = None
    #: process id -> the pool's name
    pools: Mapping[str, str] = field(default_factory=dict)
    #: what the reader found wrong while reading on
    problems: tuple[Problem, ...] = ()

    @property
    def startable(self) -> tuple[Process, ...]:
        """The processes that can be started: those marked executable, otherwise those not marked otherwise."""
        marked = tuple(process for process in self.processes if process.executable)
        return marked or tuple(process for process in self.processes if process.executable is None)

    @property
    def main(self) -> Process | None:
        """The first process that can be started."""
        return next(iter(self.startable), None)

    def process(self, process_id: str) -> Process | None:
        return next((process for process in self.processes if process.id == process_id), None)
