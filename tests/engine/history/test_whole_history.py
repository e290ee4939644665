"""Somebody who can write to every table and knows how everything is made: what is found, and what only a copy shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, delete, select, update

from engine.commands import SYSTEM, Actor, CompleteTask, MakeCheckpoint, StoreAttachment
from engine.history.checkpoints import NotConsistent, Signed, consistency_since
from engine.history.digests import digest_of
from engine.history.findings import Finding
from engine.history.signatures import signer_at
from engine.history.verification import verify
from engine.model import (
    Blob,
    Checkpoint,
    HistoryEvent,
    HistoryStream,
    LogEntry,
    ProcessDefinition,
    ProcessInstance,
    Serial,
    UserTask,
)
from engine.process_engine import ProcessEngine

from ..conftest import deploy
from .conftest import Desk


@pytest.fixture
def engine(engine: ProcessEngine, tmp_path: Path) -> ProcessEngine:
    engine.tools = replace(engine.tools, signer=partial(signer_at, tmp_path / "key"))
    return engine


def checkpoint(desk: Desk) -> Signed:
    return Signed.read(desk.engine.execute(MakeCheckpoint(actor=SYSTEM)))


def found(desk: Desk, kept: Signed | None = None) -> list[Finding]:
    with desk.engine.database.read() as connection:
        return verify(connection, desk.engine.tools, kept=kept).findings


class Forger:
    """Writes histories anew, chains and all."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def write(self, *acts: Callable[[Connection], object]) -> None:
        with self._desk.engine.database.write() as connection:
            for act in acts:
                act(connection)
            connection.commit()

    def rewrite(self, case_id: str, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
        """Other events in the place of a case's, standing on each other as they should."""
        contents = change([event.content for event in self._desk.events(case_id)])
        self.write(partial(self._put, case_id, contents))

    @staticmethod
    def _put(case_id: str, contents: list[dict[str, Any]], connection: Connection) -> None:
        connection.execute(delete(HistoryEvent).where(HistoryEvent.stream == case_id, HistoryEvent.seq > len(contents)))
        digest = None
        for seq, content in enumerate(contents, 1):
            told = {**content, "seq": seq, "previous": digest}
            told = {name: value for name, value in told.items() if value is not None}
            payload = orjson.dumps(told, option=orjson.OPT_SORT_KEYS)
            digest = digest_of(payload)
            columns = {"payload": payload, "digest": digest, "type": told["type"], "actor_id": told["actor"]}
            columns |= {"task_id": told.get("task"), "activity_id": told.get("activity")}
            columns |= {"activity_name": told.get("activity_name")}
            place = (HistoryEvent.stream == case_id) & (HistoryEvent.seq == seq)
            connection.execute(update(HistoryEvent).where(place).values(columns))
        ends = {"revision": len(contents), "head": digest}
        connection.execute(update(ProcessInstance).where(ProcessInstance.id == case_id).values(ends))

    def sign_anew(self) -> Signed:
        """Throw every checkpoint away and make one over what there is now, with the installation's own key."""
        own = "checkpoints"
        self.write(
            lambda connection: connection.execute(delete(LogEntry)),
            lambda connection: connection.execute(delete(Checkpoint)),
            lambda connection: connection.execute(delete(HistoryEvent).where(HistoryEvent.stream == own)),
            lambda connection: connection.execute(delete(HistoryStream).where(HistoryStream.stream == own)),
        )
        return checkpoint(self._desk)


@pytest.fixture
def forger(desk: Desk) -> Forger:
    return Forger(desk)


def _by_another(contents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    changed: list[dict[str, Any]] = orjson.loads(orjson.dumps(contents).replace(b'"clerk"', b'"both"'))
    return changed


def _blame_another(desk: Desk, forger: Forger, case_id: str) -> None:
    """All of a case says that somebody else has acted."""
    forger.rewrite(case_id, _by_another)
    for column in (UserTask.completed_by, UserTask.assignee_id):
        who = update(UserTask).where(column == "clerk").values({column.key: "both"})
        forger.write(lambda connection, who=who: connection.execute(who))  # type: ignore[misc]


def test_a_case_written_anew_with_all_its_rows_is_only_shown_by_a_kept_checkpoint(desk: Desk, forger: Forger) -> None:
    case_id = desk.granted()
    kept = checkpoint(desk)
    _blame_another(desk, forger, case_id)
    assert {finding.kind for finding in found(desk)} == {"checkpoint"}

    forger.sign_anew()

    # Whoever has the database and the key makes an installation that is sound in itself.
    assert found(desk) == []
    assert [finding.kind for finding in found(desk, kept)] == ["checkpoint"]
    with desk.engine.database.read() as connection, pytest.raises(NotConsistent):
        consistency_since(connection, kept)


def test_a_case_that_vanished_without_a_trace_is_only_shown_by_a_kept_checkpoint(desk: Desk, forger: Forger) -> None:
    desk.granted()
    case_id = desk.granted()
    kept = checkpoint(desk)
    forger.write(
        lambda connection: connection.execute(delete(UserTask).where(UserTask.instance_id == case_id)),
        lambda connection: connection.execute(delete(HistoryEvent).where(HistoryEvent.stream == case_id)),
        lambda connection: connection.execute(delete(ProcessInstance).where(ProcessInstance.id == case_id)),
    )
    # The number it had is missing.
    assert {finding.table for finding in found(desk)} >= {"serial"}
    forger.write(lambda connection: connection.execute(update(Serial).values(last=Serial.last - 1)))
    forger.sign_anew()

    assert found(desk) == []
    assert [finding.kind for finding in found(desk, kept)] == ["checkpoint"]


def test_events_in_another_order_do_not_replay(desk: Desk, forger: Forger) -> None:
    case_id = desk.granted()
    forger.rewrite(case_id, lambda events: [*events[:1], events[2], events[1], *events[3:]])

    assert "replay" in {finding.kind for finding in found(desk)}


def test_a_history_that_ends_earlier_leaves_rows_that_go_further(desk: Desk, forger: Forger) -> None:
    case_id = desk.granted()
    forger.rewrite(case_id, lambda events: events[:-1])

    assert {finding.kind for finding in found(desk)} == {"snapshot", "task"}


def test_another_input_does_not_give_the_recorded_outcome(desk: Desk, forger: Forger) -> None:
    case_id = desk.granted()
    another = {b'"424660.00"': b'"924660.00"'}

    def change(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        text = orjson.dumps(events)
        for old, new in another.items():
            text = text.replace(old, new)
        changed: list[dict[str, Any]] = orjson.loads(text)
        return changed

    forger.rewrite(case_id, change)

    assert "replay" in {finding.kind for finding in found(desk)}


def test_checkpoints_by_another_key_are_found(desk: Desk, forger: Forger, tmp_path: Path) -> None:
    desk.granted()
    kept = checkpoint(desk)
    (tmp_path / "key").unlink()
    forger.sign_anew()

    assert found(desk) == []
    assert any("不是用本系统的密钥" in finding.message for finding in found(desk, kept))


def test_documents_that_changed_places_on_the_disk_are_found(desk: Desk, tmp_path: Path) -> None:
    applicant, case_id = Actor(person_id="applicant"), desk.started()
    stored = [
        desk.engine.execute(StoreAttachment(actor=applicant, name=f"{name}.pdf", content=b"%PDF-1.4 " + name.encode()))
        for name in ("a", "b")
    ]
    kept = [{"id": it.id, "name": it.name, "sha256": it.sha256} for it in stored]
    task_id = desk.open_task(case_id).id
    desk.engine.execute(CompleteTask(actor=applicant, task_id=task_id, submission={"files": kept}))
    assert found(desk) == []

    first, second = [path for path in (tmp_path / "attachments").rglob("*") if path.is_file()]
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)

    assert {finding.kind for finding in found(desk)} == {"attachment"}


def test_definitions_that_changed_places_are_found(desk: Desk, forger: Forger) -> None:
    desk.granted()
    deploy(desk.engine, "rounds.bpmn")
    with desk.engine.database.read() as connection:
        rows = connection.execute(select(ProcessDefinition.key, ProcessDefinition.digest)).all()
        blobs = dict(connection.execute(select(Blob.digest, Blob.content)).all())  # type: ignore[arg-type]
    (_, one), (_, other) = rows[:2]
    forger.write(
        lambda connection: connection.execute(update(Blob).where(Blob.digest == one).values(content=blobs[other])),
        lambda connection: connection.execute(update(Blob).where(Blob.digest == other).values(content=blobs[one])),
    )

    assert {finding.place for finding in found(desk) if finding.kind == "definition"} == {one, other}


def test_a_later_checkpoint_goes_on_from_a_kept_one(desk: Desk) -> None:
    desk.granted()
    kept = checkpoint(desk)
    desk.granted()
    later = checkpoint(desk)

    with desk.engine.database.read() as connection:
        proven = consistency_since(connection, kept)
    assert (proven.old, proven.new) == (kept, later)


def test_a_checkpoint_of_another_installation_is_no_earlier_one_of_this(desk: Desk, tmp_path: Path) -> None:
    desk.granted()
    kept = checkpoint(desk)
    forged = replace(kept, text=kept.text.replace("number: 1", "number: 0"))

    with desk.engine.database.read() as connection, pytest.raises(NotConsistent, match="签名无效"):
        consistency_since(connection, forged)
