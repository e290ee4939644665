"""Blocks with one entry and one exit, what runs in them, and what a return (design §8) does to that.

An oracle that knows the blocks only, not the graph: what was done is kept as a tree beside what still runs, so that
what lies behind a task, and what goes back with it, can be read off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count, pairwise
from typing import Any, TypeAlias

#: where something lies in what runs: a child of a child
Place: TypeAlias = tuple[int, ...]
Act: TypeAlias = "Callable[[Running], State]"


@dataclass
class Turn:
    """What a step knows, and the tokens that non-interrupting events emit in it."""

    pick: int
    now: datetime
    #: no work was done: something was moved by hand
    is_move: bool = False
    #: of a move: the way back is remembered (直达)
    direct: bool = False
    #: the task that was completed
    completed: str = ""
    #: work for the outside is asked for and waited for
    asks: bool = False
    #: the activity that an attached event has interrupted
    interrupted: str = ""
    strays: list[State] = field(default_factory=list)


class Pen:
    """Collects the lines of a drawing and of the processes it calls."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.ids = count()
        self.called: dict[str, str] = {}

    def node(self, prefix: str, kind: str, rest: str = "") -> str:
        node = f"{prefix}{next(self.ids)}"
        self.lines.append(f"{node}: {kind} {rest}".rstrip())
        return node

    def flow(self, source: str, target: str, condition: str = "", name: str = "") -> None:
        head = f"{name}: " if name else ""
        self.lines.append(f"{head}{source} -> {target}{f' [{condition}]' if condition else ''}")


class Block:
    """A piece of a process; drawn once, before it is played."""

    def draw(self, pen: Pen) -> tuple[str, str]:
        raise NotImplementedError

    def begin(self, turn: Turn) -> State:
        raise NotImplementedError

    def steps(self, past: Past) -> list[str]:
        """The steps that were completed in it, the nearest first."""
        raise NotImplementedError

    def effects(self, past: Past) -> set[str]:
        return {effect for part in past.parts.values() for effect in part.effects()}

    def reopen(self, past: Past, step: str, turn: Turn) -> State:
        """One of its steps is to be done again."""
        raise NotImplementedError


@dataclass(frozen=True)
class Past:
    """A block that tokens have gone through."""

    block: Block
    #: by their place in the block
    parts: Mapping[int, Past] = field(default_factory=dict)
    #: what was done for the outside in what is not kept as parts
    worked: frozenset[str] = frozenset()

    def steps(self) -> list[str]:
        return self.block.steps(self)

    def effects(self) -> set[str]:
        return self.block.effects(self) | self.worked

    def reopen(self, step: str, turn: Turn) -> State:
        return self.block.reopen(self, step, turn)


class Running:
    """A block that tokens are in."""

    def inner(self) -> Mapping[int, State]:
        return {}

    block: Any

    def change(self, place: Place, act: Act, turn: Turn) -> State:
        """Let something happen at a place."""
        if not place:
            return act(self)
        child = self.inner()[place[0]]
        assert isinstance(child, Running)
        return self.enclose(place[0], child.change(place[1:], act, turn), turn)

    def enclose(self, number: int, state: State, turn: Turn) -> State:
        """Go on when an inner state has changed."""
        raise NotImplementedError

    def awaited(self) -> list[tuple[str, datetime | None]]:
        """Timers of its own, and answers of the outside."""
        return []

    def walk(self, place: Place = ()) -> Iterator[tuple[Place, Running]]:
        yield place, self
        for number, child in self.inner().items():
            if isinstance(child, Running):
                yield from child.walk((*place, number))

    def at(self, place: Place) -> Running:
        found: State = self
        for number in place:
            assert isinstance(found, Running)
            found = found.inner()[number]
        assert isinstance(found, Running)
        return found

    def steps(self) -> list[str]:
        """What was completed in what still runs."""
        return [step for child in self.inner().values() for step in child.steps()]

    def effects(self) -> set[str]:
        return {effect for child in self.inner().values() for effect in child.effects()}

    def touched(self) -> set[str]:
        """What was completed, also in earlier rounds of loops."""
        inner = [child.touched() for child in self.inner().values() if isinstance(child, Running)]
        return set(self.steps()).union(*inner)


