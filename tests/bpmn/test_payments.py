"""P04 and P05: requests, signatures, the level that decides, and payments that the bank returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

Begin = Callable[..., Any]

REQUEST = {"advance_amount": Decimal(144000), "payee_type": "village", "payee_name": "石溪村", "bank_account": "1"}
REPORT = {"earned_value": Decimal(240000), "work_done": [], "progress_pct": Decimal("0.5")}
TOWN = ("a3_town_review", "a4_town_finance", "a4_village_accounts", "a5_town_sign")


def calculated(amount: int, **more: Any) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    return lambda _: {"payable_calc": Decimal(amount), "ceiling": Decimal(480000), "paid_before": Decimal(0), **more}


@pytest.fixture
def advance(walk: Begin, office: Any) -> Any:
    office.connectors["funds.calculate_advance"] = calculated(144000, advance_ratio=Decimal("0.30"))
    return walk("advance_payment").do("a1_request", **REQUEST)


def village_signed(case: Any, step: str = "a2_village_sign") -> Any:
    return case.agree(f"{step}_lead", *[f"{step}_group"] * 3)


def at_finance(case: Any) -> Any:
    return village_signed(case).agree(*TOWN, "a6_county_project")


def reviewed(case: Any, amount: str) -> Any:
    return at_finance(case).do("a7_county_finance", "agree", payable_approved=Decimal(amount))


def test_an_advance_goes_from_the_village_to_its_receipt(advance: Any, office: Any) -> None:
    case = reviewed(advance, "144000").agree("a8_sign_chief", "a9_fin_review")
    case.do("a10_pay", bank_status="success", pay_amount=Decimal(144000)).do("a11_receipt")

    assert case.ended == "end_paid"
    assert office.called[-4:] == [
        "funds.propose_payment",
        "funds.approve_payment",
        "funds.pay",
        "funds.confirm_receipt",
    ]
    assert office.inputs_of("funds.propose_payment")["payable_approved"] == 144000


def test_the_finance_group_signs_one_by_one_and_all_must_agree(advance: Any) -> None:
    assert advance.open == ["a2_village_sign_group"] * 3 + ["a2_village_sign_lead"]
    advance.agree("a2_village_sign_lead", "a2_village_sign_group", "a2_village_sign_group")
    advance.do("a2_village_sign_group", "return_to_previous")

    assert advance.open == ["a1_request"]
    assert advance.task("a1_request").inputs["*"]["payee_name"] == "石溪村"


@pytest.mark.parametrize(
    ("amount", "signer"),
    [
        ("99999.99", "a8_sign"),
        ("100000.00", "a8_sign_chief"),
        ("499999.99", "a8_sign_chief"),
        ("500000.00", "a8_sign_meeting"),
    ],
)
def test_the_amount_decides_who_signs(advance: Any, amount: str, signer: str) -> None:
    assert reviewed(advance, amount).open == [signer]


def test_a_full_advance_above_the_limit_is_signed_by_the_meeting(walk: Begin, office: Any) -> None:
    office.connectors["funds.calculate_advance"] = calculated(150000, needs_collective_decision=True)
    case = reviewed(walk("advance_payment").do("a1_request", **REQUEST), "150000")

    assert case.open == ["a8_sign_meeting"]


@pytest.mark.parametrize(
    ("step", "outcome", "back_to"),
    [
        ("a3_town_review", "return_for_correction", "a1_request"),
        ("a5_town_sign", "return_to_previous", "a3_town_review"),
        ("a6_county_project", "return_for_correction", "a1_request"),
        ("a7_county_finance", "return_to_previous", "a6_county_project"),
        ("a8_sign_chief", "return_to_previous", "a7_county_finance"),
        ("a9_fin_review", "return_to_previous", "a7_county_finance"),
    ],
)
def test_an_advance_is_returned(advance: Any, step: str, outcome: str, back_to: str) -> None:
    case = village_signed(advance)
    while step not in case.open:
        for open_step in case.open:
            case.do(open_step, "agree", payable_approved=Decimal(144000))

    assert case.do(step, outcome).open == [back_to]


MISSING = [{"item": "开工照片", "requirement": "补拍带定位的照片"}]


def told(case: Any, step: str) -> tuple[Any, Any]:
    """What the village reads when something came back."""
    inputs = case.task(step).inputs
    return inputs["missing_items"], inputs["return_opinion"]


@pytest.mark.parametrize("step", ["a3_town_review", "a6_county_project"])
def test_the_village_reads_what_is_missing_for_its_advance(advance: Any, step: str) -> None:
    while step not in advance.open:
        advance.agree(*advance.open)
    advance.do(step, "return_for_correction", missing_items=MISSING, opinion_text="照片没有定位")

    assert told(advance, "a1_request") == (MISSING, "照片没有定位")


@pytest.mark.parametrize("step", ["a3_town_review", "a6_county_project"])
def test_an_advance_is_rejected(advance: Any, office: Any, step: str) -> None:
    case = village_signed(advance)
    while step not in case.open:
        case.agree(*case.open)

    assert case.do(step, "reject").ended in {"end_rejected", "end_county_rejected"}
    assert "funds.pay" not in office.called


def test_a_returned_payment_is_paid_to_the_mended_account_after_it_was_checked_again(advance: Any, office: Any) -> None:
    case = reviewed(advance, "144000").agree("a8_sign_chief", "a9_fin_review")
    case.do("a10_pay", bank_status="returned", return_reason="户名不符")

    assert "funds.return_payment" in office.called
    assert case.open == ["a10x_payee_change"]
    case.do("a10x_payee_change", payee_type="village", payee_name="石溪村股份社", bank_account="2")
    assert case.open == ["a4_town_finance", "a4_village_accounts"]
    case.agree("a4_town_finance", "a4_village_accounts", "a5_town_sign", "a6_county_project")
    case.do("a7_county_finance", "agree", payable_approved=Decimal(144000))
    assert office.inputs_of("funds.propose_payment")["bank_account"] == "2"


@pytest.fixture
def progress(walk: Begin, office: Any) -> Any:
    office.connectors["funds.calculate_progress"] = calculated(134400)
    return walk("progress_payment").do("g1_report", **REPORT)


@pytest.mark.parametrize(
    ("step", "back_to"),
    [("g2_town_measure", "g1_report"), ("g5_town_review", "g3_request"), ("g8_county_project", "g3_request")],
)
def test_the_village_reads_what_is_missing_for_its_progress(progress: Any, step: str, back_to: str) -> None:
    while step not in progress.open:
        for open_step in progress.open:
            progress.do(open_step, "agree", verified_value=Decimal(240000), amount_requested=Decimal(134400))
    progress.do(step, "return_for_correction", missing_items=MISSING, opinion_text="照片没有定位")

    assert told(progress, back_to) == (MISSING, "照片没有定位")


def requested(case: Any) -> Any:
    case.do(case.open[0], "agree", verified_value=Decimal(240000), quality_ok=True)
    return village_signed(case.do("g3_request", amount_requested=Decimal(134400)), "g4_village_sign")


def test_progress_is_paid_for_what_was_measured(progress: Any, office: Any) -> None:
    case = requested(progress)
    while "g9_county_finance" not in case.open:
        case.agree(*case.open)
    case.do("g9_county_finance", "agree", payable_approved=Decimal(134400)).agree("g10_sign_chief", "g11_fin_review")
    case.do("g11_pay", bank_status="success", pay_amount=Decimal(134400)).do("g12_receipt")

    assert case.ended == "end_paid"
    assert office.inputs_of("funds.calculate_progress")["verified_value"] == 240000
    assert "funds.register_invoices" in office.called


def test_the_town_measures_where_there_is_no_supervision(progress: Any) -> None:
    assert progress.open == ["g2_town_measure"]


def test_the_supervision_measures_where_there_is_one(walk: Begin, office: Any) -> None:
    office.project["contract"] = {**office.project["contract"], "supervise_unit": "某监理公司"}

    assert walk("progress_payment").do("g1_report", **REPORT).open == ["g2_supervision"]


@pytest.mark.parametrize("step", ["g5_town_review", "g8_county_project"])
def test_a_reimbursement_may_be_refused(progress: Any, office: Any, step: str) -> None:
    case = requested(progress)
    while step not in case.open:
        case.agree(*case.open)

    assert case.do(step, "refuse_reimbursement").ended in {"end_refused", "end_county_refused"}
    assert "funds.pay" not in office.called
