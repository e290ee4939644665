"""Sends what persons are told by mail, one letter for all that is new: outside any transaction."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engine.commands import SYSTEM
from engine.errors import Refused
from engine.notifications.commands import MailRound, ReleaseMail, SettleMail, TakeMail
from engine.notifications.postman import postman_of
from engine.ports import OutgoingCall
from engine.process_engine import ProcessEngine

_LOG = logging.getLogger(__name__)
#: What has gone wrong for this long is given up: by then the person has other news.
PATIENCE = timedelta(days=1)
#: So much is written out; the page has the rest.
MOST_LINES = 30


def mail_notifications(engine: ProcessEngine, person_id: str) -> bool:
    """Send a person one letter about all that is new; the queue's back-off counts where it goes wrong."""
    taken = engine.execute(TakeMail(actor=SYSTEM, person_id=person_id))
    if taken is None:
        return False
    ids = taken.notification_ids
    try:
        postman_of(engine.tools.connectors).call(letter_of(taken), _call_of(taken))
    except Refused as refusal:
        _LOG.warning("notifications of a person cannot be mailed: %s", refusal.code)
        engine.execute(SettleMail(actor=SYSTEM, notification_ids=ids, error=refusal.message))
        return False
    except Exception as fault:
        if engine.clock.now() - taken.since < PATIENCE:
            engine.execute(ReleaseMail(actor=SYSTEM, notification_ids=ids))
            raise
        _LOG.warning("notifications of a person are given up: %s", type(fault).__name__)
        message = "邮件服务器一直没有接收。"
        engine.execute(SettleMail(actor=SYSTEM, notification_ids=ids, error=message))
        return False
    engine.execute(SettleMail(actor=SYSTEM, notification_ids=ids))
    return True


def letter_of(taken: MailRound) -> Mapping[str, Any]:
    """Numbers and steps and nothing else: mail is read by others than those it is for."""
    number = len(taken.lines)
    more = [f"……另有 {number - MOST_LINES} 条"] if number > MOST_LINES else []
    shown = "\n".join(["安澜提醒您：", "", *taken.lines[:MOST_LINES], *more, "", "请登录安澜，在“通知”里查看。"])
    return {"to": taken.address, "subject": f"安澜：您有 {number} 条新通知", "text": shown}


def _call_of(taken: MailRound) -> OutgoingCall:
    """The same for the same content, so that a receiver's system can drop a second letter."""
    id_ = hashlib.sha256(" ".join(taken.notification_ids).encode()).hexdigest()[:32]
    return OutgoingCall(
        id=id_, instance_id="", case_number="", element_id="", asked_at=taken.since, attempt=1, sequence=1
    )
