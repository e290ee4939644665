"""What is told, in a sentence."""

from __future__ import annotations

from engine.model.notification import NotificationKind


def sentence(kind: NotificationKind, task_name: str | None, result: str | None) -> str:
    """About a case whose number is shown beside it."""
    match kind:
        case NotificationKind.DUE_SOON:
            return f"“{task_name}”即将到期"
        case NotificationKind.OVERDUE:
            return f"“{task_name}”已经逾期"
        case NotificationKind.RETURNED:
            return f"您发起的办件在“{task_name}”被退回"
        case NotificationKind.ENDED:
            return f"您发起的办件已经结束{f'：{result}' if result else ''}"
