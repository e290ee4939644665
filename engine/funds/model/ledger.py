"""Double entry: money only ever moves from one account to another, and a balance is a sum."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, UtcDateTime


class AccountKind(StrEnum):
    """Whose account it is."""

    #: a fund source of a county; it goes below zero by what has been allotted
    SOURCE = "source"
    #: what a source has allotted to a project and was not paid yet
    PROJECT = "project"
    #: what those who build the project have received
    PAYEE = "payee"


class TransferKind(StrEnum):
    """Why money moved."""

    ALLOT = "allot"
    PAY = "pay"
    RETURN = "return"
    RECOVER = "recover"
    RELEASE = "release"


class Account(Base):
    """One side of a transfer."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("kind", "owner", "source", name="uq_account_kind_owner_source"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    #: county code or project id
    owner: Mapped[str] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(String(40))


class Transfer(Base):
    """Money that moved. Rows are only ever added; a mistake is moved back."""

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="ck_transfer_amount"),
        Index("ix_transfer_from", "from_account_id"),
        Index("ix_transfer_to", "to_account_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    from_account_id: Mapped[str] = mapped_column(Id, ForeignKey("account.id"))
    to_account_id: Mapped[str] = mapped_column(Id, ForeignKey("account.id"))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    project_id: Mapped[str] = mapped_column(Id, ForeignKey("project.id"), index=True)
    case_id: Mapped[str] = mapped_column(Id)
    payment_id: Mapped[str | None] = mapped_column(Id, ForeignKey("payment.id"))
    claim_id: Mapped[str | None] = mapped_column(Id, ForeignKey("recovery_claim.id"))
