"""Executing the recorded inputs again gives what was recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import orjson
from drawing import draw

from engine import Session
from engine.calendar import arrangement, knowing, published_years
from engine.history.digests import digest_of
from engine.history.replay import replay
from engine.ports import AcceptAnyForm, FormTask

from .conftest import Desk


def test_a_case_replays_from_its_start_to_its_end(desk: Desk, replayed: Callable[[str], Any]) -> None:
    result = replayed(desk.granted())

    assert result.difference is None
    assert result.steps == 7


def test_a_replay_tells_the_first_step_that_differs_and_how(desk: Desk, replayed: Callable[[str], Any]) -> None:
    case_id = desk.granted()
    forged = orjson.loads(desk.events(case_id)[1].payload)
    forged["input"]["values"]["title"] = "别的项目"
    payload = orjson.dumps(forged, option=orjson.OPT_SORT_KEYS)
    desk.overwrite(case_id, 2, payload, digest=digest_of(payload))

    difference = replayed(case_id).difference
    assert (difference.seq, difference.type, difference.part) == (2, "TaskCompleted", "changes")
    assert "别的项目" in difference.message


class Trimming(AcceptAnyForm):
    """A form library that makes something else of what was filled in."""

    def validate(self, task: FormTask, submission: Mapping[str, Any], attachments: Any) -> Mapping[str, Any]:
        return {name: value.strip() if isinstance(value, str) else value for name, value in submission.items()}


def test_what_was_filled_in_is_put_into_the_form_again(desk: Desk) -> None:
    desk.engine.tools = replace(desk.engine.tools, forms=Trimming())
    case_id = desk.started()
    desk.complete(case_id, "applicant", title="  石溪路面硬化 ", amount=Decimal(1))

    with desk.engine.database.read() as connection:
        again = partial(replay, connection, desk.engine.tools.definitions, case_id)
        assert desk.events(case_id)[1].input["submitted"]["title"] == "  石溪路面硬化 "
        assert again(Trimming()).difference is None
        difference = again(AcceptAnyForm()).difference
    assert difference is not None
    assert (difference.seq, difference.part) == (2, "form")


def test_days_are_counted_by_the_holidays_that_were_published_then(desk: Desk, replayed: Callable[[str], Any]) -> None:
    case_id = desk.in_review()
    told = desk.events(case_id)[0].input["facts"]["calendar"]
    assert [int(year) for year in told] == list(published_years())

    with knowing([]):
        assert arrangement(2026) is None
        assert replayed(case_id).difference is None
    assert arrangement(2026) is not None


def test_a_library_session_replays_its_cases() -> None:
    with Session(now=datetime(2026, 3, 2, tzinfo=UTC)) as session:
        session.deploy(draw("start: startEvent\n a: userTask\n end: endEvent\n start -> a -> end"))
        case_id = session.start("p", {"pick": 1})
        session.complete(session.tasks(case_id)[0].id, {"pick": 2})

        assert (session.replay(case_id).steps, session.replay(case_id).difference) == (2, None)
