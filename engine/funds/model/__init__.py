"""The tables of the money. Amounts are whole fen in columns named `_fen`, ratios are whole basis points."""

from __future__ import annotations

from engine.funds.model.contract import Contract, Settlement
from engine.funds.model.ledger import Account, AccountKind, Transfer, TransferKind
from engine.funds.model.payment import Invoice, Payment, PaymentKind, PaymentShare, PaymentStatus, RecoveryClaim
from engine.funds.model.project import FundSource, Project, ProjectSource, ProjectStatus, ReimburseMode

__all__ = [
    "Account",
    "AccountKind",
    "Contract",
    "FundSource",
    "Invoice",
    "Payment",
    "PaymentKind",
    "PaymentShare",
    "PaymentStatus",
    "Project",
    "ProjectSource",
    "ProjectStatus",
    "RecoveryClaim",
    "ReimburseMode",
    "Settlement",
    "Transfer",
    "TransferKind",
]