State: TypeAlias = Running | Past


@dataclass(eq=False)
class Task(Block):
    id: str = ""

    def draw(self, pen: Pen) -> tuple[str, str]:
        self.id = pen.node("u", "userTask")
        return self.id, self.id

    def begin(self, turn: Turn) -> State:
        return Open(self)

    def steps(self, past: Past) -> list[str]:
        return [self.id]

    def reopen(self, past: Past, step: str, turn: Turn) -> State:
        return self.begin(turn)


@dataclass(frozen=True)
class Open(Running):
    block: Task


@dataclass(eq=False)
class Work(Block):
    """A service task: done at once, or when the outside has answered, and not taken back."""

    id: str = ""

    def draw(self, pen: Pen) -> tuple[str, str]:
        self.id = pen.node("w", "serviceTask", 'anlan:connector="work"')
        return self.id, self.id

    def begin(self, turn: Turn) -> State:
        return Asking(self) if turn.asks else Past(self)

    def steps(self, past: Past) -> list[str]:
        return []

    def effects(self, past: Past) -> set[str]:
        return {self.id}


@dataclass(frozen=True)
class Asking(Running):
    block: Work

    def awaited(self) -> list[tuple[str, datetime | None]]:
        return [(self.block.id, None)]


@dataclass(eq=False)
class Delay(Block):
    """An intermediate timer."""

    hours: int
    id: str = ""

    def draw(self, pen: Pen) -> tuple[str, str]:
        self.id = pen.node("c", "intermediateCatchEvent", f"after(PT{self.hours}H)")
        return self.id, self.id

    def begin(self, turn: Turn) -> State:
        return Delayed(self, turn.now + timedelta(hours=self.hours))

    def steps(self, past: Past) -> list[str]:
        return []


@dataclass(frozen=True)
class Delayed(Running):
    block: Delay
    due: datetime

    def awaited(self) -> list[tuple[str, datetime | None]]:
        return [(self.block.id, self.due)]


@dataclass(eq=False)
class Sequence(Block):
    parts: list[Block]

    def draw(self, pen: Pen) -> tuple[str, str]:
        ends = [part.draw(pen) for part in self.parts]
        for (_, leaving), (entering, _) in pairwise(ends):
            pen.flow(leaving, entering)
        return ends[0][0], ends[-1][1]

    def begin(self, turn: Turn) -> State:
        return self.onwards({}, turn)

    def onwards(self, done: Mapping[int, Past], turn: Turn) -> State:
        done = dict(done)
        while len(done) < len(self.parts):
            state = self.parts[len(done)].begin(turn)
            if isinstance(state, Running):
                return InSequence(self, done, state)
            done[len(done)] = state
        return Past(self, done)

    def steps(self, past: Past) -> list[str]:
        return [step for number in sorted(past.parts, reverse=True) for step in past.parts[number].steps()]

    def reopen(self, past: Past, step: str, turn: Turn) -> State:
        return self.back(past.parts, step, turn)

    def back(self, done: Mapping[int, Past], step: str, turn: Turn) -> State:
        at = max(number for number, part in done.items() if step in part.steps())
        before = {number: part for number, part in done.items() if number < at}
        return self.entered(before, done[at].reopen(step, turn), turn)

    def entered(self, done: Mapping[int, Past], state: State, turn: Turn) -> State:
        if isinstance(state, Running):
            return InSequence(self, done, state)
        return self.onwards({**done, len(done): state}, turn)


@dataclass(frozen=True)
class InSequence(Running):
    block: Sequence
    done: Mapping[int, Past]
    now: Running

    def inner(self) -> Mapping[int, State]:
        return {**self.done, len(self.done): self.now}

    def enclose(self, number: int, state: State, turn: Turn) -> State:
        return self.block.entered(self.done, state, turn)

    def behind(self) -> list[str]:
        return self.block.steps(Past(self.block, self.done))

    def back(self, step: str, turn: Turn) -> State:
        return self.block.back(self.done, step, turn)


