"""Diagrams drawn in a few lines, and services to run them with."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine.clock import ManualClock

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions '
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" '
    'id="definitions" targetNamespace="urn:test">'
)
NODE = re.compile(r"(?P<id>\w+): (?P<kind>\w+)(?P<attributes>(?: [\w:]+=\"[^\"]*\")*)(?: (?P<parts>[\w<].*))?")
FLOW = re.compile(r"(?:(?P<id>\w+): )?(?P<source>\w+) -> (?P<rest>.+?)(?: \[(?P<condition>.+)\])?")
PART = re.compile(r"(?P<name>[a-z]+)\((?P<text>(?:[^()]|\([^()]*\))*)\)")
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
