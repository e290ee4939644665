"""跳转 and 迁移: an administrator places a case by hand, on another step or on another version."""

from __future__ import annotations

from typing import Any

import pytest

from engine.commands import Actor
from engine.errors import Forbidden, NotFound, Refused
from engine.moves import MigrateProcess, MoveProcess

ADMIN = Actor(person_id="admin")


def _move(office: Any, to: str, by: Actor = ADMIN, **more: Any) -> MoveProcess:
    return MoveProcess(actor=by, instance_id=office.case_id, activity_id=to, reason="前次误办", **more)


def _migrate(office: Any, version: int = 2, by: Actor = ADMIN, **mapping: str) -> MigrateProcess:
    return MigrateProcess(actor=by, instance_id=office.case_id, version=version, reason="流程修订", mapping=mapping)


def test_a_case_is_placed_on_any_step(office: Any) -> None:
    office.applied()
    command = _move(office, "deputy")

    preview = office.engine.preview(command)
    assert [task.name for task in preview.cancelled] == ["县业务审查", "乡镇审查"]
    assert [task.name for task in preview.opened] == ["县领导签批"]
    assert [wait.name for wait in preview.dropped] == ["审查三天提醒"]
    office.execute(command)
    assert office.open == ["deputy"]
    assert office.complete("deputy", "deputy", "agree").open == ["receipt"]


def test_only_what_is_named_is_withdrawn(office: Any) -> None:
    office.applied()
    office.execute(_move(office, "town_sign", withdraw=(office.task("review").token_id,)))

    assert office.open == ["check", "town_sign"]
    office.complete("town_sign", "lead", "agree").complete("check", "checker", "agree")
    assert office.open == ["deputy"]


def test_only_an_administrator_moves_a_case(office: Any) -> None:
    office.applied()

    for login in ("clerk", "designer", "other_admin", "deputy"):
        with pytest.raises(Forbidden):
            office.execute(_move(office, "deputy", Actor(person_id=login)))


def test_a_move_tells_its_target_and_reason(office: Any) -> None:
    office.applied()
    office.execute(_move(office, "deputy"))

    event = office.events()[-1]
    assert (event.header.type, event.header.activity_name) == ("ProcessMoved", "县领导签批")
    assert event.input["reason"] == "前次误办"


def test_there_is_no_move_to_what_is_no_step(office: Any) -> None:
    office.applied()

    for target in ("nowhere", "join", "granted"):
        with pytest.raises(Refused):
            office.execute(_move(office, target))


def test_a_running_case_goes_on_with_the_new_version(office: Any) -> None:
    office.applied()
    before = {task.id: task.due_at for task in office.tasks()}
    office.redraw(('乡镇审查" anlan:role="town_clerk"', '乡镇复核" anlan:role="town_lead"'))
    command = _migrate(office)

    preview = office.engine.preview(command)
    assert {task.name: task.holder for task in preview.kept}["乡镇复核"] == "岩坦镇 乡镇分管领导"
    office.execute(command)
    assert {task.id: task.due_at for task in office.tasks()} == before
    assert office.complete("review", "lead", "agree").open == ["check", "town_sign"]


def test_a_step_that_is_gone_must_be_given_a_place(office: Any) -> None:
    office.applied()
    office.redraw(('"review"', '"town_review"'), ("乡镇审查", "乡镇初审"))

    with pytest.raises(Refused, match="没有“乡镇审查”的去处"):
        office.execute(_migrate(office))
    office.execute(_migrate(office, review="town_review"))
    assert office.open == ["check", "town_review"]
    assert office.events()[-1].input["mapping"] == {"review": "town_review"}


def test_a_designer_migrates_cases_and_others_do_not(office: Any) -> None:
    office.applied()
    office.redraw(("乡镇审查", "乡镇复核"))

    with pytest.raises(Forbidden):
        office.execute(_migrate(office, by=Actor(person_id="clerk")))
    office.execute(_migrate(office, by=Actor(person_id="designer")))
    assert office.task("review").name == "乡镇复核"


def test_a_case_is_not_migrated_to_where_it_is_or_to_nowhere(office: Any) -> None:
    office.applied()

    with pytest.raises(Refused, match="已经是第 1 版"):
        office.execute(_migrate(office, version=1))
    with pytest.raises(NotFound, match="没有第 7 版"):
        office.execute(_migrate(office, version=7))
