"""The life of one project in figures, and what its people write into their forms for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from api.demo.plan import PlanRow
from api.demo.walker import Answer, Script


@dataclass(frozen=True, kw_only=True)
class Story:
    """What is built where, for how much, and what came of it."""

    village_code: str
    village: str
    name: str
    content: str
    total_invest: Decimal
    support: Decimal
    contract_amount: Decimal
    project_type: str = "infra_road"
    #: (source, percent of the support)
    sources: tuple[tuple[str, str], ...] = (("small_reservoir_fund", "100"),)
    reimburse_mode: str = "staged"
    site_point: str = "120.682100,28.283600"

    @classmethod
    def of_plan(cls, row: PlanRow, *, contract_amount: Decimal, project_type: str = "infra_road") -> Story:
        """A project of the published plan; only its contract is invented."""
        return cls(
            village_code=row.village_code,
            village=row.village,
            name=row.name,
            content=row.content,
            total_invest=row.total_invest,
            support=row.support,
            contract_amount=contract_amount,
            project_type=project_type,
        )

    def approval(self) -> Script:
        """P02 and P03a: what is applied for, and the contract."""
        return {"p1_apply": self.application(), "p11_fund_check": self.funding(), "p16_prep": self.contract()}

    def application(self) -> Answer:
        """F02."""
        return Answer(
            values={
                "project_name": self.name,
                "project_type": self.project_type,
                "applicant_name": f"{self.village}股份经济合作社",
                "maintenance_body": f"{self.village}股份经济合作社",
                "build_site_address": self.village,
                "site_point": self.site_point,
                "build_content": f"{self.content}。按实施方案清表、整修基础后施工，所用材料和工艺符合设计要求，"
                "施工期间设置安全警示标志，完工后清理现场、恢复周边原貌，并由村集体落实日常管护人员。",
                "scale_table": [
                    {
                        "content": self.content[:40],
                        "quantity": "1",
                        "unit": "项",
                        "unit_price": _text(self.total_invest),
                    }
                ],
                "total_invest": _text(self.total_invest),
                "src_migrant_fund": _text(self.support),
                "src_source_code": [source for source, _ in self.sources],
                "src_self_raise": _text(self.total_invest - self.support),
                "reimburse_mode": self.reimburse_mode,
                "goal_output": [
                    {"indicator": "完成建设内容", "target": "100", "unit": "%"},
                    {"indicator": "工程验收合格率", "target": "100", "unit": "%"},
                ],
                "goal_benefit": [{"indicator": "受益移民户", "target": "86", "unit": "户"}],
            }
        )

    def _scale(self) -> dict[str, str]:
        return {
            "content": self.content[:40],
            "quantity": "1",
            "unit": "项",
            "unit_price": _text(self.total_invest),
        }

    def funding(self) -> Answer:
        """F04f: which fund pays which part."""
        return Answer(values={"sources": [{"source": source, "share": share} for source, share in self.sources]})

    def contract(self) -> Answer:
        """F09."""
        return Answer(
            values={
                "contract_amount": _text(self.contract_amount),
                "supervise_unit": "温州瓯江工程监理有限公司",
            }
        )

    def advance(self, amount: Decimal | None = None) -> Script:
        """P04: as much as is allowed, unless an amount is given."""
        values = {} if amount is None else {"advance_amount": _text(amount)}
        return {"a1_request": Answer(values=values)}

    def progress(self, earned: Decimal, **request: Any) -> Script:
        """P05: so much work has been done up to now."""
        return {
            "g1_report": Answer(values={"earned_value": _text(earned), "contract_amount": _text(self.contract_amount)}),
            "g3_request": Answer(values=request),
        }

    def settlement(self, audited: Decimal, submitted: Decimal | None = None) -> Script:
        """P06: what was submitted for audit and what the audit left of it."""
        figures = {
            "submitted_amount": _text(self.contract_amount if submitted is None else submitted),
            "audited_amount": _text(audited),
        }
        return {step: Answer(values=figures) for step in ("c5_settle_audit", "c5_finance_audit", "c5_county_audit")}


def _text(amount: Decimal) -> str:
    return f"{amount:.2f}"


def merged(*scripts: Mapping[str, Answer | Sequence[Answer]]) -> Script:
    """Scripts one over the other; later answers win."""
    return {key: answer for script in scripts for key, answer in script.items()}


#: spec §6, worked example A: all from one fund, nothing raised by the village
EXAMPLE_A = Story(
    village_code="330324113227",
    village="陈庄村石溪自然村",
    name="石溪自然村村内道路改造工程",
    content="改造村内道路1200米，路面宽3.5米，浇筑混凝土面层厚0.18米，配套边沟和护栏",
    total_invest=Decimal("500000.00"),
    support=Decimal("500000.00"),
    contract_amount=Decimal("480000.00"),
    sources=(("large_reservoir_support", "100"),),
)
