"""Notifications as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model import NotificationKind
from engine.queries.notifications import NotificationLine

KINDS: Mapping[NotificationKind, str] = {
    NotificationKind.DUE_SOON: "快到期",
    NotificationKind.OVERDUE: "已逾期",
    NotificationKind.RETURNED: "被退回",
    NotificationKind.ENDED: "已结束",
}
COLOURS: Mapping[NotificationKind, str] = {
    NotificationKind.DUE_SOON: "amber",
    NotificationKind.OVERDUE: "red",
    NotificationKind.RETURNED: "amber",
    NotificationKind.ENDED: "green",
}


def address_of(line: NotificationLine) -> str:
    """Where one goes on: at the task that is to be done, otherwise at the case."""
    hurried = line.kind in (NotificationKind.DUE_SOON, NotificationKind.OVERDUE)
    return f"/tasks/{line.task_id}" if hurried and not line.settled else f"/cases/{line.instance_id}"
