"""One random process played step by step against the oracle.

Only bytes survive from step to step; now and then the same step is made from what was left in memory too, and must
give the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, ClassVar

from drawing import Services, draw
from random_processes.generator import NAMES, random_process
from random_processes.living import Living, Role
from random_processes.oracle import Game, TooMany
from random_processes.pieces import Node, Process

from engine import interpreter
from engine.clock import ManualClock
from engine.interpreter import Specification, State, Step
from engine.interpreter.errors import NoFlowTaken
from engine.interpreter.reading import variables_at

STEPS = 24
#: more ways than this that the case may have gone, or more alive, and it is cut short
WAYS = 12
MANY = 40
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

REFUSED = (NoFlowTaken,)


class Disagreement(AssertionError):
    """What the interpreter did is none of what the standard allows."""


@dataclass
class Trial:
    """A case and all the ways the oracle says it may have gone."""

    seed: int
    random: Random = field(init=False)
    #: decides what must not change the story
    whim: Random = field(init=False)
    process: Process = field(init=False)
    spec: Specification = field(init=False)
    state: State = field(init=False)
    #: the same with what the last step left in memory
    warm: State | None = None
    step: Step = field(init=False)
    games: list[Game] = field(default_factory=list)
    tasks: dict[str, Any] = field(default_factory=dict)
    #: what was done, for the report of a failure
    story: list[str] = field(default_factory=list)
    #: why it was left before its end
    cut: str = ""

    #: whether the oracle's tokens know how they came
    remembers: ClassVar[bool] = False

    def __post_init__(self) -> None:
        self.random, self.whim = Random(self.seed), Random(-self.seed)
        self.process = self.draw_process(self.random)
        self.services = Services(clock=ManualClock(START))

    def draw_process(self, random: Random) -> Process:
        return random_process(random)

    def play(self) -> Trial:
        others = {key: draw(process.drawing, key) for key, process in self.process.called.items()}
        self.spec = interpreter.compile_definition(draw(self.process.drawing), called=others)
        try:
            self._begin()
            for _ in range(STEPS):
                if self.step.ended or not self._act():
                    break
        except TooMany:
            self.cut = "too many orders"
        return self

    def _begin(self) -> None:
        given = {"pick": self.random.randrange(12), "list": [4, 5][: self.random.randrange(3)]}
        self.story.append(f"start {given}")
        ways = Game(self.process, START, remembers=self.remembers).begin(given)
        self._take(ways, lambda _: interpreter.start(self.spec, given, self.services))

    def _act(self) -> bool:
        """Let one thing happen, whatever may; False when nothing can or too much does."""
        tasks, waits, stopped = list(self.tasks.values()), list(self.step.waits), list(self.step.incidents)
        if not tasks and not waits and not stopped:
            self.cut = "stuck"
            return False
        if len(self.games) > WAYS or self.games[0].size > MANY:
            self.cut = "too many ways"
            return False
        self.services.clock.advance(timedelta(minutes=self.random.choice([0, 0, 7, 95])))
        if stopped and (self.random.random() < 0.2 or not (tasks or waits)):
            self._resolve(self.random.choice(stopped))
        elif tasks and (not waits or self.random.random() < 0.65):
            self._complete(self.random.choice(tasks))
        else:
            self._happen(self.random.choice(waits))
        return True

    def _complete(self, task: Any) -> None:
        values = self._values()
        self.story.append(f"complete {task.activity_id}[{task.index}] {values}")
        name, now = task.activity_id.rpartition(":")[2], self.services.now

        def is_it(one: Living) -> bool:
            return one.role is Role.OPEN and one.node is not None and (one.node.id, one.index) == (name, task.index)

        ways = [way for game, place in self._places(is_it) for way in game.complete(place, values, now)]
        self._take(ways, lambda state: interpreter.complete(self.spec, state, task.token_id, values, self.services))

    def _happen(self, wait: Any) -> None:
        is_timer = wait.kind == "timer"
        values = {} if is_timer or self.random.random() < 0.5 else self._values()
        if is_timer:
            self.services.clock.set(max(wait.due_at, self.services.now))
        self.story.append(f"{wait.kind} at {wait.element_id} {values}")
        name, now = wait.element_id.rpartition(":")[2], self.services.now

        def is_it(one: Living) -> bool:
            return one.role in (Role.WAIT, Role.LISTENER) and one.node is not None and one.node.id == name

        places = [(g, p) for g, p in self._places(is_it) if g.at(p).due == wait.due_at]
        ways = [way for game, place in places for way in game.happen(place, values, now)]
        fire, services = interpreter.fire, self.services
        if is_timer:
            self._take(ways, lambda state: fire(self.spec, state, wait.id, services))
        else:
            self._take(ways, lambda state: interpreter.correlate(self.spec, state, wait.id, values, services))

    def _resolve(self, incident: Any) -> None:
        self.story.append(f"resolve {incident.element_id}")
        name, now = incident.element_id.rpartition(":")[2], self.services.now

        def is_it(one: Living) -> bool:
            return one.role is Role.STOPPED and one.node is not None and one.node.id == name

        ways = [way for game, place in self._places(is_it) for way in game.resolve(place, now)]
        self._take(ways, lambda state: interpreter.resolve(self.spec, state, incident.id, {}, self.services))

    def _places(self, is_it: Callable[[Living], bool]) -> list[tuple[Game, int]]:
        return [(g, place) for g in self.games for place, one in enumerate(g.root.walk()) if is_it(one)]

    def _values(self) -> dict[str, int]:
        names = ["pick", *(name for name in NAMES if self.random.random() < 0.2)]
        return {name: self.random.randrange(12) for name in names}

    def _take(self, ways: list[Game | None], move: Callable[[Any], Step]) -> None:
        """Let the interpreter move, and keep the ways that agree with it."""
        try:
            step = move(getattr(self, "state", None))
        except REFUSED as refusal:
            self.story[-1] += f" refused: {type(refusal).__name__}"
            self._refused(ways)
            if self.warm is not None:
                self._is_refused_warm(move)
            return
        if self.warm is not None and self.whim.random() < 0.3:
            step = self._same(step, move(self.warm))
        for closed in step.closed:
            del self.tasks[closed.token_id]
        self.tasks.update({task.token_id: task for task in step.opened})
        self.step = step
        self.state = State(tokens=bytes(step.state.tokens), variables=bytes(step.state.variables))
        self.warm = step.state
        seen = self._seen()
        told = {game.key(): (game, told_by(game)) for game in ways if game is not None}
        self.games = [game for game, expected in told.values() if expected == seen]
        if not self.games:
            raise Disagreement(self._report(seen, [expected for _, expected in told.values()]))

    def _same(self, cold: Step, warm: Step) -> Step:
        """A step costs less from memory, and is no other."""
        if (cold.state, cold.opened, cold.closed, cold.waits) != (warm.state, warm.opened, warm.closed, warm.waits):
            raise Disagreement(self._report(f"from memory {warm}", [f"from bytes {cold}"]))
        return warm

    def _is_refused_warm(self, move: Callable[[Any], Step]) -> None:
        try:
            move(self.warm)
        except REFUSED:
            return
        raise Disagreement(self._report("no refusal from memory", ["a refusal, as from bytes"]))

    def _refused(self, ways: list[Game | None]) -> None:
        if None not in ways:
            raise Disagreement(self._report("a refusal", [told_by(way) for way in ways if way is not None]))
        if not self.games:
            self.cut = "refused at start"
            raise TooMany

    def _seen(self) -> dict[str, Any]:
        """What the interpreter says, in the oracle's words."""
        step = self.step
        flows = Counter(p.element_id for p in step.trail if p.kind == "flow")
        return {
            "tasks": sorted(self._task(task) for task in self.tasks.values()),
            "waits": sorted(
                f"{wait.kind} {wait.element_id.rpartition(':')[2]} {wait.due_at or ''}" for wait in step.waits
            ),
            "variables": plain(step.variables),
            "ended": step.ended is not None,
            "stopped": sorted(incident.element_id.rpartition(":")[2] for incident in step.incidents),
            "flows": sorted(flows.items()),
            "thrown": sorted(thrown.name for thrown in step.thrown),
        }

    def _task(self, task: Any) -> str:
        seen = variables_at(self.spec, self.state, task.token_id, self.services)
        return f"{task.activity_id.rpartition(':')[2]} {task.index} {plain(seen)}"

    def _report(self, seen: Any, expected: list[Any]) -> str:
        story = "\n".join(self.story)
        called = "\n".join(f"-- {key}\n{process.drawing}" for key, process in self.process.called.items())
        ways = "\n".join(str(one) for one in expected[:6])
        drawing = f"{self.process.drawing}\n{called}"
        return f"seed {self.seed}\n{drawing}\n{story}\nseen     {seen}\nexpected {len(expected)} ways, such as\n{ways}"


