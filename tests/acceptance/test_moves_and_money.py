"""Returns and recalls across service tasks that have booked money: nothing is paid or set aside twice."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from api.demo.story import EXAMPLE_A
from api.demo.walker import Walk
from engine.commands import Actor
from engine.errors import Invalid, Refused
from engine.moves import MoveProcess, ReturnTask

ProjectAt = Callable[[str], Any]


def _returned(project: Any, walk: Walk, activity: str, to: str) -> Any:
    """Send the case back, and tell what the preview said."""
    task = walk.task(activity)
    command = ReturnTask(
        actor=Actor(person_id=walk.person_for(task)), task_id=task.id, activity_id=to, reason="发现填写有误"
    )
    preview = project.desk.engine.preview(command)
    project.desk.engine.execute(command)
    return preview


def _paid(project: Any) -> Any:
    return project.show()["money"]["paid"]


@pytest.fixture
def paying(project_at: ProjectAt) -> tuple[Any, Walk]:
    """A progress payment that the treasury has made and the village has not confirmed."""
    project = project_at("advanced")
    walk = project.backstage().start("progress_payment", EXAMPLE_A, project.id)
    walk.run(EXAMPLE_A.progress(Decimal("240000.00")), until="g12_receipt")
    return project, walk


def test_a_payment_that_was_made_is_told_before_a_return(paying: tuple[Any, Walk]) -> None:
    project, walk = paying

    preview = _returned(project, walk, "g12_receipt", "g9_county_finance")
    assert "登记支付" in preview.effects
    assert "国库支付" in preview.undone


def test_a_case_that_went_back_behind_its_payment_does_not_pay_again(paying: tuple[Any, Walk]) -> None:
    project, walk = paying
    before = _paid(project)
    _returned(project, walk, "g12_receipt", "g8_county_project")
    walk.complete("g8_county_project")

    with pytest.raises(Refused, match="不能再次付款"):
        walk.complete("g9_county_finance")
    assert _paid(project) == before


def test_the_treasury_confirms_its_payment_and_makes_no_second_one(paying: tuple[Any, Walk]) -> None:
    project, walk = paying
    before, done = _paid(project), walk.last("g11_pay").submission
    _returned(project, walk, "g12_receipt", "g11_pay")

    with pytest.raises(Invalid) as refused:
        walk.complete("g11_pay", **{**done, "voucher_no": "PZ-OTHER"})
    assert "不能再次支付" in refused.value.problems[0].message
    walk.complete("g11_pay", **done)
    walk.run(EXAMPLE_A.progress(Decimal("240000.00")))
    assert _paid(project) == before
    assert len(project.payments()) == 2


def test_an_administrator_who_moves_a_case_to_its_payment_pays_nothing(paying: tuple[Any, Walk]) -> None:
    project, walk = paying
    before = _paid(project)
    command = MoveProcess(
        actor=Actor(person_id="admin"), instance_id=walk.case_id, activity_id="record_payment", reason="试一试"
    )

    project.desk.engine.execute(command)
    assert [task.activity_id for task in walk.open_tasks()] == ["g12_receipt"]
    assert _paid(project) == before
    assert len(project.payments()) == 2


def test_a_project_is_issued_once_however_often_it_is_signed(prepared: Any, backstage: Any, desk: Any) -> None:
    walk = backstage.start("project_approval", EXAMPLE_A)
    walk.run(EXAMPLE_A.approval(), until="p15_pack")
    project_id = desk.project_of(walk.case_id)
    before = desk.project(project_id)["money"]
    issue = walk.last("p14_issue").submission
    task = walk.task("p15_pack")
    desk.engine.execute(
        ReturnTask(
            actor=Actor(person_id=walk.person_for(task)),
            task_id=task.id,
            activity_id="p14_issue",
            reason="发现填写有误",
        )
    )

    with pytest.raises(Refused, match="不能重复下达"):
        walk.complete("p14_issue", **{**issue, "issue_doc_no": "永移办〔2026〕999号"})
    walk.complete("p14_issue", **issue)
    assert [task.activity_id for task in walk.open_tasks()] == ["p15_pack"]
    assert desk.project_of(walk.case_id) == project_id
    assert desk.project(project_id)["money"] == before


def test_a_settlement_that_was_paid_is_not_settled_again(project_at: ProjectAt) -> None:
    project = project_at("built")
    walk = project.backstage().start("completion_settlement", EXAMPLE_A, project.id)
    walk.run(EXAMPLE_A.settlement(Decimal("470000.00"), None), until="c8_receipt")
    before = _paid(project)
    _returned(project, walk, "c8_receipt", "c6_confirm")

    with pytest.raises(Refused, match="已经结算"):
        walk.complete("c6_confirm")
    assert _paid(project) == before
