"""What no history implies: tables and columns that a verification leaves alone, and why."""

from __future__ import annotations

from collections.abc import Mapping

_LEASE = "who works on something at the moment; it runs out by itself and is no act"
_PROGRESS = "how far time has come; what was started is in scheduled_start and in the first event of each case"

#: table, or table.column -> the reason
EXCEPTIONS: Mapping[str, str] = {
    "login_session": "who is logged in; sessions come and go, and an act tells its actor by itself",
    "task_draft": "typed and not submitted; a draft is no act",
    "notification": "what persons are told of tasks and cases; those are compared, and reading is no act",
    "notification_start": "since when persons are told; what was told is no act",
    "job": "a reminder for workers; what is to be done is told by other rows (the sweep)",
    "person.failed_logins": "counted by log-ins, which are no acts of record",
    "person.locked_until": "set by failed log-ins and over after minutes",
    "connector_call.worker": _LEASE,
    "connector_call.locked_until": _LEASE,
    "start_subscription.due_at": _PROGRESS,
    "start_subscription.repetition": _PROGRESS,
    "start_subscription.daily": _PROGRESS,
    "scheduled_start.id": "only its own table refers to it",
    "scheduled_start.try_at": "when a start is tried (again); that it was made is compared",
    "scheduled_start.error": "why the last try was refused; the next one replaces it",
}


def is_compared(table: str, column: str) -> bool:
    """Whether a verification of everything finds another value in this column."""
    return table not in EXCEPTIONS and f"{table}.{column}" not in EXCEPTIONS
