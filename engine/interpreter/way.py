"""The way that led to a token (design §8): steps completed, splits come out of, joins gone through.

A way is bounded by the diagram, not by the number of rounds: where a token comes back to where it has been, the loop in
between is forgotten, unless a token still lives that came out of a split in that loop.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Effect:
    """Work done for the outside that no move takes back."""

    node: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A place where flows meet: a loop leads back to it."""

    node: str


@dataclass(frozen=True, slots=True)
class Again:
    """Work was done in a loop that is forgotten: nobody before it may take a step back any more."""


@dataclass(frozen=True, slots=True)
class Split:
    """One of several flows taken at once; the others carry the same id."""

    id: str
    flow: str


@dataclass(frozen=True, slots=True)
class Joined:
    """What the tokens that a join consumed had come by, since they parted."""

    node: str
    branches: tuple[tuple[str, Way], ...]


#: a completed step is told by the name of its node
Entry: TypeAlias = str | Effect | Passed | Again | Split | Joined
Way: TypeAlias = tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A way divided before a step."""

    #: what remains behind the step
    before: Way
    #: the step itself and all that came after it
    undone: Way
    #: the place of the entry that was divided
    at: int
    #: join, flow and way of the tokens that a join gives back because only one of its branches is reopened
    given_back: tuple[tuple[str, str, Way], ...] = ()


def cut(way: Way, step: str) -> Cut | None:
    """Divide a way before the newest completion of a step; inside a join, only the step's branch is divided."""
    for at in range(len(way) - 1, -1, -1):
        entry = way[at]
        if entry == step:
            return Cut(before=way[:at], undone=way[at:], at=at)
        if isinstance(entry, Joined):
            found = _cut_branch(way, at, entry, step)
            if found is not None:
                return found
    return None


def _cut_branch(way: Way, at: int, join: Joined, step: str) -> Cut | None:
    for flow, branch in join.branches:
        found = cut(branch, step)
        if found is not None:
            before = way[:at]
            inner = [(node, other, before + rest) for node, other, rest in found.given_back]
            apart = {other: len(shared([branch, rest])) for other, rest in join.branches}
            siblings = [(join.node, other, before + rest) for other, rest in join.branches if apart[other] <= found.at]
            # Branches that part behind the step have come of it too.
            undone = [
                rest[apart[other] :] for other, rest in join.branches if found.at < apart[other] and other != flow
            ]
            return Cut(
                before=before + found.before,
                undone=(*found.undone, *(entry for rest in undone for entry in rest), *way[at + 1 :]),
                at=at,
                given_back=(*inner, *siblings),
            )
    return None


def steps(way: Way) -> list[str]:
    """The steps of a way, the newest first, each once."""
    return list(dict.fromkeys(entry for entry in _backwards(way) if isinstance(entry, str)))


def effects(way: Way) -> list[str]:
    """What was done for the outside, the newest first, each once."""
    return list(dict.fromkeys(entry.node for entry in _backwards(way) if isinstance(entry, Effect)))


def split_ids(way: Way) -> set[str]:
    """The splits of a way, also of what came to its joins."""
    return {entry.id for entry in _backwards(way) if isinstance(entry, Split)}


def gathered(past: Way, way: Way) -> Way:
    """What was done in a scope so far, and by one more token that has ended in it."""
    done: list[Entry] = [*steps(way)[::-1], *(Effect(node) for node in effects(way)[::-1])]
    return past + tuple(entry for entry in done if entry not in past)


def past_of(facts: Mapping[str, Any]) -> Way:
    """What the tokens had done that have ended inside another, from its facts."""
    return way_of(facts.get("past", []))


def came_by(facts: Mapping[str, Any], way: Way) -> Way:
    """The way since the last step was completed, also where a loop has led back to an earlier one."""
    return way_of(facts["came"]) if "came" in facts else way


def lasting(way: Way) -> Way:
    """What was done for the outside, alone."""
    return tuple(entry for entry in way if isinstance(entry, Effect))


def last_steps(way: Way) -> set[str]:
    """The steps after which nothing more was completed."""
    for entry in reversed(way):
        if isinstance(entry, str):
            return {entry}
        if isinstance(entry, Again):
            return set()
        if isinstance(entry, Joined):
            return {step for _, branch in entry.branches for step in last_steps(branch)}
    return set()


