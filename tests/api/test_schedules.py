"""Which processes start by the calendar: what designers see and may pause."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

import bpmn
from api.presentation.schedules import receivers_in_words, rule_in_words
from engine.clock import LOCAL_ZONE, ManualClock
from engine.commands import SYSTEM, DeploymentResource, DeployResources, PublishPolicy
from engine.jobs.timers import fire_due_timers
from engine.process_engine import ProcessEngine
from engine.queries.schedules import CountyDates, ScheduleView

from .conftest import OTHER_COUNTY, Login

RESERVE = Path(bpmn.__file__).parent / "reserve_pool_intake"


@pytest.fixture
def windows(engine: ProcessEngine) -> None:
    paths = [*RESERVE.iterdir(), RESERVE.parent / "policy" / "sla.dmn"]
    files = tuple(DeploymentResource(name=path.name, content=path.read_bytes()) for path in paths)
    engine.execute(DeployResources(actor=SYSTEM, resources=files))


def view(rule: str, *days: date, regions: str = "", daily: bool = False) -> ScheduleView:
    times = tuple(datetime.combine(day, datetime.min.time(), LOCAL_ZONE) for day in days)
    return ScheduleView(
        process_key="p",
        process_name="季报",
        version=1,
        element_id="s",
        rule=rule,
        regions=regions,
        daily=daily,
        paused_at=None,
        dates=(CountyDates(times=times),),
        started=0,
        last_due=None,
        failures=(),
    )


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (view("R/2026-01-01/P3M"), "每 3 个月一次，从2026年1月1日起"),
        (view("R3/PT36H"), "每 1 天 12 小时一次，共 3 次"),
        (view("P1D"), "部署后 1 天，一次"),
        (view("2026-04-01"), "2026年4月1日 00:00，一次"),
        (view("policy.day"), "按表达式计算"),
        (view("dates", date(2026, 9, 1), date(2027, 3, 1), date(2027, 9, 1), daily=True), "每年3月1日、9月1日"),
        (view("[]", daily=True), "按日期表，目前没有日期"),
    ],
)
def test_rules_are_told_in_words(schedule: ScheduleView, words: str) -> None:
    assert rule_in_words(schedule) == words


def test_it_is_told_who_gets_a_case() -> None:
    assert receivers_in_words(view("P1D", regions="village")) == "每个村发起一件"
    assert receivers_in_words(view("P1D")) == "发起一件"


def test_the_next_dates_are_shown(windows: None, log_in: Login) -> None:
    (schedule,) = log_in("designer").api("GET", "/schedules").json()

    assert (schedule["element_id"], schedule["regions"]) == ("window_opens", "village")
    assert schedule["wording"] == "每年3月1日、9月1日"
    (dates,) = schedule["dates"]
    assert [time[:10] for time in dates["times"][:2]] == ["2026-09-01", "2027-03-01"]


def test_counties_with_other_months_have_other_dates(windows: None, engine: ProcessEngine, log_in: Login) -> None:
    months = {"reserve": {"window_months": [5]}}
    engine.execute(
        PublishPolicy(actor=SYSTEM, county_code=OTHER_COUNTY, effective_from=date(2026, 1, 1), parameters=months)
    )

    (schedule,) = log_in("designer").api("GET", "/schedules").json()
    assert {dates["county"]: dates["times"][0][:10] for dates in schedule["dates"]} == {
        "永嘉县": "2026-09-01",
        "文成县": "2026-05-01",
    }


def test_a_designer_pauses_and_resumes(windows: None, engine: ProcessEngine, clock: ManualClock, log_in: Login) -> None:
    designer = log_in("designer")
    path = "/schedules/reserve_pool_intake/window_opens"
    assert designer.api("POST", f"{path}/pause", json={"reason": "今年九月不开"}).status_code == 204
    assert designer.api("POST", f"{path}/pause", json={"reason": "再停"}).status_code == 409
    clock.advance(timedelta(days=190))
    fire_due_timers(engine)
    designer = log_in("designer")
    assert designer.api("GET", "/schedules").json()[0]["started"] == 0

    assert designer.api("POST", f"{path}/resume").status_code == 204
    clock.advance(timedelta(days=180))
    fire_due_timers(engine)
    assert log_in("designer").api("GET", "/schedules").json()[0]["started"] == 2


@pytest.mark.parametrize("login", ["applicant", "clerk", "county"])
def test_others_do_not_see_them(windows: None, login: str, log_in: Login) -> None:
    assert log_in(login).api("GET", "/schedules").status_code == 403
    assert log_in(login).get("/schedules").status_code == 403


def test_an_unknown_schedule_cannot_be_paused(windows: None, log_in: Login) -> None:
    answer = log_in("designer").api("POST", "/schedules/reserve_pool_intake/start/pause", json={"reason": "试"})

    assert answer.status_code == 404


def test_the_page_tells_the_rule_and_takes_a_reason(windows: None, log_in: Login) -> None:
    designer = log_in("designer")
    page = designer.get("/schedules").text
    assert "每年3月1日、9月1日，每个村发起一件" in page
    assert ">2026年9月1日</span>" in page

    answer = designer.post("/schedules/reserve_pool_intake/window_opens", {"act": "pause", "reason": " "})
    assert (answer.status_code, "请写明暂停的原因" in answer.text) == (422, True)
    assert "每年3月1日、9月1日，每个村发起一件" in answer.text
    designer.post("/schedules/reserve_pool_intake/window_opens", {"act": "pause", "reason": "今年不开"})
    assert "已暂停" in designer.get("/schedules").text
