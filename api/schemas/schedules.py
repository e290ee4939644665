"""Schedules of timer start events."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from api.schemas.common import LongText, Received, Shown


class CountyDatesShown(Shown):
    """The next times in one county."""

    county: str = Field(description="县名；各县相同时为空")
    times: list[datetime]


class FailedStartShown(Shown):
    """A case that could not be started yet."""

    region: str
    due_at: datetime
    try_at: datetime = Field(description="下次再试的时间")
    error: str


class ScheduleShown(Shown):
    """A timer start event of a process' newest version."""

    process_key: str
    process_name: str
    version: int
    element_id: str
    rule: str = Field(description="流程图上的写法：ISO 8601 或 FEEL")
    wording: str = Field(description="规则的中文说明")
    regions: str = Field(description="village、town、county、city 各发起一件；空为只发起一件")
    paused_at: datetime | None
    dates: list[CountyDatesShown]
    started: int = Field(description="已发起的办件数")
    last_due: datetime | None
    failures: list[FailedStartShown]


class Pause(Received):
    """Why a schedule is paused."""

    reason: LongText = Field(min_length=1)
