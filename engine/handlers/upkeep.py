"""Deleting what nobody needs any more; no case and no history is touched."""

from __future__ import annotations

from engine.commands import SYSTEM, ForgetAnswers
from engine.errors import Forbidden
from engine.idempotency import forget_old_answers
from engine.unit_of_work import UnitOfWork


def forget_answers(work: UnitOfWork, command: ForgetAnswers) -> int:
    """Delete the answers to requests that nobody will repeat any more."""
    if work.actor != SYSTEM:
        raise Forbidden("这项维护由系统自动进行。")
    return forget_old_answers(work)
