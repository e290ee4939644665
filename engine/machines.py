"""Machine accounts: other systems that work for cases over the API. They have no password, only tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.commands import Command

#: the role that such an account holds in the unit whose cases it works for
INTEGRATION = "integration"
#: in place of a password's hash: no password fits
NO_PASSWORD = "!"


@dataclass(frozen=True, kw_only=True)
class RegisterMachine(Command[str]):
    """Make another system known in a unit; gives its person id."""

    login: str
    name: str
    unit_code: str


@dataclass(frozen=True, kw_only=True)
class IssueToken(Command[str]):
    """Let a machine account show a secret, of which the engine only ever sees the digest; gives the token's id."""

    person_id: str
    digest: str
    note: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class RevokeToken(Command[None]):
    """Accept a token no longer."""

    token_id: str
