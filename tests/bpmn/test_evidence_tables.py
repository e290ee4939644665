"""What must be attached, and which photos count: D03 and D13 of the specification."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

Decide = Callable[..., Any]
YONGJIA, WENCHENG = "永嘉县", "文成县"

APPLICATION = {
    "application_form": 1,
    "resolution_files": 1,
    "photo_first": 2,
    "photo_last": 2,
    "design_files": 1,
    "site_photos": 3,
    "commitment": 1,
}
PLAIN = {"stage": "application", "total_invest": Decimal(100000), "project_type": "infra_road"}


def materials(listed: list[dict[str, Any]]) -> dict[str, int]:
    return {item["material"]: int(item["minimum"]) for item in listed}


def test_every_application_brings_the_same_seven_things(decide: Decide) -> None:
    assert materials(decide("required_attachments", **PLAIN, applicant_type="village")) == APPLICATION


@pytest.mark.parametrize(
    ("facts", "more"),
    [
        ({"total_invest": Decimal("499999.99")}, {}),
        ({"total_invest": Decimal("500000.00")}, {"qualified_design": 1}),
        ({"total_invest": Decimal("500000.01")}, {"qualified_design": 1, "villager_reps_resolution": 1}),
        ({"special_works": ["bridge"]}, {"qualified_design": 1}),
        ({"special_works": ["wall"]}, {}),
        ({"pre_approval_kinds": ["land", "road"]}, {"pre_approval_files": 2}),
        ({"pre_approval_kinds": []}, {}),
        (
            {"is_joint_build": True, "joint_shares": [{"village": "甲"}, {"village": "乙"}]},
            {"village_resolutions": 2, "joint_agreement": 1},
        ),
        (
            {"project_type": "production"},
            {"market_analysis": 1, "income_estimate": 1, "operation_agreement": 1, "ownership_proof": 1},
        ),
        (
            {"applicant_type": "coop"},
            {
                "business_license": 1,
                "articles": 1,
                "financial_statements": 1,
                "credit_report": 1,
                "linkage_agreement": 1,
            },
        ),
        ({"rooftop_pv": True}, {"roof_rights": 1, "grid_opinion": 1}),
    ],
)
def test_some_applications_bring_more(decide: Decide, facts: dict[str, Any], more: dict[str, int]) -> None:
    listed = decide("required_attachments", **{**PLAIN, **facts})

    assert materials(listed) == {**APPLICATION, **more}
    assert len(listed) == len(materials(listed))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"stage": "start"}, {"contract_file": 1, "start_report": 1, "notice_board_photo": 1}),
        (
            {"stage": "start", "contract_amount": Decimal("499999.99"), "procure_method": "inquiry"},
            {"contract_file": 1, "start_report": 1, "notice_board_photo": 1},
        ),
        (
            {"stage": "start", "contract_amount": Decimal("500000.00"), "procure_method": "tender"},
            {"contract_file": 1, "start_report": 1, "notice_board_photo": 1, "supervise_contract": 1, "tender_doc": 1},
        ),
        (
            {"stage": "advance"},
            {"advance_request": 1, "start_report": 1, "account_proof": 1, "finance_group_signs": 3},
        ),
        (
            {"stage": "progress", "work_relief": True},
            {
                "progress_report": 1,
                "photos": 6,
                "stage_settlement": 1,
                "invoices": 1,
                "expense_detail": 1,
                "notice_photos": 2,
                "labor_list": 1,
                "labor_payment": 1,
            },
        ),
    ],
)
def test_each_stage_brings_its_own(decide: Decide, facts: dict[str, Any], expected: dict[str, int]) -> None:
    assert materials(decide("required_attachments", **facts)) == expected


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        (
            "settlement",
            "asbuilt_drawings quality_docs completion_report self_acceptance town_acceptance county_acceptance "
            "settlement_audit final_account asset_handover archive_list",
        ),
        ("illness", "diagnosis expense_statement insurance_statement id_copy bank_card"),
        ("disaster", "disaster_proof loss_assessment"),
        ("student_aid", "enrollment_proof kinship_proof tuition_receipt"),
        ("medical_premium", "premium_receipt self_pay_proof"),
        ("emp_absorb", "contracts wage_flow social_proof relocation_proof"),
        ("emp_agent", "agent_license placed_list contracts social_proof"),
        ("startup_local", "startup_form id_copy business_license open_proof"),
        ("startup_returnee", "startup_form id_copy business_license open_proof returnee_proof"),
        ("travel_inter", "work_proof organized_proof tickets"),
        ("travel_intra", "work_proof organized_proof tickets"),
        ("vocational", "enrollment_proof in_school_proof tuition_receipt household_register"),
        ("loan_interest", "loan_contract repayment_proof applicant_proof"),
    ],
)
def test_the_last_stage_and_each_subsidy_bring_their_own(decide: Decide, stage: str, expected: str) -> None:
    assert list(materials(decide("required_attachments", stage=stage))) == expected.split()


def test_wages_are_shown_for_a_year_and_tickets_only_where_there_are_any(decide: Decide) -> None:
    assert materials(decide("required_attachments", stage="emp_absorb"))["wage_flow"] == 12
    assert materials(decide("required_attachments", stage="travel_inter"))["tickets"] == 0


def test_counties_ask_for_representatives_and_designers_at_their_own_limits(decide_in: Decide) -> None:
    given = {"stage": "application", "total_invest": Decimal("300000.01")}

    assert materials(decide_in(YONGJIA, "required_attachments", **given)) == APPLICATION
    assert {"qualified_design", "villager_reps_resolution"} < materials(
        decide_in(WENCHENG, "required_attachments", **given)
    ).keys()


TAKEN = datetime(2026, 3, 10, 9, 0)
GOOD = {
    "has_position": True,
    "crs": "WGS-84",
    "distance": 500,
    "mountain": False,
    "taken_at": TAKEN,
    "uploaded_at": TAKEN + timedelta(hours=72),
    "period_start": date(2026, 3, 1),
    "period_end": date(2026, 3, 31),
    "hash_used": False,
    "likeness": 6,
    "purpose": "progress",
    "number_of_photos": 6,
}


def test_a_photo_at_every_limit_is_good(decide: Decide) -> None:
    assert decide("photo_check", **GOOD) == []


@pytest.mark.parametrize(
    ("changes", "check", "effect"),
    [
        ({"has_position": False, "crs": None, "distance": None}, "no_position", "block"),
        (
            {"has_position": False, "explained": True, "crs": None, "distance": None},
            "position_explained",
            "downgrade",
        ),
        ({"crs": "GCJ-02"}, "not_converted", "block"),
        ({"crs": None}, "not_converted", "block"),
        ({"distance": Decimal("500.01")}, "too_far", "block"),
        ({"distance": Decimal("1000.01"), "mountain": True}, "too_far", "block"),
        ({"taken_at": datetime(2026, 2, 28, 23, 59, 59), "uploaded_at": None}, "out_of_period", "block"),
        ({"taken_at": datetime(2026, 4, 1, 0, 0), "uploaded_at": None}, "out_of_period", "block"),
        ({"hash_used": True}, "photo_reused", "block"),
        ({"likeness": 5}, "photo_alike", "block"),
        ({"uploaded_at": TAKEN + timedelta(hours=72, seconds=1)}, "late_upload", "warn"),
        ({"uploaded_at": TAKEN + timedelta(hours=73), "offline": True}, "late_offline_upload", "mark"),
        ({"number_of_photos": 5}, "too_few", "block"),
    ],
)
def test_a_photo_beyond_a_limit_is_not(decide: Decide, changes: dict[str, Any], check: str, effect: str) -> None:
    found = decide("photo_check", **{**GOOD, **changes})

    assert [(item["check"], item["effect"]) for item in found] == [(check, effect)]


@pytest.mark.parametrize(
    "changes",
    [
        {"distance": 1000, "mountain": True},
        {"taken_at": datetime(2026, 3, 1, 0, 0), "uploaded_at": None},
        {"taken_at": datetime(2026, 3, 31, 23, 59, 59), "uploaded_at": None},
        {"uploaded_at": TAKEN + timedelta(hours=72), "offline": True},
    ],
)
def test_a_photo_just_inside_is_good(decide: Decide, changes: dict[str, Any]) -> None:
    assert decide("photo_check", **{**GOOD, **changes}) == []


@pytest.mark.parametrize(
    ("purpose", "minimum"),
    [
        ("application", 3),
        ("site_visit", 3),
        ("progress", 6),
        ("completion", 6),
        ("inspection", 6),
        ("warranty", 3),
        ("notice", 2),
        ("notice_board", 1),
        ("fund_notice", 2),
    ],
)
def test_each_purpose_needs_its_number_of_photos(decide: Decide, purpose: str, minimum: int) -> None:
    assert decide("photo_check", purpose=purpose, number_of_photos=minimum) == []
    [found] = decide("photo_check", purpose=purpose, number_of_photos=minimum - 1)
    assert found["check"] == "too_few"


def test_counties_measure_the_distance_differently(decide_in: Decide) -> None:
    given = {**GOOD, "distance": Decimal("400.01")}

    assert decide_in(YONGJIA, "photo_check", **given) == []
    assert decide_in(WENCHENG, "photo_check", **given)[0]["check"] == "too_far"
    assert decide_in(WENCHENG, "photo_check", **{**GOOD, "distance": 400}) == []
