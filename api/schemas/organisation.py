"""Policy profiles and delegations."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from api.schemas.common import Received, Shown, Text


class PolicyShown(Shown):
    """One version of a county's policy profile."""

    id: str
    county_code: str
    version: int
    effective_from: date
    effective_to: date | None
    parameters: dict[str, Any]


class DelegationShown(Shown):
    """A delegation."""

    id: str
    from_person_id: str
    from_name: str
    to_person_id: str
    to_name: str
    valid_from: date
    valid_to: date


class NewDelegation(Received):
    """Whom to let act, and when."""

    to_person_id: Text
    valid_from: date
    valid_to: date = Field(description="含当天")


class Created(Shown):
    """What was made."""

    id: str
