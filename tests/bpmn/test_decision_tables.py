"""The decision tables give the rows of the specification (§7), on both sides of every boundary."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import bpmn
from engine import dmn
from engine.policy.catalogue import CATALOGUE

Decide = Callable[..., Any]
TABLES = sorted(Path(bpmn.__file__).parent.glob("*/*.dmn"))
#: D01 to D18 of the specification
KEYS = (
    "approval_level",
    "cumulative_ratio_cap",
    "required_attachments",
    "subsidy_standard",
    "fund_ratio_check",
    "sla",
    "notice_days",
    "procurement_method",
    "hardship_amount",
    "change_class",
    "inspection_sampling",
    "acceptance_level",
    "photo_check",
    "retention",
    "factor_weight",
    "post_quota",
    "payment_block",
    "duplicate_check",
)


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_table_reads_without_problems_and_is_found_by_its_file_name(path: Path) -> None:
    model = dmn.read(path)

    assert model.problems == ()
    assert model.decision_ids[0] == path.stem


def test_every_table_of_the_specification_is_there_under_its_number() -> None:
    names = {path.stem: dmn.read(path).decisions[0] for path in TABLES}

    assert [names[key].partition(" ")[0] for key in KEYS] == [f"D{number:02}" for number in range(1, 19)]


def test_a_decision_is_found_in_one_file_only() -> None:
    owners = Counter(decision for path in TABLES for decision in dmn.read(path).decision_ids)

    assert set(owners.values()) == {1}


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_a_table_reads_only_parameters_that_counties_can_set(path: Path) -> None:
    names = set(re.findall(r"\bpolicy\.(\w+(?:\.\w+)?)", path.read_text(encoding="utf-8")))

    assert names <= CATALOGUE.keys()


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_element_of_a_table_is_drawn(path: Path) -> None:
    root = etree.parse(path).getroot()
    drawn = {element.get("dmnElementRef") for element in root.iter("{*}DMNShape", "{*}DMNEdge")}
    kinds = ("decision", "businessKnowledgeModel", "inputData", "informationRequirement", "knowledgeRequirement")

    assert {element.get("id") for element in root.iter(*(f"{{*}}{kind}" for kind in kinds))} == drawn


@pytest.mark.parametrize(
    ("amount", "level", "review"),
    [
        ("0.01", "county_deputy", "none"),
        ("199999.99", "county_deputy", "none"),
        ("200000.00", "county_chief", "optional"),
        ("499999.99", "county_chief", "optional"),
        ("500000.00", "county_meeting", "required"),
        ("999999.99", "county_meeting", "required"),
        ("1000000.00", "county_leading_group", "required"),
    ],
)
def test_a_project_goes_to_the_level_of_its_amount(decide: Decide, amount: str, level: str, review: str) -> None:
    money = Decimal(amount)

    decided = decide("approval_level", matter="project", amount=money, exceptional=False, total_invest=Decimal(1))

    assert decided == {"level": level, "collective": True, "third_party_review": review, "city": "filing"}


@pytest.mark.parametrize(("total", "review"), [("499999.99", "optional"), ("500000.00", "required")])
def test_a_large_total_investment_asks_for_a_technical_review(decide: Decide, total: str, review: str) -> None:
    decided = decide(
        "approval_level", matter="project", amount=Decimal(300000), exceptional=False, total_invest=Decimal(total)
    )

    assert (decided["level"], decided["third_party_review"]) == ("county_chief", review)


@pytest.mark.parametrize(
    ("amount", "level"),
    [
        ("199999.99", "county_chief"),
        ("200000.00", "county_meeting"),
        ("499999.99", "county_meeting"),
        ("500000.00", "county_leading_group"),
        ("1000000.00", "county_leading_group"),
    ],
)
def test_a_project_from_outside_the_pool_goes_one_level_up(decide: Decide, amount: str, level: str) -> None:
    decided = decide("approval_level", matter="project", amount=Decimal(amount), exceptional=True)

    assert (decided["level"], decided["third_party_review"]) == (level, "required")


def test_the_city_reviews_large_projects_only_where_the_county_asks_for_it(decide: Decide, office: Any) -> None:
    office.policy["approval"]["city_pre_review"] = True

    large = decide("approval_level", matter="project", amount=Decimal(1000000), exceptional=False)
    small = decide("approval_level", matter="project", amount=Decimal("999999.99"), exceptional=False)

    assert (large["city"], small["city"]) == ("pre_review", "filing")


@pytest.mark.parametrize(
    ("amount", "level", "collective"),
    [
        ("99999.99", "county_deputy", False),
        ("100000.00", "county_chief", False),
        ("499999.99", "county_chief", False),
        ("500000.00", "county_meeting", True),
    ],
)
def test_a_payment_goes_to_the_level_of_its_amount(decide: Decide, amount: str, level: str, collective: bool) -> None:
    decided = decide("approval_level", matter="payment", amount=Decimal(amount), collective_needed=False)

    assert (decided["level"], decided["collective"]) == (level, collective)


def test_what_is_not_said_to_be_exceptional_is_not(decide: Decide) -> None:
    assert decide("approval_level", matter="payment", amount=Decimal(1))["level"] == "county_deputy"
    assert decide("approval_level", matter="project", amount=Decimal(1))["third_party_review"] == "none"


def test_a_full_advance_above_the_limit_is_decided_by_the_meeting(decide: Decide) -> None:
    decided = decide("approval_level", matter="payment", amount=Decimal("100000.01"), collective_needed=True)

    assert decided["level"] == "county_meeting"


@pytest.mark.parametrize(
    ("mode", "stage", "amount", "ratio"),
    [
        ("post_completion", "advance", "500000", "0"),
        ("post_completion", "progress", "500000", "0"),
        ("post_completion", "settlement", "500000", "0.97"),
        ("staged", "advance", "30000.00", "0"),
        ("staged", "advance", "30000.01", "0.30"),
        ("partial_advance", "advance", "500000", "0.30"),
        ("full_advance", "advance", "100000", "1"),
        ("staged", "progress", "500000", "0.80"),
        ("staged", "settlement", "500000", "0.97"),
        ("staged", "retention", "500000", "1"),
    ],
)
def test_what_may_be_paid_so_far_depends_on_the_stage(
    decide: Decide, mode: str, stage: str, amount: str, ratio: str
) -> None:
    given = {"mode": mode, "stage": stage, "amount": Decimal(amount), "industry": False, "applicant": "village"}

    assert decide("cumulative_ratio_cap", **given) == Decimal(ratio)


def test_an_enterprise_builds_first_and_is_paid_later(decide: Decide) -> None:
    given = {"mode": "staged", "stage": "advance", "amount": Decimal(500000), "industry": True}

    assert decide("cumulative_ratio_cap", **given, applicant="enterprise") == 0
    assert decide("cumulative_ratio_cap", **given, applicant="village") == Decimal("0.30")


def test_the_time_limits_are_those_of_the_county(decide: Decide, office: Any) -> None:
    office.policy["sla"]["town_review"] = Decimal(4)

    assert decide("sla", step="town_review") == 4
    assert decide("sla", step="tech_review") == 15
    assert decide("sla", step="correction") == 10
    assert decide("sla", step="rectify_severe") == timedelta(days=60)


@pytest.mark.parametrize(
    ("level", "subject", "fund", "days", "counting"),
    [
        ("village", "project", "migrant", 5, "natural"),
        ("village", "project", "convergence", 10, "natural"),
        ("county", "project", "migrant", 7, "natural"),
        ("county", "annual", None, 5, "working"),
        ("village", "hardship", None, 5, "working"),
        ("town", "employment", None, 7, "natural"),
        ("county", "personal", None, 5, "working"),
        ("village", "change", None, 5, "natural"),
    ],
)
def test_a_notice_stays_up_for_the_days_of_its_kind(
    decide: Decide, level: str, subject: str, fund: str | None, days: int, counting: str
) -> None:
    assert decide("notice_days", level=level, subject=subject, fund=fund) == {"days": days, "counting": counting}


@pytest.mark.parametrize(
    ("category", "signed", "rate"),
    [
        ("works", date(2022, 7, 31), "0.10"),
        ("works", date(2022, 8, 1), "0.03"),
        ("services", date(2026, 1, 5), "0"),
    ],
)
def test_retention_follows_the_day_the_contract_was_signed(
    decide: Decide, category: str, signed: date, rate: str
) -> None:
    assert decide("retention", category=category, sign_date=signed)["rate_max"] == Decimal(rate)


def test_a_small_project_is_advanced_only_in_full_and_only_to_villages(decide: Decide) -> None:
    """D02 rows 1, 3 and 4."""
    given = {"stage": "advance", "amount": Decimal("30000.00"), "industry": False}

    assert decide("cumulative_ratio_cap", mode="staged", applicant="village", **given) == 0
    assert decide("cumulative_ratio_cap", mode="full_advance", applicant="village", **given) == 1
    assert decide("cumulative_ratio_cap", mode="full_advance", applicant="town_joint", **given) == 1
    assert decide("cumulative_ratio_cap", mode="full_advance", applicant="coop", **given) == Decimal("0.30")


@pytest.mark.parametrize(
    ("amount", "yongjia", "wencheng"),
    [
        ("99999.99", "county_deputy", "county_deputy"),
        ("100000.00", "county_deputy", "county_chief"),
        ("300000.00", "county_chief", "county_meeting"),
        ("799999.99", "county_meeting", "county_meeting"),
        ("800000.00", "county_meeting", "county_leading_group"),
    ],
)
def test_counties_approve_at_their_own_limits(decide_in: Decide, amount: str, yongjia: str, wencheng: str) -> None:
    given = {"matter": "project", "amount": Decimal(amount), "exceptional": False}

    assert decide_in("永嘉县", "approval_level", **given)["level"] == yongjia
    assert decide_in("文成县", "approval_level", **given)["level"] == wencheng


def test_counties_advance_retain_and_wait_differently(decide_in: Decide) -> None:
    advance = {"mode": "staged", "stage": "advance", "applicant": "village"}

    assert decide_in("永嘉县", "cumulative_ratio_cap", **advance, amount=Decimal("30000.01")) == Decimal("0.30")
    assert decide_in("文成县", "cumulative_ratio_cap", **advance, amount=Decimal("50000.00")) == 0
    assert decide_in("文成县", "cumulative_ratio_cap", **advance, amount=Decimal("50000.01")) == Decimal("0.40")
    assert decide_in("文成县", "cumulative_ratio_cap", mode="staged", stage="settlement") == Decimal("0.98")
    assert decide_in("永嘉县", "notice_days", level="village", subject="project")["days"] == 5
    assert decide_in("文成县", "notice_days", level="village", subject="project")["days"] == 7
    assert decide_in("文成县", "retention", category="works", sign_date=date(2026, 1, 5))["warranty_months"] == 24


@pytest.mark.parametrize(
    ("day", "open_issue", "released"),
    [
        (date(2027, 3, 1), False, False),
        (date(2027, 3, 2), False, True),
        (date(2027, 3, 2), None, True),
        (date(2027, 3, 2), True, False),
    ],
)
def test_retention_is_released_after_the_warranty_if_nothing_is_broken(
    decide: Decide, day: date, open_issue: bool | None, released: bool
) -> None:
    facts = {"accepted_on": date(2026, 3, 2), "warranty_months": 12, "quality_issue_open": open_issue}

    assert decide("retention_release_check", **facts, release_day=day) is released


@pytest.mark.parametrize(
    ("step", "limit", "red_after"),
    [
        ("county_intake", 5, 3),
        ("town_review", 5, 3),
        ("line_dept", 5, None),
        ("tech_review", 15, 5),
        ("county_review", 10, 5),
        ("finance", 3, 3),
        ("sign", 3, 2),
        ("collective_decision", 20, 10),
        ("payment", 10, 5),
        ("direct_subsidy", 3, 3),
        ("hardship", 15, 5),
        ("hardship_urgent", timedelta(hours=48), 3),
        ("hardship_formalities", 5, 3),
        ("employment_review", 5, 3),
        ("rectify_minor", 15, 5),
        ("rectify_major", 30, 5),
        ("rectify_severe", timedelta(days=60), 5),
        ("quarterly_village", timedelta(days=10), 3),
        ("quarterly_town", timedelta(days=15), 3),
        ("quarterly_county", timedelta(days=20), 3),
    ],
)
def test_a_step_has_its_time_limit_and_its_red_card(
    decide: Decide, step: str, limit: int | timedelta, red_after: int | None
) -> None:
    assert decide("sla", step=step) == limit
    assert decide("sla_red_card", step=step) == red_after
