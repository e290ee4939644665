"""Executing the recorded inputs again gives what was recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from engine.history.digests import digest_of

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
