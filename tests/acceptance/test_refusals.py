"""Whoever may not act is told so, and nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from api.demo.organisation import demo_organisation
from api.demo.pace import OfficeHours
from api.demo.walker import Walk

#: (who tries to review in the place of 岩坦镇's clerk, what they are told)
STRANGERS = [
    ("bilian.clerk", 403),
    ("yantan.lead", 403),
    ("shixi.applicant", 403),
    ("wencheng.project", 403),
    ("auditor", 403),
    ("admin", 403),
]


@pytest.fixture
def desk(reviewing: Any, open_copy: Any) -> Any:
    return open_copy(reviewing)


@pytest.fixture
def reviewed(desk: Any, reviewing: Any) -> Walk:
    """A case that waits for the township's review."""
    return Walk(desk, demo_organisation(), reviewing.project_id, OfficeHours(desk.clock))


@pytest.mark.parametrize(("person", "status"), STRANGERS)
def test_only_the_townships_clerk_reviews(desk: Any, reviewed: Walk, refused: Any, person: str, status: int) -> None:
    task = reviewed.task("p4_town_review")
    before = desk.case(reviewed.case_id)["revision"]

    with refused(status):
        desk.complete(person, task, "agree", {})

    assert desk.case(reviewed.case_id)["revision"] == before


def test_another_townships_clerk_does_not_even_see_the_case(desk: Any, reviewed: Walk, refused: Any) -> None:
    with refused(404):
        desk.visitor("bilian.clerk").get(f"/process-instances/{reviewed.case_id}")

    inbox = desk.visitor("bilian.clerk").get("/user-tasks")
    assert inbox["items"] == []


def test_nobody_acts_without_the_token_of_the_page(desk: Any, reviewed: Walk, refused: Any) -> None:
    visitor = desk.visitor("yantan.clerk")
    task = reviewed.task("p4_town_review")

    with refused(403):
        visitor.post(f"/user-tasks/{task.id}/claim", headers={"X-CSRF-Token": "forged"})


def test_a_task_is_done_once(desk: Any, reviewed: Walk, refused: Any) -> None:
    task = reviewed.task("p4_town_review")
    submission = desk.sample("yantan.clerk", task, "agree", {})
    desk.complete("yantan.clerk", task, "agree", submission)

    with refused(409) as refusal:
        desk.complete("yantan.clerk", task, "agree", submission)
    assert "已经办理过了" in refusal.detail


def test_of_two_at_once_one_wins(desk: Any, reviewed: Walk) -> None:
    task = reviewed.task("p4_town_review")
    submission = desk.sample("yantan.clerk", task, "agree", {})

    def attempt(_: int) -> int:
        try:
            desk.complete("yantan.clerk", task, "agree", submission)
        except Exception as refusal:
            return int(refusal.status)  # type: ignore[attr-defined]
        return 200

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(attempt, range(2)))

    assert statuses == [200, 409]
    assert len(reviewed.open_tasks()) == 2


def test_after_a_withdrawal_nothing_can_be_done(desk: Any, reviewed: Walk, refused: Any) -> None:
    task = reviewed.task("p4_town_review")
    submission = desk.sample("yantan.clerk", task, "agree", {})
    desk.visitor("shixi.applicant").post(
        f"/process-instances/{reviewed.case_id}/withdrawal", json={"reason": "项目方案需要重新设计"}
    )

    with refused(409):
        desk.complete("yantan.clerk", task, "agree", submission)

    assert desk.case(reviewed.case_id)["status"] == "terminated"


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda values: {**values, "hacked": "1"}, id="unknown field"),
        pytest.param(lambda values: {**values, "requested_fund": "1.00"}, id="read-only field"),
        pytest.param(lambda values: {**values, "suggest_fund": "1000000.00"}, id="above the request"),
        pytest.param(lambda values: {**values, "suggest_fund": "12.345"}, id="half a fen"),
        pytest.param(lambda values: {**values, "visit_photos": ["0" * 32]}, id="somebody else's document"),
        pytest.param(lambda values: {**values, "dup_check_result": "duplicate"}, id="agreeing to a duplicate"),
    ],
)
def test_a_bad_submission_is_refused_at_its_field(
    desk: Any, reviewed: Walk, refused: Any, spoil: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    task = reviewed.task("p4_town_review")
    submission = dict(desk.sample("yantan.clerk", task, "agree", {}))

    with refused(422) as refusal:
        desk.complete("yantan.clerk", task, "agree", spoil(submission))

    assert refusal.problems
    assert reviewed.task("p4_town_review").id == task.id