def joined(node: str, arrived: Mapping[str, Way], is_live: Callable[[str], bool]) -> Way:
    """The way of the token that goes on for all that a join has consumed."""
    common = shared(list(arrived.values()))
    branches = tuple((flow, way[len(common) :]) for flow, way in arrived.items())
    before = rewound(common, is_at(node), is_live)
    if any(steps(branch) or any(map(is_live, split_ids(branch))) for _, branch in branches):
        return (*before, Joined(node, branches))
    done = {Effect(name) for _, branch in branches for name in effects(branch)} - set(before)
    return (*before, *sorted(done, key=lambda effect: effect.node))


def parted(way: Way, lost: Collection[str]) -> list[tuple[str, str, Way]]:
    """Join, flow and way of what a join consumed along with tokens out of lost splits, but not out of them."""
    for at, entry in enumerate(way):
        if isinstance(entry, Split) and entry.id in lost:
            return []
        if isinstance(entry, Joined) and not split_ids((entry,)).isdisjoint(lost):
            return [
                (node, flow, way[:at] + rest)
                for own, branch in entry.branches
                for node, flow, rest in (
                    [(entry.node, own, branch)] if split_ids(branch).isdisjoint(lost) else parted(branch, lost)
                )
            ]
    return []


def shared(ways: Sequence[Way]) -> Way:
    """What all ways begin with."""
    count = 0
    for entries in zip(*ways, strict=False):
        if any(entry != entries[0] for entry in entries):
            break
        count += 1
    return ways[0][:count] if ways else ()


def rewound(way: Way, returns_to: Callable[[Entry], bool], is_live: Callable[[str], bool]) -> Way:
    """Forget the loop that a token has gone through when it is back at a place of its way; its effects remain."""
    for at, entry in enumerate(way):
        if returns_to(entry) and not any(is_live(split) for split in split_ids(way[at:])):
            before, lost = way[:at], way[at:]
            mark = (Again(),) if (steps(lost) or Again() in lost) and before[-1:] != (Again(),) else ()
            return before + mark + tuple(Effect(node) for node in effects(lost)[::-1] if node not in effects(before))
    return way


def is_at(node: str) -> Callable[[Entry], bool]:
    """Tells the entries of a way that stand for a node."""
    return lambda entry: entry == node or (isinstance(entry, Passed | Joined) and entry.node == node)


def splits_at(entry: Entry, flows: Collection[str]) -> bool:
    """Whether an entry begins where one of these flows leaves."""
    if isinstance(entry, Joined):
        return any(branch and splits_at(branch[0], flows) for _, branch in entry.branches)
    return isinstance(entry, Split) and entry.flow in flows


def renamed(way: Way, names: Mapping[str, str | None], flows: Mapping[str | None, str]) -> Way:
    """The same way on another version of the diagram; what is not there any more is left out."""
    return tuple(entry for old in way if (entry := _renamed(old, names, flows)) is not None)


def _renamed(entry: Entry, names: Mapping[str, str | None], flows: Mapping[str | None, str]) -> Entry | None:
    if isinstance(entry, Again):
        return entry
    if isinstance(entry, Split):
        return Split(entry.id, flows.get(entry.flow, entry.flow))
    if isinstance(entry, str):
        return names.get(entry)
    node = names.get(entry.node)
    if node is None:
        return None
    if isinstance(entry, Effect | Passed):
        return type(entry)(node)
    branches = ((flows.get(flow, flow), renamed(branch, names, flows)) for flow, branch in entry.branches)
    return Joined(node, tuple(branches))


def to_json(way: Way) -> list[Any]:
    return [_plain(entry) for entry in way]


def way_of(content: list[Any]) -> Way:
    return tuple(_entry(plain) for plain in content)


def _backwards(way: Way) -> Iterator[Entry]:
    for entry in reversed(way):
        if isinstance(entry, Joined):
            for _, branch in entry.branches:
                yield from _backwards(branch)
        else:
            yield entry


def _plain(entry: Entry) -> Any:
    """A step is a string, an effect a list of one, a split of two, a meeting and a join a mapping."""
    if isinstance(entry, str):
        return entry
    if isinstance(entry, Effect):
        return [entry.node]
    if isinstance(entry, Split):
        return [entry.id, entry.flow]
    if isinstance(entry, Passed):
        return {"at": entry.node}
    if isinstance(entry, Again):
        return []
    return {"join": entry.node, "ways": [[flow, to_json(branch)] for flow, branch in entry.branches]}


def _entry(plain: Any) -> Entry:
    if isinstance(plain, str):
        return plain
    if isinstance(plain, dict) and "at" in plain:
        return Passed(plain["at"])
    if isinstance(plain, dict):
        return Joined(plain["join"], tuple((flow, way_of(branch)) for flow, branch in plain["ways"]))
    if not plain:
        return Again()
    return Effect(plain[0]) if len(plain) == 1 else Split(plain[0], plain[1])
