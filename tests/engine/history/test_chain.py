"""Every event stands on the one before it, and whatever is done to the rows is found."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from engine.history.chain import check_chains

from .conftest import Desk


def findings(desk: Desk, stream: str | None = None) -> list[tuple[Any, ...]]:
    with desk.engine.database.read() as connection:
        return [(found.kind, found.seq) for read in check_chains(connection, stream) for found in read.findings]


def test_an_untouched_history_has_no_findings(desk: Desk) -> None:
    desk.granted()

    assert findings(desk) == []


def test_an_event_names_the_digest_of_the_one_before(desk: Desk) -> None:
    first, second = desk.events(desk.in_review())[:2]

    assert first.header.previous is None
    assert second.header.previous == hashlib.sha256(first.payload).hexdigest()


def test_an_event_tells_who_acted_on_what_and_what_changed(desk: Desk) -> None:
    event = desk.events(desk.in_review())[1]

    assert (event.header.actor, event.header.type, event.header.seq) == ("applicant", "TaskCompleted", 2)
    assert {"path": "application.title", "after": "石溪路面硬化"} in event.outcome["changes"]


def test_a_claim_leaves_the_case_at_its_next_revision(desk: Desk) -> None:
    case_id = desk.in_review()
    desk.claim(case_id, "clerk")

    assert desk.events(case_id)[-1].outcome == {"assignee": [None, "clerk"]}
    assert findings(desk, case_id) == []


TAMPERING = {
    "changed actor": ("UPDATE history_event SET actor_id = 'chief' WHERE stream = '{case}' AND seq = 2", "column", 2),
    "changed instant": (
        "UPDATE history_event SET at = '2020-01-01 00:00:00.000000' WHERE stream = '{case}' AND seq = 2",
        "column",
        2,
    ),
    "dropped": ("DELETE FROM history_event WHERE stream = '{case}' AND seq = 2", "chain", 3),
    "truncated": ("DELETE FROM history_event WHERE stream = '{case}' AND seq > 5", "end", None),
    "emptied": ("DELETE FROM history_event WHERE stream = '{case}'", "end", None),
    "moved": ("UPDATE history_event SET seq = 99 WHERE stream = '{case}' AND seq = 8", "chain", 99),
    "added": (
        "INSERT INTO history_event SELECT stream, 9, type, at, actor_id, on_behalf_of, task_id, activity_id,"
        " activity_name, payload, digest FROM history_event WHERE stream = '{case}' AND seq = 8",
        "chain",
        9,
    ),
    "forged end": ("UPDATE process_instance SET head = NULL WHERE id = '{case}'", "end", None),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_with_rows_is_found(desk: Desk, how: str) -> None:
    case_id = desk.granted()
    statement, kind, seq = TAMPERING[how]
    desk.tamper(statement, case=case_id)

    assert (kind, seq) in findings(desk)


def test_a_changed_payload_is_found(desk: Desk) -> None:
    case_id = desk.granted()
    desk.overwrite(case_id, 3, desk.events(case_id)[2].payload + b" ")

    assert ("chain", 3) in findings(desk)


def test_two_events_that_changed_places_are_found(desk: Desk) -> None:
    case_id = desk.granted()
    for old, new in ((2, 77), (3, 2), (77, 3)):
        desk.tamper(
            "UPDATE history_event SET seq = {new} WHERE stream = '{case}' AND seq = {old}",
            case=case_id,
            old=old,
            new=new,
        )

    assert ("chain", 2) in findings(desk, case_id)
