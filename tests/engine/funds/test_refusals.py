"""What the money room refuses, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from engine.errors import AnlanError, Invalid, Refused
from engine.funds import FundsProjects

if TYPE_CHECKING:
    from conftest import Ledger


def refusal(ledger: Ledger, type_: str, **inputs: Any) -> str:
    with pytest.raises(AnlanError) as refused:
        ledger.call(type_, **inputs)
    return refused.value.message


def problems(ledger: Ledger, type_: str, **inputs: Any) -> Mapping[str, str]:
    with pytest.raises(Invalid) as refused:
        ledger.call(type_, **inputs)
    return {problem.path: problem.message for problem in refused.value.problems}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"approved_amount": "500000.01"}, "不超过核定总投资 500,000.00 元"),
        ({"approved_amount": "0"}, "应大于零"),
        ({"sources": []}, "至少要有一个资金来源"),
        ({"sources": ["support_fund_project", "county_matching"]}, "每个来源的比例或金额"),
        ({"sources": [{"source": "support_fund_project", "share": Decimal("0.9")}]}, "90.00%，应为 100%"),
        ({"sources": [{"source": "support_fund_project", "amount": "499999.99"}]}, "499,999.99 元，应等于"),
        ({"sources": ["petty_cash"]}, "没有“petty_cash”这个资金来源"),
        ({"reimburse_mode": "cash"}, "没有“cash”这种报账方式"),
        ({"issue_doc_no": "永移办[2026]3号"}, "文号应形如"),
        ({"notice_end": date(2026, 3, 1)}, "应晚于公示截止日"),
        ({"issue_date": date(2026, 3, 3)}, "晚于今天"),
    ],
)
def test_a_project_is_not_issued_against_the_rules(ledger: Ledger, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(AnlanError) as refused:
        ledger.approve("500000", **{"total_invest": "500000", **changes})

    assert message in refused.value.message


def test_a_case_issues_one_project_and_numbers_count_from_one(ledger: Ledger) -> None:
    ledger.settings = {"project_prefix": "永嘉XM"}
    ledger.approve()
    assert ledger.facts()["number"] == "永嘉XM-2026-0001"
    again = {
        "name": "x",
        "approved_amount": 1,
        "total_invest": 1,
    }

    assert "不能重复下达" in refusal(ledger, "approve_project", **again)
    ledger.approve()
    assert ledger.facts()["number"] == "永嘉XM-2026-0002"


def test_the_support_ratio_is_the_approved_share_in_basis_points(ledger: Ledger) -> None:
    ledger.approve("447500", total_invest="497230")

    assert ledger.facts()["support_ratio"] == Decimal("0.9000")


def test_a_support_ratio_given_by_the_case_is_kept_in_basis_points(ledger: Ledger) -> None:
    ledger.approve("447500", total_invest="497230", support_ratio=Decimal("0.90000804"))

    assert ledger.facts()["support_ratio"] == Decimal("0.9000")


def test_shares_hold_where_the_decision_approved_less_than_was_proposed(ledger: Ledger) -> None:
    proposed = [
        {"source": "support_fund_project", "share": Decimal("0.6"), "amount": Decimal("360000")},
        {"source": "county_matching", "share": Decimal("0.4"), "amount": Decimal("240000")},
    ]
    ledger.prepare("500000", sources=proposed)

    assert [share["amount"] for share in ledger.advance()["shares"]] == [86_400, 57_600]


def test_a_penalty_of_the_payment_review_lowers_the_settlement(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.advance()
    ledger.settle("470000", "470000")
    review = {"pay_stage": "settlement", "withhold_this": "10000"}

    assert "超过系统计算的应付 301,900.00 元" in refusal(
        ledger, "propose_payment", payable_approved="301900.01", **review
    )
    ledger.pay("settlement", "301900", withhold_this="10000")
    ledger.end_case()
    ledger.today = date(2027, 3, 2)
    ledger.case("retention_release")
    assert ledger.call("release_retention")["release_amount"] == 14_100


def test_a_contract_number_is_used_once_in_a_county(ledger: Ledger) -> None:
    ledger.approve()
    ledger.contract(contract_no="HT-1")
    first = ledger.facts()["number"]
    ledger.approve()

    with pytest.raises(Invalid, match=f"已用于项目 {first}") as refused:
        ledger.contract(contract_no="HT-1")
    assert refused.value.problems[0].path == "contract_no"


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"contract_amount": "500000.01"}, "contract_amount", "超过核定总投资 500,000.00 元"),
        ({"sign_date": date(2026, 2, 28)}, "sign_date", "早于计划下达日期"),
        ({"retention_rate": "0.05"}, "retention_rate", "5.00% 超过上限 3.00%"),
        ({"warranty_months": 6}, "warranty_months", "不得少于 12 个月"),
        ({"contract_amount": "500000", "supervise_unit": None}, "supervise_unit", "必须有监理单位"),
    ],
)
def test_a_contract_keeps_to_the_approval(ledger: Ledger, changes: dict[str, Any], path: str, message: str) -> None:
    ledger.approve()

    with pytest.raises(Invalid) as refused:
        ledger.contract(**changes)

    assert refused.value.problems[0].path == path
    assert message in refused.value.problems[0].message


def test_a_contract_may_be_corrected_until_something_is_paid(ledger: Ledger) -> None:
    ledger.prepare(contract="480000")
    ledger.contract("470000")
    assert ledger.facts()["ceiling"] == 470_000
    ledger.advance()

    with pytest.raises(Refused, match=r"已按合同 HT-\w+ 付款 141,000\.00 元"):
        ledger.contract("460000")


def test_a_payment_above_the_cap_names_the_amounts(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.advance()
    ledger.progress("240000")
    ledger.progress("384000")
    ledger.case("progress_payment")

    found = problems(
        ledger, "propose_payment", pay_stage="progress", payable_approved="200000", verified_value="480000"
    )

    assert found == {"payable_approved": "已付 307,200.00 元，本次 200,000.00 元，将超过上限 384,000.00 元"}


def test_a_payment_above_what_is_due_is_refused_below_the_cap(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.advance()
    ledger.case("progress_payment")

    found = problems(
        ledger, "propose_payment", pay_stage="progress", payable_approved="134400.01", verified_value="240000"
    )

    assert found == {"payable_approved": "核定应付 134,400.01 元超过系统计算的应付 134,400.00 元"}


def test_certified_value_never_falls_and_hardly_exceeds_the_contract(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.advance()
    ledger.progress("240000")

    assert "产值只能增加" in problems(ledger, "calculate_progress", verified_value="239999")["verified_value"]
    assert "504,000.00 元" in problems(ledger, "calculate_progress", verified_value="504000.01")["verified_value"]


def test_a_suspended_project_is_not_paid_until_payments_resume(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.case("advance_payment")
    ledger.call("suspend_payment", reason="稽察发现虚报工程量")

    message = refusal(ledger, "propose_payment", pay_stage="advance", payable_approved="144000")
    assert message.endswith("已暂停拨付：稽察发现虚报工程量")
    ledger.call("resume_payment", reason="整改合格")
    assert ledger.pay("advance", "144000")["paid"] == 144_000


def test_suspension_between_approval_and_payment_stops_the_payment(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.case("advance_payment")
    ledger.call("propose_payment", pay_stage="advance", payable_approved="144000")
    ledger.call("approve_payment", sign_level="county_chief")
    ledger.call("suspend_payment", reason="挪用")

    message = refusal(ledger, "pay", voucher_no="PZ-1", pay_date=ledger.today, pay_amount="144000")

    assert "已暂停拨付" in message
    assert ledger.facts()["paid"] == 0


def test_nothing_is_paid_before_the_project_is_filed(ledger: Ledger) -> None:
    ledger.approve()
    ledger.contract()
    ledger.case("advance_payment")

    with pytest.raises(Refused, match="尚未向市级报备"):
        ledger.pay("advance", "144000")


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"pay_amount": "143999.99"}, "pay_amount", "应等于核定应付 144,000.00 元"),
        ({"pay_date": date(2026, 3, 1)}, "pay_date", "早于签批日期"),
        ({"pay_date": date(2026, 3, 3)}, "pay_date", "晚于今天"),
        ({"voucher_no": ""}, "voucher_no", "必须填写"),
    ],
)
def test_a_voucher_that_does_not_fit_is_refused(
    ledger: Ledger, changes: dict[str, Any], path: str, message: str
) -> None:
    ledger.prepare()
    ledger.case("advance_payment")
    ledger.call("propose_payment", pay_stage="advance", payable_approved="144000")
    ledger.call("approve_payment")
    voucher = {"voucher_no": "PZ-1", "pay_date": ledger.today, "pay_amount": "144000"}

    assert message in problems(ledger, "pay", **{**voucher, **changes})[path]


def test_a_voucher_number_is_used_once_in_a_county(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.case("advance_payment")
    ledger.call("propose_payment", pay_stage="advance", payable_approved="144000")
    ledger.call("approve_payment")
    voucher = {"voucher_no": "PZ-1", "pay_date": ledger.today}
    ledger.call("pay", pay_amount="144000", **voucher)
    ledger.case("progress_payment")
    ledger.call("propose_payment", pay_stage="progress", payable_approved="134400", verified_value="240000")
    ledger.call("approve_payment")

    assert "已用于付款单" in problems(ledger, "pay", pay_amount="134400", **voucher)["voucher_no"]


def test_nothing_is_paid_twice(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.case("advance_payment")
    ledger.pay("advance", "144000")

    assert "不能再次支付" in refusal(ledger, "pay", voucher_no="PZ-9", pay_date=ledger.today, pay_amount="144000")
    assert "不能再次付款" in refusal(ledger, "propose_payment", pay_stage="advance", payable_approved="0")


def test_a_bank_return_moves_the_money_back_and_the_payment_is_repeated(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.case("advance_payment")
    ledger.pay("advance", "144000", payee_name="陈庄村", bank_account="1")
    ledger.call("return_payment", return_reason="户名不符")
    assert ledger.facts()["paid"] == 0

    ledger.pay("advance", "144000", payee_name="陈庄村", bank_account="2")

    assert ledger.facts()["paid"] == 144_000


def test_a_retention_is_never_released_early(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.advance()
    settled = ledger.settle("470000", "470000")
    ledger.pay("settlement", settled["payable_calc"])
    ledger.end_case()
    ledger.today = date(2027, 3, 1)
    ledger.case("retention_release")

    assert refusal(ledger, "release_retention") == "质保期至 2027-03-02，今天是 2027-03-01，不能释放质保金。"
    message = refusal(ledger, "propose_payment", pay_stage="retention", payable_approved="14100")
    assert "不能释放质保金" in message


def test_repairs_come_out_of_the_retention(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.advance()
    ledger.pay("settlement", ledger.settle("470000", "470000")["payable_calc"])
    ledger.end_case()
    ledger.today = date(2027, 3, 2)
    ledger.case("retention_release")

    assert "超过质保金" in problems(ledger, "release_retention", repair_cost="14100.01")["repair_cost"]
    assert ledger.call("release_retention", issue_found=True, repair_cost="4000")["release_amount"] == 10_100
    ledger.pay("retention", "10100")
    assert ledger.facts()["paid"] == 466_000
    assert ledger.facts()["available"] == 0


def test_a_case_that_has_settled_is_not_withdrawn(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.advance()
    before = FundsProjects().withdrawal_block(ledger.connection, ledger.case_id)
    ledger.settle("100000", "100000")

    assert (before, ledger.facts()["settlement"]["payable"]) == (None, -47_000)
    assert FundsProjects().withdrawal_block(ledger.connection, ledger.case_id) == "结算已经登记"


def test_a_settlement_needs_acceptance_an_auditor_and_paid_wages(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.case("completion_settlement")
    audit = {"submitted_amount": "480000", "audited_amount": "470000", "audit_unit": "中天"}

    assert "尚未通过县级验收" in refusal(ledger, "record_settlement", **audit)
    ledger.call("record_acceptance")
    assert "第三方审核" in problems(ledger, "record_settlement", **{**audit, "audit_unit": None})["audit_unit"]
    assert "不能超过送审" in refusal(ledger, "record_settlement", **{**audit, "audited_amount": "480000.01"})
    assert "工资尚未结清" in refusal(ledger, "record_settlement", **audit, wage_cleared=False)
    early = ledger.today - timedelta(days=1)
    assert "早于验收日期" in refusal(ledger, "record_settlement", **audit, request_date=early)


def test_an_unqualified_work_is_not_accepted(ledger: Ledger) -> None:
    ledger.prepare()

    assert "不合格" in refusal(ledger, "record_acceptance", quality_result="rectify")


def test_no_claim_without_an_overpayment(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.advance()
    ledger.settle("470000", "470000")

    assert "没有超付" in refusal(ledger, "claim_recovery")


def test_a_full_advance_above_the_limit_is_decided_by_a_meeting(ledger: Ledger) -> None:
    ledger.prepare("150000", "150000", reimburse_mode="full_advance")
    ledger.case("advance_payment")
    sheet = ledger.call("calculate_advance")
    assert (sheet["payable_calc"], sheet["needs_collective_decision"]) == (150_000, True)
    ledger.call("propose_payment", pay_stage="advance", payable_approved="150000")

    assert "须经集体决策" in problems(ledger, "approve_payment", sign_level="county_chief")["sign_level"]
    ledger.call("approve_payment", sign_level="county_meeting")


@pytest.mark.parametrize(
    ("inputs", "path", "message"),
    [
        ({"finance_group_signs": ["甲", "乙"]}, "finance_group_signs", "2 人，不得少于 3 人"),
        ({"bank_verified": "unmatched"}, "bank_verified", "核验不一致"),
        ({"payee_type": "person", "pay_method": "village_account"}, "pay_method", "应为“一卡通”"),
        ({"payee_name": "陈庄村", "bank_account": "2"}, "bank_account", "与备案的 1 不一致"),
        ({"quality_ok": False}, "quality_ok", "质量不合格"),
    ],
)
def test_a_request_is_checked_before_it_is_worked_on(
    ledger: Ledger, inputs: dict[str, Any], path: str, message: str
) -> None:
    ledger.prepare()
    ledger.case("advance_payment")
    ledger.pay("advance", "144000", payee_name="陈庄村", bank_account="1")

    assert message in problems(ledger, "check_request", pay_stage="progress", **inputs)[path]


def test_an_account_may_change_once_that_is_approved(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.case("advance_payment")
    ledger.pay("advance", "144000", payee_name="陈庄村", bank_account="1")

    changed = {"payee_name": "陈庄村", "bank_account": "2", "account_change_approved": True}
    assert ledger.call("check_request", pay_stage="progress", **changed) == {}


def test_work_relief_keeps_labours_part(ledger: Ledger) -> None:
    ledger.prepare(work_relief_flag=True)

    found = problems(ledger, "check_request", pay_stage="settlement", labor_ratio="0.1499")

    assert "14.99%" in found["labor_ratio"]


def test_an_asset_without_a_maintainer_is_not_handed_over(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.settle("470000", "470000")
    handover = {"receiver": "村", "handover_date": ledger.today}

    assert "没有管护主体" in refusal(ledger, "hand_over", **handover)
    shares = [{"share": Decimal("0.6")}, {"share": Decimal("0.3")}]
    assert "90.00%" in refusal(ledger, "hand_over", **handover, maintenance_body="村", owner_shares=shares)


def test_receipt_confirms_the_amount_paid(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.case("advance_payment")
    ledger.pay("advance", "144000")

    found = problems(ledger, "confirm_receipt", receive_amount="143000", receive_date=ledger.today)
    assert "应等于实付 144,000.00 元" in found["receive_amount"]
    ledger.call("confirm_receipt", receive_amount="144000", receive_date=ledger.today, official_receipt_no="SJ-1")