@dataclass(eq=False)
class Branches(Block):
    """A gateway, its branches, and the same gateway joining them."""

    kind: str
    parts: list[Block]

    def draw(self, pen: Pen) -> tuple[str, str]:
        last = f"f{next(pen.ids)}"
        gateway = f"{self.kind}Gateway"
        split = pen.node("g", gateway, "" if self.kind == "parallel" else f'default="{last}"')
        join = pen.node("g", gateway)
        for number, part in enumerate(self.parts):
            entering, leaving = part.draw(pen)
            is_last = number == len(self.parts) - 1
            condition = "" if self.kind == "parallel" or is_last else self._condition(number)
            pen.flow(split, entering, condition, last if is_last else "")
            pen.flow(leaving, join)
        return split, join

    def _condition(self, number: int) -> str:
        return f"pick = {number}" if self.kind == "exclusive" else f"modulo(pick, {number + 2}) = 0"

    def _chosen(self, pick: int) -> list[int]:
        last = len(self.parts) - 1
        if self.kind == "parallel":
            return list(range(len(self.parts)))
        if self.kind == "exclusive":
            return [min(pick, last)]
        return [number for number in range(last) if pick % (number + 2) == 0] or [last]

    def begin(self, turn: Turn) -> State:
        return self.together({number: self.parts[number].begin(turn) for number in self._chosen(turn.pick)})

    def together(self, states: Mapping[int, State]) -> State:
        done = {number: state for number, state in states.items() if isinstance(state, Past)}
        return Past(self, done) if len(done) == len(states) else Together(self, states)

    def steps(self, past: Past) -> list[str]:
        return [step for part in past.parts.values() for step in part.steps()]

    def reopen(self, past: Past, step: str, turn: Turn) -> State:
        done = {number: part for number, part in past.parts.items() if isinstance(part, Past)}
        at = next(number for number, part in done.items() if step in part.steps())
        return self.together({**past.parts, at: past.parts[at].reopen(step, turn)})


@dataclass(frozen=True)
class Together(Running):
    block: Branches
    states: Mapping[int, State]

    def inner(self) -> Mapping[int, State]:
        return self.states

    def enclose(self, number: int, state: State, turn: Turn) -> State:
        return self.block.together({**self.states, number: state})


@dataclass(eq=False)
class Cycle(Block):
    """Done once, and again while an odd number was picked."""

    body: Block

    def draw(self, pen: Pen) -> tuple[str, str]:
        back, out = f"f{next(pen.ids)}", pen.node("x", "exclusiveGateway")
        merge, decide = pen.node("x", "exclusiveGateway"), pen.node("x", "exclusiveGateway", f'default="{back}"')
        entering, leaving = self.body.draw(pen)
        pen.flow(merge, entering)
        pen.flow(leaving, decide)
        pen.flow(decide, out, "modulo(pick, 2) = 0")
        pen.flow(decide, merge, name=back)
        return merge, out

    def begin(self, turn: Turn) -> State:
        return self.around(self.body.begin(turn), turn, Rounds())

    def around(self, state: State, turn: Turn, rounds: Rounds) -> State:
        if isinstance(state, Running):
            return InCycle(self, state, rounds)
        if turn.pick % 2:
            return self.around(self.body.begin(turn), turn, rounds.after(state))
        return Past(self, {0: state}, rounds.worked)

    def steps(self, past: Past) -> list[str]:
        return past.parts[0].steps()

    def reopen(self, past: Past, step: str, turn: Turn) -> State:
        return self.around(past.parts[0].reopen(step, turn), turn, Rounds(worked=past.worked))


@dataclass(frozen=True)
class Rounds:
    """What was done in the earlier rounds of a loop."""

    #: for the outside
    worked: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()
    last: Past | None = None

    def after(self, past: Past) -> Rounds:
        return Rounds(self.worked | past.effects(), self.steps | set(past.steps()), past)


@dataclass(frozen=True)
class InCycle(Running):
    block: Cycle
    now: Running
    rounds: Rounds

    def inner(self) -> Mapping[int, State]:
        return {0: self.now}

    def enclose(self, number: int, state: State, turn: Turn) -> State:
        return self.block.around(state, turn, self.rounds)

    def effects(self) -> set[str]:
        return super().effects() | self.rounds.worked

    def touched(self) -> set[str]:
        return super().touched() | self.rounds.steps


