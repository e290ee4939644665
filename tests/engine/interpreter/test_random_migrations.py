"""Random cases that are migrated to the same process again and again: nothing may be lost, doubled or begun anew."""

from __future__ import annotations

from typing import Any

import pytest
from drawing import draw
from random_processes.asking import AskingTrial
from random_processes.trial import Trial

from engine import interpreter
from engine.interpreter import Specification

SEEDS = range(0, 240, 20)
BATCH = 20


class Migrating(Trial):
    """Between two steps the case is put on the next version of its process, which is drawn the same."""

    def _act(self) -> bool:
        if not self.step.ended and self.whim.random() < 0.5:
            self._migrate()
        return super()._act()

    def _migrate(self) -> None:
        self.story.append("migrate")
        version = self._compiled()
        step = interpreter.moves.migrate(self.spec, version, self.state, {}, self.services)
        assert (step.opened, step.closed, step.trail) == ((), (), ()), self.story
        assert set(step.waits) == set(self.step.waits), self.story
        assert step.state.tokens == self.state.tokens, self.story
        self.spec, self.state, self.warm = version, step.state, None

    def _compiled(self) -> Specification:
        others: dict[str, Any] = {key: draw(process.drawing, key) for key, process in self.process.called.items()}
        return interpreter.compile_definition(draw(self.process.drawing), called=others)


class MigratingAsking(Migrating, AskingTrial):
    """The same while the outside is asked."""


@pytest.mark.parametrize("first", SEEDS[:6], ids=lambda first: f"seeds {first} to {first + BATCH - 1}")
def test_what_was_asked_is_answered_on_another_version(first):
    for seed in range(first, first + BATCH):
        MigratingAsking(seed).play()


@pytest.mark.parametrize("first", SEEDS, ids=lambda first: f"seeds {first} to {first + BATCH - 1}")
def test_a_case_on_the_same_drawing_goes_on_as_if_nothing_had_been(first):
    for seed in range(first, first + BATCH):
        Migrating(seed).play()
