"""P06b: the retention is paid after the recheck and two consents, or spent on repairs."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from engine.errors import Refused

Begin = Callable[..., Any]


@pytest.fixture
def release(office: Any) -> Callable[[str], None]:
    def answer(amount: str) -> None:
        office.connectors["funds.release_retention"] = lambda _: {"release_amount": Decimal(amount)}

    answer("14100")
    return answer


def rechecked(walk: Begin) -> Any:
    return walk("retention_release").do("r1_apply", issue_found=False).do("r2_recheck", "agree", issue_found=False)


def test_the_retention_is_paid_when_both_have_consented(walk: Begin, office: Any, release: Any) -> None:
    case = rechecked(walk)
    assert case.open == ["r3_finance_consent", "r3_sign"]
    case.agree("r3_sign", "r3_finance_consent").do("r4_pay", bank_status="success").do("r5_receipt")

    assert case.ended == "end_released"
    assert office.inputs_of("funds.propose_payment")["pay_method"] == "village_account"
    assert office.inputs_of("funds.approve_payment")["sign_level"] == "county_deputy"


def test_before_the_warranty_is_over_nothing_starts(walk: Begin, office: Any) -> None:
    def refuse(_: Any) -> Any:
        raise Refused("质保期至 2027-05-21，尚未届满。")

    office.connectors["funds.check_start"] = refuse

    with pytest.raises(Refused):
        walk("retention_release")


@pytest.mark.parametrize("refuses", ["r3_sign", "r3_finance_consent"])
def test_either_may_send_it_back_to_the_recheck(walk: Begin, release: Any, refuses: str) -> None:
    case = rechecked(walk)
    for step in ("r3_sign", "r3_finance_consent"):
        case.do(step, "return_to_previous" if step == refuses else "agree")

    assert case.open == ["r2_recheck"]


def test_a_large_retention_is_signed_by_the_chief(walk: Begin, release: Any) -> None:
    release("100000.00")

    assert "r3_sign_chief" in rechecked(walk).open


def test_what_repairs_have_used_up_is_not_paid(walk: Begin, office: Any, release: Any) -> None:
    release("0.00")

    assert rechecked(walk).ended == "end_spent"
    assert "funds.propose_payment" not in office.called


def test_the_cost_of_repairs_is_taken_off(walk: Begin, office: Any, release: Any) -> None:
    release("12000.00")
    case = walk("retention_release").do("r1_apply", issue_found=False)
    case.do("r2_recheck", "agree", issue_found=True, repair_cost=Decimal(2100))

    assert office.inputs_of("funds.release_retention") == {"issue_found": True, "repair_cost": 2100}
    assert office.inputs_of("funds.propose_payment")["payable_approved"] == 12000


def test_an_application_is_corrected_and_keeps_the_account_that_was_changed(
    walk: Begin, office: Any, release: Any
) -> None:
    case = rechecked(walk).agree("r3_sign", "r3_finance_consent").do("r4_pay", bank_status="returned")
    case.do("r4x_payee_change", bank_account="2", payee_type="village").agree("r4x_account_check", "r3_sign")
    case.do("r3_finance_consent", "return_to_previous").do("r2_recheck", "return_for_correction", opinion_text="缺照片")

    assert case.task("r1_apply").inputs["bank_account"] == "2"
    assert case.task("r1_apply").inputs["return_opinion"] == "缺照片"
    case.do("r1_apply").do("r2_recheck", "agree", issue_found=False)
    assert office.inputs_of("funds.propose_payment")["bank_account"] == "2"


def test_a_returned_payment_is_signed_again_with_the_new_account(walk: Begin, office: Any, release: Any) -> None:
    case = rechecked(walk).agree("r3_sign", "r3_finance_consent").do("r4_pay", bank_status="returned")
    case.do("r4x_payee_change", bank_account="9", payee_type="person").do("r4x_account_check", "return_to_previous")
    case.do("r4x_payee_change", bank_account="2", payee_type="person").agree("r4x_account_check")

    assert case.open == ["r3_finance_consent", "r3_sign"]
    assert office.inputs_of("funds.propose_payment")["bank_account"] == "2"
