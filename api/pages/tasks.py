"""The page of one task: its form, what came before it, and where the case stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import HTMLResponse, Response

from api.dependencies import FormOf, Visit, VisitOf
from api.documents import store
from api.errors import status_of
from api.pages.frame import page, redirect
from api.presentation.desk import Desk, desk_of
from api.presentation.tasks import task_address
from engine.commands import ClaimTask, CompletedTask, CompleteTask, ReleaseTask, SaveTaskDraft
from engine.errors import AnlanError, Conflict, FieldProblem, Forbidden, Invalid, NotFound
from engine.model import CallStatus
from engine.queries.calls import calls_of
from engine.queries.case import case_view
from forms.submission import Press, Submission, decode

router = APIRouter(include_in_schema=False)

#: names of the page's own, which are no fields of the form
_OWN = frozenset({"csrf_token", "request_key"})


@router.get("/tasks/{task_id}")
def task_page(
    request: Request, visit: VisitOf, task_id: str, principal: str | None = Query(None, alias="for")
) -> Response:
    """The form with the draft, if there is one; a task that is done shows what was submitted."""
    with desk_of(visit, task_id, principal) as desk:
        return _page(request, desk)


@router.post("/tasks/{task_id}")
def act(
    request: Request,
    visit: VisitOf,
    posted: FormOf,
    task_id: str,
    principal: str | None = Query(None, alias="for"),
) -> Response:
    """Submit, save a draft, or only redraw the form after a row was added or a condition changed."""
    submission, problems = _store_uploads(visit, _decode(posted))
    with desk_of(visit, task_id, principal) as desk:
        if problems:
            return _again(request, desk, submission, problems, 422)
        match submission.press:
            case Press.SUBMIT:
                return _complete(request, desk, submission)
            case Press.DRAFT:
                return _keep(desk, submission)
        pressed = submission.pressed(desk.form) if desk.form else submission
        return _again(request, desk, pressed, (), 200)


@router.post("/tasks/{task_id}/claim")
def claim(visit: VisitOf, task_id: str, principal: str | None = Query(None, alias="for")) -> Response:
    """签收"""
    visit.engine.execute(ClaimTask(actor=visit.acting_for(principal), task_id=task_id))
    return redirect(task_address(task_id, principal), "success", "已签收，同岗位的其他人不能再办理这项待办。")


@router.post("/tasks/{task_id}/release")
def release(visit: VisitOf, task_id: str, principal: str | None = Query(None, alias="for")) -> Response:
    """退回待签收"""
    visit.engine.execute(ReleaseTask(actor=visit.acting_for(principal), task_id=task_id))
    return redirect(task_address(task_id, principal), "success", "已放回，同岗位的人都可以办理。")


def _decode(posted: FormData) -> Submission:
    return decode((name, value) for name, value in posted.multi_items() if name not in _OWN)


def _store_uploads(visit: Visit, submission: Submission) -> tuple[Submission, tuple[FieldProblem, ...]]:
    """Keep the documents before anything else, so that none is lost when the form comes back with errors."""
    stored: dict[str, list[str]] = {}
    problems = []
    for path, files in submission.uploads.items():
        for file in _files(files):
            try:
                stored.setdefault(path, []).append(store(visit, file).id)
            except AnlanError as refused:
                problems.append(FieldProblem(path=path, message=refused.message))
    return submission.with_uploaded(stored), tuple(problems)


def _files(files: Iterable[object]) -> Iterable[UploadFile]:
    return (file for file in files if isinstance(file, UploadFile))


def _keep(desk: Desk, submission: Submission) -> Response:
    desk.execute(SaveTaskDraft(actor=desk.actor, task_id=desk.task.id, submission=submission.values))
    return redirect(desk.address, "success", "草稿已保存，只有您看得到。")


def _complete(request: Request, desk: Desk, submission: Submission) -> Response:
    values = dict(submission.values)
    outcome = values.pop("outcome", None) if desk.has_outcomes else None
    command = CompleteTask(
        actor=desk.actor,
        task_id=desk.task.id,
        submission=values,
        outcome=outcome if isinstance(outcome, str) and outcome else None,
    )
    try:
        done = desk.execute(command)
    except NotFound:
        raise
    except AnlanError as refused:
        if not desk.acting.may:
            raise
        problems = (
            refused.problems if isinstance(refused, Invalid) else (FieldProblem(path="", message=refused.message),)
        )
        return _again(request, desk, submission, problems, status_of(refused))
    return redirect("/inbox", "success", _told(desk, done))


def _told(desk: Desk, done: CompletedTask) -> str:
    """What happens next, so that nobody has to ask."""
    with desk.visit.reading() as connection:
        case = case_view(connection, desk.visit.viewer, done.instance_id)
        calls = calls_of(connection, done.instance_id)
    begun = f"“{desk.task.name}”已提交"
    if done.ended:
        return f"{begun}，办件 {case.number} 已办结：{case.result}。"
    steps = "、".join(dict.fromkeys(task.name for task in case.open_tasks))
    if steps:
        return f"{begun}，办件 {case.number} 转到：{steps}。"
    if case.incidents:
        return f"{begun}，办件 {case.number} 在“{case.incidents[0].name}”停下了，由系统管理员处理。"
    awaited = (
        "外部系统答复"
        if any(call.waited_for and call.status == CallStatus.OPEN for call in calls)
        else "公示或时限到期"
    )
    return f"{begun}，办件 {case.number} 正在等待{awaited}。"


def _again(
    request: Request, desk: Desk, submission: Submission, problems: Sequence[FieldProblem], status: int
) -> Response:
    """The form as it was typed. Scripts get its content only, people the whole page."""
    if not desk.acting.may:
        kind = Conflict if desk.acting.candidate else Forbidden
        raise kind(desk.acting.reason or "这项待办已经办结，不能再办理。")
    body = desk.render(submission.values, problems)
    if request.headers.get("hx-request") == "true":
        return HTMLResponse(body, status)
    return _page(request, desk, body, status)


def _page(request: Request, desk: Desk, body: str | None = None, status: int = 200) -> Response:
    form_body = body if body is not None else desk.render() if desk.acting.may else None
    return page(
        request,
        "task.html",
        visit=desk.visit,
        active="inbox",
        status=status,
        desk=desk,
        task=desk.task,
        case=desk.case,
        form_body=form_body,
        again=status >= 400,
    )
