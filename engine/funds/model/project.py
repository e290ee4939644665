"""A project that the county has approved, and the sources that pay for it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.funds.model.ratio import Ratio
from engine.model.base import Base, Id, UnitCode, UtcDateTime


class ProjectStatus(StrEnum):
    """How far a project has come; being suspended is an attribute, not a state."""

    APPROVED = "approved"
    FILED = "filed"
    CONTRACTED = "contracted"
    UNDER_CONSTRUCTION = "under_construction"
    ACCEPTED = "accepted"
    SETTLED = "settled"
    #: handed over; only the retention is still open
    WARRANTY = "warranty"
    CLOSED = "closed"


class ReimburseMode(StrEnum):
    """How a project is paid (S1-51, S1-54)."""

    STAGED = "staged"
    PARTIAL_ADVANCE = "partial_advance"
    FULL_ADVANCE = "full_advance"
    POST_COMPLETION = "post_completion"


class FundSource(StrEnum):
    """Where money comes from (spec §4); every fen paid belongs to one (I-62)."""

    LARGE_RESERVOIR_SUPPORT = "large_reservoir_support"
    SUPPORT_FUND_PROJECT = "support_fund_project"
    RESERVOIR_AREA_FUND = "reservoir_area_fund"
    SMALL_RESERVOIR_FUND = "small_reservoir_fund"
    PROVINCIAL_TOPUP = "provincial_topup"
    CITY_MATCHING = "city_matching"
    COUNTY_MATCHING = "county_matching"
    CONVERGENCE_RELOCATION_SPECIAL = "convergence_relocation_special"
    WORK_RELIEF = "work_relief"
    PROV_BUDGET_INVESTMENT = "prov_budget_investment"
    POLICY_LOAN = "policy_loan"
    SPECIAL_BOND = "special_bond"
    RELOCATION_SURPLUS = "relocation_surplus"
    PAIR_ASSIST = "pair_assist"
    SOCIAL_DONATION = "social_donation"


class Project(Base):
    """An approved project. It exists because a case approved it, and is paid by later cases."""

    __tablename__ = "project"
    __table_args__ = (CheckConstraint("approved_fen > 0", name="ck_project_approved"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    project_type: Mapped[str] = mapped_column(String(40))
    applicant_type: Mapped[str] = mapped_column(String(40))
    applicant_name: Mapped[str] = mapped_column(String(120), default="")
    build_site: Mapped[str] = mapped_column(String(200), default="")
    region_code: Mapped[str] = mapped_column(UnitCode, index=True)
    county_code: Mapped[str] = mapped_column(UnitCode, index=True)
    status: Mapped[str] = mapped_column(String(24), index=True)
    reimburse_mode: Mapped[str] = mapped_column(String(24))
    approved_fen: Mapped[int] = mapped_column(BigInteger)
    #: the verified total investment, the most a contract may cost
    total_invest_fen: Mapped[int] = mapped_column(BigInteger)
    support_ratio: Mapped[Decimal] = mapped_column(Ratio)
    work_relief: Mapped[bool] = mapped_column(default=False)
    #: printed on the notice board; scanning it leads to the project
    qr_code: Mapped[str] = mapped_column(String(64), unique=True)
    issue_doc_no: Mapped[str] = mapped_column(String(60))
    issued_on: Mapped[date]
    filing_receipt: Mapped[str | None] = mapped_column(String(60))
    filed_on: Mapped[date | None]
    accepted_on: Mapped[date | None]
    warranty_end: Mapped[date | None]
    handed_over_on: Mapped[date | None]
    receiver: Mapped[str | None] = mapped_column(String(120))
    maintenance_body: Mapped[str | None] = mapped_column(String(120))
    #: why payments are stopped; None while they are not
    suspended_reason: Mapped[str | None] = mapped_column(Text)
    origin_case_id: Mapped[str] = mapped_column(Id, unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProjectSource(Base):
    """One source's part in a project."""

    __tablename__ = "project_source"

    project_id: Mapped[str] = mapped_column(Id, ForeignKey("project.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    #: payments are split in the proportion of the weights
    weight: Mapped[int] = mapped_column(BigInteger)
    approved_fen: Mapped[int] = mapped_column(BigInteger)
