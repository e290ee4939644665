"""Makes a net smaller without changing whether tokens can get stuck or meet (Murata 1989, §V)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from engine.diagram.lint.soundness.net import Net, Transition


def reduce(net: Net, budget: int) -> int:
    """Reduce in place, as far as the budget goes; gives back the work done."""
    reduction = _Reduction(net, budget)
    reduction.run()
    net.transitions = [net.transitions[index] for index in sorted(reduction.alive)]
    return reduction.work


class _Reduction:
    def __init__(self, net: Net, budget: int) -> None:
        self.net = net
        self.budget = budget
        self.work = 0
        self.alive = set(range(len(net.transitions)))
        self.producers: dict[int, set[int]] = defaultdict(set)
        self.consumers: dict[int, set[int]] = defaultdict(set)
        for index, transition in enumerate(net.transitions):
            self._connect(index, transition)
        self.has_waiting = bool(net.watched)

    def run(self) -> None:
        places: Iterable[int] = range(len(self.net.names))
        changed = True
        while changed and self.work < self.budget:
            expanded = self._expand_all(places)
            dropped = self._drop_repeated()
            merged = self._merge_parallel()
            changed = expanded or dropped or merged

    def _connect(self, index: int, transition: Transition) -> None:
        for place in transition.pre:
            self.consumers[place].add(index)
        for place in transition.post:
            self.producers[place].add(index)

    def _disconnect(self, index: int) -> None:
        transition = self.net.transitions[index]
        for place in transition.pre:
            self.consumers[place].discard(index)
        for place in transition.post:
            self.producers[place].discard(index)

    def _drop(self, index: int) -> None:
        self._disconnect(index)
        self.alive.discard(index)

    def _expand_all(self, places: Iterable[int]) -> bool:
        changed = False
        for place in places:
            if self.work >= self.budget:
                break
            changed |= self._expand(place)
        return changed

    def _expand(self, place: int) -> bool:
        """A token that can only go on does so at once."""
        self.work += 1
        if place == self.net.initial or place in self.net.watched or len(self.consumers[place]) != 1:
            return False
        (index,) = self.consumers[place]
        following = self.net.transitions[index]
        alone = following.pre == (place,) and not following.clears and not following.waits
        if not alone or place in following.post or not self._may_replace(place, following):
            return False
        for producer in sorted(self.producers[place]):
            self._prolong(producer, place, following)
        self._drop(index)
        return True

    def _may_replace(self, place: int, following: Transition) -> bool:
        # A token that only ends still shows where two have met.
        if not following.post:
            return False
        # An inclusive join asks from where a token may still come: only a single step keeps the answer.
        if self.has_waiting and (len(following.post) != 1 or following.post[0] in self.net.watched):
            return False
        return all(self.net.transitions[index].post.count(place) == 1 for index in self.producers[place])

    def _prolong(self, producer: int, place: int, following: Transition) -> None:
        transition = self.net.transitions[producer]
        self.work += len(transition.post) + len(following.post)
        rest = tuple(other for other in transition.post if other != place)
        self.producers[place].discard(producer)
        transition.post = rest + following.post
        transition.trail = (transition.trail, following.trail)
        for added in following.post:
            self.producers[added].add(producer)

    def _drop_repeated(self) -> bool:
        """Choices that come to the same, and steps that change nothing."""
        seen: set[tuple[object, ...]] = set()
        before = len(self.alive)
        for index in sorted(self.alive):
            transition = self.net.transitions[index]
            self.work += 1
            pre, post = frozenset(transition.pre), Counter(transition.post)
            key = (pre, frozenset(post.items()), transition.clears, transition.waits)
            idle = not transition.clears and not transition.waits and pre - self.net.permits == post.keys()
            if key in seen or (idle and len(post) == len(transition.post)):
                self._drop(index)
            seen.add(key)
        return len(self.alive) < before

    def _merge_parallel(self) -> bool:
        """Of places that are always filled and emptied together one is enough."""
        changed = False
        for index in sorted(self.alive):
            transition = self.net.transitions[index]
            if len(transition.pre) < 2 or transition.waits:
                continue
            self.work += len(transition.pre)
            kept: dict[tuple[frozenset[int], frozenset[int]], int] = {}
            for place in transition.pre:
                if place in self.net.watched or place in self.net.permits:
                    continue
                twins = (frozenset(self.producers[place]), frozenset(self.consumers[place]))
                if twins[0] and twins in kept and self._once(place) and self._once(kept[twins]):
                    self._remove(place)
                    changed = True
                else:
                    kept[twins] = place
        return changed

    def _once(self, place: int) -> bool:
        return all(self.net.transitions[index].post.count(place) == 1 for index in self.producers[place])

    def _remove(self, place: int) -> None:
        for index in self.producers.pop(place):
            transition = self.net.transitions[index]
            transition.post = tuple(other for other in transition.post if other != place)
        for index in self.consumers.pop(place):
            transition = self.net.transitions[index]
            transition.pre = tuple(other for other in transition.pre if other != place)