@dataclass(eq=False)
class Several(Block):
    """A multi-instance task or subprocess."""

    size: int
    sequential: bool = False
    body: Block | None = None
    id: str = ""

    @property
    def loop(self) -> str:
        inner = f"<bpmn:loopCardinality>{self.size}</bpmn:loopCardinality>"
        head = f'multiInstanceLoopCharacteristics isSequential="{str(self.sequential).lower()}"'
        return f"<bpmn:{head}>{inner}</bpmn:multiInstanceLoopCharacteristics>"

    def draw(self, pen: Pen) -> tuple[str, str]:
        if self.body is None:
            self.id = pen.node("m", "userTask", self.loop)
        else:
            self.id = draw_subprocess(pen, self.body, self.loop)
        return self.id, self.id

    def begin(self, turn: Turn) -> State:
        first = range(1) if self.sequential else range(self.size)
        return self.together({number: self._instance(turn) for number in first}, turn)

    def _instance(self, turn: Turn) -> State:
        return InScope.begun(self, self.body, turn) if self.body else Open(Task(self.id))

    def together(self, states: Mapping[int, State], turn: Turn) -> State:
        states = dict(states)
        while all(isinstance(state, Past) for state in states.values()):
            if len(states) == self.size:
                return Past(self, worked=frozenset().union(*(state.effects() for state in states.values())))
            states[len(states)] = self._instance(turn)
        return InSeveral(self, states)

    def steps(self, past: Past) -> list[str]:
        return [self.id]

    def reopen(self, past: Past, step: str, turn: Turn) -> State:
        return self.begin(turn)


@dataclass(frozen=True)
class InSeveral(Running):
    block: Several
    states: Mapping[int, State]

    def inner(self) -> Mapping[int, State]:
        return self.states

    def enclose(self, number: int, state: State, turn: Turn) -> State:
        return self.block.together({**self.states, number: state}, turn)

    def steps(self) -> list[str]:
        """Instances that are done are work that was done."""
        done = [self.block.id for state in self.states.values() if isinstance(state, Past)]
        return done + [step for s in self.states.values() if isinstance(s, Running) for step in s.steps()]


def draw_subprocess(pen: Pen, body: Block, rest: str = "") -> str:
    subprocess = f"p{next(pen.ids)}"
    pen.lines.append(f"{subprocess}: subProcess {rest} {{")
    draw_body(pen, body)
    pen.lines.append("}")
    return subprocess


def draw_body(pen: Pen, body: Block) -> None:
    start, end = pen.node("s", "startEvent"), pen.node("e", "endEvent")
    entering, leaving = body.draw(pen)
    pen.flow(start, entering)
    pen.flow(leaving, end)


@dataclass(eq=False)
class Nested(Block):
    """An embedded subprocess; without an id, the process itself."""

    body: Block
    id: str = ""

    def draw(self, pen: Pen) -> tuple[str, str]:
        self.id = draw_subprocess(pen, self.body)
        return self.id, self.id

    def begin(self, turn: Turn) -> State:
        return InScope.begun(self, self.body, turn)

    def steps(self, past: Past) -> list[str]:
        return [self.id]

    def reopen(self, past: Past, step: str, turn: Turn) -> State:
        return self.begin(turn)


class Called(Nested):
    """A call activity."""

    def draw(self, pen: Pen) -> tuple[str, str]:
        key = f"q{next(pen.ids)}"
        other = Pen()
        other.ids, other.called = pen.ids, pen.called
        draw_body(other, self.body)
        pen.called[key] = "\n".join(other.lines)
        self.id = pen.node("a", "callActivity", f'calledElement="{key}"')
        return self.id, self.id


