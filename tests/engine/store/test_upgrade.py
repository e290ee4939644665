"""A database of an earlier release is brought up to date with all that is in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import MetaData, select

from engine.commands import StartProcess
from engine.history.replay import replay
from engine.idempotency import RequestKey
from engine.jobs.workers import worker_of
from engine.process_engine import ProcessEngine
from engine.store.migration import _config, migrate

from ..conftest import Office, actor

#: what a chain that is taken off and put on again changes
CHAINED = {"history_event", "history_stream", "process_instance"}


@pytest.fixture
def waiting(engine: ProcessEngine, office: Office) -> str:
    """A case with a timer, beside one in the middle and one that was asked for with a key."""
    office.complete(office.to_review(), "clerk", "agree")
    request = RequestKey(person_id="applicant", key="once")
    engine.keyed(request).execute(StartProcess(actor=actor("applicant"), process_key="grant"))
    return office.apply()


def take_back(engine: ProcessEngine, revision: str) -> None:
    """Bring a database to the tables of an earlier release."""
    config = _config()
    with engine.database.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def contents(engine: ProcessEngine) -> dict[str, list[Any]]:
    """All rows of all tables."""
    with engine.database.read() as connection:
        known = MetaData()
        known.reflect(connection)
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in known.sorted_tables}


@pytest.mark.parametrize("revision", ["0014", "0012", "0010", "0009", "0006"])
def test_what_was_there_before_is_there_afterwards(engine: ProcessEngine, waiting: str, revision: str) -> None:
    before = contents(engine)

    take_back(engine, revision)
    migrate(engine.database)

    after = contents(engine)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == ({"job"} if revision < "0010" else set()), "jobs are put again by the sweep"


def test_no_row_is_lost_since_the_first_release(engine: ProcessEngine, waiting: str) -> None:
    before = contents(engine)

    take_back(engine, "0001")
    migrate(engine.database)

    after = contents(engine)
    assert {name for name in before if before[name] != after[name]} == CHAINED | {"job", "answered_request"}
    assert all(len(before[name]) == len(after[name]) for name in CHAINED)


def test_timers_of_a_release_without_jobs_fire(engine: ProcessEngine, office: Office, waiting: str) -> None:
    take_back(engine, "0009")
    migrate(engine.database)
    office.clock.advance(timedelta(days=5))

    worker_of(engine).drain(lambda done: None)

    assert office.open_task(waiting).name == "乡镇审查"
    with engine.database.read() as connection:
        assert replay(connection, engine.tools.definitions, waiting).difference is None
