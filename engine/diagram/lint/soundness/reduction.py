"""Makes a net smaller without changing whether tokens can get stuck or meet (Murata 1989, §V)."""

from __future__ import annotations

from collections import Counter, defaultdict

from engine.diagram.lint.soundness.net import Net, Trail


def reduce(net: Net, budget: int) -> int:
    """Reduce in place, as far as the budget goes; gives back the work done."""
    reduction = _Reduction(net, budget)
    reduction.run()
    return reduction.work


class _Reduction:
    def __init__(self, net: Net, budget: int) -> None:
        self.net = net
        self.budget = budget
        self.work = 0
        #: by the number of the transition; those dropped are missing
        self.pre: dict[int, set[int]] = {}
        self.post: dict[int, Counter[int]] = {}
        self.trails: dict[int, Trail] = {}
        self.producers: dict[int, set[int]] = defaultdict(set)
        self.consumers: dict[int, set[int]] = defaultdict(set)
        for index, transition in enumerate(net.transitions):
            self.pre[index], self.post[index] = set(transition.pre), Counter(transition.post)
            self.trails[index] = transition.trail
            for place in transition.pre:
                self.consumers[place].add(index)
            for place in transition.post:
                self.producers[place].add(index)

    def run(self) -> None:
        changed = True
        while changed and self.work < self.budget:
            expanded = self._expand_all()
            dropped = self._drop_repeated()
            merged = self._merge_parallel()
            changed = expanded or dropped or merged
        kept = []
        for index in sorted(self.pre):
            transition = self.net.transitions[index]
            transition.pre, transition.post = tuple(sorted(self.pre[index])), tuple(self.post[index].elements())
            transition.trail = self.trails[index]
            kept.append(transition)
        self.net.transitions = kept

    def _drop(self, index: int) -> None:
        for place in self.pre.pop(index):
            self.consumers[place].discard(index)
        for place in self.post.pop(index):
            self.producers[place].discard(index)

    def _expand_all(self) -> bool:
        changed = False
        for place in range(len(self.net.names)):
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
        if self.pre[index] != {place} or following.clears or following.waits or place in self.post[index]:
            return False
        if not self._may_replace(place, self.post[index]):
            return False
        for producer in sorted(self.producers[place]):
            self._prolong(producer, place, index)
        self._drop(index)
        return True

    def _may_replace(self, place: int, post: Counter[int]) -> bool:
        # A token that only ends still shows where two have met.
        if not post:
            return False
        # An inclusive join asks from where a token may still come: only a single step keeps the answer.
        if self.net.watched and (post.total() != 1 or not self.net.watched.isdisjoint(post)):
            return False
        return all(self.post[producer][place] == 1 for producer in self.producers[place])

    def _prolong(self, producer: int, place: int, following: int) -> None:
        self.work += len(self.post[following])
        del self.post[producer][place]
        self.post[producer].update(self.post[following])
        self.trails[producer] = (self.trails[producer], self.trails[following])
        for added in self.post[following]:
            self.producers[added].add(producer)

    def _drop_repeated(self) -> bool:
        """Choices that come to the same, and steps that change nothing."""
        seen: set[tuple[object, ...]] = set()
        before = len(self.pre)
        for index in sorted(self.pre):
            transition, pre, post = self.net.transitions[index], self.pre[index], self.post[index]
            self.work += 1
            key = (frozenset(pre), frozenset(post.items()), transition.clears, transition.waits)
            idle = not transition.clears and not transition.waits and pre - self.net.permits == post.keys()
            if key in seen or (idle and post.total() == len(post)):
                self._drop(index)
            seen.add(key)
        return len(self.pre) < before

    def _merge_parallel(self) -> bool:
        """Of places that are always filled and emptied together one is enough."""
        merged = False
        for index in sorted(self.pre):
            if len(self.pre[index]) < 2 or self.net.transitions[index].waits:
                continue
            kept: set[frozenset[int]] = set()
            for place in sorted(self.pre[index] - self.net.watched - self.net.permits):
                self.work += 1
                producers = frozenset(self.producers[place])
                if len(self.consumers[place]) > 1 or any(self.post[other][place] != 1 for other in producers):
                    continue
                if producers and producers in kept:
                    self._remove(place, index)
                    merged = True
                kept.add(producers)
        return merged

    def _remove(self, place: int, consumer: int) -> None:
        for producer in self.producers.pop(place):
            del self.post[producer][place]
        self.pre[consumer].discard(place)
        self.consumers.pop(place)
