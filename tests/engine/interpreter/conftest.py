"""Diagrams drawn in a few lines, and cases driven through them with persistence between every two steps."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest

from engine import interpreter
from engine.clock import ManualClock
from engine.interpreter import Specification, State, Step, moves

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions '
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" '
    'id="definitions" targetNamespace="urn:test">'
)
NODE = re.compile(r"(?P<id>\w+): (?P<kind>\w+)(?P<attributes>(?: [\w:]+=\"[^\"]*\")*)(?: (?P<parts>[\w<].*))?")
FLOW = re.compile(r"(?:(?P<id>\w+): )?(?P<source>\w+) -> (?P<rest>.+?)(?: \[(?P<condition>.+)\])?")
PART = re.compile(r"(?P<name>[a-z]+)\((?P<text>(?:[^()]|\([^()]*\))*)\)")
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ROOTS = ("message", "signal", "error", "escalation", "correlationProperty")
TIMERS = {"after": "timeDuration", "at": "timeDate", "every": "timeCycle"}


def draw(text: str, process_id: str = "p") -> bytes:
    """A process drawn in lines.

    `id: element attribute="value" part(...) part(...)` is a node; `a -> b -> c [condition]` are flows, of which
    one may be named by `id: a -> b`. Parts are in(source -> target), out(source -> target), after(P5D), at(date),
    every(R3/P1D), message(id), signal(id), error(id), escalation(id), condition(FEEL), link(name), terminate(),
    script(lines), or plain XML at the end. A line that ends with `{` opens a subprocess, `}` closes it.
    """
    roots: list[str] = []
    body: list[str] = []
    for line in filter(None, (raw.strip() for raw in text.splitlines())):
        (roots if _kind(line) in ROOTS else body).append(_element(line))
    process = f'<bpmn:process id="{process_id}" isExecutable="true">{"".join(body)}</bpmn:process>'
    return f"{HEAD}{''.join(roots)}{process}</bpmn:definitions>".encode()


def _kind(line: str) -> str:
    match = NODE.match(line) or re.match(r"<bpmn:(?P<kind>\w+)", line)
    return match["kind"] if match else ""


def _element(line: str) -> str:
    if line == "}":
        return "</bpmn:subProcess>"
    if line.startswith("<"):
        return line
    node = NODE.fullmatch(line.removesuffix("{").rstrip())
    if node is None:
        return _flows(line)
    inner = _parts(node["parts"] or "")
    if line.endswith(" {"):
        return f'<bpmn:subProcess id="{node["id"]}"{node["attributes"]}>{inner}'
    return f'<bpmn:{node["kind"]} id="{node["id"]}"{node["attributes"]}>{inner}</bpmn:{node["kind"]}>'


def _parts(text: str) -> str:
    shorthand, mark, xml = text.partition("<bpmn:")
    mappings, parts = "", ""
    for part in PART.finditer(shorthand):
        if part["name"] in ("in", "out"):
            source, target = part["text"].split(" -> ")
            mappings += f"<anlan:{part['name']} source={quoteattr(source)} target={quoteattr(target)}/>"
        else:
            parts += _part(part["name"], part["text"])
    extension = f"<bpmn:extensionElements>{mappings}</bpmn:extensionElements>" if mappings else ""
    return extension + parts + mark + xml


def _part(name: str, text: str) -> str:
    if name in TIMERS:
        inner = f"<bpmn:{TIMERS[name]}>{escape(text)}</bpmn:{TIMERS[name]}>"
        return f"<bpmn:timerEventDefinition>{inner}</bpmn:timerEventDefinition>"
    if name == "condition":
        inner = f"<bpmn:condition>{escape(text)}</bpmn:condition>"
        return f"<bpmn:conditionalEventDefinition>{inner}</bpmn:conditionalEventDefinition>"
    if name == "script":
        return f"<bpmn:script>{escape(text.replace('; ', chr(10)))}</bpmn:script>"
    reference = f"name={quoteattr(text)}" if name == "link" else f"{name}Ref={quoteattr(text)}" if text else ""
    return f"<bpmn:{name}EventDefinition {reference}/>"


def _flows(line: str) -> str:
    match = FLOW.fullmatch(line)
    assert match, f"not a line of a drawing: {line}"
    stops = [match["source"], *match["rest"].split(" -> ")]
    return "".join(_flow(match, source, target) for source, target in pairwise(stops))


def _flow(match: re.Match[str], source: str, target: str) -> str:
    flow_id = match["id"] or f"{source}_{target}"
    condition = match["condition"]
    inner = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>" if condition else ""
    ends = f"sourceRef={quoteattr(source)} targetRef={quoteattr(target)}"
    return f'<bpmn:sequenceFlow id="{flow_id}" {ends}>{inner}</bpmn:sequenceFlow>'


@dataclass
class Services:
    """Services with a clock to turn, facts to set, and connectors and decisions given as functions."""

    clock: ManualClock
    facts: dict[str, Any] = field(default_factory=dict)
    connectors: dict[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = field(default_factory=dict)
    decisions: dict[str, Callable[[Mapping[str, Any]], Any]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def new_id(self) -> str:
        raise AssertionError("the interpreter counts its own ids")

    def decide(self, ref: str, context: Mapping[str, Any]) -> Any:
        return SimpleNamespace(value=self.decisions[ref](context))

    def call(self, connector: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        self.calls.append((connector, dict(inputs)))
        return self.connectors[connector](inputs)


class Play:
    """One case. Only bytes survive from step to step."""

    def __init__(self, spec: Specification, services: Services) -> None:
        self.spec = spec
        self.services = services
        self.tasks: dict[str, Any] = {}
        self.steps: list[Step] = []
        self.state: State

    def start(self, at: str | None = None, **variables: Any) -> Play:
        return self._take(interpreter.start(self.spec, variables, self.services, at=at))

    def complete(self, activity: str, *, index: int | None = None, **variables: Any) -> Play:
        """Complete the oldest open task of an activity, or the one of a multi-instance element."""
        token = next(t for t in self.tasks.values() if t.activity_id == activity and index in (None, t.index))
        return self.complete_token(token.token_id, **variables)

    def complete_token(self, token_id: str, **variables: Any) -> Play:
        return self._take(interpreter.complete(self.spec, self.state, token_id, variables, self.services))

    def fire(self, element: str) -> Play:
        """Turn the clock to when a timer is due, and fire it."""
        wait = self.wait(element)
        self.services.clock.set(max(wait.due_at, self.services.now))
        return self.fire_id(wait.id)

    def fire_id(self, wait_id: str) -> Play:
        return self._take(interpreter.fire(self.spec, self.state, wait_id, self.services))

    def send(self, element: str, **values: Any) -> Play:
        """Deliver a message or signal to a wait."""
        return self._take(interpreter.correlate(self.spec, self.state, self.wait(element).id, values, self.services))

    def targets(self, activity: str) -> tuple[str, ...]:
        """Where an open task of an activity may be returned to."""
        return moves.targets(self.spec, self.state, self._token(activity), self.services)

    def return_to(self, activity: str, target: str, *, direct: bool = False) -> Play:
        token = self._token(activity)
        return self._take(moves.return_to(self.spec, self.state, token, target, self.services, direct=direct))

    def recall(self, activity: str) -> Play:
        return self._take(moves.recall(self.spec, self.state, activity, self.services))

    def move(self, activity: str, *, withdraw: Collection[str] | None = None) -> Play:
        """Move by hand, in place of the open tasks of some activities."""
        tokens = None if withdraw is None else [self._token(other) for other in withdraw]
        return self._take(moves.move(self.spec, self.state, activity, self.services, withdraw=tokens))

    def _token(self, activity: str) -> str:
        return next(t.token_id for t in self.tasks.values() if t.activity_id == activity)

    def wait(self, element: str) -> Any:
        return next(wait for wait in self.step.waits if wait.element_id == element)

    def later(self, **by: Any) -> Play:
        self.services.clock.advance(timedelta(**by))
        return self

    def _take(self, step: Step) -> Play:
        for closed in step.closed:
            del self.tasks[closed.token_id]
        self.tasks.update({task.token_id: task for task in step.opened})
        self.steps.append(step)
        self.state = State(tokens=bytes(step.state.tokens), variables=bytes(step.state.variables))
        return self

    @property
    def step(self) -> Step:
        return self.steps[-1]

    @property
    def open(self) -> list[str]:
        """The activities of all open tasks."""
        return sorted(task.activity_id for task in self.tasks.values())

    @property
    def waits(self) -> list[str]:
        return sorted(wait.element_id for wait in self.step.waits)

    @property
    def variables(self) -> Mapping[str, Any]:
        return self.step.variables

    @property
    def path(self) -> list[str]:
        """What the last step passed."""
        return [passage.element_id for passage in self.step.trail]

    @property
    def ended(self) -> str | None:
        return self.step.ended


@pytest.fixture
def services() -> Services:
    return Services(clock=ManualClock(START))


@pytest.fixture
def play(services: Services) -> Callable[..., Play]:
    """Compile a drawing and start a case of it."""

    def begin(drawing: str, called: Mapping[str, str] | None = None, **variables: Any) -> Play:
        others = {key: draw(text, key) for key, text in (called or {}).items()}
        return Play(interpreter.compile_definition(draw(drawing), called=others), services).start(**variables)

    return begin


@pytest.fixture(name="draw")
def draw_fixture() -> Callable[..., bytes]:
    return draw
