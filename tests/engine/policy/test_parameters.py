from __future__ import annotations

from decimal import Decimal

import pytest

from engine import values
from engine.errors import Invalid
from engine.policy.catalogue import CATALOGUE, GROUPS
from engine.policy.counties import demo_counties
from engine.policy.parameters import Parameters, resolve


def problems_of(settings: dict[str, object]) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        resolve(settings)
    return {problem.path: problem.message for problem in refusal.value.problems}


def test_names_are_unique_and_every_default_can_be_read_back() -> None:
    assert len(CATALOGUE) == sum(map(len, GROUPS.values()))
    for parameter in CATALOGUE.values():
        assert parameter.read(parameter.default) == parameter.default


def test_defaults_are_those_of_the_specification() -> None:
    policy = Parameters(resolve())

    assert policy.number("advance_ratio") == Decimal("0.30")
    assert policy.number("approval.meeting_below") == 1_000_000
    assert policy.count("notice.village") == 5


def test_groups_are_paths_in_expressions() -> None:
    assert resolve({"sla.town_review": 7})["sla"]["town_review"] == 7
    assert resolve({"sla": {"town_review": 7}})["sla"]["town_review"] == 7


def test_a_resolved_profile_resolves_to_itself_and_survives_storage() -> None:
    resolved = resolve({"advance_ratio": "0.4"})

    assert resolve(values.loads(values.dumps(resolved))) == resolved


@pytest.mark.parametrize(
    ("settings", "name", "message"),
    [
        ({"advance_ratoi": "0.3"}, "advance_ratoi", "没有这个政策参数"),
        ({"advance_ratio": 0.3}, "advance_ratio", "不用浮点数"),
        ({"advance_ratio": "0.6"}, "advance_ratio", "不能大于 0.50"),
        ({"retention_rate_max": "0.05"}, "retention_rate_max", "不能大于 0.03"),
        ({"notice.village": 2}, "notice.village", "不能小于 3"),
        ({"one_off_limit": "30000.001"}, "one_off_limit", "两位小数"),
        ({"one_off_limit": "NaN"}, "one_off_limit", "数字"),
        ({"sla.sign": "2.5"}, "sla.sign", "整数"),
        ({"progress_needs_advance": "yes"}, "progress_needs_advance", "“是”或“否”"),
        ({"retention_rule_from": "soon"}, "retention_rule_from", "日期"),
        ({"line_departments": ["water"]}, "line_departments", "机构代码"),
        ({"approval.deputy_below": "600000"}, "approval.chief_below", "应大于"),
    ],
)
def test_a_wrong_setting_is_refused_at_its_name(settings: dict[str, object], name: str, message: str) -> None:
    assert message in problems_of(settings)[name]


def test_the_demo_counties_differ_visibly() -> None:
    yongjia, wencheng = (Parameters(resolve(county.parameters)) for county in demo_counties())

    for name in ("advance_ratio", "retention_rate", "approval.chief_below", "notice.village"):
        assert yongjia.number(name) != wencheng.number(name)


def test_a_profile_older_than_a_parameter_gives_its_default() -> None:
    assert Parameters({}).count("warranty_months") == 12


def test_the_weights_of_the_factors_share_out_the_whole() -> None:
    assert "合计应为 1" in problems_of({"factor.low_income": "0.10"})["factor.population"]
    assert resolve({"factor.low_income": "0.10", "factor.fiscal": "0.00"})["factor"]["low_income"] == Decimal("0.10")


def test_a_county_may_not_go_beyond_what_the_regulation_sets() -> None:
    assert "不能大于 500" in problems_of({"subsidy.travel_inter": "500.01"})["subsidy.travel_inter"]
    assert "不能小于 365" in problems_of({"employment.work_days": 364})["employment.work_days"]
    assert resolve({"fund_ratio.applied_max": "2.5"})["fund_ratio"]["applied_max"] == Decimal("2.5")
