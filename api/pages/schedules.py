"""定时计划: when processes start by themselves, and pausing that."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import designs
from api.dependencies import FormOf, Visit, VisitOf
from api.pages.frame import SCHEDULERS, page, redirect
from api.presentation.schedules import receivers_in_words, rule_in_words
from engine.queries.schedules import schedules
from engine.schedules.commands import PauseSchedule, ResumeSchedule

router = APIRouter(include_in_schema=False)
_LONGEST_REASON = 500


@router.get("/schedules")
def schedules_page(request: Request, visit: VisitOf) -> Response:
    """定时计划"""
    visit.require(*SCHEDULERS)
    return _page(request, visit)


def _page(request: Request, visit: Visit, problem: str = "") -> Response:
    with visit.reading() as connection:
        found = schedules(connection, visit.engine.tools.policies, visit.viewer, visit.engine.clock.now())
    return page(
        request,
        "schedules.html",
        visit=visit,
        active="schedules",
        status=422 if problem else 200,
        messages=[("error", problem)] if problem else [],
        schedules=[(item, rule_in_words(item), receivers_in_words(item)) for item in found],
        may_change=visit.viewer.has_role(designs.DESIGNER),
    )


@router.post("/schedules/{process_key}/{element_id}")
def change(request: Request, visit: VisitOf, form: FormOf, process_key: str, element_id: str) -> Response:
    """Pause or resume one."""
    visit.require(designs.DESIGNER)
    which = {"process_key": process_key, "element_id": element_id}
    if form.get("act") == "resume":
        visit.engine.execute(ResumeSchedule(actor=visit.actor, **which))
        return redirect("/schedules", "success", "已恢复，从下一个日期起照常发起。")
    reason = str(form.get("reason") or "").strip()[:_LONGEST_REASON]
    if not reason:
        return _page(request, visit, "请写明暂停的原因。")
    visit.engine.execute(PauseSchedule(actor=visit.actor, reason=reason, **which))
    return redirect("/schedules", "success", "已暂停，期间到来的日期不发起办件。")
