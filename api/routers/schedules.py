"""Schedules: what starts processes by the calendar, and pausing it."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter

from api import designs
from api.dependencies import VisitOf
from api.pages.frame import SCHEDULERS
from api.presentation.schedules import rule_in_words
from api.schemas.schedules import Pause, ScheduleShown
from engine.queries.schedules import schedules
from engine.schedules.commands import PauseSchedule, ResumeSchedule

router = APIRouter(tags=["定时计划 schedules"])


@router.get("/schedules", summary="定时计划 Schedules")
def list_schedules(visit: VisitOf) -> list[ScheduleShown]:
    """各流程最新版本的定时开始事件：规则、接下来的日期、没能发起的办件。"""
    visit.require(*SCHEDULERS)
    with visit.reading() as connection:
        found = schedules(connection, visit.engine.tools.policies, visit.viewer, visit.engine.clock.now())
    return [ScheduleShown.model_validate({**asdict(item), "wording": rule_in_words(item)}) for item in found]


@router.post("/schedules/{process_key}/{element_id}/pause", status_code=204, summary="暂停 Pause")
def pause(visit: VisitOf, process_key: str, element_id: str, body: Pause) -> None:
    """暂停期间到来的日期不发起，恢复后也不补。"""
    visit.require(designs.DESIGNER)
    visit.engine.execute(
        PauseSchedule(actor=visit.actor, process_key=process_key, element_id=element_id, reason=body.reason)
    )


@router.post("/schedules/{process_key}/{element_id}/resume", status_code=204, summary="恢复 Resume")
def resume(visit: VisitOf, process_key: str, element_id: str) -> None:
    """从下一个日期起照常发起。"""
    visit.require(designs.DESIGNER)
    visit.engine.execute(ResumeSchedule(actor=visit.actor, process_key=process_key, element_id=element_id))
