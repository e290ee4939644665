"""One case while it moves: its tokens, its variables, and the record of what happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.interpreter.corrections import Token, TokenTree
from engine.interpreter.errors import NotUsable
from engine.interpreter.expressions import Evaluable, values_read
from engine.interpreter.incidents import stop
from engine.interpreter.scopes import Variables
from engine.interpreter.services import Services
from engine.interpreter.trail import Condition, Passage, PassageKind
from engine.interpreter.waits import Asked, Thrown, Wait
from engine.interpreter.way import (
    Effect,
    Entry,
    Joined,
    Passed,
    Split,
    Way,
    is_at,
    last_steps,
    lasting,
    past_of,
    rewound,
    split_ids,
    splits_at,
    to_json,
    way_of,
)

if TYPE_CHECKING:
    from engine.interpreter.nodes.base import Node, Path

#: Subprocesses and called cases inside each other.
MAX_NESTING = 50


@dataclass(kw_only=True)
class Record:
    """What one step reports."""

    opened: list[Token] = field(default_factory=list)
    closed: list[tuple[Token, bool]] = field(default_factory=list)
    trail: list[Passage] = field(default_factory=list)
    thrown: list[Thrown] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    ended: str | None = None
    #: steps that a move has undone, and what it could not take back
    undone: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)


class Execution(TokenTree):
    """A token tree with variables and services."""

    def __init__(self, net: Any, services: Services, variables: Variables) -> None:
        super().__init__(net)
        self.services = services
        self.variables = variables
        self.record = Record()
        #: what was waited for when the last step ended
        self.waits: tuple[Wait, ...] | None = None

    def place(self, node: Node, scope: Token | None, *, flow: str | None = None, way: Way = (), **facts: Any) -> Token:
        """Put a token on a node inside a scope; it arrives at once."""
        token = self.add(node, scope)
        token.way = way
        token.internal_data = {**facts, "flow": flow} if flow else facts
        self._check_nesting(token)
        node._update(token)
        return token

    def follow(self, path: Path, scope: Token, way: Way, came: Way) -> Token:
        """Let a token take a sequence flow; `came` is its way since the last step, with the loops that led back."""
        if path.flow_id:
            self.pass_flow(path.flow_id)
        if path.target.is_step and way:
            way = self.way_back_to(path.target, way, way[-1])
        # A loop that led back is forgotten; who did the last step may still take it back.
        facts = {"came": to_json(came)} if last_steps(way) != last_steps(came) else {}
        return self.place(path.target, scope, flow=path.flow_id, way=way, **facts)

    def go_straight_back(self, scope: Token, back: Mapping[str, Any], came: Way) -> None:
        """A corrected step leads back to where the case was returned from (直达); it may still be taken back."""
        facts: dict[str, Any] = {"resume": back["resume"]} if "resume" in back else {}
        if not back.get("given_back"):
            facts |= {"came": to_json(came), "led_back": back}
        for token_id in back.get("given_back", ()):
            if token_id in self.tasks:
                self.withdraw(self.tasks[token_id])
        self.place(self.spec.task_specs[back["node"]], scope, way=way_of(back["way"]), **facts)

    def way_beyond(self, node: Node, token: Token) -> Way:
        """The way of a token that has finished at a node."""
        if node.is_step:
            inside = lasting(past_of(token.internal_data))
            return (*self.way_back_to(node, token.way), node.name, *inside)
        way = token.way
        if len(node.incoming) > 1 and not (way and isinstance(way[-1], Joined) and way[-1].node == node.name):
            way = (*self.way_back_to(node, way), Passed(node.name))
        return (*way, Effect(node.name)) if node.has_effect else way

    def way_back_to(self, node: Node, way: Way, parting: Entry | None = None) -> Way:
        """What is reached again forgets the loop that led back to it, but no split that tokens are parting at now."""
        is_here = is_at(node.name)
        if not any(map(is_here, way)):
            return way
        apart = parting.id if isinstance(parting, Split) else None
        return rewound(way, is_here, lambda split: split == apart or self.is_live(split))

    def ways_apart(
        self, token: Token, paths: Sequence[Path], way: Way, came: Way
    ) -> tuple[Sequence[Way], Sequence[Way]]:
        """The ways of the tokens that leave a node by its flows: with loops forgotten, and in full."""
        if len(paths) < 2:
            return [way] * len(paths), [came] * len(paths)
        flows = {path.flow_id for path in paths}
        before = rewound(way, lambda entry: splits_at(entry, flows), self.is_live)
        splits = [Split(token.id, path.flow_id) for path in paths]
        return [(*before, split) for split in splits], [(*came, split) for split in splits]

    def is_live(self, split: str) -> bool:
        """Whether a token still lives that came out of a split."""
        return any(split in split_ids(token.way) for token in self.tasks.values() if token.way)

    def rest(self) -> Record:
        """Hand out the record of a step; what is left is the case alone, for the next step to go on with."""
        record, self.record = self.record, Record()
        del self.services
        for token in self.tasks.values():
            token.forget()
        return record

    def pass_flow(self, flow_id: str) -> None:
        self.record.trail.append(Passage(element_id=flow_id, kind=PassageKind.FLOW))

    def pass_node(self, node: Node, token: Token, conditions: tuple[Condition, ...] = ()) -> None:
        passage = node.passage(token, conditions)
        if passage is not None:
            self.record.trail.append(passage)

    def withdraw(self, token: Token, *, canceled: bool = True) -> None:
        """Take a token away with all that lives inside it."""
        self.withdraw_children(token)
        if token.task_spec.manual:
            self.record.closed.append((token, canceled))
        self.variables.drop(token)
        self.discard(token)

    def withdraw_children(self, token: Token) -> None:
        for child in token.children:
            self.withdraw(child)

    def live(self) -> list[Token]:
        """All tokens, the oldest first."""
        return sorted(self.tasks.values(), key=lambda token: int(token.id))

    def waiting(self) -> Iterator[Token]:
        waiting = (token for token in self.tasks.values() if token._state == TaskState.WAITING)
        return iter(sorted(waiting, key=lambda token: int(token.id)))

    def advance(self) -> None:
        """Go on until only people, time or the outside can move the case."""
        # What came in may have made a condition untrue that a script makes true again.
        self._poll_conditions()
        self.do_engine_steps()
        while self._synchronise():
            self.do_engine_steps()

    def after_engine_step(self) -> None:
        """A condition that has become true is noticed before anything else happens."""
        self._poll_conditions()

    def _poll_conditions(self) -> bool:
        fired = False
        for token in list(self.waiting()) if self.spec.has_conditions else ():
            if token.is_live and token.task_spec.becomes_true(token):
                token.task_spec.trigger(token, {})
                fired = True
        return fired

    def _synchronise(self) -> bool:
        """Fire what can only be judged when nothing else moves: conditions, then inclusive joins."""
        if self._poll_conditions():
            return True
        return any(token.task_spec.synchronise(token) for token in self.waiting())

    def context(self, token: Token | None, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What an expression at a token sees: facts before local names before outer names."""
        if self.spec.free_names:
            return {**self.services.facts, **self.variables.visible(token), **(extra or {})}
        return {**self.variables.visible(token), **(extra or {}), **self.services.facts}

    def evaluate(self, expression: Evaluable, token: Token | None, extra: Mapping[str, Any] | None = None) -> Any:
        return expression(self.context(token, extra))

    def decide(self, path: Path, context: Mapping[str, Any]) -> Condition:
        """Evaluate a flow's condition and keep what it read; only true is true."""
        assert path.condition is not None
        return Condition(
            flow_id=path.flow_id,
            text=path.condition.text,
            values=values_read(path.condition, context),
            result=path.condition(context) is True,
        )

    def throw_error(self, token: Token, code: str, message: str = "", *, refused: bool = False) -> None:
        """Hand an error to the nearest event that catches it; where there is none, the token stops as an incident."""
        if not self._propagate(token, "error", code):
            stop(token, code, message, refused=refused)

    def escalate(self, token: Token, code: str) -> None:
        """Hand an escalation to the nearest event that catches it; nobody has to (BPMN 2.0.2 §10.5.1)."""
        self._propagate(token, "escalation", code)

    def _propagate(self, token: Token, trigger: str, code: str) -> bool:
        source: Token | None = token
        while source is not None:
            boundary = source.task_spec.boundary_for(trigger, code)
            if boundary is not None:
                boundary.happen(source)
                return True
            handler = self._handler_around(source, trigger, code)
            if handler is not None and source.parent is not None:
                handler.happen(source.parent)
                return True
            source = source.parent
        return False

    def _handler_around(self, source: Token, trigger: str, code: str) -> Any:
        """An event subprocess beside the source, unless it is the source or one that has interrupted all others."""
        if source.parent is None or source.task_spec.has_interrupted():
            return None
        return source.parent.task_spec.handler_for(trigger, code, thrower=source.task_spec)

    def _check_nesting(self, token: Token) -> None:
        if not token.task_spec.is_scope:
            return
        depth, scope = 0, token.parent
        while scope is not None:
            depth, scope = depth + 1, scope.parent
        if depth > MAX_NESTING:
            raise NotUsable(f"子流程和调用活动嵌套超过 {MAX_NESTING} 层。", element=token.task_spec.bpmn_id)