def told_by(game: Game) -> dict[str, Any]:
    """What the interpreter should say if the case has gone this way."""
    living = list(game.root.walk())
    tasks = [one for one in living if one.role is Role.OPEN and one.node is not None]
    waits = [one for one in living if one.role in (Role.WAIT, Role.LISTENER) and one.node is not None]
    return {
        "tasks": sorted(f"{one.node.id} {one.index} {plain(one.visible())}" for one in tasks if one.node),
        "waits": sorted(
            f"{trigger} {one.node.id} {one.due or ''}"
            for one in waits
            if one.node and (trigger := _awaited(one.node)) != "conditional"
        ),
        "variables": plain(game.root.local),
        "ended": game.ended,
        "stopped": sorted(one.node.id for one in living if one.role is Role.STOPPED and one.node),
        "flows": sorted((flow, times) for flow, times in game.flows.items() if times),
        "thrown": sorted(game.thrown.elements()),
    }


def _awaited(node: Node) -> str:
    """What a wait on a node is for."""
    if node.kind == "serviceTask":
        return "service"
    return "message" if node.message else node.event.trigger


def plain(value: Any) -> Any:
    """Values as text that does not tell Decimal from int."""
    if isinstance(value, dict) or hasattr(value, "items"):
        return "{" + ", ".join(f"{name}: {plain(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(plain(one) for one in value) + "]"
    return str(value)
