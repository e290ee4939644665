"""Calls of cases for the outside, as external workers get and answer them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, field_validator

from api.plain_json import plain
from api.schemas.common import Document, LongText, Received, Shown, Text

WorkerName = Annotated[
    Text, Field(max_length=100, description="同一账号有几个程序时，各起一个名字；领取和办理要用同一个名字")
]
LockSeconds = Annotated[int, Field(ge=1, le=86_400, description="锁定多少秒；到期没有办完，别的程序可以领取")]


class Fetch(Received):
    """What a worker asks for."""

    topic: Text = Field(min_length=1, description="流程图里连接器 external. 后面的部分")
    worker: WorkerName = ""
    count: int = Field(default=1, ge=1, le=100, description="最多领取几项")
    lock_seconds: LockSeconds = 300
    wait_seconds: int = Field(default=0, ge=0, le=30, description="没有时最多等多少秒")


class HeldCallShown(Shown):
    """A call that is locked for the worker."""

    id: str = Field(description="每次重试都不变，可以用作对方的幂等键")
    instance_id: str
    case_number: str
    element_id: str
    name: str
    topic: str
    inputs: dict[str, Any] = Field(description="数字和日期写成文字，与其他接口一致")
    asked_at: datetime
    attempt: int = Field(description="第几次")
    locked_until: datetime

    @field_validator("inputs", mode="before")
    @classmethod
    def _readable(cls, inputs: Any) -> Any:
        return plain(inputs)


class Completion(Received):
    """The work is done."""

    worker: WorkerName = ""
    results: Document = Field(default_factory=dict, description="结果，名称与流程图里约定的一致")


class BusinessError(Received):
    """The business says no."""

    worker: WorkerName = ""
    code: Text = Field(min_length=1, description="流程图里错误事件的错误代码")
    message: LongText = ""


class Failure(Received):
    """The work went wrong."""

    worker: WorkerName = ""
    message: LongText = Field(min_length=1, description="出了什么错，用中文写给系统管理员看")
    retries_left: int | None = Field(
        default=None, ge=0, le=1000, description="还可以试几次；0 为不再试，转为停滞点。系统自己的次数上限仍然有效"
    )
    retry_after_seconds: int | None = Field(
        default=None, ge=0, le=2_592_000, description="过多少秒再试；不写则由系统决定"
    )


class Lock(Received):
    """How long a call is to be kept from now."""

    worker: WorkerName = ""
    lock_seconds: LockSeconds = 300


class Taken(Shown):
    """Whether the case has gone on with what was told."""

    taken: bool = Field(description="false：办件已经不再等它，结果没有采用")


class NextTry(Shown):
    """What becomes of a failure."""

    next_at: datetime | None = Field(description="什么时候再试；没有则已成为停滞点，或办件不再等它")


class Locked(Shown):
    """Until when a call is kept."""

    locked_until: datetime


class CallShown(Shown):
    """A call of a case."""

    id: str
    element_id: str
    name: str
    connector: str
    topic: str | None
    status: str = Field(
        description="open 等待，failed 停滞，kept 已收下答复、等办件恢复，"
        "answered 已答复，resolved 人工处理，withdrawn 不再需要"
    )
    waited_for: bool = Field(description="办件停在这里等它；false 为办件已经继续，按次序送出")
    attempts: int
    next_at: datetime | None
    error: str | None
    asked_at: datetime
    closed_at: datetime | None
    inputs: dict[str, Any] | None = Field(description="只有系统管理员和审计人员可以看")

    @field_validator("inputs", mode="before")
    @classmethod
    def _readable(cls, inputs: Any) -> Any:
        return plain(inputs)
