"""What pages show of projects and their money. Amounts are in yuan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ProjectLine:
    """One project in a list."""

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


@dataclass(frozen=True, kw_only=True)
class MoneySummary:
    """Where a project's money stands."""

    approved: Decimal
    contract: Decimal | None
    #: min(approved, ratio x contract), known once there is a contract
    ceiling: Decimal | None
    paid: Decimal
    #: penalties deducted from payments
    withheld: Decimal
    #: proposed or approved, not paid yet
    in_flight: Decimal
    retention: Decimal
    retention_held: Decimal
    available: Decimal
    recoverable: Decimal


@dataclass(frozen=True, kw_only=True)
class SourceLine:
    """What one source bears of a project."""

    source: str
    approved: Decimal
    left: Decimal


@dataclass(frozen=True, kw_only=True)
class PaymentLine:
    """One payment order of a project."""

    id: str
    number: str
    kind: str
    kind_label: str
    status: str
    status_label: str
    amount: Decimal
    shares: Mapping[str, Decimal]
    case_id: str
    case_number: str
    proposed_on: date
    approved_on: date | None
    paid_on: date | None
    received_on: date | None
    voucher_no: str | None
    payee_name: str | None
    return_reason: str | None


@dataclass(frozen=True, kw_only=True)
class ClaimLine:
    """Money that must come back."""

    number: str
    amount: Decimal
    remaining: Decimal
    reason: str
    due_on: date
    closed_on: date | None


@dataclass(frozen=True, kw_only=True)
class CaseLine:
    """A case that belongs to the project."""

    id: str
    number: str
    title: str
    process_key: str
    process_name: str
    status: str
    result: str | None
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ProjectView:
    """Everything a project's page shows."""

    facts: Mapping[str, Any]
    region_name: str
    money: MoneySummary
    sources: Sequence[SourceLine]
    payments: Sequence[PaymentLine]
    claims: Sequence[ClaimLine]
    cases: Sequence[CaseLine]
    invoices: int
