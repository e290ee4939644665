"""Payments of a project, the invoices that justify them, and claims for what was paid too much."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, ProcessValue, UnitCode


class PaymentKind(StrEnum):
    """At which stage a payment is made."""

    ADVANCE = "advance"
    PROGRESS = "progress"
    SETTLEMENT = "settlement"
    RETENTION = "retention"

    @property
    def label(self) -> str:
        """The stage's name on screens."""
        return _LABELS[self]


_LABELS = {
    PaymentKind.ADVANCE: "预拨",
    PaymentKind.PROGRESS: "进度款",
    PaymentKind.SETTLEMENT: "结算款",
    PaymentKind.RETENTION: "质保金",
}


class PaymentStatus(StrEnum):
    """How far a payment has come."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    PAID = "paid"
    #: the bank sent it back
    RETURNED = "returned"
    CANCELED = "canceled"


class Payment(Base):
    """One payment order. A returned one stays; its repetition is another row."""

    __tablename__ = "payment"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="ck_payment_amount"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    project_id: Mapped[str] = mapped_column(Id, ForeignKey("project.id"), index=True)
    county_code: Mapped[str] = mapped_column(UnitCode)
    case_id: Mapped[str] = mapped_column(Id, index=True)
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    #: what the project may have been paid in total after this payment (D02)
    cap_fen: Mapped[int] = mapped_column(BigInteger)
    #: certified value the payment rests on
    earned_value_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    withheld_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    #: why it differs from what was computed
    remark: Mapped[str | None] = mapped_column(Text)
    needs_meeting: Mapped[bool] = mapped_column(default=False)
    #: the parts of the calculation, as shown to those who sign
    computation: Mapped[Any] = mapped_column(ProcessValue)
    payee_type: Mapped[str | None] = mapped_column(String(24))
    payee_name: Mapped[str | None] = mapped_column(String(120))
    bank_name: Mapped[str | None] = mapped_column(String(120))
    bank_account: Mapped[str | None] = mapped_column(String(60))
    pay_method: Mapped[str | None] = mapped_column(String(32))
    proposed_on: Mapped[date]
    sign_level: Mapped[str | None] = mapped_column(String(40))
    approved_on: Mapped[date | None]
    voucher_no: Mapped[str | None] = mapped_column(String(60))
    paid_on: Mapped[date | None]
    return_reason: Mapped[str | None] = mapped_column(Text)
    received_on: Mapped[date | None]
    receipt_no: Mapped[str | None] = mapped_column(String(60))
    village_ledger_no: Mapped[str | None] = mapped_column(String(60))


class PaymentShare(Base):
    """What one source bears of a payment (I-02)."""

    __tablename__ = "payment_share"

    payment_id: Mapped[str] = mapped_column(Id, ForeignKey("payment.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    amount_fen: Mapped[int] = mapped_column(BigInteger)


class Invoice(Base):
    """An invoice that a case has used; no other case may use it (I-09)."""

    __tablename__ = "invoice"

    #: code and number, normalised
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    project_id: Mapped[str] = mapped_column(Id, ForeignKey("project.id"), index=True)
    case_id: Mapped[str] = mapped_column(Id, index=True)
    code: Mapped[str] = mapped_column(String(30))
    number: Mapped[str] = mapped_column(String(30))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    issued_on: Mapped[date | None]
    seller: Mapped[str | None] = mapped_column(String(120))


class RecoveryClaim(Base):
    """Money that must come back (R21)."""

    __tablename__ = "recovery_claim"
    __table_args__ = (CheckConstraint("amount_fen > 0", name="ck_recovery_claim_amount"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    project_id: Mapped[str] = mapped_column(Id, ForeignKey("project.id"), index=True)
    case_id: Mapped[str] = mapped_column(Id)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    received_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    reason: Mapped[str] = mapped_column(Text)
    claimed_on: Mapped[date]
    due_on: Mapped[date]
    closed_on: Mapped[date | None]

    @property
    def remaining_fen(self) -> int:
        """What has not come back yet."""
        return self.amount_fen - self.received_fen
