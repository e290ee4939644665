"""Schedules: starting what they owe, pausing and resuming them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from engine.commands import StartedProcess
from engine.errors import Conflict, NotFound
from engine.interpreter import WaitKind
from engine.model import StartSubscription
from engine.schedules.commands import PauseSchedule, ResumeSchedule, StartScheduled
from engine.schedules.owed import start_owed
from engine.unit_of_work import UnitOfWork


def start_scheduled(work: UnitOfWork, command: StartScheduled) -> StartedProcess | None:
    """Start a case that a schedule owes a region."""
    return start_owed(work, command.owed_id)


def pause_schedule(work: UnitOfWork, command: PauseSchedule) -> None:
    """Let the dates of a schedule pass."""
    _set(work, command, work.now, "这个定时计划已经暂停。")
    _record(work, "SchedulePaused", command, reason=command.reason)


def resume_schedule(work: UnitOfWork, command: ResumeSchedule) -> None:
    """Let it fire again."""
    _set(work, command, None, "这个定时计划没有暂停。")
    _record(work, "ScheduleResumed", command)


def _set(work: UnitOfWork, command: PauseSchedule | ResumeSchedule, paused_at: datetime | None, already: str) -> None:
    this = (
        (StartSubscription.key == command.process_key)
        & (StartSubscription.element_id == command.element_id)
        & (StartSubscription.kind == WaitKind.TIMER)
    )
    row = work.connection.execute(select(StartSubscription).where(this)).one_or_none()
    if row is None:
        raise NotFound(
            "没有这个定时计划，可能已随新版本取消。", process=command.process_key, element=command.element_id
        )
    if (row.paused_at is None) == (paused_at is None):
        raise Conflict(already)
    work.connection.execute(update(StartSubscription).where(this).values(paused_at=paused_at))


def _record(work: UnitOfWork, type_: str, command: PauseSchedule | ResumeSchedule, **more: Any) -> None:
    input = {"process": command.process_key, "element": command.element_id, **more}
    work.record("schedules", type_, input=input, outcome={})
