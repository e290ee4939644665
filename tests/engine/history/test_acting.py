"""Acts for others need a delegation on record, whatever a forged event names."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine.commands import Actor, ClaimTask, Delegate
from engine.history.event import Event, Header, write
from engine.history.rows.acting import Acting
from engine.history.verification import verify

from .conftest import Desk

_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_ROW = {
    "id": "d1",
    "from_person_id": "chief",
    "to_person_id": "lead",
    "valid_from": date(2026, 3, 1),
    "valid_to": date(2026, 3, 9),
}


def _event(type: str, outcome: Any = None, **told: Any) -> Event:
    header = Header(**{"stream": "s", "seq": 1, "type": type, "at": _AT, "actor": "lead", **told})
    return Event(write(header, {}, outcome or {}))


def _findings(**told: Any) -> int:
    acting = Acting()
    acting.see(_event("TaskClaimed", **told))
    acting.see(_event("Delegated", {"rows": {"delegation": [_ROW]}}, actor="chief"))
    return len(list(acting.check(complete=True)))


def test_an_act_under_a_delegation_is_covered() -> None:
    assert _findings(on_behalf_of="chief", delegation="d1") == 0
    assert _findings() == 0


@pytest.mark.parametrize(
    "told",
    [
        {"on_behalf_of": "chief", "delegation": "d2"},
        {"on_behalf_of": "chief"},
        {"on_behalf_of": "clerk", "delegation": "d1"},
        {"on_behalf_of": "chief", "delegation": "d1", "actor": "clerk"},
        {"on_behalf_of": "chief", "delegation": "d1", "at": datetime(2026, 3, 10, 1, 0, tzinfo=UTC)},
        {"delegation": "d1"},
    ],
)
def test_any_other_is_found(told: dict[str, Any]) -> None:
    assert _findings(**told) == 1


def test_what_people_do_for_others_is_covered(desk: Desk) -> None:
    case_id = desk.in_review()
    days = {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 12, 1)}
    desk.engine.execute(Delegate(actor=Actor(person_id="clerk"), to_person_id="second_clerk", **days))
    acting = Actor(person_id="second_clerk", on_behalf_of="clerk")
    desk.engine.execute(ClaimTask(actor=acting, task_id=desk.open_task(case_id).id))

    assert desk.events(case_id)[-1].header.delegation
    with desk.engine.database.read() as connection:
        assert verify(connection, desk.engine.tools).findings == []
