"""Five rows of a published plan: 永嘉县2025年水库移民后期扶持项目年度计划表 (public notice of 2024-12-13)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from api.demo.organisation import demo_organisation, rows_of
from engine.offices.roles import Level, unit_at

#: the plan gives 万元 with three decimals, which is always a whole number of yuan
_YUAN_PER_WAN = 10_000


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """A project of the plan, its amounts in yuan."""

    village_code: str
    village: str
    township: str
    name: str
    content: str
    total_invest: Decimal
    support: Decimal

    @property
    def self_raised(self) -> Decimal:
        """What the plan does not support the village pays itself."""
        return self.total_invest - self.support


def plan_rows() -> tuple[PlanRow, ...]:
    """The rows in the order of the plan."""
    return tuple(_row(row) for row in rows_of("plan.csv"))


def row_of(township: str) -> PlanRow:
    """The plan's row of a township; each has one."""
    return next(row for row in plan_rows() if row.township == township)


def _row(row: dict[str, str]) -> PlanRow:
    organisation = demo_organisation()
    county = organisation.unit_named(row["county"])
    township = organisation.unit_named(row["township"], unit_at(county, Level.COUNTY)[:6])
    return PlanRow(
        village_code=organisation.unit_named(row["village"], township[:9]),
        village=row["village"],
        township=row["township"],
        name=row["project_name"],
        content=row["construction_content"],
        total_invest=yuan(row["estimate_wan_yuan"]),
        support=yuan(row["proposed_support_wan_yuan"]),
    )


def yuan(wan: str) -> Decimal:
    """An amount published in 万元."""
    return (Decimal(wan) * _YUAN_PER_WAN).quantize(Decimal("0.01"))
