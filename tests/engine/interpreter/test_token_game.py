"""Random block-structured diagrams against an oracle that knows only the blocks, not the graph.

After every step the open tasks and the end of the case must agree; only bytes survive from step to step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count, pairwise
from random import Random
from typing import Any

import pytest

SEEDS = range(60)
STEPS = 40
DEPTH = 4


@dataclass
class Pen:
    """Collects the lines of a drawing."""

    lines: list[str] = field(default_factory=list)
    ids: Any = field(default_factory=count)

    def node(self, kind: str, attributes: str = "", prefix: str = "n") -> str:
        node_id = f"{prefix}{next(self.ids)}"
        self.lines.append(f"{node_id}: {kind} {attributes}".rstrip())
        return node_id

    def flow(self, source: str, target: str, condition: str = "", name: str = "") -> None:
        head = f"{name}: " if name else ""
        self.lines.append(f"{head}{source} -> {target}{f' [{condition}]' if condition else ''}")


class Block:
    """A piece of a process with one entry and one exit; an instance of it is a set of open tasks."""

    def draw(self, pen: Pen) -> tuple[str, str]:
        raise NotImplementedError

    def begin(self, pick: int) -> Running | None:
        """What runs after entering; None when the block is through at once."""
        raise NotImplementedError


class Running:
    """A block while tokens are in it."""

    def open(self) -> list[str]:
        raise NotImplementedError

    def complete(self, task: str, pick: int) -> Running | None:
        raise NotImplementedError


class Task(Block, Running):
    def draw(self, pen: Pen) -> tuple[str, str]:
        self.id = pen.node("userTask", prefix="t")
        return self.id, self.id

    def begin(self, pick: int) -> Running | None:
        return self

    def open(self) -> list[str]:
        return [self.id]

    def complete(self, task: str, pick: int) -> Running | None:
        return None


@dataclass
class Sequence(Block):
    parts: list[Block]

    def draw(self, pen: Pen) -> tuple[str, str]:
        ends = [part.draw(pen) for part in self.parts]
        for (_, leaving), (entering, _) in pairwise(ends):
            pen.flow(leaving, entering)
        return ends[0][0], ends[-1][1]

    def begin(self, pick: int) -> Running | None:
        return InSequence.from_part(self, 0, pick)


@dataclass
class InSequence(Running):
    sequence: Sequence
    at: int
    inner: Running

    @staticmethod
    def from_part(sequence: Sequence, start: int, pick: int) -> Running | None:
        for at in range(start, len(sequence.parts)):
            inner = sequence.parts[at].begin(pick)
            if inner is not None:
                return InSequence(sequence, at, inner)
        return None

    def open(self) -> list[str]:
        return self.inner.open()

    def complete(self, task: str, pick: int) -> Running | None:
        inner = self.inner.complete(task, pick)
        if inner is None:
            return InSequence.from_part(self.sequence, self.at + 1, pick)
        return InSequence(self.sequence, self.at, inner)


@dataclass
class Branches(Block):
    """A gateway, its branches, and the same gateway joining them."""

    kind: str
    parts: list[Block]

    def draw(self, pen: Pen) -> tuple[str, str]:
        last = f"d{next(pen.ids)}"
        default = "" if self.kind == "parallelGateway" else f'default="{last}"'
        split, join = pen.node(self.kind, default), pen.node(self.kind)
        for number, part in enumerate(self.parts):
            entering, leaving = part.draw(pen)
            is_last = number == len(self.parts) - 1
            condition = "" if self.kind == "parallelGateway" or is_last else self.condition(number)
            pen.flow(split, entering, condition, last if is_last else "")
            pen.flow(leaving, join)
        return split, join

    def condition(self, number: int) -> str:
        return f"pick = {number}" if self.kind == "exclusiveGateway" else f"modulo(pick, {number + 2}) = 0"

    def chosen(self, pick: int) -> list[Block]:
        if self.kind == "parallelGateway":
            return self.parts
        if self.kind == "exclusiveGateway":
            return [self.parts[min(pick, len(self.parts) - 1)]]
        true = [part for number, part in enumerate(self.parts[:-1]) if pick % (number + 2) == 0]
        return true or [self.parts[-1]]

    def begin(self, pick: int) -> Running | None:
        return together([part.begin(pick) for part in self.chosen(pick)])


def together(running: list[Running | None]) -> Running | None:
    left = [inner for inner in running if inner is not None]
    return Together(left) if left else None


@dataclass
class Together(Running):
    inner: list[Running]

    def open(self) -> list[str]:
        return [task for inner in self.inner for task in inner.open()]

    def complete(self, task: str, pick: int) -> Running | None:
        at = next(number for number, inner in enumerate(self.inner) if task in inner.open())
        after = self.inner[at].complete(task, pick)
        return together([*self.inner[:at], after, *self.inner[at + 1 :]])


@dataclass
class Loop(Block):
    """Done once, and again while an odd number was picked."""

    body: Block

    def draw(self, pen: Pen) -> tuple[str, str]:
        back, out = f"b{next(pen.ids)}", pen.node("exclusiveGateway")
        merge, decide = pen.node("exclusiveGateway"), pen.node("exclusiveGateway", f'default="{back}"')
        entering, leaving = self.body.draw(pen)
        pen.flow(merge, entering)
        pen.flow(leaving, decide)
        pen.flow(decide, out, "modulo(pick, 2) = 0")
        pen.flow(decide, merge, name=back)
        return merge, out

    def begin(self, pick: int) -> Running | None:
        inner = self.body.begin(pick)
        return InLoop(self, inner) if inner is not None else None


@dataclass
class InLoop(Running):
    loop: Loop
    inner: Running

    def open(self) -> list[str]:
        return self.inner.open()

    def complete(self, task: str, pick: int) -> Running | None:
        inner = self.inner.complete(task, pick)
        if inner is not None:
            return InLoop(self.loop, inner)
        return self.loop.begin(pick) if pick % 2 else None


@dataclass
class Nested(Block):
    """An embedded subprocess."""

    body: Block

    def draw(self, pen: Pen) -> tuple[str, str]:
        subprocess = f"p{next(pen.ids)}"
        pen.lines.append(f"{subprocess}: subProcess {{")
        start, end = pen.node("startEvent"), pen.node("endEvent")
        entering, leaving = self.body.draw(pen)
        pen.flow(start, entering)
        pen.flow(leaving, end)
        pen.lines.append("}")
        return subprocess, subprocess

    def begin(self, pick: int) -> Running | None:
        return self.body.begin(pick)


@dataclass
class Several(Block, Running):
    """A parallel multi-instance task."""

    size: int
    id: str = ""
    left: int = 0

    def draw(self, pen: Pen) -> tuple[str, str]:
        loop = f"<bpmn:loopCardinality>{self.size}</bpmn:loopCardinality>"
        inner = f"<bpmn:multiInstanceLoopCharacteristics>{loop}</bpmn:multiInstanceLoopCharacteristics>"
        self.id = pen.node("userTask", inner, prefix="m")
        return self.id, self.id

    def begin(self, pick: int) -> Running | None:
        return Several(self.size, self.id, self.size) if self.size else None

    def open(self) -> list[str]:
        return [self.id] * self.left

    def complete(self, task: str, pick: int) -> Running | None:
        return Several(self.size, self.id, self.left - 1) if self.left > 1 else None


def random_block(random: Random, depth: int) -> Block:
    if depth == 0:
        return Task()
    shape = random.choice(["task", "sequence", "exclusive", "parallel", "inclusive", "loop", "nested", "several"])
    if shape == "task":
        return Task()
    if shape == "several":
        return Several(random.randrange(4))
    if shape == "loop":
        return Loop(Sequence([Task(), random_block(random, depth - 1)]))
    if shape == "nested":
        return Nested(random_block(random, depth - 1))
    parts = [random_block(random, depth - 1) for _ in range(random.choice([2, 2, 3]))]
    return Sequence(parts) if shape == "sequence" else Branches(f"{shape}Gateway", parts)


def drawing_of(block: Block) -> str:
    pen = Pen()
    start, end = pen.node("startEvent"), pen.node("endEvent")
    entering, leaving = block.draw(pen)
    pen.flow(start, entering)
    pen.flow(leaving, end)
    return "\n".join(pen.lines)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_step_agrees_with_the_blocks(play, seed):
    random = Random(seed)
    block = Sequence([Task(), random_block(random, DEPTH), Task()])
    case = play(drawing_of(block), pick=0)
    running = block.begin(0)

    for _ in range(STEPS):
        assert case.open == sorted(running.open() if running else [])
        assert (case.ended is not None) == (running is None)
        if running is None:
            break
        task, pick = random.choice(running.open()), random.randrange(6)
        case.complete(task, pick=pick)
        running = running.complete(task, pick)


def test_the_state_stays_small_while_the_blocks_run(play):
    random = Random(7)
    case = play(drawing_of(Sequence([Task(), random_block(random, DEPTH), Task()])), pick=0)

    assert len(case.state.tokens) < 3_000
