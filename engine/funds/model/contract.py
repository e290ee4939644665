"""What a project agreed with its contractor, and the reckoning at its end."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.funds.model.ratio import Ratio
from engine.model.base import Base, Id, UnitCode


class Contract(Base):
    """A project's contract as it was put on file (F09)."""

    __tablename__ = "contract"
    __table_args__ = (
        UniqueConstraint("county_code", "number", name="uq_contract_county_number"),
        CheckConstraint("amount_fen > 0", name="ck_contract_amount"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    project_id: Mapped[str] = mapped_column(Id, ForeignKey("project.id"), unique=True)
    county_code: Mapped[str] = mapped_column(UnitCode)
    number: Mapped[str] = mapped_column(String(60))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    signed_on: Mapped[date]
    contractor: Mapped[str] = mapped_column(String(120))
    contractor_uscc: Mapped[str | None] = mapped_column(String(18))
    procure_method: Mapped[str | None] = mapped_column(String(40))
    supervise_unit: Mapped[str | None] = mapped_column(String(120))
    retention_rate: Mapped[Decimal] = mapped_column(Ratio)
    warranty_months: Mapped[int]
    start_report: Mapped[bool]
    notice_board: Mapped[bool]
    case_id: Mapped[str] = mapped_column(Id)


class Settlement(Base):
    """What the audit left of a project's cost, and what follows for the last payment (F34)."""

    __tablename__ = "settlement"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    project_id: Mapped[str] = mapped_column(Id, ForeignKey("project.id"), unique=True)
    case_id: Mapped[str] = mapped_column(Id)
    submitted_fen: Mapped[int] = mapped_column(BigInteger)
    audited_fen: Mapped[int] = mapped_column(BigInteger)
    audit_unit: Mapped[str | None] = mapped_column(String(120))
    final_fen: Mapped[int] = mapped_column(BigInteger)
    retention_fen: Mapped[int] = mapped_column(BigInteger)
    withheld_fen: Mapped[int] = mapped_column(BigInteger)
    withheld_reason: Mapped[str | None] = mapped_column(Text)
    #: below zero it is claimed back
    payable_fen: Mapped[int] = mapped_column(BigInteger)
    #: spent from the retention on repairs
    repair_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    settled_on: Mapped[date]
