"""Random processes whose service tasks wait for the outside: it answers, or it says no."""

from __future__ import annotations

from random import Random
from typing import Any

from random_processes.generator import random_process
from random_processes.living import Living, Role
from random_processes.pieces import Process
from random_processes.return_trial import ReturnTrial
from random_processes.trial import Trial

from engine import interpreter
from engine.interpreter import Later

CODES = ("err1", "err2", "other")


class AskingReturnTrial(ReturnTrial):
    """A case with returns whose service tasks wait."""

    asks = True

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.services.connectors = {"work": lambda _: Later.DEFERRED}


class AskingTrial(Trial):
    """A case part of whose work is done elsewhere."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.services.connectors = {"external.ask": lambda _: Later.DEFERRED}

    def draw_process(self, random: Random) -> Process:
        return random_process(random, asks=True)

    def _happen(self, wait: Any) -> None:
        if wait.kind != "service":
            super()._happen(wait)
        elif self.random.random() < 0.75:
            self._answer(wait)
        else:
            self._refuse(wait)

    def _answer(self, wait: Any) -> None:
        values, now = self._values(), self.services.now
        self.story.append(f"answer {wait.element_id} {values}")
        ways = [way for game, place in self._asking(wait) for way in game.answer(place, values, now)]
        self._take(ways, lambda state: interpreter.answer(self.spec, state, wait.id, values, self.services))

    def _refuse(self, wait: Any) -> None:
        code, now = self.random.choice(CODES), self.services.now
        self.story.append(f"refuse {wait.element_id} {code}")
        ways = [way for game, place in self._asking(wait) for way in game.refuse(place, code, now)]
        self._take(ways, lambda state: interpreter.refuse(self.spec, state, wait.id, code, "", self.services))

    def _asking(self, wait: Any) -> Any:
        name = wait.element_id.rpartition(":")[2]

        def is_it(one: Living) -> bool:
            return one.role is Role.WAIT and one.node is not None and one.node.id == name

        return self._places(is_it)
