"""What may be told to whoever waits for it: commands for messages and signals that come from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from engine.commands import Command


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What became of a message."""

    #: the case that has received it, or that it has started
    instance_id: str | None = None
    started: bool = False
    #: nobody waits for it yet
    kept: bool = False


@dataclass(frozen=True, kw_only=True)
class PublishMessage(Command[Delivery]):
    """Bring a message to the one case that waits for it, or start the process that it starts."""

    name: str
    #: the value that tells the case it is meant for from others that wait for the same message
    correlation: Any = None
    values: Mapping[str, Any] = field(default_factory=dict)
    #: how long to keep it when nobody waits for it yet
    keep_for: timedelta = timedelta()
    #: of a case that it starts; by default the region of the process
    region_code: str | None = None
    #: digits of the regions whose cases the sender may reach; none is all
    within: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class BroadcastSignal(Command[tuple[str, ...]]):
    """Tell every case that waits for a signal, and start every process that it starts; gives the cases' ids."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    #: of the cases that it starts; by default the region of each process
    region_code: str | None = None
    #: digits of the regions whose cases the sender may reach; none is all
    within: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class DeliverKeptMessage(Command[bool]):
    """Try a kept message again. False when still nobody waits for it."""

    message_id: str
