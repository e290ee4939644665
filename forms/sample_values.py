"""The values behind the samples: what each well-known field holds in the story the demo tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

#: Stores a document of that name and gives its id.
Attach = Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a sample may lean on: the day, the task's inputs, the facts, and what is already filled in."""

    today: date
    inputs: Mapping[str, Any]
    context: Mapping[str, Any]
    filled: Mapping[str, Any]
    attach: Attach
    #: tells one sample from the next where numbers must be unique
    serial: int = 1

    def find(self, *keys: str, otherwise: str = "") -> str:
        """The first of the named values that is known, as text."""
        for key in keys:
            for known in (self.filled, self.inputs):
                if known.get(key) is not None:
                    return str(known[key])
        return otherwise

    def amount(self, *keys: str, otherwise: str = "100000.00") -> Decimal:
        return Decimal(self.find(*keys, otherwise=otherwise).replace(",", ""))

    def policy(self, name: str, otherwise: str) -> str:
        return str((self.context.get("policy") or {}).get(name, otherwise))

    def day(self, days: int) -> str:
        return (self.today + timedelta(days=days)).isoformat()


def invoice(setting: Setting, amount: Decimal) -> dict[str, Any]:
    """One digital invoice over the whole amount, with a number of its own."""
    number = f"26{setting.today:%y%m%d}{setting.serial:012d}"
    return {
        "invoice_type": "digital",
        "invoice_no": number,
        "amount": str(amount),
        "tax": "0.00",
        "issue_date": setting.day(0),
        "seller": "永嘉县楠溪建设工程有限公司",
        "photo": [setting.attach(f"发票{number}.pdf")],
    }


def work_done(setting: Setting) -> list[dict[str, str]]:
    """One item that gives the earned value asked for, half the contract by default."""
    contract = setting.amount("contract_amount")
    earned = setting.amount("earned_value", otherwise=str(contract / 2))
    return [
        {
            "item_name": "路基路面工程",
            "contract_qty": str(contract),
            "this_qty": str(earned),
            "total_qty": str(earned),
            "unit_price": "1.00",
        }
    ]


def _share_of(part: Decimal, whole: Decimal) -> str:
    return f"{round(100 * part / whole, 2)}%" if whole else "0%"


def _signature(setting: Setting) -> str:
    actor = setting.context.get("actor")
    return str(actor["name"]) if isinstance(actor, Mapping) and actor.get("name") else "王建国"


#: filled in although they may be left empty: a project off the pool is approved one level higher
ALWAYS = frozenset({"reserve_no", "present_list"})

