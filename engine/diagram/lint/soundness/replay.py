"""Plays a way through the net as it was drawn, so that what went wrong can be told by its elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.diagram.lint.soundness.net import Firing, Net, Trail, Transition


@dataclass(eq=False, kw_only=True)
class Token:
    place: int
    #: the firing that put it there, counted from 0; -1 for the first
    index: int
    firing: Firing | None = None
    parents: tuple[Token, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Replay:
    tokens: tuple[Token, ...]
    firings: tuple[Firing, ...]

    def doubled(self) -> tuple[Token, Token] | None:
        """Two tokens on one place."""
        seen: dict[int, Token] = {}
        for token in self.tokens:
            if token.place in seen:
                return seen[token.place], token
            seen[token.place] = token
        return None


def replay(net: Net, way: tuple[Transition, ...]) -> Replay | None:
    """None where the way does not fit the net, which would be a fault of the reduction."""
    tokens = [Token(place=net.initial, index=-1)]
    firings = tuple(firing for transition in way for firing in _flattened(transition.trail))
    for index, firing in enumerate(firings):
        consumed = _take(net, tokens, firing)
        if consumed is None:
            return None
        parents = tuple(consumed)
        tokens += [Token(place=place, index=index, firing=firing, parents=parents) for place in firing.produced]
    return Replay(tokens=tuple(tokens), firings=firings)


def _take(net: Net, tokens: list[Token], firing: Firing) -> list[Token] | None:
    if firing.consumed is None:
        wanted = [place for place in _inputs(net, firing) if any(token.place == place for token in tokens)]
    else:
        wanted = [place for place in firing.consumed if place not in net.permits]
    taken = []
    for place in wanted:
        token = next((token for token in tokens if token.place == place), None)
        if token is None:
            return None
        tokens.remove(token)
        taken.append(token)
    return taken


def _inputs(net: Net, firing: Firing) -> tuple[int, ...]:
    return next(
        transition.pre
        for transition in net.transitions
        if transition.waits and next(_flattened(transition.trail), None) is firing
    )


def _flattened(trail: Trail) -> Iterator[Firing]:
    pending = [trail]
    while pending:
        part = pending.pop()
        if isinstance(part, Firing):
            yield part
        elif part is not None:
            pending += (part[1], part[0])


def first_meeting(one: Token, other: Token) -> tuple[Token, Token]:
    """Back over what both went through one after the other, to where they first came to the same place."""
    while one.parents and other.parents and one.index != other.index:
        before, beside = one.parents[0], other.parents[0]
        if before.place != beside.place or before is beside:
            break
        one, other = before, beside
    return one, other


def fork(one: Token, other: Token) -> tuple[Token, Token] | None:
    """The two tokens, put there by one firing, that these come from; the latest such firing."""
    mine, theirs = _line(one), _line(other)
    for index in sorted(mine.keys() & theirs.keys(), reverse=True):
        for token in mine[index]:
            for beside in theirs[index]:
                if token is not beside:
                    return token, beside
    return None


def _line(token: Token) -> dict[int, list[Token]]:
    """A token and what it came from, by the firing that put it there."""
    line: dict[int, list[Token]] = {}
    pending, seen = [token], {id(token)}
    while pending:
        current = pending.pop()
        line.setdefault(current.index, []).append(current)
        for parent in current.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                pending.append(parent)
    return line
