"""P03b: what the city finds is answered, mended one by one, checked again, and reported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Begin = Callable[..., Any]


def finding(level: str = "minor", role: str = "village_lead") -> dict[str, str]:
    return {"description": "台账不全", "level": level, "basis": "R33", "responsible_role": role}


def inspected(walk: Begin, *findings: dict[str, str]) -> Any:
    case = walk("city_inspection").do("i1_plan", plan_no="JC-1", sample_seed=7, samples=[])
    return case.do("i3_notice").do("i4_onsite").do("i5_findings", findings=list(findings))


def accepted(walk: Begin, *findings: dict[str, str]) -> Any:
    return inspected(walk, *findings).do("i6_feedback", accepted=True)


def test_without_findings_the_report_is_written_at_once(walk: Begin) -> None:
    case = inspected(walk)

    assert case.open == ["i9_close"]
    assert case.do("i9_close").ended == "end_closed"


def test_every_finding_goes_to_whom_it_concerns(walk: Begin) -> None:
    roles = ("village_lead", "town_clerk", "county_finance")
    case = accepted(walk, *[finding(role=role) for role in roles])

    assert case.open == ["i7_rectify_county", "i7_rectify_town", "i7_rectify_village"]
    assert case.task("i7_rectify_town").inputs["finding_no"] == "JC-1-2"


def test_a_finding_is_mended_until_it_passes_and_the_others_are_not_touched(walk: Begin, office: Any) -> None:
    case = accepted(walk, finding(), finding(role="town_clerk"))
    case.do("i7_rectify_village", measures="已补").do("i8_recheck", recheck_result="fail", recheck_opinion="仍缺")

    assert case.open == ["i7_rectify_town", "i7_rectify_village"]
    again = case.task("i7_rectify_village").inputs
    assert (again["reopen_count"], again["recheck_opinion"], again["*"]["measures"]) == (1, "仍缺", "已补")
    case.do("i7_rectify_village").do("i8_recheck", recheck_result="pass")
    case.do("i7_rectify_town").do("i8_recheck", recheck_result="pass").do("i9_close")
    assert case.ended == "end_closed"
    assert [done["reopen_count"] for done in case.variables["rectifications"]] == [1, 0]
    assert office.called == []


def test_two_failures_stop_the_payments(walk: Begin, office: Any) -> None:
    case = accepted(walk, finding())
    for _ in range(2):
        case.do("i7_rectify_village").do("i8_recheck", recheck_result="fail")
    office.project["suspended"] = True
    case.do("i7_rectify_village").do("i8_recheck", recheck_result="pass")

    assert office.called == ["funds.suspend_payment", "funds.resume_payment"]
    assert case.open == ["i9_close"]


def test_a_severe_finding_stops_the_payments_at_once(walk: Begin, office: Any) -> None:
    inspected(walk, finding("minor"), finding("severe"))

    assert office.called == ["funds.suspend_payment"]


def test_a_finding_that_turns_out_severe_stops_the_payments(walk: Begin, office: Any) -> None:
    case = inspected(walk, finding()).do("i6_feedback", accepted=False)
    assert office.called == []
    case.do("i6x_review", findings=[finding("severe")])

    assert office.called == ["funds.suspend_payment"]
    assert case.open == ["i7_rectify_village"]


def test_severe_findings_that_are_dropped_let_the_payments_go_on(walk: Begin, office: Any) -> None:
    case = inspected(walk, finding("severe")).do("i6_feedback", accepted=False)
    office.project["suspended"] = True

    assert case.do("i6x_review", findings=[]).open == ["i9_close"]
    assert office.called == ["funds.suspend_payment", "funds.resume_payment"]


def test_what_another_case_has_stopped_stays_stopped(walk: Begin, office: Any) -> None:
    office.project["suspended"] = True
    case = accepted(walk, finding()).do("i7_rectify_village").do("i8_recheck", recheck_result="pass")

    assert case.open == ["i9_close"]
    assert office.called == []


def test_the_city_looks_again_at_what_is_disputed(walk: Begin) -> None:
    case = inspected(walk, finding()).do("i6_feedback", accepted=False)

    assert case.open == ["i6x_review"]
    assert len(case.task("i6x_review").inputs["*"]["findings"]) == 1
    assert case.do("i6x_review", findings=[]).open == ["i9_close"]


def test_how_long_it_may_take_depends_on_how_bad_it_is(walk: Begin) -> None:
    case = accepted(walk, finding("major"))

    assert case.task("i7_rectify_village").due_in == 30
