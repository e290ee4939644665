"""Shares of the money, procurement, changes, samples and duplicates: D05, D08, D10–D12, D15, D16, D18 of the spec."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

Decide = Callable[..., Any]
YONGJIA, WENCHENG = "永嘉县", "文成县"


def severities(found: list[dict[str, Any]]) -> dict[str, str]:
    return {item["check"]: item["severity"] for item in found}


@pytest.mark.parametrize(
    ("facts", "check", "severity"),
    [
        ({"relocation": {"total": 10000, "industry": 4999, "facility": 2000}}, "relocation_industry", "block"),
        ({"relocation": {"total": 10000, "industry": 5000, "facility": 1999}}, "relocation_facility", "block"),
        ({"farm_infrastructure": {"total": 10000, "work_relief": 5999}}, "farm_work_relief", "block"),
        ({"labor": {"paid": 1499, "project_fund": 10000}}, "labor", "block"),
        ({"migrant": {"total": 10000, "industry": 4999}}, "migrant_industry", "warn"),
        ({"migrant": {"projects": 10000, "entrepreneurship": 1999}}, "entrepreneurship", "warn"),
        ({"migrant": {"total": 10000, "reserve": 1001}}, "reserve", "warn"),
        ({"migrant": {"total": 10000, "reserve": 500, "reserve_overdue": True}}, "reserve_overdue", "warn"),
        ({"town": {"quota": 10000, "main": 10000, "applied": 20001}}, "applied", "block"),
        ({"town": {"quota": 10000, "main": 10001, "applied": 15000}}, "main", "block"),
        ({"plan": {"issued": Decimal("1000000.01"), "envelope": 1000000}}, "envelope", "block"),
    ],
)
def test_a_share_that_misses_its_limit_is_named(
    decide: Decide, facts: dict[str, Any], check: str, severity: str
) -> None:
    assert severities(decide("fund_ratio_check", **facts)) == {check: severity}
    assert decide("fund_ratio_passed", **facts) is (severity != "block")


def test_shares_exactly_at_their_limits_are_green(decide: Decide) -> None:
    facts = {
        "relocation": {"total": 10000, "industry": 5000, "facility": 2000},
        "farm_infrastructure": {"total": 10000, "work_relief": 6000},
        "labor": {"paid": 1500, "project_fund": 10000},
        "migrant": {"total": 10000, "industry": 5000, "projects": 10000, "entrepreneurship": 2000, "reserve": 1000},
        "town": {"quota": 10000, "main": 10000, "applied": 20000},
        "plan": {"issued": 1000000, "envelope": 1000000},
    }

    assert decide("fund_ratio_check", **facts) == []
    assert decide("fund_ratio_passed", **facts) is True


def test_a_batch_without_such_money_is_not_checked(decide: Decide) -> None:
    assert decide("fund_ratio_check", relocation={"total": 0, "industry": 0, "facility": 0}) == []
    assert decide("fund_ratio_check") == []


def test_what_is_found_tells_the_share_and_its_limit(decide: Decide) -> None:
    [found] = decide("fund_ratio_check", relocation={"total": 10000, "industry": 4999, "facility": 3000})

    assert (found["value"], found["limit"]) == (Decimal("0.4999"), Decimal("0.50"))
    assert "产业" in found["message"]


def test_a_county_may_let_the_share_of_industry_block_and_keep_less_in_reserve(decide_in: Decide) -> None:
    facts = {"migrant": {"total": 10000, "industry": 4999, "reserve": 900}}

    assert severities(decide_in(YONGJIA, "fund_ratio_check", **facts)) == {"migrant_industry": "warn"}
    assert severities(decide_in(WENCHENG, "fund_ratio_check", **facts)) == {
        "migrant_industry": "block",
        "reserve": "warn",
    }


@pytest.mark.parametrize(
    ("category", "amount", "infrastructure", "method"),
    [
        ("works", "4000000.00", False, "tender"),
        ("works", "3999999.99", False, "township_exchange"),
        ("goods", "2000000.00", False, "tender"),
        ("goods", "1999999.99", False, "township_exchange"),
        ("services", "1000000.00", False, "tender"),
        ("services", "999999.99", False, "township_exchange"),
        ("works", "500000.00", True, "tender"),
        ("works", "499999.99", True, "township_exchange"),
        ("works", "100000.00", True, "township_exchange"),
        ("works", "99999.99", True, "inquiry"),
        ("goods", "99999.99", False, "inquiry"),
    ],
)
def test_the_amount_decides_how_to_procure(
    decide: Decide, category: str, amount: str, infrastructure: bool, method: str
) -> None:
    decided = decide(
        "procurement_method",
        category=category,
        amount=Decimal(amount),
        infrastructure=infrastructure,
        work_relief=False,
    )

    assert decided["method"] == method
    assert decided["suppliers_min"] == (None if method == "tender" else 3)


def test_the_village_builds_itself_where_people_work_for_relief(decide: Decide) -> None:
    for amount in ("50000", "500000", "4000000"):
        given = {"category": "works", "amount": Decimal(amount), "infrastructure": True, "work_relief": True}
        assert decide("procurement_method", **given)["method"] == "work_relief_self"


@pytest.mark.parametrize(
    ("amount", "yongjia", "wencheng"),
    [
        ("49999.99", "inquiry", "inquiry"),
        ("50000.00", "inquiry", "township_exchange"),
        ("399999.99", "township_exchange", "township_exchange"),
        ("400000.00", "township_exchange", "tender"),
    ],
)
def test_counties_procure_by_their_own_limits(decide_in: Decide, amount: str, yongjia: str, wencheng: str) -> None:
    given = {"category": "works", "amount": Decimal(amount), "infrastructure": True}

    assert decide_in(YONGJIA, "procurement_method", **given)["method"] == yongjia
    assert decide_in(WENCHENG, "procurement_method", **given)["method"] == wencheng


@pytest.mark.parametrize("changed", ["site_changed", "nature_changed", "applicant_changed", "benefit_changed"])
def test_a_change_of_what_was_approved_is_major(decide: Decide, changed: str) -> None:
    given = {"original_amount": Decimal(500000), "deltas": [], changed: True}

    assert decide("change_class", **given) == "major"


@pytest.mark.parametrize(
    ("deltas", "delay", "quantity", "level"),
    [
        (["50000.01"], 0, "0", "major"),
        (["50000.00"], 0, "0", "normal"),
        (["-50000.00"], 0, "0", "normal"),
        (["-50000.01"], 0, "0", "major"),
        (["0.01"], 0, "0", "normal"),
        (["30000", "30000"], 0, "0", "major"),
        (["30000", "-30000"], 0, "0", "normal"),
        ([], 91, "0", "normal"),
        ([], 90, "0.05", "minor"),
        ([], 90, "-0.05", "minor"),
        ([], 90, "0.0501", "normal"),
        (["0"], 0, "0", "minor"),
    ],
)
def test_a_change_is_as_grave_as_all_changes_since_the_approval(
    decide: Decide, deltas: list[str], delay: int, quantity: str, level: str
) -> None:
    decided = decide(
        "change_class",
        original_amount=Decimal(500000),
        deltas=[Decimal(delta) for delta in deltas],
        delay_days=delay,
        quantity_change=Decimal(quantity),
        site_changed=False,
        nature_changed=False,
        applicant_changed=False,
        benefit_changed=False,
    )

    assert decided == level


def test_counties_wait_differently_for_a_late_project(decide_in: Decide) -> None:
    given = {"original_amount": Decimal(500000), "deltas": []}

    assert decide_in(YONGJIA, "change_class", **given, delay_days=61) == "minor"
    assert decide_in(WENCHENG, "change_class", **given, delay_days=60) == "minor"
    assert decide_in(WENCHENG, "change_class", **given, delay_days=61) == "normal"


@pytest.mark.parametrize(
    ("kind", "fund", "flagged", "stratum", "rate"),
    [
        ("project", "1000000.00", False, "large", "1"),
        ("project", "999999.99", False, "middle", "0.20"),
        ("project", "500000.00", False, "middle", "0.20"),
        ("project", "499999.99", False, "other", "0.10"),
        ("project", "499999.99", True, "flagged", "1"),
        ("personal", "2000", False, "personal", "0.05"),
        ("personal", "2000", True, "flagged", "1"),
    ],
)
def test_what_is_inspected_how_often(
    decide: Decide, kind: str, fund: str, flagged: bool, stratum: str, rate: str
) -> None:
    decided = decide("inspection_sampling", kind=kind, migrant_fund=Decimal(fund), flagged=flagged)

    assert decided == {"stratum": stratum, "rate": Decimal(rate)}


@pytest.mark.parametrize(
    ("kind", "fund", "population", "size"),
    [
        ("project", 100000, 0, 0),
        ("project", 100000, 1, 1),
        ("project", 100000, 10, 1),
        ("project", 100000, 11, 2),
        ("project", 600000, 15, 3),
        ("project", 600000, 16, 4),
        ("project", 2000000, 7, 7),
        ("personal", 2000, 100, 5),
        ("personal", 2000, 101, 6),
    ],
)
def test_a_sample_is_rounded_up(decide: Decide, kind: str, fund: int, population: int, size: int) -> None:
    decided = decide("inspection_sample_size", kind=kind, migrant_fund=fund, flagged=False, population=population)

    assert decided == size


def test_counties_sample_by_their_own_limits(decide_in: Decide) -> None:
    given = {"kind": "project", "migrant_fund": Decimal(800000), "flagged": False}

    assert decide_in(YONGJIA, "inspection_sampling", **given)["stratum"] == "middle"
    assert decide_in(WENCHENG, "inspection_sampling", **given)["stratum"] == "large"
    assert decide_in(WENCHENG, "inspection_sample_size", **{**given, "migrant_fund": 799999}, population=11) == 4


@pytest.mark.parametrize(
    ("fund", "level", "by", "rate"),
    [
        ("1000000.00", "city", "city", "1"),
        ("999999.99", "county", None, "0"),
        ("100000.00", "county", None, "0"),
        ("99999.99", "town", "county", "0.20"),
    ],
)
def test_the_amount_decides_who_accepts(decide: Decide, fund: str, level: str, by: str | None, rate: str) -> None:
    decided = decide("acceptance_level", migrant_fund=Decimal(fund))

    assert decided == {"level": level, "spot_check_by": by, "spot_check_rate": Decimal(rate)}


def test_townships_accept_smaller_works_in_one_county(decide_in: Decide) -> None:
    assert decide_in(YONGJIA, "acceptance_level", migrant_fund=Decimal("80000.00"))["level"] == "town"
    assert decide_in(WENCHENG, "acceptance_level", migrant_fund=Decimal("80000.00"))["level"] == "county"
    assert decide_in(WENCHENG, "acceptance_level", migrant_fund=Decimal("79999.99"))["level"] == "town"


def test_the_weights_of_the_factors_make_one_whole(decide: Decide) -> None:
    weights = {row["factor"]: row["weight"] for row in decide("factor_weight")}

    assert weights["population"] == Decimal("0.65")
    assert weights["performance"] == Decimal("0.15")
    assert sum(weights.values()) == 1
    assert decide("factor_weight", factor="performance")[0]["weight"] == Decimal("0.15")


def county(code: str, population: int, performance: int, rest: int) -> dict[str, Any]:
    others = dict.fromkeys(("low_income", "key_villages", "fiscal", "spending"), rest)
    return {"code": code, "population": population, "performance": performance, **others}


def test_money_is_shared_out_by_the_factors(decide: Decide) -> None:
    counties = [county("甲", 600, 80, 10), county("乙", 400, 120, 30)]

    shared = decide("factor_allocation", envelope=Decimal(1000000), counties=counties)

    assert [(row["code"], row["amount"]) for row in shared] == [("甲", 500000), ("乙", 500000)]


def test_the_tail_of_the_rounding_goes_to_the_largest(decide: Decide) -> None:
    counties = [county("甲", 1, 1, 1), county("乙", 1, 1, 1), county("丙", 1, 1, 1)]

    shared = [row["amount"] for row in decide("factor_allocation", envelope=Decimal("100.00"), counties=counties)]

    assert shared == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]


def test_a_factor_nobody_has_is_left_out_and_everything_is_still_shared_out(decide: Decide) -> None:
    counties = [county("甲", 650, 0, 1), county("乙", 350, 0, 1)]

    shared = [row["amount"] for row in decide("factor_allocation", envelope=Decimal(850000), counties=counties)]

    assert shared == [Decimal(522500), Decimal(327500)]


def test_a_county_weighs_low_incomes_in_its_own_way(decide_in: Decide) -> None:
    assert decide_in(YONGJIA, "factor_weight", factor="low_income")[0]["weight"] == Decimal("0.05")
    assert decide_in(WENCHENG, "factor_weight", factor="low_income")[0]["weight"] == Decimal("0.10")


@pytest.mark.parametrize(("group", "minimum"), [("south", 3000), ("north", 2000)])
def test_posts_are_counted_together_or_county_by_county(decide_in: Decide, group: str, minimum: int) -> None:
    together, one_short = [minimum - 2000, 1000, 1000], [minimum, minimum - 1, minimum]

    assert decide_in(YONGJIA, "post_quota", county_group=group) == {"minimum": minimum, "scope": "group"}
    assert decide_in(YONGJIA, "post_quota_met", county_group=group, posts=together) is True
    assert decide_in(YONGJIA, "post_quota_met", county_group=group, posts=[minimum - 1]) is False
    assert decide_in(WENCHENG, "post_quota_met", county_group=group, posts=one_short) is False
    assert decide_in(WENCHENG, "post_quota_met", county_group=group, posts=[minimum] * 3) is True


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, "duplicate"),
        ({"similarity": Decimal("0.7999")}, "similar"),
        ({"distance": 501}, "none"),
        ({"same_village": False}, "none"),
        ({"same_type": False}, "none"),
        ({"other_approved_on": date(2023, 3, 2)}, "duplicate"),
        ({"other_approved_on": date(2023, 3, 1)}, "none"),
    ],
)
def test_a_project_like_one_nearby_is_found(decide: Decide, changes: dict[str, Any], result: str) -> None:
    facts = {
        "same_village": True,
        "same_type": True,
        "distance": 500,
        "other_approved_on": date(2025, 6, 1),
        "applied_on": date(2026, 3, 2),
        "similarity": Decimal("0.80"),
    }

    decided = decide("duplicate_check", **{**facts, **changes})

    assert (decided["result"], decided["blocks"]) == (result, result == "duplicate")


def test_a_county_looks_further_around(decide_in: Decide) -> None:
    facts = {
        "same_village": True,
        "same_type": True,
        "distance": 800,
        "other_approved_on": date(2025, 6, 1),
        "applied_on": date(2026, 3, 2),
        "similarity": Decimal("0.5"),
    }

    assert decide_in(YONGJIA, "duplicate_check", **facts)["result"] == "none"
    assert decide_in(WENCHENG, "duplicate_check", **facts)["result"] == "similar"
