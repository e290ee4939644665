"""Random blocks played with returns, each preview against its effect, and to the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeAlias

from drawing import Services, draw
from random_processes.blocks import (
    Block,
    Bordered,
    Branches,
    Called,
    Cycle,
    Delay,
    InBordered,
    InScope,
    InSeveral,
    Nested,
    Open,
    Past,
    Place,
    Running,
    Sequence,
    Several,
    Task,
    Turn,
    Work,
    drawing_of,
)
from random_processes.returns import lasting, may_go_straight, recalled, returned, targets, undone
from random_processes.trial import Disagreement

from engine import interpreter
from engine.clock import ManualClock
from engine.interpreter import State, Step, moves

#: what runs, or the past of a case that has ended
Root: TypeAlias = Running | Past

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
STEPS = 30
#: more ways than this that the case may have gone, and it is cut short
WAYS = 10
#: at most so many more until the case must have ended
REST = 400


def random_block(random: Random, depth: int, *, choices: bool = True) -> Block:
    """`choices` are gateways and loops that read what was picked."""
    if depth == 0:
        return random.choice([Task, Task, Task, Task, Work, lambda: Delay(random.randint(1, 9))])()
    shapes = ["sequence", "sequence", "parallel", "parallel", "nested", "several", "bordered", "task"]
    shape = random.choice([*shapes, "exclusive", "inclusive", "cycle", "called"] if choices else shapes)

    def part() -> Block:
        return random_block(random, depth - 1, choices=choices)

    if shape == "task":
        return Task()
    if shape == "nested":
        return Nested(around_task(random, part()))
    if shape == "called":
        return Called(around_task(random, random_block(random, depth - 1, choices=False)))
    if shape == "several":
        return random_several(random, part)
    if shape == "bordered":
        return random_border(random, part)
    if shape == "cycle":
        return Cycle(around_task(random, part()))
    if shape == "sequence":
        return Sequence([part() for _ in range(random.choice([2, 3, 3]))])
    return Branches(shape, [Sequence([part(), part()]) for _ in range(random.choice([2, 2, 3]))])


def around_task(random: Random, block: Block) -> Block:
    """Work for people and something more."""
    return Sequence([Task(), block] if random.random() < 0.5 else [block, Task()])


def random_several(random: Random, part: Callable[[], Block]) -> Several:
    body = around_task(random, part()) if random.random() < 0.4 else None
    return Several(random.randint(1, 3), random.random() < 0.4, body)


def random_border(random: Random, part: Callable[[], Block]) -> Bordered:
    nested: list[Callable[[], Any]] = [Task, Task, lambda: random_several(random, part), lambda: Nested(part())]
    host = random.choice(nested)()
    if isinstance(host, Nested):
        host.body = around_task(random, host.body)
    late = (random.randint(1, 40), Sequence([part()])) if random.random() < 0.6 else None
    # Several tokens may be beside it at once, and would meet in joins.
    apart = Sequence([random.choice([Task, Work, lambda: Nested(around_task(random, part()))])(), Task()])
    soon = (random.randint(1, 40), apart) if not late or random.random() < 0.6 else None
    return Bordered(host, late, soon)


class ReturnTrial:
    """A case with returns."""

    #: the outside is asked and does not answer at once
    asks = False

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.process = Nested(Sequence([Task(), random_block(self.random, 3), Task()]))
        self.drawing, self.called = drawing_of(self.process)
        self.services = Services(clock=ManualClock(START), connectors={"work": lambda inputs: {}})
        self.story: list[str] = []
        self.cut = ""
        self.tasks: dict[str, Any] = {}
        self.pick = 0
        #: all that may run, as far as what is seen tells
        self.roots: list[Running] = []

    def play(self) -> ReturnTrial:
        others = {key: draw(text, key) for key, text in self.called.items()}
        self.spec = interpreter.compile_definition(draw(self.drawing), called=others)
        self._begin()
        for number in range(STEPS + REST):
            if self.step.ended or len(self.roots) > WAYS:
                self.cut = "" if self.step.ended else "too many ways"
                return self
            self.services.clock.advance(timedelta(minutes=self.random.choice([0, 7, 95])))
            self._act() if number < STEPS else self._finish()
        raise Disagreement(self._report("never ends", []))

    @property
    def people(self) -> list[str]:
        """Tasks that one person does."""
        tasks = [one for one in self.spec.activities.values() if one.kind == "userTask" and one.element.loop is None]
        return [plain(task.id) for task in tasks]

    def _begin(self) -> None:
        self.story.append("start")
        roots = [InScope.begun(self.process, self.process.body, self._turn())]
        self._take(roots, interpreter.start(self.spec, {"pick": 0}, self.services))

    def _turn(self, *, direct: bool = False, completed: str = "") -> Turn:
        return Turn(self.pick, self.services.now, direct=direct, completed=completed, asks=self.asks)

    def _act(self) -> None:
        chance = self.random.random()
        if self.tasks and chance < 0.3:
            self._move(self.random.choice(list(self.tasks.values())))
        elif chance < 0.38 and not any("straight" in line for line in self.story):
            # What is the newest work after a step was corrected and the case went straight on is open.
            done = [step for root in self.roots for step in root.steps() if step in self.people]
            self._recall(self.random.choice(done[-3:] or self.people))
        elif self.tasks and (chance < 0.85 or not self.step.waits):
            self._complete(self.random.choice(list(self.tasks.values())), self.random.randrange(6))
        else:
            self._fire(self.random.choice(self.step.waits))

    def _finish(self) -> None:
        """Do what is left, out of every loop."""
        if self.tasks:
            self._complete(next(iter(self.tasks.values())), 2)
        else:
            self._fire(self.step.waits[0])

    def _complete(self, task: Any, pick: int) -> None:
        values = {} if ":" in task.activity_id else {"pick": pick}
        self.pick = values.get("pick", self.pick)
        self.story.append(f"complete {task.activity_id}[{task.index}] {values}")
        name, places = plain(task.activity_id), self._places(task)
        roots = [root.change(at, lambda one: Past(one.block), self._turn(completed=name)) for root, at in places]
        self._take(roots, interpreter.complete(self.spec, self.state, task.token_id, values, self.services))

    def _fire(self, wait: Any) -> None:
        if wait.kind == "timer":
            self.services.clock.set(max(wait.due_at, self.services.now))
        self.story.append(f"fire {wait.element_id}")
        name, roots = plain(wait.element_id), []
        for root in self.roots:
            for place, running in root.walk():
                if (name, wait.due_at) in running.awaited():
                    roots.append(self._fired(root, place, name))
        self._take(roots, self._happened(wait))

    def _happened(self, wait: Any) -> Step:
        if wait.kind == "service":
            return interpreter.answer(self.spec, self.state, wait.id, {}, self.services)
        return interpreter.fire(self.spec, self.state, wait.id, self.services)

    def _fired(self, root: Running, place: Place, name: str) -> Root:
        turn = self._turn()

        def act(running: Running) -> Root:
            return running.fire(name, turn) if isinstance(running, InBordered) else Past(running.block)

        return root.change(place, act, turn)

    def _move(self, task: Any) -> None:
        """Return a task to a step behind it, or try what must be refused."""
        allowed = [plain(step) for step in moves.targets(self.spec, self.state, task.token_id, self.services)]
        others = [plain(step) for step in self.spec.activities if plain(step) not in allowed]
        if not allowed or self.random.random() < 0.1:
            self._is_refused(task, self.random.choice(others), direct=False)
            return
        step = self.random.choice(allowed)
        direct = step in self.people and self.random.random() < 0.3
        places = self._places(task, step)
        if direct and not any(may_go_straight(root, at, step) for root, at in places):
            self._is_refused(task, step, direct=True)
            return
        self.story.append(f"return {task.activity_id}[{task.index}] to {step}{' straight' if direct else ''}")
        self._return(task, step, direct, places)

    def _return(self, task: Any, step: str, direct: bool, places: list[tuple[Running, Place]]) -> None:
        preview, effect = (self._moved(task, step, direct) for _ in range(2))
        if preview != effect:
            raise Disagreement(self._report(f"preview {preview}", [effect]))
        if preview.variables != self.step.variables:
            raise Disagreement(self._report(f"data are not kept: {preview.variables}", [self.step.variables]))
        self._tells(preview, [(root, at, step) for root, at in places])
        self._take([returned(root, at, step, self._turn(direct=direct)) for root, at in places], preview)

    def _tells(self, preview: Step, ways: list[tuple[Running, Place, str]]) -> None:
        """A preview says what must be done again, and what is done for the outside and stays so."""
        wrong = [undone(*way, self._turn()) for way in ways]
        if {plain(one) for one in preview.undone} not in wrong:
            raise Disagreement(self._report(f"undone {preview.undone}", wrong))
        bounds = [lasting(*way, self._turn()) for way in ways]
        told = {plain(one) for one in preview.effects}
        if not any(least <= told <= most for least, most in bounds):
            raise Disagreement(self._report(f"lasting {told}", bounds))

    def _recall(self, step: str) -> None:
        """Take a task back, on whose results nobody has worked, or try to."""
        ways = [after for root in self.roots for after in recalled(root, step, self._turn())]
        self.story.append(f"recall {step}")
        try:
            preview, effect = (moves.recall(self.spec, self.state, self._id(step), self.services) for _ in range(2))
        except moves.MoveRefused:
            self.story.pop()
            if len(ways) != 1:
                return
            raise Disagreement(self._report(f"refused: recall {step}", [told_by(way) for way in ways])) from None
        if preview != effect:
            raise Disagreement(self._report(f"preview {preview}", [effect]))
        self._take(ways, preview)

    def _id(self, step: str) -> str:
        return next(activity for activity in self.spec.activities if plain(activity) == step)

    def _moved(self, task: Any, step: str, direct: bool) -> Step:
        target = self._id(step)
        return moves.return_to(self.spec, self.state, task.token_id, target, self.services, direct=direct)

    def _is_refused(self, task: Any, step: str, *, direct: bool) -> None:
        try:
            self._moved(task, step, direct)
        except moves.MoveRefused:
            return
        raise Disagreement(self._report(f"{task.activity_id} returned to {step}, direct {direct}", ["a refusal"]))

    def _places(self, task: Any, step: str = "") -> list[tuple[Running, Place]]:
        """Where a task may be, with that step behind it."""
        name = plain(task.activity_id)
        found = [(root, at) for root in self.roots for at, one in root.walk() if _is_task(one, name)]
        found = [(root, at) for root, at in found if _index(root, at) == task.index]
        return [(root, at) for root, at in found if not step or step in targets(root, at)]

    def _take(self, roots: list[Root], step: Step) -> None:
        for closed in step.closed:
            del self.tasks[closed.token_id]
        self.tasks.update({task.token_id: task for task in step.opened})
        self.step = step
        self.state = State(tokens=bytes(step.state.tokens), variables=bytes(step.state.variables))
        seen = self._seen()
        agreeing = [root for root in roots if told_by(root) == seen]
        if not agreeing:
            raise Disagreement(self._report(seen, [told_by(root) for root in roots]))
        different = [root for number, root in enumerate(agreeing) if root not in agreeing[:number]]
        self.roots = [root for root in different if isinstance(root, Running)]

    def _seen(self) -> dict[str, Any]:
        behind = {
            token: sorted(plain(step) for step in moves.targets(self.spec, self.state, token, self.services))
            for token in self.tasks
        }
        return {
            "tasks": sorted(f"{plain(t.activity_id)} {t.index} {behind[token]}" for token, t in self.tasks.items()),
            "waits": sorted(f"{plain(wait.element_id)} {wait.due_at}" for wait in self.step.waits),
            "ended": self.step.ended is not None,
        }

    def _report(self, seen: Any, expected: list[Any]) -> str:
        called = "\n".join(f"-- {key}\n{text}" for key, text in self.called.items())
        story, ways = "\n".join(self.story), "\n".join(str(one) for one in expected)
        return f"seed {self.seed}\n{self.drawing}\n{called}\n{story}\nseen     {seen}\nexpected {ways}"


def told_by(root: Root) -> dict[str, Any]:
    """What the interpreter should say of what runs."""
    running = list(root.walk()) if isinstance(root, Running) else []
    tasks = [(at, one) for at, one in running if isinstance(one, Open)]
    return {
        "tasks": sorted(f"{one.block.id} {_index(root, at)} {sorted(targets(root, at))}" for at, one in tasks),
        "waits": sorted(f"{name} {due}" for _, one in running for name, due in one.awaited()),
        "ended": isinstance(root, Past),
    }


def plain(activity: str) -> str:
    """An element's id without the process it was called in; ids are unique in all of them."""
    return activity.rpartition(":")[2]


def _is_task(running: Running, name: str) -> bool:
    return isinstance(running, Open) and running.block.id == name


def _index(root: Root, place: Place) -> int | None:
    """Of an instance of a multi-instance task."""
    assert isinstance(root, Running)
    is_instance = bool(place) and isinstance(root.at(place[:-1]), InSeveral)
    return place[-1] if is_instance else None
