"""Messages and signals that come from outside."""

from __future__ import annotations

from pydantic import Field

from api.schemas.common import Facts, LongText, Received, Shown, Text


class Publication(Received):
    """A message for whoever waits for it."""

    name: Text = Field(min_length=1)
    correlation: LongText | int | bool | None = Field(default=None, description="关联值：与办件等待的值相同才送达")
    values: Facts = Field(default_factory=dict)
    keep_for: Text | None = Field(default=None, description="暂无办件等待时保留多久，ISO 8601 时长，如 P1D")
    region_code: Text | None = Field(default=None, description="消息启动流程时，新办件所属区划")


class Delivered(Shown):
    """What became of a message."""

    instance_id: str | None = Field(description="收到消息的办件，或由它启动的办件")
    started: bool
    kept: bool = Field(description="暂无办件等待，已保留")


class Broadcast(Received):
    """A signal for everybody who listens for it."""

    name: Text = Field(min_length=1)
    values: Facts = Field(default_factory=dict)
    region_code: Text | None = Field(default=None, description="信号启动流程时，新办件所属区划")


class Reached(Shown):
    """Who has heard a signal."""

    instance_ids: list[str]
