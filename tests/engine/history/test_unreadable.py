"""What nobody could have written is told like other changes, and the other checks go on."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import LargeBinary, type_coerce, update

from engine.commands import ClaimTask, StoreAttachment
from engine.history.findings import Finding
from engine.history.rows.storage import check_storage
from engine.history.verification import verify
from engine.idempotency import RequestKey
from engine.model import AnsweredRequest

from ..conftest import actor
from .conftest import Desk

#: table, column, what is put there
_FORMS = (
    ("position", "valid_to", "'2026-05-05 '"),
    ("position", "valid_to", "'2026-02-31'"),
    ("user_task", "completed_at", "replace(completed_at, ' ', 'T')"),
    ("process_instance", "started_at", "'yesterday'"),
    ("history_event", "at", "'yesterday'"),
    ("process_instance", "revision", "'many'"),
    ("process_instance", "title", "x'41'"),
    ("user_task", "submission", "'null'"),
    ("history_stream", "seq", "1.5"),
)
_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _findings(desk: Desk) -> list[Finding]:
    with desk.engine.database.read() as connection:
        return verify(connection, desk.engine.tools).findings


@_SQLITE
@pytest.mark.parametrize(("table", "column", "value"), _FORMS)
def test_a_value_in_another_form_than_the_written_one_is_found(desk: Desk, table: str, column: str, value: str) -> None:
    desk.granted()
    assert _findings(desk) == []

    desk.tamper(f"UPDATE {table} SET {column} = {value}")

    assert (table, column) in {(found.table, found.column) for found in _findings(desk)}


def test_what_the_engine_writes_has_the_right_form(desk: Desk) -> None:
    desk.granted()

    with desk.engine.database.read() as connection:
        assert list(check_storage(connection)) == []


def _answered(desk: Desk, answer: bytes) -> list[Finding]:
    """What is found when the answer to a claim is another."""
    task_id = desk.open_task(desk.in_review()).id
    desk.engine.keyed(RequestKey("clerk", "k")).execute(ClaimTask(actor=actor("clerk"), task_id=task_id))
    with desk.engine.database.write() as connection:
        connection.execute(update(AnsweredRequest).values(answer=type_coerce(answer, LargeBinary)))
        connection.commit()
    return _findings(desk)


def test_an_answer_that_says_the_same_in_other_bytes_is_found(desk: Desk) -> None:
    assert [(it.table, it.column) for it in _answered(desk, b" null")] == [("answered_request", "answer")]


@pytest.mark.parametrize("forged", [b"nulm", b"", b'{"$":["n","abc"]}', b'{"$":[]}'])
def test_an_answer_that_is_no_value_is_found(desk: Desk, forged: bytes) -> None:
    found = _answered(desk, forged)
    assert ("answered_request", "answer") in {(it.table, it.column) for it in found}
    assert any("幂等键的答复里有无法读取的内容" in it.message for it in found)


def test_a_folder_in_the_place_of_a_document_is_found(desk: Desk) -> None:
    stored = desk.engine.execute(StoreAttachment(actor=actor("applicant"), name="a.pdf", content=b"%PDF-1.4 x"))
    store: Any = desk.engine.tools.attachments
    path = store._path(stored.sha256)
    path.unlink()
    path.mkdir()

    assert [found.message.endswith("的文件已经缺失。") for found in _findings(desk)] == [True]


@_SQLITE
def test_what_cannot_be_read_hides_no_other_change(desk: Desk) -> None:
    first, other = desk.granted(), desk.in_review()
    desk.tamper(f"UPDATE user_task SET opened_at = 'x' WHERE instance_id = '{first}'")
    desk.tamper(f"UPDATE process_instance SET title = 'x' WHERE id = '{other}'")
    desk.tamper("UPDATE position SET valid_to = 'x'")
    desk.tamper("UPDATE process_definition SET name = 'x'")

    found = {(it.table, it.column) for it in _findings(desk)}
    assert {("process_instance", "title"), ("position", "valid_to"), ("process_definition", "name")} <= found
