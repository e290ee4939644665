"""Tokens are made here: the secret goes to whoever asked for it, only its digest to the engine."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.commands import Actor
from engine.handlers.session import digest_of_token
from engine.machines import IssueToken
from engine.process_engine import ProcessEngine

#: lets a scan of files find secrets that should not be there
_PREFIX = "anlan_"


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A new token with its secret."""

    id: str
    token: str
    expires_at: datetime


def issue_token(engine: ProcessEngine, actor: Actor, machine_id: str, note: str, days: int) -> Issued:
    """Make a secret and have its digest known."""
    token = _PREFIX + secrets.token_urlsafe(32)
    expires_at = engine.clock.now() + timedelta(days=days)
    command = IssueToken(
        actor=actor, person_id=machine_id, digest=digest_of_token(token), note=note, expires_at=expires_at
    )
    return Issued(id=engine.execute(command), token=token, expires_at=expires_at)
