"""Histories from before the chain are chained when the database is brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import bindparam, text

from engine import values
from engine.history.chain import check_chains, ends_of
from engine.history.replay import events_of
from engine.model.base import UtcDateTime
from engine.store.database import Database
from engine.store.migration import _config, migrate

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_EVENT = text(
    "INSERT INTO history_event (stream, seq, type, at, actor_id, activity_name, input, outcome)"
    " VALUES (:stream, :seq, :type, :at, 'clerk', '审查', :input, :outcome)"
).bindparams(bindparam("at", type_=UtcDateTime))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Three events of the time before, in two streams."""
    url = f"sqlite:///{tmp_path}/old.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").create().render_as_string(hide_password=False)
    database = Database(url)
    migrate(database, "0002")
    with database.write() as connection:
        for stream, seq in (("definitions", 1), ("definitions", 2), ("organisation", 1)):
            told = {"input": values.dumps({"note": "路面", "n": seq}), "outcome": values.dumps({})}
            connection.execute(_EVENT, {"stream": stream, "seq": seq, "type": "Deployed", "at": AT, **told})
        connection.commit()
    yield database
    database.dispose()


def test_events_from_before_are_chained_and_read_as_before(database: Database) -> None:
    migrate(database)

    with database.read() as connection:
        assert [finding for stream in check_chains(connection) for finding in stream.findings] == []
        assert ends_of(connection)["definitions"].seq == 2
        event = list(events_of(connection, "definitions"))[1]
    assert (event.content["format"], event.header.at, event.header.activity_name) == (0, AT, "审查")
    assert event.input == {"note": "路面", "n": 2}


def test_the_chain_can_be_taken_off_again(database: Database) -> None:
    migrate(database)
    config = _config()
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
    with database.read() as connection:
        row = connection.execute(text("SELECT input FROM history_event WHERE stream = 'organisation'")).one()
    assert values.loads(bytes(row.input)) == {"note": "路面", "n": 1}
