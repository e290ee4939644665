"""Incidents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field, field_validator

from api.incidents import MOST, Outcome
from api.plain_json import plain
from api.schemas.common import Document, LongText, Received, Shown, Text
from engine.queries.incidents import IncidentKind


class IncidentItem(Shown):
    """A line of the list."""

    id: str
    kind: IncidentKind = Field(description="work 办理中断，timer 定时，call 外部调用，delivery 外送")
    instance_id: str
    number: str
    title: str
    process_key: str
    process_name: str
    region_code: str
    region_name: str
    element_id: str
    name: str
    code: str = Field(description="错误代码；定时的以 timer. 开头，外部调用和外送的以 call. 开头")
    message: str
    opened_at: datetime
    attempts: int
    standing: bool = Field(description="还等着处理")
    closed_at: datetime | None
    closed_by_name: str | None
    resolution: str | None = Field(description="retried、resolved 或 withdrawn")
    reason: str | None


class IncidentInFull(IncidentItem):
    """One incident with what was to be sent."""

    connector: str | None
    inputs: dict[str, Any] | None = Field(description="外部调用和外送要发送的内容")

    @field_validator("inputs", mode="before")
    @classmethod
    def _readable(cls, inputs: Any) -> Any:
        return plain(inputs)


class Retry(Received):
    """Why it is worth another try, and with what."""

    reason: LongText
    inputs: Document | None = Field(
        default=None, description="外部调用和外送：改后要发送的全部内容；原来是数字、日期的仍是数字、日期。不写则照原样"
    )


class RetryOfMany(Received):
    """Which are to be tried again, and why."""

    incident_ids: list[Text] = Field(min_length=1, max_length=MOST)
    reason: LongText


class ResolutionOfIncident(Received):
    """Why the case may go on."""

    reason: LongText
    results: Document = Field(default_factory=dict, description="这一环节本应得到的结果；跳过外送时不填")


class Settled(Shown):
    """What came of it."""

    incident_id: str
    outcome: Outcome = Field(
        description="settled 已继续，under_way 正在重新送出，stopped_again 又停下了，refused 没有办成"
    )
    message: str
