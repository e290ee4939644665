"""A case in memory and the same case from its bytes cannot be told apart."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from engine import interpreter
from engine.interpreter import Specification, Step
from engine.interpreter.errors import NoFlowTaken
from engine.interpreter.reading import variables_at

LOOP = """
    start: startEvent
    apply: userTask anlan:resultVariable="application"
    split: parallelGateway
    one: userTask
    other: userTask
    join: parallelGateway
    decision: exclusiveGateway
    end: endEvent
    start -> apply -> split -> one -> join
    split -> other -> join -> decision
    decision -> end [agreed = true]
    decision -> apply [agreed = false]
"""


@pytest.fixture
def spec(draw: Callable[..., bytes]) -> Specification:
    return interpreter.compile_definition(draw(LOOP))


@pytest.fixture
def step(spec: Specification, services: Any) -> Step:
    return interpreter.start(spec, {"amount": 3}, services)


def _complete(spec: Specification, step: Step, services: Any, **values: Any) -> Step:
    return interpreter.complete(spec, step.state, step.opened[-1].token_id, values, services)


def test_a_state_used_twice_gives_the_same_step_twice(spec: Specification, step: Step, services: Any) -> None:
    first = _complete(spec, step, services, amount=Decimal("7.50"))
    again = _complete(spec, step, services, amount=Decimal("7.50"))

    assert first == again
    assert (first.state.tokens, first.state.variables) == (again.state.tokens, again.state.variables)


def test_a_state_of_a_failed_step_can_be_used_again(spec: Specification, step: Step, services: Any) -> None:
    applied = _complete(spec, step, services)
    first, last = (task.token_id for task in applied.opened)
    state = interpreter.complete(spec, applied.state, first, {}, services).state
    with pytest.raises(NoFlowTaken):
        interpreter.complete(spec, state, last, {"agreed": "perhaps"}, services)

    assert interpreter.complete(spec, state, last, {"agreed": True}, services).ended == "end"


def test_what_a_caller_does_to_its_values_later_does_not_reach_the_case(
    spec: Specification, step: Step, services: Any
) -> None:
    rows: list[dict[str, Any]] = [{"name": "路面"}]
    done = _complete(spec, step, services, rows=rows)
    rows[0]["name"] = "桥"

    seen = variables_at(spec, done.state, done.opened[0].token_id, services)
    assert seen["application"] == {"rows": [{"name": "路面"}]}


def test_values_in_memory_are_what_their_bytes_read_back_as(spec: Specification, step: Step, services: Any) -> None:
    done = _complete(spec, step, services, pair=(1, 2))

    assert done.variables["application"] == {"pair": [Decimal(1), Decimal(2)]}
    assert done.variables == interpreter.variables_of(done.state)


def test_looking_at_a_case_leaves_it_for_the_next_step(spec: Specification, step: Step, services: Any) -> None:
    variables_at(spec, step.state, step.opened[0].token_id, services)

    assert step.state.living.take(spec.net) is not None
    assert step.state.living.take(spec.net) is None


def test_a_case_in_memory_is_not_taken_for_another_version(
    spec: Specification, step: Step, services: Any, draw: Callable[..., bytes]
) -> None:
    other = interpreter.compile_definition(draw(LOOP))

    assert step.state.living.take(other.net) is None
    assert _complete(other, step, services).state == _complete(spec, step, services).state
