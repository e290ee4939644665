"""Random unstructured graphs, loops and several tokens included, against a token game written from the standard.

The oracle moves tokens on sequence flows (BPMN 2.0.2 §13.2 and tables 13.1 to 13.3) and searches paths anew each
time an inclusive join is judged. Where several inclusive joins are enabled at once the standard leaves their order
open, and the oracle follows every order.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

import pytest

SEEDS = range(120)
STEPS = 25
#: More tokens than this and a run is cut short: unbalanced graphs multiply them.
MANY = 12
TASK, EXCLUSIVE, PARALLEL, INCLUSIVE = "userTask", "exclusiveGateway", "parallelGateway", "inclusiveGateway"


@dataclass(frozen=True)
class Arrow:
    name: str
    source: str
    target: str
    #: true when the picked number is not divisible by it; 0 marks the default
    divisor: int = 0

    @property
    def condition(self) -> str:
        return f"modulo(pick, {self.divisor}) != 0"


@dataclass
class Graph:
    kinds: dict[str, str] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)

    def into(self, node: str) -> list[Arrow]:
        return [arrow for arrow in self.arrows if arrow.target == node]

    def out_of(self, node: str) -> list[Arrow]:
        return [arrow for arrow in self.arrows if arrow.source == node]

    def drawing(self) -> str:
        lines = []
        for node, kind in self.kinds.items():
            default = next((a.name for a in self.out_of(node) if self._chooses(node) and a.divisor == 0), None)
            lines.append(f'{node}: {kind} default="{default}"' if default else f"{node}: {kind}")
        for arrow in self.arrows:
            condition = f" [{arrow.condition}]" if self._chooses(arrow.source) and arrow.divisor else ""
            lines.append(f"{arrow.name}: {arrow.source} -> {arrow.target}{condition}")
        return "\n".join(lines)

    def _chooses(self, node: str) -> bool:
        return self.kinds[node] in (EXCLUSIVE, INCLUSIVE)

    def stalls(self) -> bool:
        """Whether gateways alone form a loop."""
        clear: set[str] = {node for node, kind in self.kinds.items() if kind == TASK}
        left = [node for node in self.kinds if node not in clear]
        while True:
            freed = [n for n in left if all(a.target in clear for a in self.out_of(n))]
            if not freed:
                return bool(left)
            clear.update(freed)
            left = [node for node in left if node not in clear]


def random_graph(random: Random) -> Graph:
    graph, names = Graph({"s": "startEvent", "e": "endEvent"}), count()
    inner = [f"n{number}" for number in range(random.randint(4, 9))]
    for node in inner:
        graph.kinds[node] = random.choice([TASK, TASK, EXCLUSIVE, PARALLEL, INCLUSIVE])
    graph.arrows.append(Arrow(f"f{next(names)}", "s", inner[0]))
    for node in inner:
        for number in range(random.choice([1, 1, 2, 2, 3])):
            target = random.choice([*inner, *inner, "e"])
            graph.arrows.append(Arrow(f"f{next(names)}", node, target, (0, 2, 3)[number]))
    return graph


class Game:
    """The oracle."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.marking: Counter[str] = Counter()
        self.active: Counter[str] = Counter()

    def begin(self, pick: int) -> list[Game]:
        self._produce("s")
        return self._settled(pick)

    def complete(self, task: str, pick: int) -> list[Game]:
        """All the ways the standard allows it to go on."""
        after = self._copy()
        after.active[task] -= 1
        after._produce(task)
        return after._settled(pick)

    def _settled(self, pick: int) -> list[Game]:
        while self._move(pick):
            pass
        enabled = [node for node, kind in self.graph.kinds.items() if kind == INCLUSIVE and self._enabled(node)]
        if not enabled:
            return [self]
        return [game for node in enabled for game in self._copy()._fire(node, pick)._settled(pick)]

    def _fire(self, node: str, pick: int) -> Game:
        self._take([arrow for arrow in self.graph.into(node) if self.marking[arrow.name]])
        self._pass(node, INCLUSIVE, pick)
        return self

    def _copy(self) -> Game:
        other = Game(self.graph)
        other.marking, other.active = self.marking.copy(), self.active.copy()
        return other

    def agrees_with(self, case: Any) -> bool:
        return (case.open, case.ended is not None) == (self.open, self.size == 0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Game) and (self.marking, self.active) == (other.marking, other.active)

    @property
    def open(self) -> list[str]:
        return sorted(self.active.elements())

    @property
    def size(self) -> int:
        return self.marking.total() + self.active.total()

    def _move(self, pick: int) -> bool:
        for node, kind in self.graph.kinds.items():
            marked = [arrow for arrow in self.graph.into(node) if self.marking[arrow.name]]
            if not marked:
                continue
            if kind == PARALLEL and len(marked) < len(self.graph.into(node)):
                continue
            if kind == INCLUSIVE:
                continue
            self._take(marked if kind == PARALLEL else marked[:1])
            self._pass(node, kind, pick)
            return True
        return False

    def _pass(self, node: str, kind: str, pick: int) -> None:
        if kind == TASK:
            self.active[node] += 1
        elif kind in (EXCLUSIVE, INCLUSIVE):
            true = [a for a in self.graph.out_of(node) if a.divisor and pick % a.divisor]
            chosen = true or [a for a in self.graph.out_of(node) if not a.divisor]
            self._put(chosen[:1] if kind == EXCLUSIVE else chosen)
        else:
            self._produce(node)

    def _enabled(self, gateway: str) -> bool:
        """Table 13.3, word by word."""
        if not any(self.marking[arrow.name] for arrow in self.graph.into(gateway)):
            return False
        sources = [arrow for arrow in self.graph.arrows if self.marking[arrow.name]]
        sources += [arrow for task in self.active if self.active[task] for arrow in self.graph.into(task)[:1]]
        return all(self._may_be_ignored(arrow, gateway) for arrow in sources)

    def _may_be_ignored(self, start: Arrow, gateway: str) -> bool:
        ends = self._path_ends(start, gateway)
        empty = {arrow.name for arrow in ends if not self.marking[arrow.name]}
        marked = {arrow.name for arrow in ends if self.marking[arrow.name]}
        return not empty or bool(marked)

    def _path_ends(self, start: Arrow, gateway: str) -> set[Arrow]:
        """The incoming flows of the gateway that paths from a flow end with, not visiting it before."""
        seen, pending, ends = set(), [start], set()
        while pending:
            arrow = pending.pop()
            if arrow in seen:
                continue
            seen.add(arrow)
            if arrow.target == gateway:
                ends.add(arrow)
            else:
                pending.extend(self.graph.out_of(arrow.target))
        return ends

    def _produce(self, node: str) -> None:
        self._put(self.graph.out_of(node))

    def _put(self, arrows: list[Arrow]) -> None:
        self.marking.update(arrow.name for arrow in arrows)

    def _take(self, arrows: list[Arrow]) -> None:
        self.marking.subtract(arrow.name for arrow in arrows)


def graph_of(seed: int) -> tuple[Graph, Random]:
    """A graph that does not spin by itself; the seed names it."""
    random = Random(seed)
    graph = random_graph(random)
    while graph.stalls():
        graph = random_graph(random)
    return graph, random


@pytest.mark.parametrize("seed", SEEDS)
def test_every_step_agrees_with_the_standard(play, seed):
    graph, random = graph_of(seed)
    case, games = play(graph.drawing(), pick=0), Game(graph).begin(0)

    for _ in range(STEPS):
        games = [game for game in distinct(games) if game.agrees_with(case)]
        assert games
        if not case.open or games[0].size > MANY:
            break
        task, pick = random.choice(case.open), random.randrange(7)
        case.complete(task, pick=pick)
        games = [after for game in games for after in game.complete(task, pick)]


def distinct(games: list[Game]) -> list[Game]:
    return [game for number, game in enumerate(games) if game not in games[:number]]
