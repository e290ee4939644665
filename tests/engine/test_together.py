"""Several commands with one commit: each completely or not at all, as if it had come alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from engine.commands import SYSTEM, ClaimTask, Command, FireTimer
from engine.errors import NotFound
from engine.history.replay import replay
from engine.model import HistoryEvent
from engine.process_engine import Failed, ProcessEngine

from .conftest import Office, actor


def fire(case: str) -> FireTimer:
    return FireTimer(actor=SYSTEM, instance_id=case)


def fired(engine: ProcessEngine) -> set[str]:
    with engine.database.read() as connection:
        return set(connection.scalars(select(HistoryEvent.stream).where(HistoryEvent.type == "TimerFired")))


@pytest.fixture
def due(office: Office) -> list[str]:
    """Cases whose notices are over."""
    cases = [office.apply() for _ in range(3)]
    office.clock.advance(timedelta(days=5))
    return cases


def test_all_are_carried_out_with_one_commit(engine: ProcessEngine, due: list[str]) -> None:
    commits: list[object] = []
    event.listen(engine.database.engine, "commit", commits.append)

    assert engine.execute_together([fire(case) for case in due]) == [True, True, True]

    assert fired(engine) == set(due)
    assert len(commits) == 1


def test_what_one_is_refused_leaves_the_others_as_they_are(engine: ProcessEngine, due: list[str]) -> None:
    commands: list[Command[object]] = [fire(due[0]), ClaimTask(actor=actor("clerk"), task_id="none"), fire(due[1])]

    first, refused, last = engine.execute_together(commands)

    assert (first, last) == (True, True)
    assert isinstance(refused, Failed)
    assert isinstance(refused.error, NotFound)
    assert fired(engine) == set(due[:2])


def test_what_one_has_begun_is_taken_back_when_it_fails(
    engine: ProcessEngine, office: Office, due: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = ProcessEngine._carry_out

    def fail_at_the_end(engine: ProcessEngine, work: object, command: FireTimer) -> object:
        result = original(engine, work, command)
        if command.instance_id == due[1]:
            raise ZeroDivisionError
        return result

    monkeypatch.setattr(ProcessEngine, "_carry_out", fail_at_the_end)
    results = engine.execute_together([fire(case) for case in due])
    monkeypatch.undo()

    assert isinstance(results[1], Failed)
    assert fired(engine) == {due[0], due[2]}
    assert engine.execute(fire(due[1])), "the case is as it was, in memory too"
    assert office.open_task(due[1]).name == "乡镇审查"


def test_two_commands_at_one_case_come_one_after_the_other(
    engine: ProcessEngine, office: Office, due: list[str]
) -> None:
    assert engine.execute_together([fire(due[0]), fire(due[0])]) == [True, False]

    office.complete(due[0], "clerk", "agree")
    with engine.database.read() as connection:
        assert replay(connection, engine.tools.definitions, due[0]).difference is None


def test_nothing_is_kept_when_the_transaction_is_lost_to_another(
    engine: ProcessEngine, office: Office, due: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = ProcessEngine._carry_out

    def lose_the_last(engine: ProcessEngine, work: object, command: FireTimer) -> object:
        if command.instance_id == due[2]:
            raise DBAPIError("UPDATE", None, Serialisation())
        return original(engine, work, command)

    monkeypatch.setattr(ProcessEngine, "_carry_out", lose_the_last)
    with pytest.raises(DBAPIError):
        engine.execute_together([fire(case) for case in due])
    monkeypatch.undo()

    assert fired(engine) == set()
    assert engine.execute_together([fire(case) for case in due]) == [True, True, True]


@contextmanager
def ends_transaction(connection: Connection) -> Iterator[None]:
    """A disk that is full, on which SQLite takes the whole transaction back; a server that goes away."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    driver: Any = connection.connection.driver_connection
    try:
        connection.exec_driver_sql("INSERT INTO blob (digest, content) VALUES ('x', zeroblob(10000000))")
        yield
    finally:
        driver.execute("PRAGMA max_page_count = 1000000")


def test_nothing_counts_when_the_database_ends_the_transaction_in_the_middle(
    engine: ProcessEngine, office: Office, due: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    original, told = ProcessEngine._carry_out, []

    def fall(engine: ProcessEngine, work: Any, command: FireTimer) -> object:
        if command.instance_id == due[1]:
            with ends_transaction(work.connection):
                pass
        return original(engine, work, command)

    monkeypatch.setattr(ProcessEngine, "_carry_out", fall)
    engine.observe(lambda *facts: told.append(facts))
    with pytest.raises(SQLAlchemyError):
        engine.execute_together([fire(case) for case in due])
    monkeypatch.undo()

    assert (fired(engine), told) == (set(), [])
    assert engine.tools.cases.get(due[0]) is None, "what was not kept is not remembered"
    assert engine.execute_together([fire(case) for case in due]) == [True, True, True]


class Serialisation(Exception):
    """As psycopg tells that another transaction came first."""

    sqlstate = "40001"
