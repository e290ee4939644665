"""Projects and their money, in yuan, as exact texts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import Field

from api.schemas.common import Shown


class ProjectLine(Shown):
    """A line of the list."""

    id: str
    number: str
    name: str
    region_code: str
    region_name: str
    status: str
    status_label: str
    suspended: bool
    approved: Decimal
    contract: Decimal | None
    paid: Decimal


class Money(Shown):
    """Where the money stands."""

    approved: Decimal
    contract: Decimal | None
    ceiling: Decimal | None = Field(description="min(批复扶持额, 扶持比例 × 合同额)")
    paid: Decimal
    withheld: Decimal
    in_flight: Decimal
    retention: Decimal
    retention_held: Decimal
    available: Decimal
    recoverable: Decimal


class PaymentShown(Shown):
    """One payment order."""

    id: str
    number: str
    kind: str
    kind_label: str
    status: str
    status_label: str
    amount: Decimal
    shares: dict[str, Decimal]
    case_id: str
    case_number: str
    proposed_on: date
    approved_on: date | None
    paid_on: date | None
    received_on: date | None
    voucher_no: str | None
    payee_name: str | None
    return_reason: str | None


class ClaimShown(Shown):
    """Money that must come back."""

    number: str
    amount: Decimal
    remaining: Decimal
    reason: str
    due_on: date
    closed_on: date | None


class ProjectCase(Shown):
    """A case of the project."""

    id: str
    number: str
    title: str
    process_key: str
    process_name: str
    status: str
    result: str | None
    started_at: datetime
    ended_at: datetime | None


class OpeningShown(Shown):
    """A process of the project and why it cannot begin now."""

    key: str
    name: str
    starters: str
    mine: bool = Field(description="由您的岗位发起")
    reasons: list[str] = Field(description="现在不能发起的原因；空表示可以")


class ProjectShown(Shown):
    """A project."""

    facts: dict[str, Any]
    region_name: str
    money: Money
    payments: list[PaymentShown]
    claims: list[ClaimShown]
    cases: list[ProjectCase]
    openings: list[OpeningShown] = Field(default_factory=list)
