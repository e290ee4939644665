"""A running case on another version of its process: every token finds its place there, or the migration is refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.interpreter.codec import State
from engine.interpreter.corrections import Token
from engine.interpreter.errors import MoveRefused
from engine.interpreter.execution import Execution
from engine.interpreter.nodes.base import Node, Path
from engine.interpreter.nodes.events import Catcher
from engine.interpreter.nodes.gateways import EventBasedGateway, Join
from engine.interpreter.nodes.loops import LoopBody, MultiInstance
from engine.interpreter.nodes.subprocesses import CallActivity, FlowScope
from engine.interpreter.services import Services
from engine.interpreter.specification import Specification
from engine.interpreter.steps import Step, load, take_step
from engine.interpreter.way import Way, past_of, renamed, to_json, way_of


def propose(old: Specification, new: Specification, state: State, services: Services) -> Mapping[str, str | None]:
    """Where each occupied element would go: to the one of the same id, else of the same name, else nowhere."""
    nodes = {token.task_spec.name: token.task_spec for token in _placed(load(old, state, services))}
    return {name: _counterpart(node, new) for name, node in nodes.items()}


def migrate(
    old: Specification, new: Specification, state: State, mapping: Mapping[str, str], services: Services
) -> Step:
    """Put a case on another specification; ids of tasks and waits stay, and so do timers that run.

    `mapping` overrules `propose`. Raises `MoveRefused` where a token has no place.
    """
    before = load(old, state, services)
    migration = _Migration(before, Execution(new.net, services, before.variables), new, mapping)
    migration.check()
    # The same wait may be called otherwise on the new version.
    return replace(take_step(new, migration.after, migration.carry, replaced=before), waited=None)


class _Migration:
    def __init__(self, before: Execution, after: Execution, new: Specification, mapping: Mapping[str, str]) -> None:
        self.before = before
        self.after = after
        self.new = new
        self.names = {node.name: mapping.get(node.name) or _counterpart(node, new) for node in _nodes(before.spec)}
        self.flows = _flow_counterparts(before.spec, new.net, self.names)

    def check(self) -> None:
        """Refuse before anything is moved."""
        for token in _placed(self.before):
            target = self._target(token)
            title = token.task_spec.element.title
            if target is None:
                raise MoveRefused(f"新版本里没有“{title}”的去处，请为它指定一个环节。", element=token.task_spec.bpmn_id)
            if not _alike(token.task_spec, target):
                name = target.element.title
                message = f"“{title}”不能迁移到“{name}”：两者不是同一类元素。"
                raise MoveRefused(message, element=token.task_spec.bpmn_id)
            self._check_place(token, target)

    def _check_place(self, token: Token, target: Node) -> None:
        title = token.task_spec.element.title
        if isinstance(token.parent.task_spec, FlowScope) and target.container is not self._target(token.parent):
            raise MoveRefused(f"“{title}”在新版本里位于另一个子流程，不能迁移。", element=token.task_spec.bpmn_id)
        flow = self.flows.get(token.internal_data.get("flow"))
        if isinstance(target, Join) and len(target.incoming) > 1 and flow not in target.incoming:
            old = token.internal_data.get("flow")
            raise MoveRefused(f"网关“{title}”在新版本里没有连线 {old}，不能迁移。", element=token.task_spec.bpmn_id)

    def carry(self) -> None:
        """Rebuild the tokens on the new specification, then listen for what is new there."""
        for token in self.before.live():
            self._carry(token)
        self.after.last_id = max(self.after.last_id, self.before.last_id)
        for token in self.after.live():
            self._listen(token)

    def _carry(self, token: Token) -> None:
        target = self._target(token)
        parent = self.after.tasks.get(token.parent.id) if token.parent is not None else None
        if token.parent is not None and (
            target is None or parent is None or not self._still_heard(token, target, parent)
        ):
            self.after.variables.drop(token)
            return
        assert target is not None, "checked before"
        carried = self.after.adopt(target, parent, token.id, token._state)
        carried.internal_data = self._facts(token)
        carried.way = self._way(token.way)

    def _still_heard(self, token: Token, target: Node, parent: Token) -> bool:
        """Listeners that the new version no longer has are dropped; so are alternatives of an event gateway."""
        if token.internal_data.get("listening"):
            return any(event is target for event in _events_of(parent.task_spec)) and _alike(token.task_spec, target)
        if isinstance(parent.task_spec, EventBasedGateway):
            return any(path.target is target for path in parent.task_spec.paths)
        return True

    def _listen(self, token: Token) -> None:
        """Listen for events that the old version did not have: what is not heard any more has happened."""
        heard = {child.task_spec for child in token.children}
        known = {self.names.get(event.name) for event in _events_of(self.before.tasks[token.id].task_spec)}
        for event in _events_of(token.task_spec):
            if event not in heard and event.name not in known:
                event.attach(token)
        for path in token.task_spec.paths if isinstance(token.task_spec, EventBasedGateway) else ():
            if path.target not in heard:
                self.after.place(path.target, token, flow=path.flow_id, way=token.way)

    def _target(self, token: Token) -> Any:
        """The node of the new specification on which a token goes on."""
        if token.parent is None:
            return self.new.net.root
        around = token.parent.task_spec
        if token.internal_data.get("listening"):
            return self.new.net.task_specs.get(self.names.get(token.task_spec.name))
        if isinstance(around, LoopBody):
            body = self._target(token.parent)
            return body.instance if isinstance(body, LoopBody) else None
        if isinstance(around, CallActivity):
            call = self._target(token.parent)
            return call.called if isinstance(call, CallActivity) else None
        return self.new.net.task_specs.get(self.names.get(token.task_spec.name))

    def _facts(self, token: Token) -> dict[str, Any]:
        facts = {name: fact for name, fact in token.internal_data.items() if name != "led_back"}
        if "flow" in facts:
            facts["flow"] = self.flows.get(facts["flow"], facts["flow"])
        if "came" in facts:
            facts["came"] = to_json(self._way(way_of(facts["came"])))
        if "past" in facts:
            facts["past"] = to_json(self._way(past_of(facts)))
        return self._with_way_back(facts)

    def _with_way_back(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Facts whose ways straight back, also those inside each other, lead to the new version where it has them."""
        carried = {name: fact for name, fact in facts.items() if name != "resume"}
        back = facts.get("resume", {})
        node = self.names.get(back.get("node"))
        if node is not None:
            way = to_json(self._way(way_of(back["way"])))
            carried["resume"] = self._with_way_back({**back, "node": node, "way": way})
        return carried

    def _way(self, way: Way) -> Way:
        return renamed(way, self.names, self.flows)


