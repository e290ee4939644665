"""Whatever is done to rows beside the history does not agree with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import LargeBinary, type_coerce, update

from engine.commands import Actor, CompleteTask, StoreAttachment
from engine.definitions import DefinitionCache
from engine.errors import AnlanError
from engine.history.digests import digest_of
from engine.history.verification import Report, case_of, verify
from engine.model import Blob, Bundle
from engine.policy.profiles import PolicyProfiles

from .conftest import Desk


def verified(desk: Desk, case_id: str | None = None) -> Report:
    with desk.engine.database.read() as connection:
        return verify(connection, desk.engine.tools, case_id=case_id)


def test_an_untouched_installation_is_sound(desk: Desk) -> None:
    desk.granted()
    report = verified(desk)

    assert report.findings == []
    assert (report.cases, report.steps) == (1, 7)


TAMPERING = {
    "another project": ("UPDATE process_instance SET project_id = 'another'", "snapshot"),
    "state": ("UPDATE process_instance SET variables = tokens", "snapshot"),
    "status": ("UPDATE process_instance SET status = 'active'", "snapshot"),
    "number": ("UPDATE process_instance SET number = 'BZ-330324-2026-99999'", "snapshot"),
    "region": ("UPDATE process_instance SET region_code = '330324105201'", "snapshot"),
    "outcome": ("UPDATE user_task SET outcome = 'reject' WHERE outcome = 'agree'", "task"),
    "who completed": ("UPDATE user_task SET completed_by = 'both' WHERE completed_by = 'clerk'", "task"),
    "submission": ("UPDATE user_task SET submission = inputs WHERE activity_id = 'apply'", "task"),
    "whom a task was for": ("UPDATE user_task SET unit_code = '330324105000' WHERE role = 'town_clerk'", "task"),
    "a task dropped": ("DELETE FROM user_task WHERE role = 'county_chief'", "task"),
    "a version's content": (
        "UPDATE process_definition SET digest = (SELECT digest FROM blob WHERE digest NOT IN"
        " (SELECT digest FROM process_definition) LIMIT 1)",
        "definition",
    ),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_a_changed_row_is_found(desk: Desk, how: str) -> None:
    case_id = desk.granted()
    statement, kind = TAMPERING[how]
    desk.tamper(statement)

    assert kind in {finding.kind for finding in verified(desk).findings}
    assert kind == "definition" or kind in {finding.kind for finding in verified(desk, case_id).findings}


def test_a_changed_definition_is_found(desk: Desk) -> None:
    case_id = desk.granted()
    desk.tamper("UPDATE blob SET content = (SELECT payload FROM history_event WHERE stream = 'organisation')")

    assert "definition" in {finding.kind for finding in verified(desk).findings}
    assert "definition" in {finding.kind for finding in verified(desk, case_id).findings}


@pytest.fixture
def with_document(desk: Desk) -> str:
    """A case with a document in it."""
    applicant = Actor(person_id="applicant")
    document = desk.engine.execute(StoreAttachment(actor=applicant, name="决议.pdf", content=b"%PDF-1.4 x"))
    case_id = desk.started()
    kept = {"id": document.id, "name": document.name, "sha256": document.sha256}
    submission = {"title": "路", "files": [kept]}
    desk.engine.execute(CompleteTask(actor=applicant, task_id=desk.open_task(case_id).id, submission=submission))
    return case_id


DOCUMENTS = {
    "digest": "UPDATE attachment SET digest = '00'",
    "name": "UPDATE attachment SET name = 'x.pdf'",
    "dropped": "DELETE FROM attachment",
}


@pytest.mark.parametrize("how", DOCUMENTS)
def test_a_changed_row_of_a_document_is_found(desk: Desk, with_document: str, how: str) -> None:
    assert verified(desk).findings == []
    desk.tamper(DOCUMENTS[how])

    assert {finding.kind for finding in verified(desk).findings} == {"attachment"}
    assert "attachment" in {finding.kind for finding in verified(desk, with_document).findings}


def test_a_changed_file_of_a_document_is_found(desk: Desk, with_document: str, tmp_path: Path) -> None:
    file = next(path for path in (tmp_path / "attachments").rglob("*") if path.is_file())
    file.write_bytes(b"another")
    assert [finding.kind for finding in verified(desk).findings] == ["attachment"]

    file.unlink()
    assert [finding.kind for finding in verified(desk, with_document).findings] == ["attachment"]


def test_a_policy_that_was_never_published_is_found(desk: Desk) -> None:
    with desk.engine.database.write() as connection:
        PolicyProfiles().publish(connection, "0" * 32, "330324000000", date(2026, 1, 1), {})
        connection.commit()

    assert {finding.kind for finding in verified(desk).findings} == {"definition"}


def test_a_case_is_named_by_number_or_id(desk: Desk) -> None:
    case_id = desk.in_review()
    with desk.engine.database.read() as connection:
        assert case_of(connection, "BZ-330324-2026-00001") == case_of(connection, case_id) == case_id
        with pytest.raises(AnlanError, match="没有编号"):
            case_of(connection, "XM-1")


def test_an_installation_without_documents_says_which_are_missing(desk: Desk, with_document: str) -> None:
    desk.engine.tools = replace(desk.engine.tools, attachments=None)

    assert [finding.kind for finding in verified(desk).findings] == ["attachment"]


GARBAGE = (b"", b"\xff\xfe", b"[]", b'{"$":["n","x"]}')


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("table", [Blob, Bundle])
def test_garbage_in_place_of_a_definition_is_told_and_no_fault(desk: Desk, table: Any, garbage: bytes) -> None:
    case_id = desk.granted()
    with desk.engine.database.write() as connection:
        connection.execute(update(table.__table__).values(content=type_coerce(garbage, LargeBinary)))
        connection.commit()
    desk.engine.tools = replace(desk.engine.tools, definitions=DefinitionCache())

    assert "definition" in {finding.kind for finding in verified(desk).findings}
    assert "definition" in {finding.kind for finding in verified(desk, case_id).findings}


@pytest.mark.parametrize("part", ["input", "outcome", "type", "at", "seq", "task", "actor", "format", "hash"])
@pytest.mark.parametrize("garbage", [{}, {"opened": 1, "values": {"a": {"id": "x", "sha256": 1}}}, 5])
def test_garbage_in_an_event_is_told_and_no_fault(desk: Desk, part: str, garbage: Any) -> None:
    case_id, seq = desk.in_review(), 2
    content = {**desk.events(case_id)[seq - 1].content, part: garbage}
    payload = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    desk.overwrite(case_id, seq, payload, digest=digest_of(payload))

    assert verified(desk).findings
    assert verified(desk, case_id).findings
