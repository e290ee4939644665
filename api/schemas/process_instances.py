"""Cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas.common import Facts, LongText, Received, Shown, Text


class CaseLine(Shown):
    """A line of a list of cases."""

    instance_id: str
    number: str
    title: str
    process_name: str
    region_name: str
    status: str
    result: str | None
    started_at: datetime
    open_steps: list[str]


class Start(Received):
    """What to start, where, and for which project."""

    process_key: Text
    region_code: Text | None = Field(default=None, description="12 位区划代码；只在一个单位任职时可以不填")
    project_id: Text | None = Field(default=None, description="在项目上办理的流程必填")


class Started(Shown):
    """A new case."""

    instance_id: str
    number: str
    task_ids: list[str]


class Step(Shown):
    """A user task of a case."""

    id: str
    activity_id: str
    name: str
    role: str | None
    unit_code: str | None
    unit_name: str
    status: str
    assignee_id: str | None
    opened_at: datetime
    due_at: datetime | None
    outcome: str | None
    outcome_label: str | None
    completed_at: datetime | None
    completed_by: str | None
    completed_by_name: str | None
    on_behalf_of: str | None
    submission: dict[str, Any] | None
    parent_id: str | None = None
    signing: str | None = None


class WaitShown(Shown):
    """What a case waits for besides people."""

    wait_id: str
    kind: str
    element_id: str
    name: str
    due_at: datetime | None


class IncidentShown(Shown):
    """Where a case has stopped."""

    id: str
    element_id: str
    name: str
    code: str = Field(description="没有事件接住的错误代码")
    message: str
    opened_at: datetime
    attempts: int


class Retry(Received):
    """Why it is worth another try."""

    reason: LongText


class IncidentResolution(Received):
    """Why the case may go on."""

    reason: LongText
    values: Facts = Field(default_factory=dict, description="这一环节本应得到的结果")


class CaseShown(Shown):
    """A case."""

    id: str
    number: str
    title: str
    status: str
    result: str | None
    revision: int
    region_code: str
    region_name: str
    project_id: str | None
    process_key: str
    process_name: str
    process_version: int
    policy_id: str | None
    started_by: str
    started_by_name: str
    started_at: datetime
    ended_at: datetime | None
    tasks: list[Step]
    waits: list[WaitShown]
    incidents: list[IncidentShown]


class Withdrawal(Received):
    """Why a case is taken back."""

    reason: LongText
    on_behalf_of: Text | None = None


class Message(Received):
    """A message for a case that waits for it."""

    name: Text
    values: Facts = Field(default_factory=dict)


class Event(Shown):
    """One event of the history."""

    seq: int
    type: str
    at: datetime
    actor_id: str
    actor_name: str
    on_behalf_of_name: str | None
    task_id: str | None
    activity_id: str | None
    activity_name: str | None
    input: dict[str, Any]
    outcome: dict[str, Any]


class Replay(Shown):
    """The history as it is played on the diagram."""

    diagram_url: str
    steps: list[dict[str, Any]]
