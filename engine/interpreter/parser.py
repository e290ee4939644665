"""From a diagram's elements to a specification: every expression compiled, every reference resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec

from engine import diagram, feel
from engine.diagram.elements import Diagram, ExpressionText, Kind, Node, Process, Scope, Trigger
from engine.diagram.problems import DiagramRefused, error, errors_of
from engine.interpreter.blueprints import build
from engine.interpreter.expressions import compiled, literal_or_feel, name_or_feel
from engine.interpreter.nodes.base import Path
from engine.interpreter.nodes.gateways import InclusiveGateway
from engine.interpreter.nodes.subprocesses import CallActivity, EventStart, FlowScope, Inside, ProcessScope
from engine.interpreter.reachability import upstream_of
from engine.interpreter.specification import Activity, Specification, parse_outcomes


def compile_definition(
    content: bytes,
    *,
    called: Mapping[str, bytes] | None = None,
    process_id: str | None = None,
    free_names: bool = False,
) -> Specification:
    """Compile a diagram's process; `called` holds the diagrams of processes it calls that are not in the same file.

    With `free_names` variables may be called as facts are, and go before them: diagrams that know no offices do so.
    Raises `DiagramRefused` with every error the lint finds.
    """
    problems = errors_of(diagram.lint(content))
    if problems:
        raise DiagramRefused(problems)
    read = diagram.read(content)
    process = read.process(process_id) if process_id else read.main
    if process is None:
        raise DiagramRefused([error("no-process", process_id, None, "文件里没有可执行的流程。")])
    specification = _Compiler(read, called or {}).specification(process)
    specification.net.free_names = free_names
    return specification


class _Compiler:
    def __init__(self, main: Diagram, called: Mapping[str, bytes]) -> None:
        self.main = main
        self.called = called
        self.net: Any = None
        self.activities: dict[str, Activity] = {}
        #: process id -> its compiled scope
        self.processes: dict[str, ProcessScope] = {}

    def specification(self, process: Process) -> Specification:
        self.net = BpmnProcessSpec(name=process.id)
        self.net.has_conditions = False
        self.net.root = self._process(process, prefix="")
        attributes = process.extension
        return Specification(
            process_id=process.id,
            name=process.name or self.main.pools.get(process.id) or process.id,
            documentation=process.documentation,
            activities=self.activities,
            title_template=_feel(attributes.get("titleTemplate")),
            number_rule=_feel(attributes.get("numberRule")),
            searchable=tuple((attributes.get("searchable") or "").replace(",", " ").split()),
            net=self.net,
        )

    def _process(self, process: Process, prefix: str) -> ProcessScope:
        element = Node(id=process.id, kind=Kind.SUB_PROCESS, name=process.name)
        scope = ProcessScope(self.net, prefix + process.id, element)
        self.processes[process.id] = scope
        scope.inside = self._inside(process.scope, prefix, scope)
        return scope

    def _inside(self, scope: Scope, prefix: str, owner: FlowScope, *, of_event: bool = False) -> Inside:
        """Compile a scope's nodes and connect them."""
        built = {node.id: self._node(node, prefix, of_event) for node in scope.nodes.values()}
        for spec in built.values():
            spec.container = owner
        for node in scope.nodes.values():
            self._connect(scope, node, built)
        for spec in built.values():
            if isinstance(spec, InclusiveGateway):
                spec.upstream = upstream_of(spec, scope, prefix)
        return Inside(starts=_starts(scope, built), event_starts=self._event_starts(scope, built))

    def _node(self, node: Node, prefix: str, of_event: bool) -> Any:
        spec = build(self.net, node, prefix, in_event_subprocess=of_event)
        inner = getattr(spec, "instance", spec)
        if isinstance(inner, FlowScope) and node.body is not None:
            inner.inside = self._inside(node.body, prefix, inner, of_event=node.triggered_by_event)
        if isinstance(inner, CallActivity):
            inner.called = self._called(node)
        if node.kind.is_activity:
            self._describe(node, prefix)
        self.net.has_conditions |= any(event.trigger is Trigger.CONDITIONAL for event in node.events)
        return spec

    def _connect(self, scope: Scope, node: Node, built: Mapping[str, Any]) -> None:
        spec = built[node.id]
        spec.incoming = tuple(flow.id for flow in scope.incoming(node.id))
        spec.paths = tuple(
            Path(
                flow_id=flow.id,
                target=built[flow.target],
                condition=None if flow.id == node.default or not node.kind.chooses else compiled(flow.condition),
                is_default=flow.id == node.default and node.kind.chooses,
            )
            for flow in scope.outgoing(node.id)
        ) + _link(scope, node, built)
        spec.boundary_events = tuple(built[event.id] for event in scope.boundary_events(node.id))

    def _event_starts(self, scope: Scope, built: Mapping[str, Any]) -> tuple[EventStart, ...]:
        found = []
        for node in scope.event_subprocesses():
            subprocess = built[node.id]
            for start in subprocess.inside.starts:
                start.subprocess = subprocess
                found.append(start)
        return tuple(found)

    def _called(self, node: Node) -> ProcessScope:
        """The compiled process of a call activity, compiled once however often it is called."""
        key = node.called_element or ""
        if key in self.processes:
            return self.processes[key]
        return self._process(self._find_process(key, node), prefix=f"{key}:")

    def _find_process(self, key: str, node: Node) -> Process:
        found = self.main.process(key)
        if found is None and key in self.called:
            other = self.called[key]
            problems = errors_of(diagram.lint(other))
            if problems:
                raise DiagramRefused(problems)
            read = diagram.read(other)
            found = read.process(key) or read.main
        if found is None:
            message = f"调用活动“{node.title}”要调用的流程 {key} 不存在，请先部署它或改正 calledElement。"
            raise DiagramRefused([error("unknown-process", node.id, node.line, message)])
        return found

    def _describe(self, node: Node, prefix: str) -> None:
        own = node.extension
        self.activities[prefix + node.id] = Activity(
            id=prefix + node.id,
            name=node.title,
            kind=node.kind,
            lane=node.lane,
            form_key=own.get("formKey"),
            role=own.get("role"),
            scope=_optional(name_or_feel, own.get("scope")),
            due_in=_optional(literal_or_feel, own.get("dueIn")),
            outcomes=parse_outcomes(own.get("outcomes")),
            field_rights=own.field_rights,
            result_variable=own.get("resultVariable"),
            decision_ref=own.get("decisionRef"),
            connector=own.get("connector"),
            documentation=node.documentation,
            element=node,
        )


def _starts(scope: Scope, built: Mapping[str, Any]) -> tuple[Any, ...]:
    """The start event (a plain one before others), or every node that nothing leads to."""
    events = sorted(scope.start_events(), key=lambda node: node.event.trigger is not Trigger.NONE)
    if events:
        return (built[events[0].id],)
    return tuple(built[node.id] for node in scope.nodes.values() if scope.begins_at(node))


def _link(scope: Scope, node: Node, built: Mapping[str, Any]) -> tuple[Path, ...]:
    """A throwing link event goes on at the catching one of the same name in the same scope."""
    if node.kind is not Kind.INTERMEDIATE_THROW_EVENT or node.event.trigger is not Trigger.LINK:
        return ()
    return tuple(
        Path(flow_id="", target=built[other.id])
        for other in scope.nodes.values()
        if other.kind is Kind.INTERMEDIATE_CATCH_EVENT
        and other.event.trigger is Trigger.LINK
        and other.event.name == node.event.name
    )


def _feel(text: str | None) -> feel.Expression | None:
    return compiled(ExpressionText(text=text)) if text else None


def _optional(compile_text: Any, text: str | None) -> Any:
    return compile_text(text.strip()) if text and text.strip() else None
