"""Whatever shares a commit, and in whatever order, ends as if each command had come alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine.bootstrap import build_engine
from engine.clock import ManualClock
from engine.commands import SYSTEM, FireTimer, RegisterOrganisation
from engine.history.replay import replay
from engine.model import HistoryEvent
from engine.process_engine import Failed, ProcessEngine

from .conftest import HOLDERS, UNITS, Office, _person, deploy

CASES = 3
#: which case is fired, and whether its command stumbles when all is written
PARTS = st.lists(st.tuples(st.integers(0, CASES - 1), st.booleans()), min_size=1, max_size=6)


@contextmanager
def county() -> Iterator[tuple[Office, list[str]]]:
    """Cases whose notices are over."""
    clock = ManualClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    engine = build_engine("sqlite://", clock=clock)
    persons = tuple(_person(login, position) for login, position in HOLDERS.items())
    engine.execute(RegisterOrganisation(actor=SYSTEM, units=UNITS, persons=persons))
    deploy(engine, "grant.bpmn")
    office = Office(engine, clock)
    cases = [office.apply() for _ in range(CASES)]
    clock.advance(timedelta(days=5))
    yield office, cases
    engine.database.dispose()


def expected(parts: list[tuple[int, bool]]) -> list[bool | None]:
    """The first command of a case that does not stumble fires its timer; None for one that stumbles."""
    fired: set[int] = set()
    ends: list[bool | None] = []
    for case, stumbles in parts:
        ends.append(None if stumbles else case not in fired)
        fired |= set() if stumbles else {case}
    return ends


@settings(max_examples=25, deadline=None)
@given(batches=st.lists(PARTS, min_size=1, max_size=3))
def test_a_batch_is_its_commands_one_by_one(batches: list[list[tuple[int, bool]]]) -> None:
    with county() as (office, cases), pytest.MonkeyPatch.context() as patch:
        engine, original = office.engine, ProcessEngine._carry_out
        stumbling: list[bool] = []

        def carry_out(engine: ProcessEngine, work: Any, command: Any) -> Any:
            result = original(engine, work, command)
            if stumbling.pop(0):
                raise ZeroDivisionError
            return result

        patch.setattr(ProcessEngine, "_carry_out", carry_out)
        results: list[bool | None] = []
        for parts in batches:
            stumbling = [stumbles for _, stumbles in parts]
            commands = [FireTimer(actor=SYSTEM, instance_id=cases[case]) for case, _ in parts]
            ends = engine.execute_together(commands)
            results += [None if isinstance(end, Failed) else end for end in ends]
        patch.undo()

        assert results == expected([part for parts in batches for part in parts])
        with engine.database.read() as connection:
            fired = list(connection.scalars(select(HistoryEvent.stream).where(HistoryEvent.type == "TimerFired")))
            assert all(replay(connection, engine.tools.definitions, case).difference is None for case in cases)
        assert len(fired) == len(set(fired)) == results.count(True)
        for case in fired:
            office.complete(case, "clerk", "agree")
