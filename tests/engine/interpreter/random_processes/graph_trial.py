"""Random processes of every shape, played with returns: on the graph, tokens remember all that led to them."""

from __future__ import annotations

from random import Random
from typing import Any

from random_processes.generator import random_process
from random_processes.living import Living, Role
from random_processes.pieces import Process
from random_processes.trial import Disagreement, Trial

from engine.interpreter import moves


class GraphTrial(Trial):
    """A case of a process in which tokens tell each other nothing, with returns."""

    remembers = True

    def draw_process(self, random: Random) -> Process:
        return random_process(random, calm=True)

    def _act(self) -> bool:
        if self.tasks and self.random.random() < 0.25:
            task = self.random.choice(list(self.tasks.values()))
            allowed = moves.targets(self.spec, self.state, task.token_id, self.services)
            if allowed:
                self._return(task, self.random.choice(allowed))
                return True
        return super()._act()

    def _return(self, task: Any, activity: str) -> None:
        step, now = activity.rpartition(":")[2], self.services.now
        self.story.append(f"return {task.activity_id}[{task.index}] to {step}")
        name = task.activity_id.rpartition(":")[2]

        def is_it(one: Living) -> bool:
            return one.role is Role.OPEN and one.node is not None and (one.node.id, one.index) == (name, task.index)

        ways = [way for game, place in self._places(is_it) for way in game.return_to(place, step, now)]
        if not ways:
            raise Disagreement(self._report(f"{step} is a target", ["it is not on the way"]))
        self._take(ways, lambda state: moves.return_to(self.spec, state, task.token_id, activity, self.services))
