"""A checkpoint signs everything there is; what changes afterwards cannot agree with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engine.clock import ManualClock
from engine.commands import SYSTEM, Actor, MakeCheckpoint
from engine.errors import Forbidden
from engine.history.checkpoints import NotACheckpoint, Signed, inclusion_of
from engine.history.digests import digest_of
from engine.history.entries import entry_bytes
from engine.history.merkle import includes, leaf_hash
from engine.history.signatures import SignatureKind, signer_at
from engine.history.verification import Report, verify
from engine.jobs.checkpoints import make_due_checkpoint
from engine.process_engine import ProcessEngine

from .conftest import Desk


@pytest.fixture
def engine(engine: ProcessEngine, tmp_path: Path) -> ProcessEngine:
    engine.tools = replace(engine.tools, signer=partial(signer_at, tmp_path / "key"))
    return engine


def checkpoint(desk: Desk) -> Signed:
    return Signed.read(desk.engine.execute(MakeCheckpoint(actor=SYSTEM)))


def verified(desk: Desk, kept: Signed | None = None) -> Report:
    with desk.engine.database.read() as connection:
        return verify(connection, desk.engine.tools, kept=kept)


def test_a_checkpoint_covers_every_chain_and_every_content(desk: Desk) -> None:
    case_id = desk.granted()
    signed = checkpoint(desk)

    assert signed.is_signed
    with desk.engine.database.read() as connection:
        proof = inclusion_of(connection, case_id)
    entry: dict[str, Any] = dict(proof.entry)
    assert entry["seq"] == len(desk.events(case_id))
    root, path = bytes.fromhex(signed.statement.root), [bytes.fromhex(part) for part in proof.proof]
    assert includes(leaf_hash(entry_bytes(**entry)), proof.index, signed.statement.size, path, root)


def test_a_checkpoint_reads_back_from_its_file(desk: Desk) -> None:
    signed = checkpoint(desk)

    assert Signed.read(signed.file) == signed
    with pytest.raises(NotACheckpoint):
        _ = Signed.read("signature: 00").statement


def test_an_untouched_installation_agrees_with_its_checkpoints(desk: Desk) -> None:
    desk.granted()
    first = checkpoint(desk)
    desk.in_review()
    checkpoint(desk)

    assert verified(desk, kept=first).findings == []


#: what an attacker does who can write to every table and knows how the chain is made
FORGERIES = {
    "a case is dropped with its history": (
        "DELETE FROM history_event WHERE stream = '{case}'",
        "UPDATE process_instance SET revision = 0, head = NULL WHERE id = '{case}'",
    ),
    "a history is truncated together with its end": (
        "DELETE FROM history_event WHERE stream = '{case}' AND seq = 8",
        "UPDATE process_instance SET revision = 7, head ="
        " (SELECT digest FROM history_event WHERE stream = '{case}' AND seq = 7) WHERE id = '{case}'",
    ),
    "the log is shortened": ("DELETE FROM history_log WHERE position = 3",),
    "the log is changed": ("UPDATE history_log SET digest = '00' WHERE position = 3",),
    "a checkpoint is dropped": ("DELETE FROM checkpoint WHERE number = 1",),
    "a checkpoint is changed": ("UPDATE checkpoint SET text = replace(text, 'size: ', 'size: 1')",),
    "a definition is dropped": (
        "PRAGMA foreign_keys = OFF",
        "DELETE FROM blob WHERE digest = (SELECT key FROM history_log WHERE kind = 'blob' LIMIT 1)",
    ),
}


@pytest.mark.parametrize("how", FORGERIES)
def test_forgery_after_a_checkpoint_is_found(desk: Desk, how: str) -> None:
    if desk.engine.database.url.get_backend_name() != "sqlite" and how == "a definition is dropped":
        pytest.skip("PostgreSQL itself refuses to drop what is referred to")
    case_id = desk.granted()
    checkpoint(desk)
    checkpoint(desk)
    for statement in FORGERIES[how]:
        desk.tamper(statement, case=case_id)

    assert any(finding.kind == "checkpoint" for finding in verified(desk).findings)


def test_a_history_that_was_written_anew_disagrees_with_a_kept_checkpoint(desk: Desk) -> None:
    desk.granted()
    kept = checkpoint(desk)
    desk.tamper("DELETE FROM checkpoint")
    desk.tamper("UPDATE history_log SET digest = '{digest}' WHERE position = 0", digest=digest_of(b"another"))
    checkpoint(desk)

    assert any("保存在外" in finding.message for finding in verified(desk, kept=kept).findings)


def test_garbage_in_place_of_the_newest_checkpoint_is_told_and_no_fault(desk: Desk) -> None:
    desk.granted()
    checkpoint(desk)
    desk.tamper("UPDATE checkpoint SET text = 'garbage'")

    assert "checkpoint" in {finding.kind for finding in verified(desk).findings}


def test_a_statement_signed_by_another_key_is_found(desk: Desk, tmp_path: Path) -> None:
    checkpoint(desk)
    (tmp_path / "key").unlink()

    assert [finding.message for finding in verified(desk).findings] == ["最近的检查点不是用本系统的密钥签名的。"]


def test_a_key_is_for_its_owner_only(tmp_path: Path) -> None:
    signer_at(tmp_path / "key")

    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_checkpoint_can_be_signed_with_sm2(desk: Desk, tmp_path: Path) -> None:
    pytest.importorskip("gmssl")
    desk.engine.tools = replace(desk.engine.tools, signer=partial(signer_at, tmp_path / "sm2-key", SignatureKind.SM2))
    signed = checkpoint(desk)

    assert signed.statement.algorithm == "sm2"
    assert signed.is_signed
    assert not replace(signed, text=signed.text.replace("number: 1", "number: 2")).is_signed


def test_only_auditors_and_administrators_make_checkpoints_by_hand(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        desk.engine.execute(MakeCheckpoint(actor=Actor(person_id="clerk")))


def test_checkpoints_are_made_when_they_are_due_and_something_has_happened(desk: Desk, clock: ManualClock) -> None:
    assert make_due_checkpoint(desk.engine, timedelta(days=1))
    clock.advance(timedelta(days=2))
    assert not make_due_checkpoint(desk.engine, timedelta(days=1))
    desk.in_review()
    assert make_due_checkpoint(desk.engine, timedelta(days=1))
