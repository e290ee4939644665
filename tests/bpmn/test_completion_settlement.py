"""P06: acceptance in four steps, the audit of the settlement, what is owed or claimed back, and the handover."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

Begin = Callable[..., Any]

QUALIFIED = {"quality_result": "qualified"}


def accepted(walk: Begin) -> Any:
    case = walk("completion_settlement").do("c1_complete", complete_date=date(2026, 5, 1), wage_cleared=True)
    case.do("c2_self_accept", **QUALIFIED).agree("c2_witness")
    case.do("c3_town_accept", **QUALIFIED).agree("c3_town_finance")
    return case.do("c4_county_accept", **QUALIFIED, accept_date=date(2026, 5, 21), maintenance_body="石溪村")


def settled(case: Any, office: Any, payable: int) -> Any:
    office.connectors["funds.record_settlement"] = lambda _: {
        "payable": Decimal(payable),
        "payable_calc": Decimal(max(payable, 0)),
        "ceiling": Decimal(480000),
    }
    office.connectors["funds.claim_recovery"] = lambda _: {"claim_number": "ZJ-1", "amount": Decimal(-payable)}
    case.do(case.open[0], audited_amount=Decimal(470000), submitted_amount=Decimal(480000)).agree("c5_confirm")
    return case.do("c6_final_account").agree("c6_confirm")


def handed_over(case: Any) -> Any:
    case.do("c9_handover", receiver="石溪村", maintenance_body="石溪村", maintenance_rules=[{"id": "f1"}])
    return case.do("c10_archive")


def paid(case: Any) -> Any:
    case.do("c8_request", amount_requested=Decimal(71900)).agree("c8_county_project")
    case.do("c8_county_finance", "agree", payable_approved=Decimal(71900)).agree("c8_sign", "c8_fin_review")
    return case.do("c8_pay", bank_status="success").do("c8_receipt")


def test_a_settlement_is_paid_handed_over_and_archived(walk: Begin, office: Any) -> None:
    case = handed_over(paid(settled(accepted(walk), office, 71900)))

    assert case.ended == "end_settled"
    assert office.inputs_of("funds.record_acceptance")["accepted_on"] == date(2026, 5, 21)
    assert office.inputs_of("funds.record_acceptance")["maintenance_body"] == "石溪村"
    assert office.inputs_of("funds.propose_payment")["payable_approved"] == 71900
    assert "c4m_city_check" not in case.passed


def test_a_settlement_below_what_was_paid_is_claimed_back_and_nothing_is_paid(walk: Begin, office: Any) -> None:
    case = settled(accepted(walk), office, -21700)

    assert case.open == ["c7x_recovery_notice"]
    assert case.task("c7x_recovery_notice").inputs["amount"] == 21700
    assert handed_over(case.do("c7x_recovery_notice")).ended == "end_settled"
    assert "funds.propose_payment" not in office.called


def test_where_nothing_is_owed_the_asset_is_handed_over_at_once(walk: Begin, office: Any) -> None:
    assert settled(accepted(walk), office, 0).open == ["c9_handover"]


@pytest.mark.parametrize(("amount", "checked"), [("999999.99", "c5_settle_audit"), ("1000000.00", "c4m_city_check")])
def test_the_city_checks_large_projects(walk: Begin, office: Any, amount: str, checked: str) -> None:
    office.project["approved_amount"] = Decimal(amount)

    assert accepted(walk).open == [checked]


@pytest.mark.parametrize(
    ("amount", "auditor"),
    [
        ("199999.99", "c5_county_audit"),
        ("200000.00", "c5_settle_audit"),
        ("3999999.99", "c5_settle_audit"),
        ("4000000.00", "c5_finance_audit"),
    ],
)
def test_the_contract_decides_who_audits(walk: Begin, office: Any, amount: str, auditor: str) -> None:
    office.project["contract"] = {**office.project["contract"], "amount": Decimal(amount)}

    assert accepted(walk).open == [auditor]


def test_what_is_not_qualified_is_mended_and_accepted_again(walk: Begin) -> None:
    case = walk("completion_settlement").do("c1_complete")
    case.do("c2_self_accept", quality_result="rectify", rectify_items="补种").agree("c2_witness")
    assert case.task("c2_rectify").inputs["rectify_items"] == "补种"
    case.do("c2_rectify").do("c2_self_accept", **QUALIFIED).agree("c2_witness")
    case.do("c3_town_accept", **QUALIFIED).agree("c3_town_finance")
    case.do("c4_county_accept", quality_result="rectify", rectify_items="补标志牌")

    assert case.task("c3r_rectify").inputs["rectify_items"] == "补标志牌"
    assert case.do("c3r_rectify").open == ["c3_town_accept"]


def test_a_witness_and_the_township_s_finance_send_back_to_the_step_before(walk: Begin) -> None:
    case = walk("completion_settlement").do("c1_complete").do("c2_self_accept", **QUALIFIED)
    assert case.do("c2_witness", "return_to_previous").open == ["c2_self_accept"]
    case.do("c2_self_accept", **QUALIFIED).agree("c2_witness").do("c3_town_accept", **QUALIFIED)

    assert case.do("c3_town_finance", "return_to_previous").open == ["c3_town_accept"]


def test_without_a_list_the_opinion_says_what_to_mend(walk: Begin) -> None:
    case = walk("completion_settlement").do("c1_complete").do("c2_self_accept", **QUALIFIED).agree("c2_witness")
    case.do("c3_town_accept", quality_result="unqualified", opinion="路基下沉").agree("c3_town_finance")

    assert case.task("c3r_rectify").inputs["rectify_items"] == "路基下沉"


def test_the_final_account_is_made_again_until_the_village_confirms_it(walk: Begin, office: Any) -> None:
    case = accepted(walk).do("c5_settle_audit", audited_amount=Decimal(470000)).agree("c5_confirm")
    case.do("c6_final_account", total_final=Decimal(470000)).do("c6_confirm", "return_to_previous")

    assert case.task("c6_final_account").inputs["*"]["total_final"] == 470000
    assert "funds.record_settlement" not in office.called


def test_what_the_city_finds_is_mended_too(walk: Begin, office: Any) -> None:
    office.project["approved_amount"] = Decimal(1000000)
    case = accepted(walk).do("c4m_city_check", quality_result="rectify", rectify_items="修边坡")

    assert case.task("c3r_rectify").inputs["rectify_items"] == "修边坡"
    assert "funds.record_acceptance" not in office.called


def test_an_unqualified_project_is_not_settled(walk: Begin, office: Any) -> None:
    case = walk("completion_settlement").do("c1_complete").do("c2_self_accept", **QUALIFIED).agree("c2_witness")
    case.do("c3_town_accept", **QUALIFIED).agree("c3_town_finance").do("c4_county_accept", quality_result="unqualified")

    assert case.ended == "end_unqualified"
    assert "funds.record_settlement" not in office.called


def test_a_disputed_audit_is_reconciled_and_audited_again(walk: Begin) -> None:
    case = accepted(walk).do("c5_settle_audit", audited_amount=Decimal(1)).do("c5_confirm", "return_to_previous")

    assert case.open == ["c5x_reconcile"]
    assert case.agree("c5x_reconcile").open == ["c5_settle_audit"]


def test_a_returned_payment_is_checked_again_with_the_new_account(walk: Begin, office: Any) -> None:
    case = settled(accepted(walk), office, 71900).do("c8_request").agree("c8_county_project")
    case.do("c8_county_finance", "agree", payable_approved=Decimal(71900)).agree("c8_sign", "c8_fin_review")
    case.do("c8_pay", bank_status="returned", return_reason="户名不符").do("c8x_payee_change", bank_account="2")

    assert case.task("c8_account_check").inputs["bank_account"] == "2"
    case.agree("c8_account_check", "c8_county_project")
    case.do("c8_county_finance", "agree", payable_approved=Decimal(71900))
    assert office.inputs_of("funds.propose_payment")["bank_account"] == "2"
    assert office.called.count("funds.return_payment") == 1


def test_an_account_that_is_not_right_is_given_anew(walk: Begin, office: Any) -> None:
    office.project["payee"] = None
    case = settled(accepted(walk), office, 71900).do("c8_payee", bank_account="2").do("c8_request")

    assert case.open == ["c8_account_check"]
    case.do("c8_account_check", "return_to_previous").do("c8x_payee_change", bank_account="3")
    assert case.task("c8_account_check").inputs["bank_account"] == "3"
    assert case.agree("c8_account_check").open == ["c8_county_project"]


def test_a_penalty_reaches_the_payment_with_its_reason(walk: Begin, office: Any) -> None:
    case = settled(accepted(walk), office, 71900).do("c8_request").agree("c8_county_project")
    penalty = {"withhold_this": Decimal(900), "withhold_reason": "延误工期"}
    case.do("c8_county_finance", "agree", payable_approved=Decimal(71000), **penalty)

    proposed = office.inputs_of("funds.propose_payment")
    assert (proposed["payable_approved"], proposed["withhold_this"]) == (71000, 900)
    assert proposed["withhold_reason"] == "延误工期"


@pytest.mark.parametrize(
    ("amount", "signer"),
    [
        ("99999.99", "c8_sign"),
        ("100000.00", "c8_sign_chief"),
        ("499999.99", "c8_sign_chief"),
        ("500000.00", "c8_sign_meeting"),
    ],
)
def test_the_amount_decides_who_signs(walk: Begin, office: Any, amount: str, signer: str) -> None:
    case = settled(accepted(walk), office, 600000).do("c8_request").agree("c8_county_project")

    assert case.do("c8_county_finance", "agree", payable_approved=Decimal(amount)).open == [signer]


def test_whoever_looks_at_the_payment_may_send_it_back(walk: Begin, office: Any) -> None:
    case = settled(accepted(walk), office, 71900).do("c8_request", amount_requested=Decimal(70000))
    case.do("c8_county_project", "return_for_correction", opinion_text="发票销方不符")
    assert case.task("c8_request").inputs["*"]["amount_requested"] == 70000
    assert case.task("c8_request").inputs["return_opinion"] == "发票销方不符"
    case.do("c8_request").agree("c8_county_project").do("c8_county_finance", "return_to_previous")
    case.agree("c8_county_project").do("c8_county_finance", "agree", payable_approved=Decimal(1))
    assert case.do("c8_sign", "return_to_previous").open == ["c8_county_finance"]
    case.do("c8_county_finance", "agree", payable_approved=Decimal(1)).agree("c8_sign")

    assert case.do("c8_fin_review", "return_to_previous").open == ["c8_county_finance"]


def test_without_a_body_that_maintains_it_nothing_is_handed_over(walk: Begin, office: Any) -> None:
    case = settled(accepted(walk), office, 0).do("c9_handover", receiver="石溪村", maintenance_rules=[])

    assert case.open == ["c9_handover"]
    assert "funds.hand_over" not in office.called
