"""What may be asked of the engine about notifications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from engine.commands import Command


@dataclass(frozen=True, kw_only=True)
class MakeNotifications(Command[int]):
    """Note what persons are to be told now; tells how much that was."""

    beside_others: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class MailRound:
    """What one mail to a person tells."""

    notification_ids: tuple[str, ...]
    address: str
    lines: tuple[str, ...]
    #: when the oldest of it was noted
    since: datetime


@dataclass(frozen=True, kw_only=True)
class TakeMail(Command[MailRound | None]):
    """Take what is to be mailed to a person, so that nobody else sends it meanwhile."""

    beside_others: ClassVar[bool] = True

    person_id: str


@dataclass(frozen=True, kw_only=True)
class SettleMail(Command[None]):
    """It was sent, or never will be."""

    beside_others: ClassVar[bool] = True

    notification_ids: tuple[str, ...]
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReleaseMail(Command[None]):
    """It was not sent; the next try may be any worker's."""

    beside_others: ClassVar[bool] = True

    notification_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReadNotifications(Command[int]):
    """The actor has read these, or all; tells how many were new."""

    beside_others: ClassVar[bool] = True

    notification_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeEmail(Command[None]):
    """The actor wants to be written to at this address; None for nowhere."""

    email: str | None
