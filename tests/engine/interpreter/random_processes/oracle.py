"""The token game of BPMN 2.0.2 (§13.2 to §13.5) with scoped variables, played in every order the standard allows.

Written from the standard and from design §9, and knowing nothing of the interpreter. Where several tokens can move,
their order is open: each order is followed, and what it may lead to is a set of games. Inclusive joins are judged
when nothing else can move (table 13.3), in any order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import permutations
from typing import Any

from random_processes.joins import enabled_joins
from random_processes.living import Came, Living, Mark, Role
from random_processes.pieces import Flow, Node, Process, Scope
from random_processes.races import order_matters
from random_processes.undoing import returning, undo

EXCLUSIVE, INCLUSIVE, PARALLEL, BY_EVENT = (
    f"{kind}Gateway" for kind in ("exclusive", "inclusive", "parallel", "eventBased")
)
#: what waits for somebody as soon as it is opened
OPENED = {"userTask": Role.OPEN, "serviceTask": Role.WAIT}
#: more than this alive at once, or in all states of one step together, and the case is given up
ALIVE, BUDGET = 60, 6_000
#: an order of more listeners than this is not followed
LISTENERS = 4


class Refusal(Exception):
    """A way that ends with the step being refused."""


class TooMany(Exception):
    """More orders than can be followed."""


class Game:
    """One way a case may have gone."""

    def __init__(self, process: Process, now: datetime, *, remembers: bool = False) -> None:
        self.process = process
        #: whether tokens know how they came
        self.remembers = remembers
        self.now = now
        self.root = Living(Role.SCOPE, None, None)
        self.root.flow_scope = process.scope
        #: flows taken and signals thrown in the present step
        self.flows: Counter[str] = Counter()
        self.thrown: Counter[str] = Counter()
        self.ended = False
        #: steps so far
        self.turn = 0

    def copy(self) -> Game:
        other = Game.__new__(Game)
        other.__dict__.update(self.__dict__)
        other.root = self.root.copy(None)
        other.flows, other.thrown = self.flows.copy(), self.thrown.copy()
        return other

    def key(self) -> str:
        return f"{self.ended}{self.root.key()}{sorted(self.flows.items())}{sorted(self.thrown.items())}"

    @property
    def size(self) -> int:
        return sum(len(one.marks) + 1 for one in self.root.walk())

    def begin(self, variables: Mapping[str, Any]) -> list[Game | None]:
        def enter(game: Game) -> list[Game]:
            game.root.local = dict(variables)
            game._enter(game.root)
            return [game]

        return self._step(self.now, enter)

    def complete(self, place: int, values: Mapping[str, Any], now: datetime) -> list[Game | None]:
        """Complete the task that is alive at a place of the walk."""

        def submit(game: Game) -> list[Game]:
            task = game.at(place)
            assert task.node is not None
            task.write(_received(task, task.node, values))
            game._activity_done(task)
            return [game]

        return self._step(now, submit)

    def happen(self, place: int, values: Mapping[str, Any], now: datetime) -> list[Game | None]:
        """Let a timer, message or signal come to a wait or listener."""
        return self._step(now, lambda game: game._happen(game.at(place), values))

    def resolve(self, place: int, now: datetime) -> list[Game | None]:
        """Go on from where the case has stopped as if nothing had gone wrong."""
        return self._step(now, lambda game: game._go_on(game.at(place)))

    def answer(self, place: int, values: Mapping[str, Any], now: datetime) -> list[Game | None]:
        """Let the outside answer what the service task at a place has asked for."""

        def received(game: Game) -> list[Game]:
            asking = game.at(place)
            assert asking.node is not None
            asking.write(_received(asking, asking.node, values))
            return game._activity_done(asking)

        return self._step(now, received)

    def refuse(self, place: int, code: str, now: datetime) -> list[Game | None]:
        """Let the outside say no: an error of the service task, which stops where nothing catches it."""

        def refused(game: Game) -> list[Game]:
            asking = game.at(place)
            if not game._propagate(asking, "error", code):
                asking.role = Role.STOPPED
            return [game]

        return self._step(now, refused)

    def return_to(self, place: int, step: str, now: datetime) -> list[Game | None]:
        """Return a task to a step on its way; none if there is no such step."""

        def back(game: Game, number: int) -> list[Game]:
            undo(*returning(game.at(place), step)[number])
            return [game]

        found = range(len(returning(self.at(place), step)))
        return [way for number in found for way in self._step(now, lambda game, n=number: back(game, n))]  # type: ignore[misc]

    def at(self, place: int) -> Living:
        return list(self.root.walk())[place]

    def _step(self, now: datetime, move: Callable[[Game], list[Game]]) -> list[Game | None]:
        game = self.copy()
        game.now, game.flows, game.thrown, game.turn = now, Counter(), Counter(), self.turn + 1
        try:
            return settled(move(game))
        except Refusal:
            return [None]

    def moves(self) -> list[Callable[[], list[Game]]]:
        """All that can be done next, in an order that depends on the state only."""
        found: list[Callable[[], list[Game]]] = []
        for one in self.root.walk():
            if one.role is Role.READY:
                found.append(lambda one=one: self._run(one))  # type: ignore[misc]
            elif self._is_true(one) and not one.was_true:
                found.append(lambda one=one: self._condition_met(one))  # type: ignore[misc]
            for mark in dict.fromkeys(one.marks):
                if self._can_arrive(one, mark):
                    found.append(lambda one=one, mark=mark: self._arrive(one, mark))  # type: ignore[misc]
        return found

    def noticing(self) -> bool:
        """Whether a condition has become true and nothing has come of it yet."""
        return any(self._is_true(one) and not one.was_true for one in self.root.walk())

    def observe(self) -> None:
        """A condition that is no longer true may become true again."""
        for one in self.root.walk():
            if one.was_true and not self._is_true(one):
                one.was_true = False

    def rest(self) -> None:
        """The step is over: conditions that are true have been noticed."""
        for one in self.root.walk():
            one.was_true = self._is_true(one)

    def joins(self) -> list[tuple[int, str]]:
        """Places of scopes, and inclusive joins enabled in them."""
        scopes = [(place, one) for place, one in enumerate(self.root.walk()) if one.flow_scope is not None]
        return [(place, node) for place, one in scopes for node in enabled_joins(one)]

    def join(self, place: int, node_id: str) -> list[Game]:
        scope = self.at(place)
        marked = [flow.id for flow in _scope(scope).into(node_id) if flow.id in scope.marks]
        node = _scope(scope).nodes[node_id]
        return self._pass(scope, node, self._joined(scope, node, marked))

    def _joined(self, scope: Living, node: Node, flows: list[str]) -> Came | None:
        marks = tuple(scope.take(flow) for flow in flows)
        return Came(node, self.turn, tuple(mark.came for mark in marks), marks) if self.remembers else None

    def _is_true(self, one: Living) -> bool:
        if one.role not in (Role.WAIT, Role.LISTENER) or one.node is None or one.node.event.condition is None:
            return False
        return one.node.event.condition.holds(self._vantage(one).visible())

    def _vantage(self, one: Living) -> Living:
        """What is attached to an activity looks from beside it."""
        if one.role is Role.LISTENER and one.node and one.node.attached_to and one.parent and one.parent.parent:
            return one.parent.parent
        return one

    def _condition_met(self, one: Living) -> list[Game]:
        one.was_true = True
        return self._happen(one, {})

    def _can_arrive(self, scope: Living, mark: str) -> bool:
        node = _target(scope, mark)
        into = _scope(scope).into(node.id)
        if mark[0] in ">!" or len(into) < 2:
            return True
        if node.kind == PARALLEL:
            return mark == into[0].id and all(flow.id in scope.marks for flow in into)
        return node.kind != INCLUSIVE

    def _arrive(self, scope: Living, mark: str) -> list[Game]:
        node = _target(scope, mark)
        into = _scope(scope).into(node.id)
        if node.kind == PARALLEL and len(into) > 1 and mark[0] not in ">!":
            came: Came | None = self._joined(scope, node, [flow.id for flow in into])
        else:
            came = scope.take(mark).came
        return self._pass(scope, node, came, happened=mark[0] == "!")

    def _pass(self, scope: Living, node: Node, came: Came | None, *, happened: bool = False) -> list[Game]:
        """A token has reached a node."""
        if happened:
            self._taken_at_choice(scope, node)
            return self._leave(scope, node, came)
        if node.is_activity:
            return self._reach(scope, node, came)
        if node.kind == BY_EVENT:
            choice = self._add(Role.CHOICE, node, scope, came)
            for flow in _scope(scope).out_of(node.id):
                self._wait(choice, _scope(scope).nodes[flow.target])
            return [self]
        if node.kind == "intermediateCatchEvent" and node.event.is_awaited:
            self._wait(scope, node, came)
            return [self]
        if node.kind in ("intermediateThrowEvent", "endEvent"):
            return self._throw(scope, node, came)
        return self._leave(scope, node, came)

    def _taken_at_choice(self, scope: Living, node: Node) -> None:
        """The flow that an event-based gateway gave its token, once its event has happened."""
        for flow in _scope(scope).into(node.id):
            if _scope(scope).nodes[flow.source].kind == BY_EVENT:
                self.flows[flow.id] += 1

    def _leave(self, scope: Living, node: Node, came: Came | None) -> list[Game]:
        here = Came(node, self.turn, (came,)) if self.remembers else None
        taken = _chosen(_scope(scope).out_of(node.id), node, scope)
        for flow in taken:
            self.flows[flow.id] += 1
            scope.marks.append(Mark(flow.id, here and Came(node, self.turn, (here,), flow=flow.id)))
        if node.kind == "intermediateThrowEvent" and node.event.trigger == "link":
            scope.marks.append(Mark(f">{_other_end(_scope(scope), node).id}", here))
        return self._finish_if_empty(scope)

    def _reach(self, scope: Living, node: Node, came: Came | None) -> list[Game]:
        live = self._add(Role.READY, node, scope, came)
        for event in _scope(scope).border(node.id):
            if event.event.is_awaited:
                self._listen(live, event)
        if node.loop is None and node.kind == "userTask":
            live.role = Role.OPEN
        elif node.loop is None and node.kind in ("receiveTask", "serviceTask"):
            live.role = Role.WAIT
        elif not live.listeners:
            return self._run(live)
        return [self]

    def _run(self, live: Living) -> list[Game]:
        """Do the work of an activity that needs nobody to do it."""
        node = live.node
        assert node is not None
        assert live.parent is not None
        if node.loop is not None and live.parent.role is not Role.BODY:
            return self._open_body(live)
        if node.script:
            for name, source in node.script:
                live.write({name: source.value(live.visible())})
        if node.kind == "callActivity":
            return self._call(live, node)
        if node.body is None:
            return self._activity_done(live)
        live.role, live.flow_scope = Role.SCOPE, node.body
        if node.inputs:
            live.declare(_mapped(node.inputs, live.visible()))
        self._enter(live)
        return [self]

    def _enter(self, scope: Living) -> None:
        for _, start in _scope(scope).event_subprocesses:
            if start.event.is_awaited:
                self._listen(scope, start)
        scope.marks = [Mark(f">{node.id}", None) for node in _scope(scope).starts]

    def _call(self, live: Living, node: Node) -> list[Game]:
        assert node.called is not None
        live.role = Role.CALL
        process = self._add(Role.SCOPE, None, live)
        process.flow_scope = node.called.scope
        process.local = _mapped(node.inputs, live.visible())
        self._enter(process)
        return [self]

    def _activity_done(self, live: Living) -> list[Game]:
        scope = live.parent
        assert scope is not None
        assert live.node is not None
        if scope.role is Role.BODY:
            return self._instance_done(scope, live)
        live.remove()
        return self._leave(scope, live.node, live.came)

    def _open_body(self, body: Living) -> list[Game]:
        loop = body.node.loop if body.node else None
        assert loop is not None
        body.role = Role.BODY
        if not loop.is_multiple:
            goes = loop.maximum != 0 and (not loop.before or _again(body))
            return self._open(body, 0, {}) if goes else self._activity_done(body)
        items = loop.collection.value(body.visible()) if loop.collection else None
        count = loop.cardinality.value(body.visible()) if loop.cardinality else None
        body.items = list(range(count)) if count is not None else list(items or [])
        body.total = len(body.items)
        if loop.output:
            body.local = {loop.output: []}
        if not body.items:
            return self._hand_out(body)
        for index in range(1 if loop.sequential else body.total):
            self._open(body, index, {loop.element: body.items[index]} if loop.element else {})
        return [self]

    def _open(self, body: Living, index: int, local: dict[str, Any]) -> list[Game]:
        assert body.node is not None
        instance = self._add(OPENED.get(body.node.kind, Role.READY), body.node, body)
        instance.index, instance.local = index, {**local, "loopCounter": index + 1}
        return [self]

    def _instance_done(self, body: Living, instance: Living) -> list[Game]:
        loop = body.node.loop if body.node else None
        assert loop is not None
        body.done += 1
        if not loop.is_multiple:
            instance.remove()
            return self._open(body, body.done, {}) if _again(body) else self._activity_done(body)
        if loop.output and loop.output_element is not None:
            body.collected[instance.index or 0] = loop.output_element.value(instance.visible())
            body.declare({loop.output: [body.collected[index] for index in sorted(body.collected)]})
        counts = {"numberOfCompletedInstances": body.done, "numberOfInstances": body.total}
        enough = loop.condition is not None and loop.condition.holds({**instance.visible(), **counts})
        instance.remove()
        if enough or body.done == body.total:
            return self._hand_out(body)
        if loop.sequential:
            item = body.items[body.done]
            return self._open(body, body.done, {loop.element: item} if loop.element else {})
        return [self]

    def _hand_out(self, body: Living) -> list[Game]:
        assert body.parent is not None
        assert body.node is not None
        body.inner = []
        if body.node.loop and body.node.loop.output:
            body.parent.write({body.node.loop.output: (body.local or {})[body.node.loop.output]})
        return self._activity_done(body)

    def _finish_if_empty(self, scope: Living) -> list[Game]:
        return self._finish(scope) if scope.is_empty else [self]

    def _finish(self, scope: Living) -> list[Game]:
        if scope.parent is None:
            self.ended = True
            scope.clear()
            return [self]
        if scope.parent.role is Role.CALL:
            return self._called_done(scope.parent, scope)
        assert scope.node is not None
        if scope.node.outputs:
            scope.parent.write(_mapped(scope.node.outputs, scope.visible()))
        if scope.node.by_event:
            around = scope.parent
            scope.remove()
            return self._finish_if_empty(around)
        return self._activity_done(scope)

    def _called_done(self, call: Living, process: Living) -> list[Game]:
        assert call.node is not None
        results = _mapped(call.node.outputs, process.visible())
        process.remove()
        call.write(results)
        return self._activity_done(call)

    def _add(self, role: Role, node: Node | None, parent: Living, came: Came | None = None) -> Living:
        live = Living(role, node, parent)
        live.came = came
        parent.inner.append(live)
        return live

    def _wait(self, parent: Living, node: Node, came: Came | None = None) -> None:
        wait = self._add(Role.WAIT, node, parent, came)
        wait.due = self.now + node.event.after if node.event.trigger == "timer" else None

    def _listen(self, host: Living, node: Node) -> None:
        listener = Living(Role.LISTENER, node, host)
        listener.due = self.now + node.event.after if node.event.trigger == "timer" else None
        listener.left = node.event.times
        host.listeners.append(listener)

    def _happen(self, live: Living, values: Mapping[str, Any]) -> list[Game]:
        """What a wait or listener waits for has happened."""
        node, parent = live.node, live.parent
        assert node is not None
        assert parent is not None
        if live.role is Role.LISTENER:
            self._listen_on(live, node)
            return self._caught(node, parent, values)
        live.write(_received(live, node, values))
        if parent.role is Role.CHOICE:
            live, parent = parent, parent.parent or parent
        if node.kind == "receiveTask" and live.role is Role.WAIT:
            live.role = Role.READY
            return [self]
        live.remove()
        parent.marks.append(Mark(f"!{node.id}", live.came))
        return [self]

    def _listen_on(self, listener: Living, node: Node) -> None:
        """A timer that does not repeat has been heard; everything else is listened for again."""
        if node.event.trigger != "timer":
            return
        listener.left -= 1
        if listener.left > 0 and listener.due is not None:
            listener.due += node.event.after
        else:
            listener.remove()

    def _caught(self, node: Node, host: Living, values: Mapping[str, Any]) -> list[Game]:
        """An attached event or the start event of an event subprocess goes off at its host."""
        if node.attached_to:
            scope = host.parent
            assert scope is not None
            if node.interrupting:
                host.remove()
            scope.write(_received(scope, node, values))
            scope.marks.append(Mark(f"!{node.id}", host.came if node.interrupting else None))
            return [self]
        if node.interrupting:
            host.clear()
        subprocess = next(one for one, start in _scope(host).event_subprocesses if start is node)
        instance = self._add(Role.READY, subprocess, host)
        if values:
            instance.declare(_received(instance, node, values))
        return [self]

    def _throw(self, scope: Living, node: Node, came: Came | None) -> list[Game]:
        trigger = node.event.trigger
        if trigger == "terminate":
            scope.clear()
            return self._finish(scope)
        if trigger == "signal":
            return self._broadcast(scope, node, came)
        if trigger in ("error", "escalation"):
            return self._throw_up(self._add(Role.WAIT, node, scope, came), scope)
        return self._leave(scope, node, came)

    def _throw_up(self, thrower: Living, scope: Living) -> list[Game]:
        """An error or escalation; an error that nothing catches stops where it is (design §9)."""
        assert thrower.node is not None
        event = thrower.node.event
        if not self._propagate(scope, event.trigger, event.name) and event.trigger == "error":
            thrower.role = Role.STOPPED
            return [self]
        return self._throw_on(thrower)

    def _go_on(self, stopped: Living) -> list[Game]:
        assert stopped.node is not None
        return self._activity_done(stopped) if stopped.node.is_activity else self._throw_on(stopped)

    def _throw_on(self, thrower: Living) -> list[Game]:
        """Whoever threw goes on, unless what was thrown took it away."""
        if not thrower.is_alive:
            return [self]
        scope, node = thrower.parent, thrower.node
        assert scope is not None
        assert node is not None
        thrower.remove()
        return self._leave(scope, node, thrower.came)

    def _propagate(self, scope: Living, trigger: str, name: str) -> bool:
        """Up to the nearest event that catches it: in the scope, then on its border, then further out."""
        for node, host in self._catchers(scope):
            if node.event.catches(trigger, name):
                self._caught(node, host, {})
                return True
        return False

    def _catchers(self, scope: Living) -> Iterator[tuple[Node, Living]]:
        """All that may catch from inside a scope, the nearest first, one for a code before one for all."""
        one: Living | None = scope
        inside: Node | None = None
        while one is not None:
            if one.flow_scope is not None and not _has_interrupted(inside):
                starts = [start for node, start in one.flow_scope.event_subprocesses if node is not inside]
                yield from ((start, one) for start in sorted(starts, key=_is_general))
            inside = one.node if one.node is not None and one.node.by_event else None
            host = one.host
            if host.node is not None and host.parent is not None and inside is None:
                around = _scope(host.parent)
                yield from ((event, host) for event in sorted(around.border(host.node.id), key=_is_general))
            one = host.parent

    def _broadcast(self, scope: Living, node: Node, came: Came | None) -> list[Game]:
        """A signal is heard by all at once, in any order; one may silence another."""
        self.thrown[node.event.name] += 1
        thrower = self._add(Role.WAIT, node, scope, came)
        places = [place for place, one in enumerate(self.root.walk()) if _hears(one, node) and one is not thrower]
        at = list(self.root.walk()).index(thrower)
        if len(places) > LISTENERS:
            raise TooMany
        return [after for order in permutations(places) for after in self.copy()._heard(list(order), at)]

    def _heard(self, order: list[int], at: int) -> list[Game]:
        walked = list(self.root.walk())
        for place in order:
            if walked[place].is_alive:
                self._happen(walked[place], {})
        return self._throw_on(walked[at])


def settled(games: list[Game]) -> list[Game | None]:
    """Every state that may be reached when all has moved that can; None stands for a step that is refused."""
    pending, seen, ends, effort = list(games), set[str](), {}, 0
    while pending:
        game = pending.pop()
        game.observe()
        key = game.key()
        if key in seen:
            continue
        seen.add(key)
        effort += game.size
        if effort > BUDGET or game.size > ALIVE:
            raise TooMany
        ways = _ways(game)
        if ways is None:
            game.rest()
            ends[game.key()] = game
        else:
            pending.extend(way for way in ways if way is not None)
            if None in ways:
                ends[""] = None
    return list(ends.values())


def _ways(game: Game) -> list[Game | None] | None:
    """All that one move may lead to; None when nothing can move."""
    count = len(game.moves())
    if count and not (order_matters(game.root) or game.noticing()):
        return _tried(game, 1, lambda g: g.moves()[0]())
    if count:
        return [way for number in range(count) for way in _tried(game, count, lambda g, n=number: g.moves()[n]())]
    joins = game.joins()
    if not joins:
        return None
    return [way for place, node in joins for way in _tried(game, len(joins), lambda g, p=place, n=node: g.join(p, n))]


def _tried(game: Game, count: int, move: Callable[[Game], list[Game]]) -> list[Any]:
    try:
        return move(game.copy() if count > 1 else game)
    except Refusal:
        return [None]


def _scope(scope: Living) -> Scope:
    assert scope.flow_scope is not None
    return scope.flow_scope


def _target(scope: Living, mark: str) -> Node:
    nodes = _scope(scope).nodes
    return nodes[mark[1:]] if mark[0] in ">!" else nodes[_scope(scope).flows[mark].target]


def _chosen(flows: list[Flow], node: Node, scope: Living) -> list[Flow]:
    """Which flows a token takes (§13.2.1, §13.4)."""
    context = scope.visible()
    default = [flow for flow in flows if flow.id == node.default]
    free = [flow for flow in flows if flow.condition is None and flow.id != node.default]
    true = [flow for flow in flows if flow.condition and flow.id != node.default and flow.condition.holds(context)]
    if node.kind == EXCLUSIVE:
        first = [flow for flow in flows if flow in free or flow in true][:1]
        return _or_stuck(flows, first or default)
    if node.kind == INCLUSIVE:
        return _or_stuck(flows, [flow for flow in flows if flow in free or flow in true] or default)
    if node.kind == BY_EVENT:
        return []
    return [flow for flow in flows if flow in free or flow in true or (flow in default and not true)]


def _or_stuck(flows: list[Flow], taken: list[Flow]) -> list[Flow]:
    if flows and not taken:
        raise Refusal
    return taken


def _other_end(scope: Scope, throw: Node) -> Node:
    ends = (n for n in scope.nodes.values() if n.kind == "intermediateCatchEvent" and n.event.trigger == "link")
    return next(node for node in ends if node.event.name == throw.event.name)


def _again(body: Living) -> bool:
    loop = body.node.loop if body.node else None
    assert loop is not None
    if loop.maximum is not None and body.done >= loop.maximum:
        return False
    return loop.condition is None or loop.condition.holds({**body.visible(), "loopCounter": body.done})


def _mapped(mappings: Any, context: Mapping[str, Any]) -> dict[str, Any]:
    return {target: source.value(context) for source, target in mappings}


def _received(at: Living, node: Node, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a submission or message becomes: mapped, one variable, or variables of the same names."""
    if node.outputs:
        return _mapped(node.outputs, {**at.visible(), **values})
    return {node.result: dict(values)} if node.result else dict(values)


def _has_interrupted(node: Node | None) -> bool:
    """Whether an event subprocess has taken the place of everything around it."""
    return node is not None and node.body is not None and node.body.start.interrupting


def _is_general(event: Node) -> bool:
    return not event.event.name


def _hears(one: Living, throw: Node) -> bool:
    if one.role not in (Role.WAIT, Role.LISTENER) or one.node is None or one.node.kind == "intermediateThrowEvent":
        return False
    event = one.node.event
    return one.node.kind != "endEvent" and (event.trigger, event.name) == ("signal", throw.event.name)
