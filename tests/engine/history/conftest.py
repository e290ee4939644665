"""A case of the small county whose history is looked at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.clock import ManualClock
from engine.commands import Actor, ClaimTask, CompleteTask, StartProcess
from engine.history.event import Event
from engine.history.replay import events_of
from engine.jobs.timers import fire_due_timers
from engine.model import HistoryEvent, UserTask
from engine.process_engine import ProcessEngine


class Desk:
    """Lets named persons act on one case after the other."""

    def __init__(self, engine: ProcessEngine, clock: ManualClock) -> None:
        self.engine = engine
        self.clock = clock

    def open_task(self, case_id: str) -> Any:
        with self.engine.database.read() as connection:
            open_ones = (UserTask.instance_id == case_id) & (UserTask.status == "created")
            return connection.execute(select(UserTask).where(open_ones)).one()

    def complete(self, case_id: str, login: str, outcome: str | None = None, **values: Any) -> None:
        actor, task_id = Actor(person_id=login), self.open_task(case_id).id
        self.engine.execute(CompleteTask(actor=actor, task_id=task_id, outcome=outcome, submission=values))

    def claim(self, case_id: str, login: str) -> None:
        self.engine.execute(ClaimTask(actor=Actor(person_id=login), task_id=self.open_task(case_id).id))

    def started(self) -> str:
        """A case that waits for its application."""
        started = self.engine.execute(StartProcess(actor=Actor(person_id="applicant"), process_key="grant"))
        return started.instance_id

    def in_review(self) -> str:
        """A case that has been applied for and published for five days."""
        case_id = self.started()
        self.complete(case_id, "applicant", title="石溪路面硬化", amount=Decimal("424660.00"))
        self.clock.advance(timedelta(days=5))
        fire_due_timers(self.engine)
        return case_id

    def granted(self) -> str:
        """A case from its start to its end."""
        case_id = self.in_review()
        self.claim(case_id, "clerk")
        for login in ("clerk", "lead", "chief"):
            self.complete(case_id, login, "agree")
        self.complete(case_id, "applicant")
        return case_id

    def events(self, case_id: str) -> list[Event]:
        with self.engine.database.read() as connection:
            return list(events_of(connection, case_id))

    def overwrite(self, case_id: str, seq: int, payload: bytes, **columns: Any) -> None:
        """Put other bytes in an event's place."""
        place = (HistoryEvent.stream == case_id) & (HistoryEvent.seq == seq)
        with self.engine.database.write() as connection:
            connection.execute(update(HistoryEvent).where(place).values(payload=payload, **columns))
            connection.commit()

    def tamper(self, statement: str, **values: Any) -> None:
        """Change the database behind the engine's back."""
        with self.engine.database.write() as connection:
            connection.exec_driver_sql(statement.format(**values))
            connection.commit()


@pytest.fixture
def desk(engine: ProcessEngine, clock: ManualClock) -> Desk:
    return Desk(engine, clock)


@pytest.fixture
def replayed(engine: ProcessEngine) -> Callable[[str], Any]:
    from engine.history.replay import replay

    def run(case_id: str) -> Any:
        with engine.database.read() as connection:
            return replay(connection, engine.tools.definitions, case_id)

    return run
