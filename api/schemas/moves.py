"""Moves of a case: what is asked, what it would do, and what it did."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from api.schemas.common import LongText, Received, Shown, Text
from api.schemas.user_tasks import Behalf
from engine.model import Signing


class Reasoned(Behalf):
    """A move of a task, with its reason."""

    reason: LongText


class Return(Reasoned):
    """退回"""

    activity_id: Text = Field(description="退回到哪个环节，见 return-targets")
    direct: bool = Field(default=False, description="true：改正后直达本环节；false：逐级重新办理")


class Transfer(Reasoned):
    """转办, 委派"""

    to_person_id: Text


class Resolution(Behalf):
    """交回委派"""

    opinion: LongText


class Signers(Reasoned):
    """加签"""

    person_ids: list[Text] = Field(min_length=1, max_length=20)
    signing: Signing = Field(description="before 前加签，parallel 并加签，after 后加签")


class Reason(Received):
    """Why an administrator acts."""

    reason: LongText


class Resumption(Received):
    """恢复"""

    reason: LongText = ""


class Placement(Reason):
    """移动"""

    activity_id: Text
    withdraw: list[Text] | None = Field(
        default=None, description="要撤下的待办（token_id）和等待（wait_id）；不填就全部撤下"
    )


class Migration(Reason):
    """迁移"""

    version: int = Field(ge=1, le=1_000_000)
    mapping: dict[Text, Text | None] = Field(default_factory=dict, description="旧环节 id → 新环节 id，只写要改的")


class BatchMigration(Migration):
    """批量迁移"""

    instance_ids: list[Text] | None = Field(default=None, max_length=200, description="不填就是全部在办办件")
    rehearse: bool = Field(default=False, description="true：只在副本上试运行")


class ReportShown(Shown):
    """What has become of one case, or what a dry run came to."""

    instance_id: str
    number: str
    title: str
    accepted: bool
    result: str | None = Field(default=None, description="试运行办到的结果；没有办到结束时为空")
    played: list[str] = Field(default_factory=list)
    messages: list[str] = Field(default_factory=list)


class TargetShown(Shown):
    """A step that a task may be returned to."""

    activity_id: str
    name: str
    done_by: str | None = None
    done_at: datetime | None = None


class TaskEffectShown(Shown):
    """A task of a preview."""

    task_id: str | None
    activity_id: str
    name: str
    holder: str
    due_at: datetime | None


class WaitEffectShown(Shown):
    """A timer or message of a preview."""

    element_id: str
    name: str
    kind: str
    due_at: datetime | None


class PreviewShown(Shown):
    """What a move would do; nothing has been changed."""

    cancelled: list[TaskEffectShown]
    kept: list[TaskEffectShown]
    opened: list[TaskEffectShown]
    undone: list[str] = Field(description="要重新办理的环节")
    effects: list[str] = Field(description="已经做了、不会撤回的系统操作")
    dropped: list[WaitEffectShown]
    started: list[WaitEffectShown]
    status: str
    result: str | None


class Moved(Shown):
    """What a move has done, or with `preview=true` what it would do."""

    preview: PreviewShown | None = None
    opened_task_ids: list[str] = Field(default_factory=list)
    ended: bool = False
