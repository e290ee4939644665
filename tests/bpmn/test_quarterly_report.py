"""P12: villages report, townships add up, the county and the city look at it, and the payments agree to the fen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.clock import LOCAL_ZONE

Begin = Callable[..., Any]
ONE, TWO, THREE = "330324113227", "330324113228", "330324106209"
TOWNS = [
    {
        "code": "330324113000",
        "name": "岩坦镇",
        "villages": [{"code": ONE, "name": "石溪村"}, {"code": TWO, "name": "陈庄村"}],
    },
    {"code": "330324106000", "name": "碧莲镇", "villages": [{"code": THREE, "name": "应坑村"}]},
]


@pytest.fixture
def paid(office: Any) -> dict[str, Decimal]:
    """What the books say was paid to each village."""
    sums = {ONE: Decimal("144000.00"), TWO: Decimal("0.00"), THREE: Decimal("28800.55")}
    office.connectors["offices.villages_by_town"] = lambda _: {"towns": TOWNS}
    office.connectors["funds.paid_in_period"] = lambda inputs: {"paid": sums[inputs["region"]], "payments": 1}
    return sums


@pytest.fixture
def report(walk: Begin, paid: Any) -> Any:
    return walk("quarterly_report", at="quarter_begins", date=date(2026, 4, 1))


def village_reports(case: Any, village: str, amount: str, **more: Any) -> None:
    """The village fills in both sheets."""
    sheet = {"plan_amount": Decimal(500000), "allocated": Decimal(200000), "paid": Decimal(amount)}
    case.do_of(village, "q1_fund", **sheet, used=Decimal(0), balance=Decimal(amount), **more)
    case.do_of(village, "q1_progress", projects=[])


def all_report(case: Any) -> Any:
    for village, amount in ((ONE, "144000.00"), (TWO, "0"), (THREE, "28800.55")):
        village_reports(case, village, amount)
    return case.do("q3_town_summary").do("q3_town_summary")


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 1, 1), (2025, 4, date(2025, 10, 1), date(2025, 12, 31))),
        (date(2026, 4, 1), (2026, 1, date(2026, 1, 1), date(2026, 3, 31))),
        (date(2026, 12, 31), (2026, 3, date(2026, 7, 1), date(2026, 9, 30))),
    ],
)
def test_the_quarter_before_is_reported(walk: Begin, paid: Any, day: date, quarter: Any) -> None:
    told = walk("quarterly_report", at="quarter_begins", date=day).variables["quarter"]

    assert (told["year"], told["number"], told["first_day"], told["last_day"]) == quarter


def test_every_village_reports_and_its_township_adds_up(report: Any) -> None:
    assert report.open == ["q1_fund"] * 3

    village_reports(report, ONE, "144000.00")
    village_reports(report, TWO, "0")
    summary = report.task("q3_town_summary").inputs
    assert (summary["unit_name"], summary["reports"], summary["paid"], summary["difference"]) == (
        "岩坦镇",
        2,
        Decimal("144000.00"),
        0,
    )
    assert report.open == ["q1_fund", "q3_town_summary"]


def test_a_difference_of_one_fen_goes_back_and_must_be_explained(report: Any) -> None:
    village_reports(report, THREE, "28800.54")

    again = report.task_of(THREE, "q1_fund").inputs
    assert (again["returned"], again["difference"], again["ledger_paid"]) == (
        True,
        Decimal("-0.01"),
        Decimal("28800.55"),
    )
    village_reports(report, THREE, "28800.55", reason="少计一分，已更正")
    assert report.open == ["q1_fund", "q1_fund", "q3_town_summary"]


def test_the_chain_ends_with_the_city_and_the_books(report: Any) -> None:
    all_report(report)
    assert report.open == ["q4_county_review"]
    assert report.task("q4_county_review").inputs["paid"] == Decimal("172800.55")

    report.do("q4_county_review").do("q5_city_summary")
    assert report.ended == "end_reported"


def test_what_the_bank_sent_back_meanwhile_returns_only_to_that_village(report: Any, paid: Any) -> None:
    all_report(report).do("q4_county_review")
    paid[ONE] = Decimal("100000.00")
    report.do("q5_city_summary")

    assert report.open == ["q1_fund"]
    assert report.task("q1_fund").inputs["difference"] == Decimal("44000.00")
    village_reports(report, ONE, "100000.00", reason="三月一笔退票")
    report.do("q3_town_summary")
    assert report.task("q4_county_review").inputs["paid"] == Decimal("128800.55")
    assert report.task("q4_county_review").inputs["reports"] == 3
    assert report.do("q4_county_review").do("q5_city_summary").ended == "end_reported"


def test_the_township_is_asked_to_urge_who_has_not_reported_in_time(report: Any) -> None:
    village_reports(report, THREE, "28800.55")
    due = report.timers["village_overdue"].astimezone(LOCAL_ZONE)
    assert due == datetime(2026, 4, 11, tzinfo=LOCAL_ZONE)

    report.wait_for("village_overdue")
    assert report.open == ["q1_fund", "q1_fund", "q1x_urge", "q3_town_summary"]


def test_the_county_is_told_what_is_missing_on_the_day_of_red_cards(report: Any) -> None:
    due = report.timers["still_missing"].astimezone(LOCAL_ZONE)
    assert due == datetime(2026, 4, 26, tzinfo=LOCAL_ZONE)

    report.wait_for("still_missing").do("q1y_red_card", note="已约谈")
    assert report.open == ["q1_fund"] * 3


def test_each_level_has_its_day(report: Any) -> None:
    days = {step: due.astimezone(LOCAL_ZONE).date() for step, due in report.variables["due"].items()}

    assert days == {
        "village": date(2026, 4, 11),
        "town": date(2026, 4, 16),
        "county": date(2026, 4, 21),
        "red": date(2026, 4, 26),
    }
