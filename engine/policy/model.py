"""The table of policy profiles. A version is never changed; a county that changes its mind publishes the next one."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.model.base import Base, Id, ProcessValue, UnitCode


class PolicyProfile(Base):
    """One version of a county's parameters, complete, with the days it is in force."""

    __tablename__ = "policy_profile"
    __table_args__ = (UniqueConstraint("county_code", "version", name="uq_policy_profile_county_version"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    county_code: Mapped[str] = mapped_column(UnitCode)
    version: Mapped[int]
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    parameters: Mapped[Any] = mapped_column(ProcessValue)