@dataclass(frozen=True)
class InScope(Running):
    """The flow of a scope, and the tokens its non-interrupting events have emitted beside it."""

    block: Block
    main: State
    strays: tuple[State, ...] = ()
    #: what the strays had done that have come to their end
    ended: tuple[str, ...] = ()
    worked: frozenset[str] = frozenset()

    @staticmethod
    def begun(block: Block, body: Block, turn: Turn) -> State:
        return InScope(block, body.begin(turn)).settled(turn)

    def settled(self, turn: Turn) -> State:
        emitted, turn.strays = tuple(turn.strays), []
        strays = (*self.strays, *emitted)
        running = tuple(one for one in strays if isinstance(one, Running))
        ended = tuple(step for one in strays if isinstance(one, Past) for step in one.steps())
        worked = self.worked.union(*(one.effects() for one in strays if isinstance(one, Past)))
        if isinstance(self.main, Past) and not running:
            return Past(self.block, worked=frozenset(worked | self.main.effects()))
        return replace(self, strays=running, ended=(*self.ended, *ended), worked=worked)

    def effects(self) -> set[str]:
        return super().effects() | self.worked

    def steps(self) -> list[str]:
        return [*super().steps(), *self.ended]

    def inner(self) -> Mapping[int, State]:
        return dict(enumerate((self.main, *self.strays)))

    def enclose(self, number: int, state: State, turn: Turn) -> State:
        if number == 0:
            return replace(self, main=state).settled(turn)
        strays = (*self.strays[: number - 1], state, *self.strays[number:])
        return replace(self, strays=strays).settled(turn)


@dataclass(eq=False)
class Bordered(Block):
    """An activity with timers attached: a late one that interrupts, a soon one that does not."""

    host: Task | Several | Nested
    late: tuple[int, Block] | None = None
    soon: tuple[int, Block] | None = None
    late_id: str = ""
    soon_id: str = ""

    def draw(self, pen: Pen) -> tuple[str, str]:
        host, _ = self.host.draw(pen)
        merge = pen.node("x", "exclusiveGateway")
        pen.flow(host, merge)
        if self.late:
            self.late_id = self._border(pen, host, self.late, merge, "true")
        if self.soon:
            self.soon_id = self._border(pen, host, self.soon, pen.node("e", "endEvent"), "false")
        return host, merge

    def _border(self, pen: Pen, host: str, drawn: tuple[int, Block], after: str, interrupting: str) -> str:
        hours, block = drawn
        rest = f'attachedToRef="{host}" cancelActivity="{interrupting}" after(PT{hours}H)'
        border = pen.node("b", "boundaryEvent", rest)
        entering, leaving = block.draw(pen)
        pen.flow(border, entering)
        pen.flow(leaving, after)
        return border

    def begin(self, turn: Turn) -> State:
        borders = ((self.late_id, self.late), (self.soon_id, self.soon))
        dues = {border: turn.now + timedelta(hours=drawn[0]) for border, drawn in borders if drawn}
        return self.around(self.host.begin(turn), dues)

    def around(self, state: State, dues: Mapping[str, datetime]) -> State:
        return InBordered(self, state, dues) if isinstance(state, Running) else Past(self, {0: state})

    def beside(self, state: State) -> State:
        """Where the late timer leads."""
        return Beside(self, state) if isinstance(state, Running) else Past(self, {1: state})

    def steps(self, past: Past) -> list[str]:
        return [step for part in past.parts.values() for step in part.steps()]

    def reopen(self, past: Past, step: str, turn: Turn) -> State:
        if 1 in past.parts:
            return self.beside(past.parts[1].reopen(step, turn))
        return self.begin(turn)


@dataclass(frozen=True)
class InBordered(Running):
    block: Bordered
    host: Running
    dues: Mapping[str, datetime]

    def inner(self) -> Mapping[int, State]:
        return {0: self.host}

    def awaited(self) -> list[tuple[str, datetime | None]]:
        return list(self.dues.items())

    def enclose(self, number: int, state: State, turn: Turn) -> State:
        return self.block.around(state, self.dues)

    def fire(self, border: str, turn: Turn) -> State:
        if self.block.late and border == self.block.late_id:
            turn.interrupted = self.block.host.id
            return self.block.beside(self.block.late[1].begin(turn))
        assert self.block.soon
        stray = self.block.soon[1].begin(turn)
        turn.strays.append(stray)
        return replace(self, dues={other: due for other, due in self.dues.items() if other != border})


@dataclass(frozen=True)
class Beside(Running):
    block: Bordered
    now: Running

    def inner(self) -> Mapping[int, State]:
        return {1: self.now}

    def enclose(self, number: int, state: State, turn: Turn) -> State:
        return self.block.beside(state)


def drawing_of(process: Nested) -> tuple[str, dict[str, str]]:
    pen = Pen()
    draw_body(pen, process.body)
    return "\n".join(pen.lines), pen.called
