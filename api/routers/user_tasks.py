"""The inbox, and everything that is done with one task."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query

from api.dependencies import VisitOf
from api.presentation.desk import Desk, desk_of
from api.routers.paging import PageNumber, Search
from api.schemas.common import Page, page_of
from api.schemas.user_tasks import Behalf, Completed, Completion, Draft, OutcomeShown, TaskLine, TaskShown
from engine.commands import ClaimTask, CompleteTask, ReleaseTask, SaveTaskDraft
from engine.queries import inbox
from forms.submission import from_json

router = APIRouter(prefix="/user-tasks", tags=["待办 user tasks"])


class Box(StrEnum):
    """Which list."""

    TODO = "todo"
    DONE = "done"


@router.get("", summary="待办和已办 My tasks")
def list_tasks(visit: VisitOf, box: Box = Box.TODO, search: Search = "", page: PageNumber = 1) -> Page[TaskLine]:
    """待办：本人岗位上无人签收或本人已签收的；已办：本人办过的。"""
    query = inbox.todo if box is Box.TODO else inbox.done
    with visit.reading() as connection:
        return page_of(query(connection, visit.viewer, search=search, page=page), TaskLine)


@router.get("/{task_id}", summary="一项待办 One task")
def read_task(
    visit: VisitOf, task_id: str, on_behalf_of: Annotated[str | None, Query(description="委托人的 id")] = None
) -> TaskShown:
    """可以办理时带上表单定义、带出的值和草稿。"""
    with desk_of(visit, task_id, on_behalf_of) as desk:
        return _shown(desk)


@router.post("/{task_id}/claim", status_code=204, summary="签收 Claim")
def claim(visit: VisitOf, task_id: str, body: Annotated[Behalf | None, Body()] = None) -> None:
    """签收后同岗位的其他人不能再办理。"""
    visit.engine.execute(ClaimTask(actor=visit.acting_for(body.on_behalf_of if body else None), task_id=task_id))


@router.post("/{task_id}/release", status_code=204, summary="放回 Release")
def release(visit: VisitOf, task_id: str, body: Annotated[Behalf | None, Body()] = None) -> None:
    """放回后同岗位的人都可以办理。"""
    visit.engine.execute(ReleaseTask(actor=visit.acting_for(body.on_behalf_of if body else None), task_id=task_id))


@router.put("/{task_id}/draft", status_code=204, summary="保存草稿 Save a draft")
def save_draft(visit: VisitOf, task_id: str, draft: Draft) -> None:
    """草稿不检查，只有本人看得到。"""
    actor = visit.acting_for(draft.on_behalf_of)
    visit.engine.execute(SaveTaskDraft(actor=actor, task_id=task_id, submission=from_json(draft.values).values))


@router.post("/{task_id}/completion", summary="办理 Complete")
def complete(visit: VisitOf, task_id: str, completion: Completion) -> Completed:
    """按表单检查全部内容；有一处不合格就什么都不改动。"""
    done = visit.engine.execute(
        CompleteTask(
            actor=visit.acting_for(completion.on_behalf_of),
            task_id=task_id,
            submission=from_json(completion.values).values,
            outcome=completion.outcome,
        )
    )
    return Completed.model_validate(done)


def _shown(desk: Desk) -> TaskShown:
    task, case = desk.task, desk.case
    facts = {name: getattr(task, name) for name in TaskShown.model_fields if hasattr(task, name)}
    around: dict[str, Any] = {
        "number": case.number,
        "title": case.title,
        "inputs": {},
        "on_behalf_of": desk.acting.on_behalf_of,
    }
    acting = {"may_act": desk.acting.may, "reason": desk.acting.reason}
    return TaskShown(**{**facts, **around, **acting, **_form(desk)})


def _form(desk: Desk) -> dict[str, Any]:
    if desk.form_task is None:
        return {}
    return {
        "form": json.loads(desk.form_task.form) if desk.form_task.form else None,
        "form_schema": desk.form.schema() if desk.form else None,
        "outcomes": [OutcomeShown(key=outcome.key, label=outcome.label) for outcome in desk.outcomes],
        "inputs": dict(desk.form_task.inputs),
        "rights": dict(desk.form_task.rights),
        "draft": dict(desk.draft) if desk.draft is not None else None,
    }
