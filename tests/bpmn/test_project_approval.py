"""P02: the way of an application, with its returns, rejections, notices and objections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.clock import LOCAL_ZONE
from engine.interpreter import TimerNotDue

Begin = Callable[..., Any]

APPLICATION = {
    "project_name": "石溪村溪渠整治",
    "project_type": "farmland_water",
    "build_content": "整治渠道",
    "build_site_address": "石溪村",
    "scale_table": [{"content": "渠道", "quantity": Decimal(800)}],
    "total_invest": Decimal(350000),
    "src_migrant_fund": Decimal(300000),
    "src_self_raise": Decimal(50000),
    "src_source_code": ["support_fund_project"],
    "reserve_no": "CK-330324-0007",
}
DEPARTMENTS = [
    {"code": "330324-agriculture", "name": "县农业农村局"},
    {"code": "330324-water", "name": "县水利局"},
]
TOWN = ("p4_town_review", "p5_town_finance", "p5_town_village_accounts", "p6_town_sign")


def noticed(case: Any, post: str, result: str, timer: str) -> Any:
    today = case.office.now.astimezone(LOCAL_ZONE).date()
    days = case.task(post).inputs["min_notice_days"]
    end = today + timedelta(days=int(days))
    case.do(post, notice_start=today, notice_days=days, notice_end=end)
    return case.wait_for(timer).do(result, objection_count=Decimal(0))


def village_noticed(case: Any) -> Any:
    return noticed(case, "p3_village_notice", "p3_notice_result", "village_notice_period")


def county_noticed(case: Any) -> Any:
    return noticed(case, "p13_county_notice", "p13_notice_result", "county_notice_period")


def applied(walk: Begin, **changes: Any) -> Any:
    case = walk("project_approval")
    return case.do("p1_apply", **(APPLICATION | changes)).do("p2_resolution", "agree", meeting_date=date(2026, 3, 1))


def at_town(walk: Begin, **changes: Any) -> Any:
    return village_noticed(applied(walk, **changes))


def at_county(walk: Begin, **changes: Any) -> Any:
    return at_town(walk, **changes).agree(*TOWN)


def at_meeting(walk: Begin, **changes: Any) -> Any:
    case = at_county(walk, **changes).do("p7_county_intake", "accept")
    return reviewed(case)


def reviewed(case: Any) -> Any:
    if "p9_tech_review" in case.open:
        case.agree("p9_tech_review")
    case.do("p10_county_review", "agree", suggest_fund=Decimal(300000), verified_budget=Decimal(350000))
    case.do("p11_fund_check", "agree", sources=[{"source": "support_fund_project", "share": Decimal(1)}])
    case.do("p12_deputy", "agree", approved_fund=Decimal(290000))
    if "p12_chief" in case.open:
        case.do("p12_chief", "agree", approved_fund=Decimal(280000))
    return case


def decided(case: Any) -> Any:
    return case.do("p12_meeting", "agree", approved_fund=Decimal(280000), meeting_date=date(2026, 3, 20))


def test_an_application_goes_from_the_village_to_a_registered_contract(walk: Begin, office: Any) -> None:
    case = county_noticed(decided(at_meeting(walk)))
    case.do("p14_issue", issue_doc_no="永移〔2026〕3号", issue_date=date(2026, 4, 1)).do("p15_pack")
    case.do("p15_filing", filing_result="accepted", receipt_no="HZ-1").do("p16_prep", contract_no="HT-1")
    case.agree("p16_check")

    assert case.ended == "end_approved"
    assert [name for name, _ in office.calls] == [
        "funds.approve_project",
        "funds.file_project",
        "funds.register_contract",
    ]
    assert "p9_tech_review" not in case.passed
    approved = office.calls[0][1]
    assert (approved["approved_amount"], approved["total_invest"]) == (280000, 350000)


def test_a_resolution_that_does_not_pass_ends_in_the_village(walk: Begin) -> None:
    case = walk("project_approval").do("p1_apply", **APPLICATION).do("p2_resolution", "decline")

    assert case.ended == "end_village_rejected"


def test_a_notice_is_not_dated_back_to_before_it_could_be_put_up(walk: Begin) -> None:
    case = applied(walk)

    assert case.task("p3_village_notice").inputs["earliest_start"] == date(2026, 3, 2)


def test_a_notice_cannot_be_ended_early(walk: Begin) -> None:
    case = applied(walk)
    case.do("p3_village_notice", notice_start=date(2026, 3, 2), notice_days=Decimal(5))

    assert case.timers["village_notice_period"] == datetime(2026, 3, 8, tzinfo=LOCAL_ZONE)
    assert case.open == []
    with pytest.raises(TimerNotDue):
        case.fire_early("village_notice_period", timedelta(seconds=1))


def test_convergence_funds_ask_for_a_longer_notice(walk: Begin) -> None:
    case = applied(walk, src_source_code=["convergence_relocation_special"])

    assert case.task("p3_village_notice").inputs["min_notice_days"] == 10


@pytest.mark.parametrize(
    ("step", "end"),
    [("p4_town_review", "end_town_rejected"), ("p6_town_sign", "end_town_sign_rejected")],
)
def test_the_town_may_reject(walk: Begin, step: str, end: str) -> None:
    case = at_town(walk).agree(*TOWN[: TOWN.index(step)]).do(step, "reject")

    assert case.ended == end


def test_what_the_town_sends_back_returns_to_the_town_with_what_was_filled_in(walk: Begin) -> None:
    case = at_town(walk).do("p4_town_review", "return_for_correction", missing_items=[{"item": "设计图"}])
    inputs = case.task("p1c_correct").inputs

    assert inputs["*"]["total_invest"] == 350000
    assert inputs["missing_items"] == [{"item": "设计图"}]
    assert case.do("p1c_correct", **APPLICATION).open == ["p4_town_review"]


def test_a_changed_amount_is_resolved_and_noticed_again(walk: Begin) -> None:
    case = at_county(walk).do("p7_county_intake", "return_for_correction")
    case.do("p1c_correct", **(APPLICATION | {"total_invest": Decimal(340000)}))

    assert case.open == ["p2_resolution"]
    assert village_noticed(case.agree("p2_resolution")).open == ["p4_town_review"]


@pytest.mark.parametrize(
    "change",
    [
        {"project_type": "infra_road"},
        {"src_source_code": ["convergence_relocation_special"]},
        {"reserve_no": None},
    ],
    ids=str,
)
def test_what_decides_the_notice_and_the_level_is_resolved_again_when_it_changes(
    walk: Begin, change: dict[str, Any]
) -> None:
    case = at_county(walk).do("p7_county_intake", "return_for_correction")

    assert case.do("p1c_correct", **(APPLICATION | change)).open == ["p2_resolution"]


def test_a_correction_that_does_not_come_in_time_counts_as_withdrawn(walk: Begin) -> None:
    case = at_county(walk).do("p7_county_intake", "return_for_correction").wait_for("p1c_expired")

    assert case.ended == "end_withdrawn"


def test_after_the_last_correction_the_county_must_decide(walk: Begin) -> None:
    case = at_county(walk)
    for _ in range(2):
        case.do("p7_county_intake", "return_for_correction").do("p1c_correct", **APPLICATION)
        assert case.open == ["p7_county_intake"]
    case.do("p7_county_intake", "return_for_correction")

    assert case.open == ["p7_final_intake"]
    assert case.do("p7_final_intake", "reject").ended == "end_intake_rejected"


def test_both_town_offices_must_agree(walk: Begin) -> None:
    case = at_town(walk).agree("p4_town_review", "p5_town_village_accounts")

    assert case.open == ["p5_town_finance"]
    assert case.do("p5_town_finance", "return_to_previous").open == ["p4_town_review"]
    assert case.agree("p4_town_review").open == ["p5_town_finance", "p5_town_village_accounts"]


def test_every_department_is_asked_and_the_silent_ones_have_no_objection(walk: Begin, office: Any) -> None:
    office.policy["line_departments"] = DEPARTMENTS
    case = at_county(walk).do("p7_county_intake", "accept")

    assert case.open == ["p8_line_dept", "p8_line_dept"]
    assert case.task("p8_line_dept").scope == "330324-agriculture"
    case.do("p8_line_dept", "agree", dept_cover=False).wait_for("p8_expired")

    assert case.variables["deemed_no_objection"] == ["县水利局"]
    assert [opinion["dept_name"] for opinion in case.variables["line_dept_opinions"]] == ["县农业农村局"]
    assert case.open == ["p10_county_review"]


def test_all_departments_have_answered(walk: Begin, office: Any) -> None:
    office.policy["line_departments"] = DEPARTMENTS
    case = at_county(walk).do("p7_county_intake", "accept").agree("p8_line_dept", "p8_line_dept")

    assert case.variables["deemed_no_objection"] == []
    assert case.timers == {}


def test_a_large_project_is_reviewed_by_a_third_party_and_decided_by_the_leading_group(walk: Begin) -> None:
    case = at_county(walk, src_migrant_fund=Decimal(1000000), total_invest=Decimal(1050000))
    case.do("p7_county_intake", "accept")

    assert case.open == ["p9_tech_review"]
    assert decided(reviewed(case)).open == ["p12_leading_group"]
    assert case.do("p12_leading_group", "agree", approved_fund=Decimal(270000)).open == ["p13_county_notice"]
    assert case.variables["approved_fund"] == 270000


def test_the_city_reviews_first_only_where_the_county_says_so(walk: Begin, office: Any) -> None:
    office.policy["approval"]["city_pre_review"] = True
    case = at_county(walk, src_migrant_fund=Decimal(1000000), total_invest=Decimal(1050000))
    decided(reviewed(case.do("p7_county_intake", "accept"))).do("p12_leading_group", "agree", approved_fund=Decimal(1))

    assert case.open == ["p12_city_review"]
    assert case.do("p12_city_review", "reject").ended == "end_city_rejected"


def test_a_small_project_does_not_go_to_the_chief(walk: Begin) -> None:
    case = at_meeting(walk, src_migrant_fund=Decimal("199999.99"))

    assert "p12_chief" not in case.passed
    assert case.task("p12_meeting").inputs["suggest_fund"] == 290000


@pytest.mark.parametrize(
    ("step", "back_to"),
    [
        ("p11_fund_check", "p10_county_review"),
        ("p12_deputy", "p11_fund_check"),
        ("p12_chief", "p12_deputy"),
    ],
)
def test_a_return_goes_to_the_step_before(walk: Begin, step: str, back_to: str) -> None:
    case = at_county(walk).do("p7_county_intake", "accept").agree("p10_county_review")
    while step not in case.open:
        case.agree(*case.open)

    assert case.do(step, "return_to_previous").open == [back_to]


@pytest.mark.parametrize(
    ("step", "outcome", "end"),
    [
        ("p10_county_review", "reject", "end_county_rejected"),
        ("p10_county_review", "defer", "end_alternate"),
        ("p11_fund_check", "defer", "end_alternate"),
        ("p12_deputy", "reject", "end_leader_rejected"),
        ("p12_chief", "reject", "end_leader_rejected"),
        ("p12_meeting", "reject", "end_meeting_rejected"),
        ("p12_meeting", "defer", "end_meeting_alternate"),
    ],
)
def test_the_county_may_reject_or_defer(walk: Begin, step: str, outcome: str, end: str) -> None:
    case = at_county(walk).do("p7_county_intake", "accept")
    while step not in case.open:
        case.agree(*case.open)

    assert case.do(step, outcome).ended == end


def object_to(case: Any, upheld: bool) -> Any:
    case.send("objection_received", objection_text="占用农田").do("p3x_objection", objection_text="占用农田")
    case.do("p3x_investigate", fact_found="已核查", valid=upheld)
    return case.do("p3x_reply", reply_text="答复", reply_date=date(2026, 3, 6))


def test_an_objection_does_not_stop_the_notice_but_the_notice_waits_for_its_answer(walk: Begin) -> None:
    case = applied(walk)
    case.do("p3_village_notice", notice_start=date(2026, 3, 2), notice_days=Decimal(5))
    case.send("objection_received").wait_for("village_notice_period").do("p3_notice_result")

    assert case.open == ["p3x_objection"]
    case.do("p3x_objection").do("p3x_investigate", valid=False).do("p3x_reply")
    assert case.open == ["p4_town_review"]


def test_two_objections_are_handled_apart(walk: Begin) -> None:
    case = applied(walk).send("objection_received").send("objection_received")
    case.do("p3x_objection", objection_text="甲").do("p3x_objection", objection_text="乙")
    case.do("p3x_investigate", valid=False).do("p3x_investigate", valid=True).do("p3x_reply").do("p3x_reply")

    assert [(o["objection_text"], o["valid"]) for o in case.variables["objections"]] == [("甲", False), ("乙", True)]


def test_an_objection_that_is_upheld_brings_a_correction_and_a_new_notice(walk: Begin) -> None:
    case = village_noticed(object_to(applied(walk), upheld=True))

    assert case.open == ["p1c_correct"]
    assert case.do("p1c_correct", **APPLICATION).open == ["p2_resolution"]
    assert village_noticed(case.agree("p2_resolution")).open == ["p4_town_review"]


def test_the_village_reads_why_it_must_change_what_was_objected_to(walk: Begin) -> None:
    case = object_to(applied(walk), upheld=False)
    inputs = village_noticed(object_to(case, upheld=True)).task("p1c_correct").inputs

    assert inputs["missing_items"] == [{"item": "占用农田", "requirement": "已核查"}]
    assert "异议成立" in inputs["return_opinion"]


def test_after_two_failed_notices_the_town_says_what_to_do(walk: Begin) -> None:
    case = village_noticed(object_to(applied(walk), upheld=True)).do("p1c_correct", **APPLICATION)
    village_noticed(object_to(case.agree("p2_resolution"), upheld=True))

    assert case.open == ["p3o_town_opinion"]
    assert case.agree("p3o_town_opinion").open == ["p4_town_review"]
    assert case.do("p4_town_review", "return_for_correction").do("p1c_correct", **APPLICATION).open == [
        "p4_town_review"
    ]


def test_a_notice_that_was_repeated_for_another_reason_has_not_failed(walk: Begin) -> None:
    case = at_town(walk).do("p4_town_review", "return_for_correction")
    case.do("p1c_correct", **(APPLICATION | {"src_migrant_fund": Decimal(299000)}))
    case = village_noticed(object_to(case.agree("p2_resolution"), upheld=True))

    assert case.open == ["p1c_correct"]
    village_noticed(object_to(case.do("p1c_correct", **APPLICATION).agree("p2_resolution"), upheld=True))
    assert case.open == ["p3o_town_opinion"]


def test_the_town_may_end_what_was_objected_to_twice(walk: Begin) -> None:
    case = village_noticed(object_to(applied(walk), upheld=True)).do("p1c_correct", **APPLICATION)
    village_noticed(object_to(case.agree("p2_resolution"), upheld=True)).do("p3o_town_opinion", "reject")

    assert case.ended == "end_objection_upheld"


def test_an_objection_to_the_county_is_reviewed_by_the_county(walk: Begin) -> None:
    case = decided(at_meeting(walk))
    assert case.task("p13_county_notice").inputs["min_notice_days"] == 7
    case.send("objection_received").do("p13x_objection").do("p13x_investigate", valid=True)

    assert county_noticed(case).open == ["p10_county_review"]


def test_a_returned_filing_is_packed_again(walk: Begin) -> None:
    case = county_noticed(decided(at_meeting(walk))).do("p14_issue").do("p15_pack")

    assert case.do("p15_filing", filing_result="returned").open == ["p15_pack"]
    assert case.do("p15_pack").do("p15_filing", filing_result="accepted").open == ["p16_prep"]
