"""What persons and employers get: D04, D09 and rows 9–12 of D01 of the specification."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

Decide = Callable[..., Any]
YONGJIA, WENCHENG = "永嘉县", "文成县"

ABSORBED = {"subtype": "emp_absorb", "contract_months": 12, "work_days": 365, "relocated": True}
PLACED = {"subtype": "emp_agent", "via_agency": True, "contract_months": 12, "insured": True}
STARTED = {"subtype": "startup_local", "business_kind": "individual", "license_days": 365, "operating": True}
RETURNED = {**STARTED, "subtype": "startup_returnee", "returnee": True}
TRAVELED = {"subtype": "travel_inter", "organized": True, "work_months": 3}
STUDYING = {"subtype": "vocational", "school_level": "secondary_vocational", "enrolled": True, "relocated": True}


@pytest.mark.parametrize(
    ("facts", "amount"),
    [
        (ABSORBED, 2000),
        (PLACED, 200),
        (STARTED, 2000),
        (RETURNED, 5000),
        (TRAVELED, 500),
        ({**TRAVELED, "subtype": "travel_intra"}, 300),
        (STUDYING, 3000),
        ({**STUDYING, "school_level": "higher_vocational"}, 3000),
        ({**STARTED, "business_kind": "small_micro"}, 2000),
    ],
)
def test_who_meets_the_conditions_gets_the_standard(decide: Decide, facts: dict[str, Any], amount: int) -> None:
    decided = decide("subsidy_standard", **facts)

    assert (decided["eligible"], decided["amount"]) == (True, amount)


@pytest.mark.parametrize(
    "facts",
    [
        {**ABSORBED, "work_days": 364},
        {**ABSORBED, "contract_months": 11},
        {**ABSORBED, "relocated": False},
        {**PLACED, "contract_months": 11},
        {**PLACED, "insured": False},
        {**PLACED, "via_agency": False},
        {**STARTED, "license_days": 364},
        {**STARTED, "operating": False},
        {**STARTED, "business_kind": "company"},
        {**RETURNED, "returnee": False},
        {**TRAVELED, "organized": False},
        {**TRAVELED, "work_months": 2},
        {"subtype": "travel_county", "organized": True, "work_months": 12},
        {**STUDYING, "enrolled": False},
        {**STUDYING, "school_level": "senior_high"},
        {**STUDYING, "relocated": None},
        {"subtype": "unheard_of"},
    ],
)
def test_who_misses_one_condition_gets_nothing(decide: Decide, facts: dict[str, Any]) -> None:
    decided = decide("subsidy_standard", **facts)

    assert (decided["eligible"], decided["amount"]) == (False, 0)


def test_a_county_sets_travel_and_training_itself(decide_in: Decide) -> None:
    assert decide_in(YONGJIA, "subsidy_standard", **TRAVELED)["amount"] == 500
    assert decide_in(WENCHENG, "subsidy_standard", **TRAVELED)["amount"] == 400
    assert decide_in(YONGJIA, "subsidy_standard", subtype="training")["amount"] == 0
    assert decide_in(WENCHENG, "subsidy_standard", subtype="training")["amount"] == 800


def test_hardship_is_left_to_its_own_table(decide: Decide) -> None:
    decided = decide("subsidy_standard", subtype="hardship")

    assert (decided["eligible"], decided["amount"]) == (True, None)


def claim(subtype: str, group: str | None, amount: int) -> dict[str, Any]:
    return {"subtype": subtype, "exclusive_group": group, "amount": amount}


def test_of_subsidies_that_exclude_each_other_the_higher_is_kept(decide: Decide) -> None:
    local, returnee = claim("startup_local", "startup", 2000), claim("startup_returnee", "startup", 5000)
    inter, intra = claim("travel_inter", "travel", 300), claim("travel_intra", "travel", 300)
    absorb, agent = claim("emp_absorb", None, 2000), claim("emp_agent", None, 200)

    assert decide("subsidy_standard_kept", claims=[local, returnee]) == [returnee]
    assert decide("subsidy_standard_kept", claims=[inter, intra, local]) == [inter, local]
    assert decide("subsidy_standard_kept", claims=[absorb, agent]) == [absorb, agent]


@pytest.mark.parametrize(("paid", "term"), [(None, 1500), (0, 1500), (1500, 1500), (1600, 1400), (3000, 0), (3500, 0)])
def test_a_student_is_paid_by_term_up_to_the_year(decide: Decide, paid: int | None, term: int) -> None:
    assert decide("subsidy_term_amount", year_paid=paid) == term


@pytest.mark.parametrize(
    ("burden", "amount", "limit"),
    [
        ("5000.00", "500.00", 1000),
        ("9999.99", "1000.00", 1000),
        ("10000.00", "2000.00", 8000),
        ("12345.67", "2469.13", 8000),
        ("50000.00", "8000.00", 8000),
        ("50000.01", "12500.00", 15000),
        ("60000.00", "15000.00", 15000),
        ("60000.01", "15000.00", 15000),
        ("0.00", "0.00", 1000),
    ],
)
def test_illness_is_relieved_by_what_the_family_bears(decide: Decide, burden: str, amount: str, limit: int) -> None:
    decided = decide("hardship_amount", subtype="illness", own_burden=Decimal(burden))

    assert decided == {"amount": Decimal(amount), "limit": limit}


@pytest.mark.parametrize(
    ("facts", "amount"),
    [
        ({"subtype": "disaster", "loss_amount": 30000, "own_burden": 30000}, 9000),
        ({"subtype": "disaster", "loss_amount": 40000, "own_burden": 40000}, 10000),
        ({"subtype": "disaster", "loss_amount": 40000, "own_burden": 4000}, 4000),
        ({"subtype": "special"}, 3000),
        ({"subtype": "student_aid", "student_stage": "senior_high"}, 2000),
        ({"subtype": "student_aid", "student_stage": "vocational"}, 2000),
        ({"subtype": "student_aid", "student_stage": "junior_college"}, 4000),
        ({"subtype": "student_aid", "student_stage": "undergraduate"}, 4000),
        ({"subtype": "student_aid", "student_stage": "junior_high"}, 0),
        ({"subtype": "medical_premium", "premium_paid": 380}, 380),
        ({"subtype": "medical_premium", "premium_paid": Decimal("400.01")}, 400),
    ],
)
def test_other_hardship_is_relieved_by_its_kind(decide: Decide, facts: dict[str, Any], amount: int) -> None:
    assert decide("hardship_amount", **facts)["amount"] == amount


@pytest.mark.parametrize(
    ("facts", "amount"),
    [
        ({"own_burden": 20000, "other_relief": 15999}, 4000),
        ({"own_burden": 20000, "other_relief": 16001}, 3999),
        ({"own_burden": 20000, "other_relief": 20000}, 0),
        ({"own_burden": 20000, "other_relief": 25000}, 0),
        ({"own_burden": 20000, "same_reason_in_year": True}, 0),
        ({"own_burden": 20000, "same_reason_in_year": True, "exception_verified": True}, 4000),
        ({"own_burden": 20000, "same_reason_in_year": False}, 4000),
    ],
)
def test_relief_stops_at_the_burden_and_comes_once_a_year(decide: Decide, facts: dict[str, Any], amount: int) -> None:
    assert decide("hardship_amount", subtype="illness", **facts)["amount"] == amount


def test_counties_relieve_illness_and_need_differently(decide_in: Decide) -> None:
    ill = {"subtype": "illness", "own_burden": Decimal(40000)}

    assert decide_in(YONGJIA, "hardship_amount", **ill) == {"amount": 8000, "limit": 8000}
    assert decide_in(WENCHENG, "hardship_amount", **ill) == {"amount": 10000, "limit": 10000}
    assert decide_in(WENCHENG, "hardship_amount", subtype="special")["amount"] == 3600


@pytest.mark.parametrize(
    ("amount", "urgent", "level", "collective"),
    [
        ("2000.00", True, "town_lead", False),
        ("2000.01", True, "county_deputy", False),
        ("2000.00", False, "county_deputy", False),
        ("8000.00", False, "county_deputy", False),
        ("8000.01", False, "county_meeting", True),
        ("8000.01", True, "county_meeting", True),
    ],
)
def test_relief_goes_to_the_level_of_its_amount(
    decide: Decide, amount: str, urgent: bool, level: str, collective: bool
) -> None:
    decided = decide("approval_level", matter="personal", amount=Decimal(amount), urgent=urgent, limit=Decimal(8000))

    assert decided == {"level": level, "collective": collective, "third_party_review": "none", "city": "none"}


def test_a_township_relieves_up_to_the_limit_of_its_county(decide_in: Decide) -> None:
    given = {"matter": "personal", "amount": Decimal("1500.01"), "urgent": True, "limit": Decimal(8000)}

    assert decide_in(YONGJIA, "approval_level", **given)["level"] == "town_lead"
    assert decide_in(WENCHENG, "approval_level", **given)["level"] == "county_deputy"


@pytest.mark.parametrize(
    ("approved", "level"),
    [
        ("county_deputy", "county_chief"),
        ("county_chief", "county_meeting"),
        ("county_meeting", "county_leading_group"),
        ("county_leading_group", "county_leading_group"),
    ],
)
def test_a_project_is_ended_one_level_above_its_approval(decide: Decide, approved: str, level: str) -> None:
    decided = decide("approval_level", matter="termination", approved_level=approved)

    assert decided == {"level": level, "collective": True, "third_party_review": "none", "city": "filing"}
