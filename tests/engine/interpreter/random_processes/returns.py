"""What a return means to blocks (design §8): what lies behind a task, and what is left when it goes back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from random_processes.blocks import (
    Bordered,
    InBordered,
    InCycle,
    InScope,
    InSequence,
    InSeveral,
    Open,
    Past,
    Place,
    Running,
    Several,
    State,
    Task,
    Together,
    Turn,
)


@dataclass(frozen=True)
class Straight(Running):
    """A step that is done again, and once it is done leads back to where the case was (直达)."""

    now: Running
    target: str
    back: Running
    #: of the task that was returned
    mover: Place
    block: Any = None

    def inner(self) -> dict[int, State]:
        return {0: self.now}

    def enclose(self, number: int, state: State, turn: Turn) -> State:
        if turn.is_move and not turn.direct and not self._is_at_work(state):
            return state
        if turn.is_move:
            return Straight(state, self.target, self.back, self.mover)  # type: ignore[arg-type]
        if turn.completed == self.target:
            return _begun_anew(self.back).change(self.mover, lambda running: running.block.begin(turn), turn)
        if turn.interrupted == self.target or isinstance(state, Past):
            return state
        return Straight(state, self.target, self.back, self.mover)

    def _is_at_work(self, state: State) -> bool:
        return isinstance(state, Running) and any(
            getattr(running.block, "id", "") == self.target for _, running in state.walk()
        )


def _begun_anew(back: Running) -> Running:
    """The step that was done again is the newest work: what was done in rounds before it is no work on it."""
    for place, running in list(back.walk()):
        if isinstance(running, InCycle):
            rounds = replace(running.rounds, steps=frozenset(), last=None)
            anew = replace(running, rounds=rounds)
            back = back.change(place, lambda _, anew=anew: anew, Turn(0, datetime.min, is_move=True))  # type: ignore
    return back


def targets(root: Running, place: Place) -> list[str]:
    """The steps behind a task, the nearest first."""
    return [step for at in _sequences(root, place) for step in root.at(at).behind()]  # type: ignore[attr-defined]


def returned(root: Running, place: Place, step: str, turn: Turn) -> State:
    """What runs after a task was returned to a step behind it."""
    at = _level(root, place, step)

    def back(level: Running) -> State:
        assert isinstance(level, InSequence)
        after = level.back(step, turn)
        if not turn.direct:
            return after
        assert isinstance(after, Running)
        return Straight(after, step, level, mover(level, place[len(at) :]))

    turn.is_move = True
    return root.change(at, back, turn)


def undone(root: Running, place: Place, step: str, turn: Turn) -> set[str]:
    """The activities that were completed and must be done again."""
    level = root.at(_level(root, place, step))
    assert isinstance(level, InSequence)
    return set(level.steps()) - set(level.back(step, turn).steps())


def lasting(root: Running, place: Place, step: str, turn: Turn) -> tuple[set[str], set[str]]:
    """What was at least, and what at most, done for the outside since a step: it may be done anew at once."""
    level = root.at(_level(root, place, step))
    assert isinstance(level, InSequence)
    at = max(number for number, part in level.done.items() if step in part.steps())
    before = {one for number, part in level.done.items() if number < at for one in part.effects()}
    return level.effects() - level.back(step, turn).effects(), level.effects() - before


def recalled(root: Running, step: str, turn: Turn) -> list[State]:
    """What runs after a completed task was taken back, on which nobody has worked on: in each place it may be."""
    turn.is_move = True
    found = []
    for place, running in root.walk():
        after = _taken_back(running, step, turn)
        if after is not None and _touched(running) - _touched(after) == {step}:
            found.append(root.change(place, lambda _, after=after: after, turn))  # type: ignore[misc]
    return found


def _taken_back(running: Running, step: str, turn: Turn) -> State | None:
    if isinstance(running, InSequence) and step in running.behind():
        return running.back(step, turn)
    if isinstance(running, Together) and step in _delivered(running):
        return running.block.reopen(Past(running.block, running.states), step, turn)
    if isinstance(running, InCycle) and running.rounds.last and step in running.rounds.last.steps():
        return _last_round(running, running.rounds.last, step, turn)
    return None


def _last_round(running: InCycle, last: Past, step: str, turn: Turn) -> State | None:
    """Whoever sent the case around again may take it back until somebody has gone on."""
    after = last.reopen(step, turn)
    if running.now.touched() or set(last.steps()) - set(after.steps()) != {step}:
        return None
    return replace(running, now=after, rounds=replace(running.rounds, steps=running.rounds.steps - {step}))


def _touched(state: State) -> set[str]:
    return state.touched() if isinstance(state, Running) else set(state.steps())


def _delivered(running: Together) -> list[str]:
    return [step for state in running.states.values() if isinstance(state, Past) for step in state.steps()]


def may_go_straight(root: Running, place: Place, step: str) -> bool:
    """Whether nothing but the task goes back, and it stays in its scope."""
    at = _level(root, place, step)
    level = root.at(at)
    inner = place[len(at) :]
    between = [level.at(inner[:number]) for number in range(len(mover(level, inner)))]
    return not any(isinstance(one, InScope) or (isinstance(one, Together) and len(one.states) > 1) for one in between)


def mover(root: Running, place: Place) -> Place:
    """The whole activity of an open task: with its instances and what is attached to it."""
    while place and _is_of_task(root.at(place[:-1])):
        place = place[:-1]
    return place


def _is_of_task(running: Running) -> bool:
    block = running.block
    if isinstance(running, InBordered):
        assert isinstance(block, Bordered)
        block = block.host
    return isinstance(running, Open | InSeveral | InBordered) and (
        isinstance(block, Task) or (isinstance(block, Several) and block.body is None)
    )


def _level(root: Running, place: Place, step: str) -> Place:
    return next(at for at in _sequences(root, place) if step in root.at(at).behind())  # type: ignore[attr-defined]


def _sequences(root: Running, place: Place) -> list[Place]:
    """The sequences a place lies in, the innermost first."""
    around = [place[:length] for length in range(len(place), -1, -1)]
    return [at for at in around if isinstance(root.at(at), InSequence)]
