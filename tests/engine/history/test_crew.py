"""Several processes find what one finds, in the same order."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from engine.bootstrap import build_engine
from engine.errors import AnlanError
from engine.history.crew import HelperLost, Recipe, common_view, crew_of
from engine.history.verification import Report, verify
from engine.process_engine import ProcessEngine

from .conftest import Desk

_SECONDS = {"chain_seconds": 0, "replay_seconds": 0, "projection_seconds": 0}


@pytest.fixture
def recipe(database_url: str, tmp_path: Path) -> Recipe:
    return partial(build_engine, database_url, attachments=tmp_path / "attachments")


def by_several(desk: Desk, recipe: Recipe) -> Report:
    with crew_of(recipe, 2) as crew, common_view(desk.engine, crew) as connection:
        return verify(connection, desk.engine.tools, checker=crew)


def by_one(desk: Desk) -> Report:
    with desk.engine.database.read() as connection:
        return verify(connection, desk.engine.tools)


def test_several_processes_find_what_one_finds(desk: Desk, recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.history.verification._STREAMS", 2)
    for _ in range(5):
        desk.granted()
    assert vars(by_several(desk, recipe)) | _SECONDS == vars(by_one(desk)) | _SECONDS

    desk.tamper("UPDATE user_task SET outcome = 'reject' WHERE outcome = 'agree'")
    desk.tamper("UPDATE process_instance SET status = 'active'")
    desk.tamper("UPDATE history_event SET actor_id = 'both' WHERE seq = 3")
    found = by_several(desk, recipe)
    assert len(found.findings) > 15
    assert vars(found) | _SECONDS == vars(by_one(desk)) | _SECONDS


def test_nobody_sees_what_is_done_after_the_view_was_begun(desk: Desk, recipe: Recipe) -> None:
    desk.in_review()
    with crew_of(recipe, 2) as crew, common_view(desk.engine, crew) as connection:
        desk.granted()
        report = verify(connection, desk.engine.tools, checker=crew)

    assert (report.findings, report.cases) == ([], 1)


def out_of_order() -> ProcessEngine:
    raise AnlanError("连不上数据库。")


def test_a_helper_that_cannot_begin_says_why(desk: Desk) -> None:
    with crew_of(out_of_order, 1) as crew, pytest.raises(AnlanError, match="连不上"), common_view(desk.engine, crew):
        pass


def test_a_helper_that_dies_is_missed(desk: Desk, recipe: Recipe) -> None:
    with crew_of(recipe, 1) as crew, common_view(desk.engine, crew) as connection:
        crew._processes[0].kill()
        with pytest.raises(HelperLost):
            verify(connection, desk.engine.tools, checker=crew)
