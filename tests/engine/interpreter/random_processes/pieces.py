"""What a random diagram is made of, and its lines in the language of `drawing.draw`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from xml.sax.saxutils import escape, quoteattr

from random_processes.terms import Term

AWAITED = frozenset({"timer", "message", "signal", "conditional"})
#: definitions at the top of every drawing
ROOTS = tuple(
    f'{name}{n}: {kind} {attribute}="{name}{n}"'
    for name, kind, attribute in (
        ("msg", "message", "name"),
        ("sig", "signal", "name"),
        ("err", "error", "errorCode"),
        ("esc", "escalation", "escalationCode"),
    )
    for n in (1, 2)
)


@dataclass(frozen=True)
class Event:
    trigger: str = "none"
    #: of the message, signal, error, escalation or link; an error or escalation without one catches all
    name: str = ""
    #: of a timer; with `times` it is a cycle
    hours: int = 0
    times: int = 0
    condition: Term | None = None

    @property
    def after(self) -> timedelta:
        return timedelta(hours=self.hours)

    @property
    def is_awaited(self) -> bool:
        return self.trigger in AWAITED

    def catches(self, trigger: str, name: str) -> bool:
        return self.trigger == trigger and self.name in ("", name)

    @property
    def part(self) -> str:
        if self.trigger == "none":
            return ""
        if self.trigger == "timer":
            return f"every(R{self.times}/PT{self.hours}H)" if self.times else f"after(PT{self.hours}H)"
        if self.condition is not None:
            return f"condition({self.condition.text})"
        return f"{self.trigger}({self.name})"


@dataclass(frozen=True)
class Loop:
    """Multi-instance, or a standard loop where neither a number nor a collection is given."""

    sequential: bool = False
    cardinality: Term | None = None
    collection: Term | None = None
    element: str = ""
    output: str = ""
    output_element: Term | None = None
    #: of a multi-instance: enough; of a standard loop: again
    condition: Term | None = None
    before: bool = False
    maximum: int | None = None

    @property
    def is_multiple(self) -> bool:
        return self.cardinality is not None or self.collection is not None

    @property
    def part(self) -> str:
        if not self.is_multiple:
            again = _tag("loopCondition", self.condition)
            limit = f' loopMaximum="{self.maximum}"' if self.maximum is not None else ""
            before = ' testBefore="true"' if self.before else ""
            head = f"standardLoopCharacteristics{before}{limit}"
            return f"<bpmn:{head}>{again}</bpmn:standardLoopCharacteristics>"
        inner = _tag("loopCardinality", self.cardinality) + _tag("completionCondition", self.condition)
        attributes = [f'isSequential="{str(self.sequential).lower()}"', *self._extension()]
        head = f"multiInstanceLoopCharacteristics {' '.join(attributes)}"
        return f"<bpmn:{head}>{inner}</bpmn:multiInstanceLoopCharacteristics>"

    def _extension(self) -> Iterator[str]:
        if self.collection is not None:
            yield f"anlan:collection={quoteattr(self.collection.text)}"
        if self.element:
            yield f'anlan:elementVariable="{self.element}"'
        if self.output and self.output_element is not None:
            yield f'anlan:outputCollection="{self.output}" anlan:outputElement={quoteattr(self.output_element.text)}'


def _tag(name: str, term: Term | None) -> str:
    return f"<bpmn:{name}>{escape(term.text)}</bpmn:{name}>" if term else ""


@dataclass(frozen=True)
class Flow:
    id: str
    source: str
    target: str
    condition: Term | None = None

    @property
    def line(self) -> str:
        condition = f" [{self.condition.text}]" if self.condition else ""
        return f"{self.id}: {self.source} -> {self.target}{condition}"


@dataclass
class Node:
    id: str
    kind: str
    event: Event = field(default_factory=Event)
    attached_to: str = ""
    #: of a boundary event and of the start event of an event subprocess
    interrupting: bool = True
    loop: Loop | None = None
    body: Scope | None = None
    by_event: bool = False
    default: str = ""
    called: Process | None = None
    #: of a receive task
    message: str = ""
    result: str = ""
    script: tuple[tuple[str, Term], ...] = ()
    inputs: tuple[tuple[Term, str], ...] = ()
    outputs: tuple[tuple[Term, str], ...] = ()

    @property
    def is_activity(self) -> bool:
        return self.kind.endswith(("Task", "Activity", "Process"))

    def lines(self) -> Iterator[str]:
        attributes = " ".join(self._attributes())
        parts = self.event.part + "".join(self._parts()) + (self.loop.part if self.loop else "")
        head = " ".join(filter(None, (f"{self.id}: {self.kind}", attributes, parts)))
        if self.body is None:
            yield head
            return
        yield f"{head} {{"
        yield from self.body.lines()
        yield "}"

    def _attributes(self) -> Iterator[str]:
        if self.attached_to:
            yield f'attachedToRef="{self.attached_to}" cancelActivity="{str(self.interrupting).lower()}"'
        elif not self.interrupting:
            yield 'isInterrupting="false"'
        if self.by_event:
            yield 'triggeredByEvent="true"'
        if self.default:
            yield f'default="{self.default}"'
        if self.called is not None:
            yield f'calledElement="{self.called.key}"'
        if self.kind == "serviceTask":
            yield 'anlan:connector="external.ask"'
        if self.message:
            yield f'messageRef="{self.message}"'
        if self.result:
            yield f'anlan:resultVariable="{self.result}"'

    def _parts(self) -> Iterator[str]:
        yield from (f"in({source.text} -> {target})" for source, target in self.inputs)
        yield from (f"out({source.text} -> {target})" for source, target in self.outputs)
        if self.script:
            yield f"script({'; '.join(f'{name} = {source.text}' for name, source in self.script)})"


@dataclass
class Scope:
    """The nodes and flows of a process or subprocess; read only once it is drawn."""

    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)

    def into(self, node: str) -> list[Flow]:
        return self._into.get(node, [])

    def out_of(self, node: str) -> list[Flow]:
        return self._out_of.get(node, [])

    def border(self, node: str) -> list[Node]:
        return [other for other in self.nodes.values() if other.attached_to == node]

    @cached_property
    def event_subprocesses(self) -> list[tuple[Node, Node]]:
        """Each with its start event."""
        return [(node, node.body.start) for node in self.nodes.values() if node.by_event and node.body]

    @property
    def start(self) -> Node:
        return next(node for node in self.nodes.values() if node.kind == "startEvent")

    @cached_property
    def starts(self) -> list[Node]:
        """The start event, or every node nothing leads to."""
        plain = [node for node in self.nodes.values() if node.kind == "startEvent"]
        return plain or [n for n in self.nodes.values() if not (self.into(n.id) or n.attached_to or n.by_event)]

    def walk(self) -> Iterator[Node]:
        for node in self.nodes.values():
            yield node
            if node.body is not None:
                yield from node.body.walk()

    def lines(self) -> Iterator[str]:
        for node in self.nodes.values():
            yield from node.lines()
        yield from (flow.line for flow in self.flows.values())

    @cached_property
    def _into(self) -> dict[str, list[Flow]]:
        return _grouped([(flow.target, flow) for flow in self.flows.values()])

    @cached_property
    def _out_of(self) -> dict[str, list[Flow]]:
        return _grouped([(flow.source, flow) for flow in self.flows.values()])


def _grouped(pairs: list[tuple[str, Flow]]) -> dict[str, list[Flow]]:
    groups: dict[str, list[Flow]] = {}
    for key, flow in pairs:
        groups.setdefault(key, []).append(flow)
    return groups


@dataclass
class Process:
    key: str
    scope: Scope

    @property
    def drawing(self) -> str:
        return "\n".join((*ROOTS, *self.scope.lines()))

    @property
    def called(self) -> dict[str, Process]:
        """Every process it calls, and those they call."""
        found: dict[str, Process] = {}
        for node in self.scope.walk():
            if node.called is not None and node.called.key not in found:
                found |= {node.called.key: node.called, **node.called.called}
        return found