def _placed(execution: Execution) -> Iterable[Token]:
    """Tokens that must find a place: neither the case itself nor what merely listens."""
    return [
        token
        for token in execution.live()
        if token.parent is not None
        and not token.internal_data.get("listening")
        and not isinstance(token.parent.task_spec, EventBasedGateway)
    ]


def _events_of(node: Node) -> tuple[Any, ...]:
    """What a token on a node listens for."""
    inside = node.inside.event_starts if isinstance(node, FlowScope) else ()
    return tuple(event for event in (*node.boundary_events, *inside) if event.definition.is_awaited)


def _nodes(net: Any) -> list[Node]:
    """The elements of a diagram, without the instances of loops and what SpiffWorkflow adds."""
    return [spec for spec in net.task_specs.values() if isinstance(spec, Node) and spec.name == spec.bpmn_id]


def _flow_counterparts(old: Any, new: Any, names: Mapping[str, str | None]) -> dict[str | None, str]:
    """Where each sequence flow goes: to the one of the same id, else to the only one between the same elements."""
    ends: dict[tuple[str, str], list[str]] = defaultdict(list)
    for source, path in _paths(new):
        ends[source, path.target.name].append(path.flow_id)
    known = {flow for flows in ends.values() for flow in flows}
    found: dict[str | None, str] = {}
    for source, path in _paths(old):
        drawn = ends.get((names.get(source) or "", names.get(path.target.name) or ""), [])
        if path.flow_id in known:
            found[path.flow_id] = path.flow_id
        elif len(drawn) == 1:
            found[path.flow_id] = drawn[0]
    return found


def _paths(net: Any) -> Iterator[tuple[str, Path]]:
    return ((node.name, path) for node in _nodes(net) for path in node.paths)


def _counterpart(node: Node, new: Specification) -> str | None:
    specs = new.net.task_specs
    same = specs.get(node.name)
    if same is not None and _alike(node, same):
        return str(node.name)
    title = node.element.name
    named = [other for other in _nodes(new.net) if title and other.element.name == title and _alike(node, other)]
    return str(named[0].name) if len(named) == 1 else None


def _alike(old: Node, new: Any) -> bool:
    """Whether a token of one element can rest on the other."""
    if old.manual and new.manual:
        return True
    if type(old) is not type(new):
        return False
    if isinstance(old, MultiInstance):
        return bool(old.sequential == new.sequential) and _alike(old.instance, new.instance)
    if isinstance(old, Catcher):
        return bool(old.definition.trigger == new.definition.trigger)
    return True
