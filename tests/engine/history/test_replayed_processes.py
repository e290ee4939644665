"""Random processes through the whole engine: after every step the history replays to the stored state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from drawing import draw
from random_processes.generator import NAMES, random_process

from engine import Session
from engine.errors import AnlanError
from engine.history.verification import verify

BATCH = 10
SAMPLE = range(0, 60, BATCH)
STEPS = 10
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@dataclass
class Played:
    """A case of a random process; whatever may happen to it is let happen."""

    seed: int
    session: Session
    #: some of the work is asked of the outside
    asks: bool = False
    random: Random = field(init=False)
    case_id: str | None = None

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        process = random_process(self.random, asks=self.asks)
        drawings = [draw(other.drawing, key) for key, other in process.called.items()]
        self.session.deploy(*drawings, draw(process.drawing))
        given = {"pick": self.random.randrange(12), "list": [4, 5][: self.random.randrange(3)]}
        self.case_id = self.session.start("p", given)

    def steps(self) -> Iterator[int]:
        for number in range(STEPS):
            if not self._act():
                return
            yield number

    def _act(self) -> bool:
        tasks, waits = self.session.tasks(self.case_id), self.session.waits(self.case_id)
        calls = self.session.calls(self.case_id) if self.asks else ()
        if not tasks and not waits and not calls:
            return False
        if calls and (not (tasks or waits) or self.random.random() < 0.4):
            self._hear(self.random.choice(calls).id)
        elif tasks and (not waits or self.random.random() < 0.65):
            self.session.complete(self.random.choice(tasks).id, self._values())
        else:
            self._happen(self.random.choice(waits))
        return True

    def _hear(self, call_id: str) -> None:
        if self.random.random() < 0.8:
            self.session.answer(call_id, self._values())
        else:
            self.session.refuse(call_id, self.random.choice(["err1", "err2"]))

    def _happen(self, wait: Any) -> None:
        if wait.kind == "timer":
            self.session.move_clock(max(wait.due_at, self.session.clock.now()))
        elif wait.kind == "message":
            self.session.send_message(wait.name, self._values(), case_id=self.case_id)
        else:
            self.session.send_signal(wait.name, self._values())
        self.session.clock.advance(timedelta(minutes=self.random.choice([0, 7])))

    def _values(self) -> dict[str, int]:
        names = ["pick", *(name for name in NAMES if self.random.random() < 0.2)]
        return {name: self.random.randrange(12) for name in names}


def _play(seed: int, *, asks: bool = False) -> int:
    """How many steps were played and replayed; a process that cannot be deployed or go on is left there."""
    count = 0
    with Session(now=START) as session:
        try:
            for count in Played(seed, session, asks).steps():  # noqa: B007
                _ensure_sound(seed, session)
        except AnlanError:
            # Refused steps change nothing: what came before must still replay.
            _ensure_sound(seed, session)
    return count


def _ensure_sound(seed: int, session: Session) -> None:
    with session.engine.database.read() as connection:
        report = verify(connection, session.engine.tools)
    assert report.sound, (seed, report.findings)


@pytest.mark.parametrize("first", SAMPLE, ids=lambda first: f"seeds {first} to {first + BATCH - 1}")
def test_every_step_of_a_random_process_replays(first: int) -> None:
    played = [_play(seed) for seed in range(first, first + BATCH)]

    assert sum(played) > BATCH


@pytest.mark.parametrize("first", SAMPLE[:2], ids=lambda first: f"seeds {first} to {first + BATCH - 1}")
def test_every_answer_from_outside_replays(first: int) -> None:
    played = [_play(seed, asks=True) for seed in range(first, first + BATCH)]

    assert sum(played) > BATCH
