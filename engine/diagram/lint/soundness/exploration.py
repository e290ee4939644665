"""Every marking a net can come to, up to a cap; markings are sets of places, as bits of a number."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from engine.diagram.lint.soundness.net import Net, Transition

#: Ways told about in one scope; whoever mends these looks again.
MAX_FOUND = 10
#: Transitions searched backwards from an inclusive join, for the price of one tried.
_SEARCHED = 10


@dataclass(frozen=True, kw_only=True)
class Finding:
    """How a scope gets into trouble: the transitions that lead there."""

    way: tuple[Transition, ...]


@dataclass(kw_only=True)
class Findings:
    stuck: list[Finding] = field(default_factory=list)
    doubled: list[Finding] = field(default_factory=list)
    complete: bool = True
    work: int = 0


def explore(net: Net, budget: int) -> Findings:
    """Go through the markings, the nearest first; where these are too many, down to the ends of some ways."""
    near = _Exploration(net, budget).run()
    if near.complete or near.stuck or near.doubled:
        return near
    far = _Exploration(net, budget).run(deep=True)
    far.work += near.work
    return far


@dataclass(frozen=True, kw_only=True)
class _Step:
    transition: Transition
    pre: int
    post: int
    #: a place gets two tokens at once
    doubles: bool
    #: of an inclusive join: (place, the inputs a token there can still reach)
    awaited: tuple[tuple[int, int], ...] = ()


class _Exploration:
    def __init__(self, net: Net, budget: int) -> None:
        self.net = net
        self.budget = budget
        self.findings = Findings()
        self.permits = _bits(net.permits)
        #: lowest place of `pre` -> steps, so that a step is looked at once
        self.steps: dict[int, list[_Step]] = {}
        self.joins: list[_Step] = []
        #: places whose tokens can do nothing but end; they are left lying, so that a second one meets them
        self.last = _bits(_last_places(net))
        inputs = sum(len(transition.pre) for transition in net.transitions if transition.waits)
        self.findings.work = inputs * len(net.transitions) // _SEARCHED
        self.before = _producers(net) if self.findings.work < budget else {}
        for transition in net.transitions:
            self._add(transition)
        self.came_from: dict[int, tuple[int, _Step] | None] = {}
        self.told: set[int] = set()

    def _add(self, transition: Transition) -> None:
        step = _Step(
            transition=transition,
            pre=_bits(transition.pre),
            post=_bits(transition.post),
            doubles=len(set(transition.post)) < len(transition.post),
            awaited=_awaited(transition, self.before, self.net.permits) if transition.waits else (),
        )
        if transition.waits:
            self.joins.append(step)
        else:
            lowest = min(place for place in transition.pre)
            self.steps.setdefault(lowest, []).append(step)

    def run(self, *, deep: bool = False) -> Findings:
        start = 1 << self.net.initial | self.permits
        self.came_from[start] = None
        queue = deque([start])
        while queue:
            if self.findings.work >= self.budget:
                self.findings.complete = False
                break
            self._visit(queue.pop() if deep else queue.popleft(), queue)
        return self.findings

    def _visit(self, marking: int, queue: deque[int]) -> None:
        moved = False
        for step in self._enabled(marking):
            moved = True
            reached, doubled = self._fire(marking, step)
            if doubled:
                self._tell(self.findings.doubled, marking, step, doubled)
            elif reached not in self.came_from:
                self.came_from[reached] = (marking, step)
                queue.append(reached)
        left = marking & ~self.permits & ~self.last
        if not moved and left:
            self._tell(self.findings.stuck, marking, None, left)

    def _enabled(self, marking: int) -> Iterator[_Step]:
        for place in _places(marking & ~self.permits & ~self.last):
            for step in self.steps.get(place, ()):
                self.findings.work += 1
                if marking & step.pre == step.pre:
                    yield step
        for step in self.joins:
            self.findings.work += 1 + len(step.awaited)
            arrived = marking & step.pre
            if arrived and not any(marking & place and not reach & arrived for place, reach in step.awaited):
                yield step

    def _fire(self, marking: int, step: _Step) -> tuple[int, int]:
        """The marking reached, and the places that would hold two tokens."""
        if step.transition.clears:
            return self.permits & marking, 0
        rest = marking & ~step.pre
        doubled = rest & step.post
        return rest | step.post, doubled or (step.post if step.doubles else 0)

    def _tell(self, found: list[Finding], marking: int, last: _Step | None, where: int) -> None:
        if where in self.told or len(found) >= MAX_FOUND:
            return
        self.told.add(where)
        way = [last.transition] if last else []
        before = self.came_from[marking]
        while before is not None:
            marking, step = before
            way.append(step.transition)
            before = self.came_from[marking]
        found.append(Finding(way=tuple(reversed(way))))


def _last_places(net: Net) -> set[int]:
    goes_on = {
        place for transition in net.transitions if transition.post or transition.clears for place in transition.pre
    }
    ends = {transition.pre[0] for transition in net.transitions if not transition.post and not transition.clears}
    return ends - goes_on


def _awaited(
    join: Transition, before: Mapping[int, list[Transition]], permits: Set[int]
) -> tuple[tuple[int, int], ...]:
    """From where the join's inputs can be reached without passing it (BPMN 2.0.2 table 13.3)."""
    reach: dict[int, int] = {}
    inputs = permits | set(join.pre)
    for target in join.pre:
        pending, seen = [target], {target}
        while pending:
            for transition in before.get(pending.pop(), ()):
                for place in () if transition is join else transition.pre:
                    if place not in seen:
                        seen.add(place)
                        pending.append(place)
        seen.discard(target)
        for place in seen:
            if place not in inputs:
                reach[place] = reach.get(place, 0) | 1 << target
    return tuple((1 << place, reach[place]) for place in sorted(reach))


def _producers(net: Net) -> dict[int, list[Transition]]:
    before: dict[int, list[Transition]] = {}
    for transition in net.transitions:
        for place in set(transition.post):
            before.setdefault(place, []).append(transition)
    return before


def _bits(places: tuple[int, ...] | set[int]) -> int:
    bits = 0
    for place in places:
        bits |= 1 << place
    return bits


def _places(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
