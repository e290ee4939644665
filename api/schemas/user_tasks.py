"""User tasks: the inbox, one task with its form, and what may be done with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas.common import Document, Received, Shown, Text


class TaskLine(Shown):
    """A line of the inbox."""

    task_id: str
    task_name: str
    instance_id: str
    number: str
    title: str
    process_name: str
    region_name: str
    opened_at: datetime
    due_at: datetime | None
    assignee_id: str | None
    on_behalf_of: str | None = Field(description="只能以受托身份办理时，委托人的 id")
    completed_at: datetime | None = None
    outcome_label: str | None = None


class OutcomeShown(Shown):
    """One way to complete a task."""

    key: str
    label: str


class TaskShown(Shown):
    """A task. The form is given to those who may act on it."""

    id: str
    name: str
    activity_id: str
    instance_id: str
    number: str
    title: str
    status: str
    role: str | None
    role_name: str
    unit_code: str | None
    unit_name: str
    assignee_id: str | None
    opened_at: datetime
    due_at: datetime | None
    may_act: bool
    reason: str = Field(default="", description="不能办理的原因")
    on_behalf_of: str | None = None
    form: dict[str, Any] | None = Field(default=None, description="form-js 表单定义")
    form_schema: dict[str, Any] | None = Field(default=None, description="values 的 JSON Schema")
    outcomes: list[OutcomeShown] = Field(default_factory=list)
    inputs: dict[str, Any] = Field(default_factory=dict)
    rights: dict[str, str] = Field(default_factory=dict)
    draft: dict[str, Any] | None = None
    submission: dict[str, Any] | None = None
    outcome: str | None = None
    outcome_label: str | None = None
    completed_at: datetime | None = None
    completed_by: str | None = None
    parent_id: str | None = Field(default=None, description="加签、委派的待办：它加在哪项待办上")
    signing: str | None = Field(default=None, description="before、parallel、after 加签，delegated 委派")


class Behalf(Received):
    """In whose name to act."""

    on_behalf_of: Text | None = Field(default=None, description="委托人的 id；不填就是以本人身份办理")


class Draft(Behalf):
    """What was filled in so far; nothing is checked."""

    values: Document


class Completion(Behalf):
    """A task's form, filled in."""

    outcome: Text | None = Field(default=None, description="办理结果的 key")
    values: Document = Field(default_factory=dict)


class Completed(Shown):
    """What a completion brought about."""

    instance_id: str
    opened_task_ids: list[str]
    ended: bool
