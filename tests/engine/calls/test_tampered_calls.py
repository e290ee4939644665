"""Whatever is done to the rows of calls beside the history is found."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from engine.history.verification import verify
from engine.ports import ConnectorFailed

from .conftest import ASKS, Desk
from .test_failing import exhausted

TAMPERING = {
    "inputs": "UPDATE connector_call SET inputs = kept_answer",
    "status": "UPDATE connector_call SET status = 'resolved'",
    "connector": "UPDATE connector_call SET connector = 'other'",
    "topic": "UPDATE connector_call SET topic = 'land'",
    "wait": "UPDATE connector_call SET wait_id = '99'",
    "order": "UPDATE connector_call SET ordinal = 7",
    "tries": "UPDATE connector_call SET attempts = 0",
    "error": "UPDATE connector_call SET error = 'all went well'",
    "gone": "DELETE FROM connector_call",
}


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING)
def test_a_changed_call_is_found(desk: Desk, statement: str) -> None:
    desk.remote.answers = [ConnectorFailed("没有应答")]
    desk.begin(ASKS, "asks", amount=1).work()
    assert desk.is_sound()

    with desk.engine.database.book() as connection:
        connection.execute(text(statement))

    with desk.engine.database.read() as connection:
        findings = verify(connection, desk.engine.tools).findings
    assert {finding.table for finding in findings} == {"connector_call"}


def test_a_lock_is_nobody_elses_business(desk: Desk) -> None:
    desk.begin(ASKS, "asks", amount=1)
    with desk.engine.database.book() as connection:
        connection.execute(text("UPDATE connector_call SET worker = 'somebody'"))

    assert desk.is_sound()


def test_an_incident_that_was_made_to_look_settled_is_found(desk: Desk) -> None:
    exhausted(desk)
    with desk.engine.database.book() as connection:
        connection.execute(text("UPDATE incident SET resolution = 'retried', closed_by = 'admin'"))

    with desk.engine.database.read() as connection:
        findings = verify(connection, desk.engine.tools).findings
    assert {finding.table for finding in findings} == {"incident"}
