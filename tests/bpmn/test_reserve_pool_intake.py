"""P01: reserve projects are applied for in the county's windows; what is not submitted is void."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.clock import LOCAL_ZONE

Begin = Callable[..., Any]
PROJECT = {"project_name": "石溪村溪渠整治", "total_invest": Decimal(500000), "cycle_start": 2026, "cycle_end": 2029}


def submitted(walk: Begin) -> Any:
    return walk("reserve_pool_intake").do("r1_submit", **PROJECT)


def pooled(walk: Begin) -> Any:
    case = submitted(walk).agree("r2_village_confirm", "r3_town_screen")
    return case.do("r5_county_pool", "in_pool", total_score=Decimal(85))


@pytest.mark.parametrize(
    ("day", "opens_on", "closes_on", "is_open"),
    [
        (date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 31), True),
        (date(2026, 3, 31), date(2026, 3, 1), date(2026, 3, 31), True),
        (date(2026, 4, 1), date(2026, 9, 1), date(2026, 9, 30), False),
        (date(2026, 10, 1), date(2027, 3, 1), date(2027, 3, 31), False),
    ],
)
def test_the_window_is_the_one_that_is_open_or_the_next(
    decide: Any, day: date, opens_on: date, closes_on: date, is_open: bool
) -> None:
    window = decide("reserve_window", day=day)

    assert (window["opens_on"], window["closes_on"], window["open"]) == (opens_on, closes_on, is_open)


def test_a_county_that_opens_another_month_has_another_window(office: Any, decide: Any) -> None:
    office.policy["reserve"]["window_months"] = [Decimal(2), Decimal(6)]

    window = decide("reserve_window", day=date(2027, 2, 10))
    assert (window["name"], window["closes_on"]) == ("2027年2月", date(2027, 2, 28))


def test_a_project_comes_into_the_pool_under_its_number(walk: Begin) -> None:
    case = pooled(walk)

    assert case.ended == "end_in_pool"
    assert case.variables["pool_entry"]["pool_no"] == "XM-330324-2026-00001"
    assert case.variables["pool_entry"]["status"] == "in_pool"


@pytest.mark.parametrize(("outcome", "end"), [("defer", "end_deferred"), ("reject", "end_rejected")])
def test_the_county_may_put_off_or_decline(walk: Begin, outcome: str, end: str) -> None:
    case = submitted(walk).agree("r2_village_confirm", "r3_town_screen").do("r5_county_pool", outcome)

    assert case.ended == end
    assert "pool_entry" not in case.variables


def test_what_is_not_submitted_by_the_end_of_the_last_day_is_void(walk: Begin) -> None:
    case = walk("reserve_pool_intake", at="window_opens", date=date(2026, 3, 1))

    assert case.timers["window_closes"].astimezone(LOCAL_ZONE) == datetime(2026, 4, 1, tzinfo=LOCAL_ZONE)
    assert case.wait_for("window_closes").ended == "end_void"


def test_a_correction_is_not_bound_to_the_window(walk: Begin) -> None:
    case = submitted(walk).do("r2_village_confirm", "return_for_correction", opinion_text="缺照片")

    assert case.open == ["r1c_correct"]
    assert case.timers == {}
    assert case.task("r1c_correct").inputs["first_submitted_on"] == date(2026, 3, 2)
    assert case.task("r1c_correct").inputs["return_opinion"] == "缺照片"
    assert case.do("r1c_correct", **PROJECT).open == ["r2_village_confirm"]


def test_the_township_may_send_it_back_or_decline(walk: Begin) -> None:
    case = submitted(walk).agree("r2_village_confirm").do("r3_town_screen", "return_for_correction", opinion_text="重")
    assert case.task("r1c_correct").inputs["return_opinion"] == "重"

    case.do("r1c_correct", **PROJECT).do("r2_village_confirm", "return_for_correction", opinion_text="再改")
    assert case.task("r1c_correct").inputs["return_opinion"] == "再改"

    case.do("r1c_correct", **PROJECT).agree("r2_village_confirm").do("r3_town_screen", "reject")
    assert case.ended == "end_town_rejected"
