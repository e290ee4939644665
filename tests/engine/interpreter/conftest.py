"""Cases driven through drawn diagrams with persistence between every two steps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from drawing import Services, draw

from engine import interpreter
from engine.clock import ManualClock
from engine.interpreter import Specification, State, Step, moves

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Play:
    """One case. Only bytes survive from step to step."""

    def __init__(self, spec: Specification, services: Services) -> None:
        self.spec = spec
        self.services = services
        self.tasks: dict[str, Any] = {}
        self.steps: list[Step] = []
        self.state: State

    def start(self, at: str | None = None, **variables: Any) -> Play:
        return self._take(interpreter.start(self.spec, variables, self.services, at=at))

    def complete(self, activity: str, *, index: int | None = None, **variables: Any) -> Play:
        """Complete the oldest open task of an activity, or the one of a multi-instance element."""
        token = next(t for t in self.tasks.values() if t.activity_id == activity and index in (None, t.index))
        return self.complete_token(token.token_id, **variables)

    def complete_token(self, token_id: str, **variables: Any) -> Play:
        return self._take(interpreter.complete(self.spec, self.state, token_id, variables, self.services))

    def fire(self, element: str) -> Play:
        """Turn the clock to when a timer is due, and fire it."""
        wait = self.wait(element)
        self.services.clock.set(max(wait.due_at, self.services.now))
        return self.fire_id(wait.id)

    def fire_id(self, wait_id: str) -> Play:
        return self._take(interpreter.fire(self.spec, self.state, wait_id, self.services))

    def send(self, element: str, **values: Any) -> Play:
        """Deliver a message or signal to a wait."""
        return self._take(interpreter.correlate(self.spec, self.state, self.wait(element).id, values, self.services))

    def send_id(self, wait_id: str, **values: Any) -> Play:
        return self._take(interpreter.correlate(self.spec, self.state, wait_id, values, self.services))

    def targets(self, activity: str) -> tuple[str, ...]:
        """Where an open task of an activity may be returned to."""
        return moves.targets(self.spec, self.state, self._token(activity), self.services)

    def return_to(self, activity: str, target: str, *, direct: bool = False) -> Play:
        token = self._token(activity)
        return self._take(moves.return_to(self.spec, self.state, token, target, self.services, direct=direct))

    def recall(self, activity: str) -> Play:
        return self._take(moves.recall(self.spec, self.state, activity, self.services))

    def move(self, activity: str, *, withdraw: Collection[str] | None = None) -> Play:
        """Move by hand, in place of the open tasks of some activities."""
        tokens = None if withdraw is None else [self._token(other) for other in withdraw]
        return self._take(moves.move(self.spec, self.state, activity, self.services, withdraw=tokens))

    def _token(self, activity: str) -> str:
        return next(t.token_id for t in self.tasks.values() if t.activity_id == activity)

    def hear(self, signal: str, **values: Any) -> Play:
        """Let the whole case hear a signal from outside."""
        return self._take(interpreter.broadcast(self.spec, self.state, signal, values, self.services))

    def retry(self, element: str) -> Play:
        """Do again what has stopped at an element."""
        return self._take(interpreter.retry(self.spec, self.state, self._incident(element), self.services))

    def resolve(self, element: str, **values: Any) -> Play:
        """Go on behind what has stopped at an element."""
        return self._take(interpreter.resolve(self.spec, self.state, self._incident(element), values, self.services))

    def _incident(self, element: str) -> str:
        return next(incident.id for incident in self.step.incidents if incident.element_id == element)

    def wait(self, element: str) -> Any:
        return next(wait for wait in self.step.waits if wait.element_id == element)

    def later(self, **by: Any) -> Play:
        self.services.clock.advance(timedelta(**by))
        return self

    def _take(self, step: Step) -> Play:
        for closed in step.closed:
            del self.tasks[closed.token_id]
        self.tasks.update({task.token_id: task for task in step.opened})
        self.steps.append(step)
        self.state = State(tokens=bytes(step.state.tokens), variables=bytes(step.state.variables))
        return self

    @property
    def step(self) -> Step:
        return self.steps[-1]

    @property
    def open(self) -> list[str]:
        """The activities of all open tasks."""
        return sorted(task.activity_id for task in self.tasks.values())

    @property
    def waits(self) -> list[str]:
        return sorted(wait.element_id for wait in self.step.waits)

    @property
    def incidents(self) -> list[tuple[str, str]]:
        """Where the case has stopped, and with which error."""
        return [(incident.element_id, incident.code) for incident in self.step.incidents]

    @property
    def variables(self) -> Mapping[str, Any]:
        return self.step.variables

    @property
    def path(self) -> list[str]:
        """What the last step passed."""
        return [passage.element_id for passage in self.step.trail]

    @property
    def ended(self) -> str | None:
        return self.step.ended


@pytest.fixture
def services() -> Services:
    return Services(clock=ManualClock(START))


@pytest.fixture
def play(services: Services) -> Callable[..., Play]:
    """Compile a drawing and start a case of it."""

    def begin(drawing: str, called: Mapping[str, str] | None = None, **variables: Any) -> Play:
        others = {key: draw(text, key) for key, text in (called or {}).items()}
        return Play(interpreter.compile_definition(draw(drawing), called=others), services).start(**variables)

    return begin


@pytest.fixture(name="draw")
def draw_fixture() -> Callable[..., bytes]:
    return draw