SPECIAL: dict[str, Callable[[Setting], Any]] = {
    "reserve_no": lambda s: f"CK-330324-2026-{s.serial:05d}",
    "cycle_start": lambda s: str(s.today.year),
    "cycle_end": lambda s: str(s.today.year + 3),
    "applicant_type": lambda s: "village",
    "applicant_name": lambda s: "白水社区白水村股份经济合作社",
    "project_name": lambda s: "林山村道路硬化工程",
    "project_type": lambda s: "infra_road",
    "build_content": lambda s: (
        "新建村内道路总长约594米、宽1.5米，清表后铺设碎石垫层厚0.16米，浇筑C25混凝土路面，沿线新建排水边沟，"
        "修复路肩挡墙，安装必要的安全防护栏杆和标志，完工后移交村集体管护并落实日常养护人员。"
    ),
    "total_invest": lambda s: s.find("total_invest", otherwise="500000.00"),
    "scale_table": lambda s: [
        {
            "content": "道路硬化",
            "quantity": "1",
            "unit": "项",
            "unit_price": s.find("total_invest", otherwise="500000.00"),
        }
    ],
    "src_migrant_fund": lambda s: str(
        s.amount("total_invest", otherwise="500000.00")
        - s.amount("src_self_raise", otherwise="0")
        - s.amount("src_dept_fund", otherwise="0")
    ),
    "src_source_code": lambda s: ["small_reservoir_fund"],
    "src_dept_fund": lambda s: "0",
    "src_self_raise": lambda s: "0",
    "src_bank_loan": lambda s: "0",
    "src_labor": lambda s: "0",
    "start_date_plan": lambda s: s.day(60),
    "finish_date_plan": lambda s: s.day(240),
    "benefit_households": lambda s: "86",
    "benefit_persons": lambda s: "312",
    "low_income_benefit": lambda s: "24",
    "goal_satisfaction": lambda s: "95",
    "resolution_type": lambda s: "villager_reps",
    "reps_total": lambda s: "30",
    "reps_present": lambda s: "26",
    "votes_for": lambda s: "2" if s.find("expected_count") else "24",
    "votes_against": lambda s: "0",
    "votes_abstain": lambda s: "0",
    "expected_count": lambda s: "3",
    "recusal_list": lambda s: "",
    "notice_days": lambda s: s.find("min_notice_days", otherwise="10"),
    "objection_count": lambda s: s.find("objections_received", otherwise="0"),
    "valid": lambda s: "false",
    "dept_cover": lambda s: "false",
    "suggest_fund": lambda s: s.find("requested_fund", "town_suggest_fund", otherwise="100000.00"),
    "verified_budget": lambda s: s.find("total_invest", otherwise="100000.00"),
    "support_ratio": lambda s: "100",
    "submitted_budget": lambda s: s.find("submitted_budget", "total_invest", otherwise="100000.00"),
    "approved_budget": lambda s: s.find("submitted_budget", otherwise="100000.00"),
    "score_items": lambda s: [{"indicator": "方案合理", "weight": "100", "score": "90"}],
    "experts": lambda s: "王建国、李秀英、张卫东",
    "quota_left": lambda s: "5000000.00",
    "sources": lambda s: [{"source": "small_reservoir_fund", "share": "100"}],
    "approved_fund": lambda s: s.find("suggest_fund", otherwise="100000.00"),
    "filing_batch": lambda s: f"{s.today.year}年第{(s.today.month + 2) // 3}批",
    "receipt_no": lambda s: f"温移备〔{s.today.year}〕{s.serial}号",
    "meeting_no": lambda s: f"〔{s.today.year}〕{s.serial}号",
    "legal_rep": lambda s: "陈志强",
    "contact_person": lambda s: "陈志强",
    "filing_result": lambda s: "accepted",
    "procure_method": lambda s: "township_exchange",
    "contract_no": lambda s: f"HT-2026-{s.serial:04d}",
    "contract_amount": lambda s: s.find("approved_fund", "verified_budget", otherwise="100000.00"),
    "winner_name": lambda s: "永嘉县楠溪建设工程有限公司",
    "supervise_unit": lambda s: "温州瓯江工程监理有限公司",
    "retention_rate": lambda s: f"{Decimal(s.policy('retention_rate', '0.03')) * 100}%",
    "warranty_months": lambda s: s.policy("warranty_months", "12"),
    "labor_ratio_plan": lambda s: "20",
    "labor_ratio": lambda s: "20",
    "reopen_count": lambda s: "0",
    "advance_ratio": lambda s: "30",
    "advance_max": lambda s: "30000.00",
    "advance_amount": lambda s: s.find("advance_max", otherwise="30000.00"),
    "use_plan": lambda s: [
        {
            "purpose": "材料款",
            "amount": s.find("advance_amount", "advance_max", otherwise="30000.00"),
            "use_date": s.day(10),
        }
    ],
    "payee_type": lambda s: "contractor",
    "payee_name": lambda s: "永嘉县楠溪建设工程有限公司",
    "bank_name": lambda s: "永嘉农商银行岩头支行",
    "withhold_this": lambda s: "0",
    "payable_approved": lambda s: s.find("payable_calc", otherwise="10000.00"),
    "payable_calc": lambda s: "10000.00",
    "paid_before": lambda s: "0",
    "pay_method": lambda s: "direct_to_contractor",
    "pay_amount": lambda s: s.find("payable_approved", otherwise="10000.00"),
    "voucher_no": lambda s: f"PZ-2026-{s.serial:06d}",
    "receive_amount": lambda s: s.find("pay_amount", otherwise="10000.00"),
    "official_receipt_no": lambda s: f"SJ-2026-{s.serial:06d}",
    "village_ledger_no": lambda s: f"CZ-2026-{s.serial:06d}",
    "progress_pct": lambda s: _share_of(
        s.amount("earned_value", otherwise=str(s.amount("contract_amount") / 2)), s.amount("contract_amount")
    ),
    "last_progress": lambda s: "0",
    "work_done": work_done,
    "amount_requested": lambda s: s.find("payable_calc", otherwise="10000.00"),
    "invoice_list": lambda s: [invoice(s, s.amount("amount_requested", "payable_calc", otherwise="10000.00"))],
    "expense_detail": lambda s: [
        {"purpose": "工程款", "amount": s.find("amount_requested", "payable_calc", otherwise="10000.00")}
    ],
    "finance_member": lambda s: "王建国",
    "group_members": lambda s: "王建国、李秀英、张卫东",
    "change_included": lambda s: "0",
    "submitted_amount": lambda s: s.find("contract_amount", otherwise="100000.00"),
    "audited_amount": lambda s: s.find("submitted_amount", "contract_amount", otherwise="100000.00"),
    "total_final": lambda s: s.find("audited_amount", otherwise="100000.00"),
    "by_source": lambda s: [
        {"source": "small_reservoir_fund"}
        | {
            name: s.find("total_final", "audited_amount", otherwise="100000.00")
            for name in ("approved", "arrived", "spent")
        }
    ],
    "original_value": lambda s: s.find("settled_amount", otherwise="100000.00"),
    "owner_shares": lambda s: [
        {"owner": "白水村股份经济合作社", "amount": s.find("original_value", "settled_amount", otherwise="100000.00")}
    ],
    "issue_found": lambda s: "false",
    "site_scan": lambda s: s.find("project_no", otherwise="永嘉XM-2026-00001"),
    "satisfaction": lambda s: "95",
    "satisfaction_actual": lambda s: "95",
    "score": lambda s: "92",
    "self_score": lambda s: "92",
    "score_total": lambda s: "88",
    "household_visits": lambda s: "5",
    "money_returned": lambda s: s.find("amount", otherwise="0"),
    "recheck_person": lambda s: "周明",
    "supervisor": lambda s: "周明",
    "rectify_deadline": lambda s: s.day(20),
    "warranty_end": lambda s: s.day(-1),
    "notice_end": lambda s: s.day(-1),
    "old_payee_name": lambda s: "永嘉县楠溪建设工程有限公司",
    "scale_done": lambda s: [{"content": "道路硬化", "approved_qty": "594", "done_qty": "594"}],
    "findings": lambda s: [
        {
            "description": "公示牌缺少监督电话",
            "level": "minor",
            "amount": "0",
            "basis": "项目管理办法第十二条",
            "responsible_role": "village_lead",
            "responsible_person": "陈志强",
            "deadline": s.day(20),
        }
    ],
    "opinion_text": lambda s: "经审核，材料齐全，情况属实，符合规定，同意按程序办理。",
    "e_signature": _signature,
}
