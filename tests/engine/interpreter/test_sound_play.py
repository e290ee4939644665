"""What the lint promises, played: a small drawing it finds nothing in never gets stuck and never doubles a task."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest
from drawing import Services, draw
from random_processes.blocks import Nested, Sequence, Task, drawing_of
from random_processes.return_trial import random_block

from engine import diagram, feel, interpreter
from engine.clock import ManualClock
from engine.interpreter import Specification, State, Step

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SEEDS = range(150)
PLAYS, STEPS = 8, 25
KINDS = {
    "x": "exclusiveGateway",
    "p": "parallelGateway",
    "i": "inclusiveGateway",
    "u": "userTask",
}
RISKS = {"deadlock", "multiple-tokens", "no-end", "busy-loop", "endless-loop", "no-default"}


def drawing(random: Random) -> str:
    """An unstructured graph whose flows mostly lead forward; every choice is a coin that is tossed anew."""
    names = [f"{random.choice('xxppiuuu')}{number}" for number in range(random.randint(3, 9))]
    lines, flows = ["s: startEvent", "e: endEvent"], [f"s -> {names[0]}"]
    for number, name in enumerate(names):
        later = [*names[number + 1 :], "e"]
        targets = [
            random.choice(later if random.random() < 0.85 else names)
            for _ in range(1 if name[0] == "u" else random.choice([1, 2, 2, 3]))
        ]
        chooses = name[0] in "xi" and len(targets) > 1
        lines.append(f"{name}: {KINDS[name[0]]}" + (f' default="{name}_0"' if chooses else ""))
        for count, target in enumerate(targets):
            tossed = ' [decide("coin", {}) = true]' if chooses and count else ""
            flows.append(f"{name}_{count}: {name} -> {target}{tossed}")
    return "\n".join([*lines, *flows])


def play(spec: Specification, random: Random) -> None:
    toss = feel.Function(("ref", "context"), lambda ref, context: random.random() < 0.5)
    services = Services(clock=ManualClock(START), facts={"decide": toss})
    tasks: dict[str, str] = {}
    step = _kept(interpreter.start(spec, {}, services), tasks)
    for _ in range(STEPS):
        if step.ended is not None:
            return
        assert tasks, "the case waits for nobody"
        assert max(Counter(tasks.values()).values()) == 1, "a task is open twice"
        state = State(tokens=step.state.tokens, variables=step.state.variables)
        step = _kept(interpreter.complete(spec, state, random.choice(sorted(tasks)), {}, services), tasks)


def _kept(step: Step, tasks: dict[str, str]) -> Step:
    for closed in step.closed:
        del tasks[closed.token_id]
    tasks.update({task.token_id: task.activity_id for task in step.opened})
    return step


@pytest.mark.parametrize("seed", SEEDS)
def test_a_drawing_without_warnings_never_gets_stuck(seed: int) -> None:
    random = Random(seed)
    content = draw(drawing(random))
    while any(problem.code in RISKS for problem in diagram.lint(content)):
        content = draw(drawing(random))

    spec = interpreter.compile_definition(content)
    for _ in range(PLAYS):
        play(spec, random)


@pytest.mark.parametrize("seed", range(40))
def test_well_built_drawings_raise_no_alarm(seed: int) -> None:
    block = random_block(Random(seed), 3)
    drawn, called = drawing_of(Nested(Sequence([Task(), block, Task()])))

    for content in (draw(drawn), *(draw(text, key) for key, text in called.items())):
        assert RISKS.isdisjoint(problem.code for problem in diagram.lint(content))
