"""Random processes: nested blocks, unstructured graphs with loops, and each inside the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count, pairwise
from random import Random
from typing import Any

from random_processes import terms
from random_processes.pieces import AWAITED, Event, Flow, Loop, Node, Process, Scope
from random_processes.races import spins
from random_processes.terms import Term

DEPTH = 3
CALM = ("timer", "message")
NAMES = ("a", "b", "c")
PREFIXES = {"message": "msg", "signal": "sig", "error": "err", "escalation": "esc"}
#: an activity between two others, and an entry and exit
Ends = tuple[str, str]


@dataclass(frozen=True)
class Setting:
    """Where something is drawn."""

    depth: int
    #: how deep processes may still call others
    calls: int = 1
    #: error codes that something around catches; empty catches all
    caught: frozenset[str] = frozenset()
    by_event: bool = False

    def catches(self, code: str) -> bool:
        return bool({code, ""} & self.caught)


@dataclass
class Pen:
    """Draws one process; ids are unique in all processes of a case."""

    random: Random
    ids: Any = field(default_factory=count)
    #: nothing happens that tokens tell each other
    calm: bool = False
    #: some of the work is asked of the outside, and waited for
    asks: bool = False

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def id(self, prefix: str) -> str:
        return f"{prefix}{next(self.ids)}"


def random_process(random: Random, *, calm: bool = False, asks: bool = False) -> Process:
    pen = Pen(random, calm=calm, asks=asks)
    return Process("p", draw_scope(pen, Setting(DEPTH)))


def draw_scope(pen: Pen, setting: Setting) -> Scope:
    """What lies in a process, subprocess or event subprocess."""
    handlers = [] if setting.by_event else handler_events(pen, setting)
    caught = setting.caught | {event.name for event, _ in handlers if event.trigger == "error"}
    inner = replace(setting, caught=frozenset(caught), by_event=False)
    scope = random_graph(pen, inner) if pen.chance(0.35) else random_blocks(pen, inner)
    drawer = Drawer(pen, scope, inner)
    for event, interrupting in handlers:
        drawer.event_subprocess(event, interrupting)
    return scope


def random_blocks(pen: Pen, setting: Setting) -> Scope:
    drawer = Drawer(pen, Scope(), setting)
    drawer.blocks(drawer.node("startEvent", "s"))
    return drawer.scope


def random_graph(pen: Pen, setting: Setting) -> Scope:
    """One in which tokens do not run in circles by themselves."""
    while True:
        drawer = Drawer(pen, Scope(), setting)
        drawer.graph(drawer.node("startEvent", "s"))
        if not spins(drawer.scope):
            return drawer.scope


def handler_events(pen: Pen, setting: Setting) -> list[tuple[Event, bool]]:
    """What the event subprocesses of a scope start with; at most one for errors."""
    events: dict[str, tuple[Event, bool]] = {}
    while setting.depth > 0 and pen.chance(0.22):
        event = random_event(pen, ["message", "timer", "signal", "conditional", "error", "escalation"])
        events[event.trigger] = (event, event.trigger == "error" or pen.chance(0.5))
    return list(events.values())


def random_event(pen: Pen, triggers: list[str], *, cycles: bool = False) -> Event:
    trigger = pen.random.choice([one for one in triggers if one in CALM] or ["timer"] if pen.calm else triggers)
    if trigger == "timer":
        times = pen.random.choice([0, 0, 2, 3]) if cycles else 0
        return Event("timer", hours=pen.random.randint(1, 30), times=times)
    if trigger == "conditional":
        return Event("conditional", condition=random_condition(pen))
    return Event(trigger, name=f"{PREFIXES[trigger]}{pen.random.randint(1, 2)}")


def random_condition(pen: Pen) -> Term:
    name = pen.random.choice(["pick", "pick", "pick", *NAMES])
    divisor = pen.random.randint(2, 4)
    return pen.random.choice(
        [
            terms.remainder("pick", divisor, pen.random.randrange(divisor)),
            terms.remainder(name, divisor, pen.random.randrange(divisor)),
            terms.above(name, pen.random.randrange(10)),
            terms.missing(pen.random.choice(NAMES)),
        ]
    )


class Drawer:
    """Draws into one scope."""

    def __init__(self, pen: Pen, scope: Scope, setting: Setting) -> None:
        self.pen = pen
        self.random = pen.random
        self.scope = scope
        self.setting = setting

    def node(self, kind: str, prefix: str, **facts: Any) -> str:
        node = Node(self.pen.id(prefix), kind, **facts)
        self.scope.nodes[node.id] = node
        return node.id

    def flow(self, source: str, target: str, condition: Term | None = None) -> str:
        flow = Flow(self.pen.id("f"), source, target, condition)
        self.scope.flows[flow.id] = flow
        return flow.id

    def at(self, node: str) -> Node:
        return self.scope.nodes[node]

    def blocks(self, start: str) -> None:
        entering, leaving = self.block(self.setting.depth)
        self.flow(start, entering)
        self.flow(leaving, self.end())

    def end(self, *, abrupt: bool = False) -> str:
        """An end event, mostly a plain one."""
        if self.pen.calm:
            return self.node("endEvent", "e")
        codes = sorted(self.setting.caught)
        if codes and self.pen.chance(0.3):
            return self.node("endEvent", "e", event=Event("error", name=self.random.choice(codes) or "err1"))
        if not abrupt and not self.pen.chance(0.15):
            return self.node("endEvent", "e")
        trigger = self.random.choice(["terminate", "signal", "escalation", "error"])
        if trigger == "terminate":
            return self.node("endEvent", "e", event=Event("terminate"))
        event = random_event(self.pen, [trigger])
        if trigger == "error" and not self.setting.catches(event.name) and not self.pen.chance(0.05):
            event = Event()
        return self.node("endEvent", "e", event=event)

    def block(self, depth: int) -> Ends:
        if depth <= 0 or self.pen.chance(0.15):
            return self.leaf()
        shapes: list[Callable[[int], Ends]] = [
            self.sequence,
            self.sequence,
            self.exclusive,
            self.parallel,
            self.inclusive,
            self.cycle,
            self.subprocess,
            self.subprocess,
            self.fork,
            self.choice,
            self.link,
        ]
        return self.random.choice(shapes)(depth)

    def sequence(self, depth: int) -> Ends:
        parts = [self.block(depth - 1) for _ in range(self.random.choice([2, 2, 3]))]
        for (_, leaving), (entering, _) in pairwise(parts):
            self.flow(leaving, entering)
        return parts[0][0], parts[-1][1]

    def exclusive(self, depth: int) -> Ends:
        return self.gateways("exclusiveGateway", "x", depth)

    def inclusive(self, depth: int) -> Ends:
        return self.gateways("inclusiveGateway", "i", depth)

    def parallel(self, depth: int) -> Ends:
        split, join = self.node("parallelGateway", "g"), self.node("parallelGateway", "g")
        for number in range(self.random.choice([2, 2, 3])):
            entering, leaving = self.block(depth - 1)
            self.flow(split, entering)
            self.flow(leaving, self.end(abrupt=self.pen.chance(0.5)) if number and self.pen.chance(0.15) else join)
        return split, join

    def gateways(self, kind: str, prefix: str, depth: int) -> Ends:
        split, join = self.node(kind, prefix), self.node(kind, prefix)
        branches = self.random.choice([2, 2, 3])
        lazy = self.pen.chance(0.05)
        for number in range(branches):
            is_last = number == branches - 1
            ends = not is_last and self.pen.chance(0.2)
            entering, leaving = self.block(depth - 1) if not is_last or self.pen.chance(0.8) else (join, "")
            taken = self.flow(split, entering, None if is_last and not lazy else random_condition(self.pen))
            if is_last and not lazy:
                self.at(split).default = taken
            if leaving:
                self.flow(leaving, self.end(abrupt=self.pen.chance(0.6)) if ends else join)
        return split, join

    def fork(self, depth: int) -> Ends:
        """Several flows out of an activity, and into one, or into an inclusive join."""
        split = self.user()
        is_plain = self.pen.chance(0.5)
        join = self.user() if is_plain else self.node("inclusiveGateway", "i")
        for number in range(self.random.choice([2, 2, 3])):
            entering, leaving = self.block(depth - 2)
            style = self.random.choice(["free", "condition", "default"]) if number else "default"
            taken = self.flow(split, entering, random_condition(self.pen) if style == "condition" else None)
            if style == "default" and not self.at(split).default:
                self.at(split).default = taken
            self.flow(leaving, join)
        return split, join

    def cycle(self, depth: int) -> Ends:
        """Done once, and again while a condition holds."""
        merge, decide = self.node("exclusiveGateway", "x"), self.node("exclusiveGateway", "x")
        task, (entering, leaving) = self.user(), self.block(depth - 1)
        self.flow(merge, task)
        self.flow(task, entering)
        self.flow(leaving, decide)
        out = self.node("exclusiveGateway", "x")
        self.flow(decide, merge, random_condition(self.pen))
        self.at(decide).default = self.flow(decide, out)
        return merge, out

    def choice(self, depth: int) -> Ends:
        """An event-based gateway."""
        gateway, join = self.node("eventBasedGateway", "w"), self.node("exclusiveGateway", "x")
        for _ in range(self.random.choice([2, 2, 3])):
            event = self.catch() if self.pen.chance(0.8) else self.receive()
            self.flow(gateway, event)
            if self.pen.chance(0.5):
                entering, leaving = self.block(depth - 2)
                self.flow(event, entering)
                event = leaving
            self.flow(event, join)
        return gateway, join

    def link(self, depth: int) -> Ends:
        name = self.pen.id("link")
        throw = self.node("intermediateThrowEvent", "o", event=Event("link", name=name))
        catch = self.node("intermediateCatchEvent", "c", event=Event("link", name=name))
        entering, leaving = self.block(depth - 1)
        self.flow(catch, entering)
        return throw, leaving

    def leaf(self) -> Ends:
        kinds: list[tuple[float, Callable[[], str]]] = [
            (6, self.user),
            (2, self.script),
            (1, self.receive),
            (1, self.catch),
            (1, self.throw),
            (1, self.call),
        ]
        draw = self.random.choices([kind for _, kind in kinds], [weight for weight, _ in kinds])[0]
        node = draw()
        return self.bordered(node) if self.at(node).is_activity and self.pen.chance(0.3) else (node, node)

    def user(self) -> str:
        facts: dict[str, Any] = {"loop": self.loop()} if self.pen.chance(0.2) else {}
        if self.pen.chance(0.1):
            facts["result"] = f"r{self.random.choice(NAMES)}"
        elif self.pen.chance(0.1):
            facts["outputs"] = ((terms.plus("pick", 1), self.random.choice(NAMES)), (terms.variable("pick"), "pick"))
        if self.pen.asks and self.pen.chance(0.4):
            return self.node("serviceTask", "w", **facts)
        return self.node("userTask", "u", **facts)

    def script(self) -> str:
        if self.pen.calm:
            return self.user()
        names = self.random.sample(NAMES, self.random.choice([1, 1, 2]))
        sources = [self.value() for _ in names]
        facts: dict[str, Any] = {"loop": self.loop()} if self.pen.chance(0.15) else {}
        return self.node("scriptTask", "k", script=tuple(zip(names, sources, strict=True)), **facts)

    def value(self) -> Term:
        name = self.random.choice(["pick", *NAMES])
        return self.random.choice(
            [terms.number(self.random.randrange(9)), terms.plus(name, 1), terms.variable(name), terms.plus("pick", 2)]
        )

    def loop(self) -> Loop:
        if self.pen.chance(0.3):
            maximum = self.random.choice([0, 1, 2, 3])
            again = random_condition(self.pen) if self.pen.chance(0.7) else None
            return Loop(condition=again, maximum=maximum, before=self.pen.chance(0.4))
        facts: dict[str, Any] = {"sequential": self.pen.chance(0.5)}
        if self.pen.chance(0.5):
            facts["cardinality"] = terms.number(self.random.choice([0, 1, 2, 2, 3]))
        else:
            facts["collection"] = self.random.choice([terms.numbers(2), terms.numbers(3), terms.variable("list")])
            facts["element"] = self.random.choice(["", "item", "item"])
        if self.pen.chance(0.5):
            element = self.random.choice([terms.plus("loopCounter", 10), terms.variable("item"), self.value()])
            facts |= {"output": self.pen.id("all"), "output_element": element}
        if self.pen.chance(0.4):
            enough = terms.above("numberOfCompletedInstances", self.random.choice([0, 1]))
            facts["condition"] = self.random.choice([enough, random_condition(self.pen)])
        return Loop(**facts)

    def receive(self) -> str:
        return self.node("receiveTask", "r", message=f"msg{self.random.randint(1, 2)}")

    def catch(self) -> str:
        event = random_event(self.pen, ["timer", "timer", "message", "message", "signal", "conditional"])
        return self.node("intermediateCatchEvent", "c", event=event)

    def throw(self) -> str:
        triggers = ["none", "signal", "escalation"]
        trigger = "none" if self.pen.calm else self.random.choice(triggers)
        event = Event() if trigger == "none" else random_event(self.pen, [trigger])
        return self.node("intermediateThrowEvent", "o", event=event)

    def call(self) -> str:
        if self.setting.calls <= 0:
            return self.user()
        key = self.pen.id("q")
        setting = Setting(min(self.setting.depth - 1, 1), self.setting.calls - 1, self.setting.caught)
        called = Process(key, draw_scope(self.pen, setting))
        inputs = ((terms.variable("pick"), "pick"), (self.value(), self.random.choice(NAMES)))
        outputs = ((self.value(), self.random.choice(NAMES)),) if self.pen.chance(0.7) else ()
        loop = self.loop() if self.pen.chance(0.1) else None
        return self.node("callActivity", "a", called=called, inputs=inputs, outputs=outputs, loop=loop)

    def subprocess(self, depth: int) -> Ends:
        boundary = self.boundary_events() if self.pen.chance(0.5) else []
        caught = self.setting.caught | {event.name for event, _ in boundary if event.trigger == "error"}
        body = draw_scope(self.pen, Setting(depth - 1, self.setting.calls, frozenset(caught)))
        facts: dict[str, Any] = {"loop": self.loop()} if self.pen.chance(0.15) else {}
        if self.pen.chance(0.15):
            facts["outputs"] = ((self.value(), self.random.choice(NAMES)),)
        if self.pen.chance(0.15):
            facts["inputs"] = ((self.value(), self.random.choice(NAMES)),)
        node = self.node("subProcess", "p", body=body, **facts)
        return self.border(node, boundary)

    def event_subprocess(self, event: Event, interrupting: bool) -> None:
        setting = replace(self.setting, depth=min(self.setting.depth - 1, 1), caught=frozenset(), by_event=True)
        body = draw_scope(self.pen, setting)
        start = body.start
        start.event, start.interrupting = event, interrupting
        self.node("subProcess", "v", body=body, by_event=True)

    def boundary_events(self) -> list[tuple[Event, bool]]:
        found: dict[tuple[str, str], tuple[Event, bool]] = {}
        for _ in range(self.random.choice([1, 1, 2])):
            triggers = ["timer", "timer", "message", "signal", "conditional", "error", "escalation"]
            event = random_event(self.pen, triggers, cycles=True)
            if event.trigger in ("error", "escalation") and self.pen.chance(0.4):
                event = replace(event, name="")
            interrupting = event.trigger == "error" or self.pen.chance(0.5)
            if event.times and interrupting:
                event = replace(event, times=0)
            found[event.trigger, event.name] = (event, interrupting)
        return list(found.values())

    def bordered(self, node: str) -> Ends:
        events = [event for event in self.boundary_events() if event[0].trigger in AWAITED or self._may_throw(node)]
        return self.border(node, events)

    def _may_throw(self, node: str) -> bool:
        return self.at(node).kind in ("callActivity", "serviceTask")

    def border(self, node: str, events: list[tuple[Event, bool]]) -> Ends:
        """Attach events; an interrupting one leads to the same exit, the others to an end of their own."""
        if not events:
            return node, node
        merge = self.node("exclusiveGateway", "x")
        self.flow(node, merge)
        for event, interrupting in events:
            border = self.node("boundaryEvent", "b", event=event, attached_to=node, interrupting=interrupting)
            entering, leaving = self.leaf() if self.pen.chance(0.8) else (merge, "")
            self.flow(border, entering)
            if leaving:
                self.flow(leaving, merge if interrupting else self.end())
        return node, merge

    def graph(self, start: str) -> None:
        """Nodes of any kind and flows as they come, loops included."""
        nodes = [self.any_node() for _ in range(self.random.randint(3, 8))]
        targets = [*nodes, *nodes, *(self.end() for _ in range(self.random.choice([1, 1, 2])))]
        self.flow(start, nodes[0])
        for node in nodes:
            self.ways_out(node, targets)
            if self.at(node).is_activity and self.pen.chance(0.25):
                self.graph_border(node, targets)

    def any_node(self) -> str:
        kinds: list[tuple[float, Callable[[], str]]] = [
            (7, self.user),
            (2, lambda: self.node("exclusiveGateway", "x")),
            (2, lambda: self.node("inclusiveGateway", "i")),
            (2, lambda: self.node("parallelGateway", "g")),
            (0.7, self.script),
            (0.7, self.catch),
            (0.5, self.throw),
            (0.5, self.receive),
            (0.5, self.call),
            (0.5, lambda: self.node("eventBasedGateway", "w")),
            (1.2 if self.setting.depth > 1 else 0, self.plain_subprocess),
        ]
        return self.random.choices([kind for _, kind in kinds], [weight for weight, _ in kinds])[0]()

    def plain_subprocess(self) -> str:
        body = draw_scope(self.pen, replace(self.setting, depth=self.setting.depth - 2))
        return self.node("subProcess", "p", body=body)

    def ways_out(self, node: str, targets: list[str]) -> None:
        kind = self.at(node).kind
        ways = self.random.choice([1, 1, 2, 2, 3]) if kind.endswith("Gateway") else self.random.choice([1, 1, 1, 2])
        if kind == "eventBasedGateway":
            for _ in range(2):
                event = self.catch()
                self.flow(node, event)
                self.flow(event, self.random.choice(targets))
            return
        chooses = kind in ("exclusiveGateway", "inclusiveGateway") or (kind == "userTask" and self.pen.chance(0.4))
        for number in range(ways):
            condition = random_condition(self.pen) if chooses and number else None
            taken = self.flow(node, self.random.choice(targets), condition)
            if chooses and not number and ways > 1:
                self.at(node).default = taken

    def graph_border(self, node: str, targets: list[str]) -> None:
        for event, interrupting in self.boundary_events():
            if event.trigger in AWAITED or self._may_throw(node) or self.at(node).kind == "subProcess":
                border = self.node("boundaryEvent", "b", event=event, attached_to=node, interrupting=interrupting)
                self.flow(border, self.random.choice(targets))
