"""P01 and P12 over HTTP: schedules start them, people do them, and the books agree to the fen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from api.demo.organisation import demo_organisation
from api.demo.pace import OfficeHours
from api.demo.walker import Answer, Walk
from engine.clock import LOCAL_ZONE
from engine.history.verification import verify
from engine.jobs.timers import fire_due_timers
from engine.model import ProcessDefinition, ProcessInstance

from .conftest import Project, Refusal

BAISHUI, COUNTY = "330324009211", "330324000000"
AGREE: Mapping[str, Any] = {"r5_county_pool": Answer(outcome="in_pool")}


def cases_of(desk: Any, key: str) -> dict[str, str]:
    """The cases of a process, by region."""
    with desk.engine.database.read() as connection:
        rows = connection.execute(
            select(ProcessInstance.region_code, ProcessInstance.id)
            .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
            .where(ProcessDefinition.key == key)
        )
        return {row.region_code: row.id for row in rows}


def walk_of(desk: Any, case_id: str) -> Walk:
    return Walk(desk, demo_organisation(), case_id, OfficeHours(desk.clock, per_act=timedelta(minutes=10)))


def at(desk: Any, year: int, month: int, day: int, hour: int = 0) -> None:
    """Let it be a local day, with everything done that is due."""
    desk.clock.set(datetime(year, month, day, hour, tzinfo=LOCAL_ZONE))
    fire_due_timers(desk.engine)


def submit_reserve(desk: Any) -> Walk:
    case_id = desk.start("baishui.applicant", "reserve_pool_intake", region_code=BAISHUI, project_id=None)
    walk = walk_of(desk, case_id)
    walk.complete("r1_submit")
    return walk


def test_in_september_every_village_gets_its_sheet_and_what_is_not_submitted_is_void(desk: Any) -> None:
    at(desk, 2026, 9, 1)
    cases = cases_of(desk, "reserve_pool_intake")
    assert len(cases) == 8

    walk = walk_of(desk, cases[BAISHUI])
    walk.run(AGREE)
    assert desk.result_of(cases[BAISHUI]) == "已入库"

    at(desk, 2026, 10, 1)
    others = {desk.result_of(case) for region, case in cases.items() if region != BAISHUI}
    assert others == {"未提交，作废为草稿"}


def test_in_march_it_may_be_submitted_and_in_april_it_is_refused(desk: Any) -> None:
    submit_reserve(desk).run(AGREE)

    at(desk, 2026, 4, 7, 9)
    with pytest.raises(Refusal) as refusal:
        submit_reserve(desk)
    (message,) = refusal.value.problems.values()
    assert "不在集中申报窗口" in message
    assert "2026-09-01 至 2026-09-30" in message


def test_a_correction_may_come_after_the_window(desk: Any) -> None:
    at(desk, 2026, 3, 31, 9)
    walk = submit_reserve(desk)
    walk.complete("r2_village_confirm", "return_for_correction")
    at(desk, 2026, 4, 2, 9)
    walk.complete("r1c_correct")
    walk.run(AGREE)

    assert desk.result_of(walk.case_id) == "已入库"


def test_a_quarter_is_reported_and_a_fen_too_little_goes_back(project_at: Callable[[str], Project]) -> None:
    project = project_at("advanced")
    desk = project.desk
    paid_on = datetime.fromisoformat(project.show()["payments"][0]["paid_on"])
    month = (paid_on.month - 1) // 3 * 3 + 4
    at(desk, paid_on.year + month // 13, (month - 1) % 12 + 1, 1)
    region = project.show()["facts"]["region_code"]
    case_id = cases_of(desk, "quarterly_report")[f"{region[:6]}000000"]
    walk = walk_of(desk, case_id)

    sheet = {"plan_amount": "500000.00", "allocated": "500000.00", "used": "0"}
    paid = dict.fromkeys((task.unit_code for task in walk.open_tasks()), "0.00") | {region: "143999.99"}
    for task in walk.open_tasks():
        walk.complete_task(task, **sheet, paid=paid[task.unit_code])
        (progress,) = [t for t in walk.open_tasks() if (t.activity_id, t.unit_code) == ("q1_progress", task.unit_code)]
        walk.complete_task(progress, projects=[])

    (again,) = [task for task in walk.open_tasks() if task.activity_id == "q1_fund"]
    with pytest.raises(Refusal) as refusal:
        walk.complete_task(again, **sheet, paid="144000.00", reason=None)
    assert set(refusal.value.problems) == {"reason"}
    walk.complete_task(again, **sheet, paid="144000.00", reason="少记一分钱，已经更正。")
    walk.run({"q1_progress": Answer(values={"projects": []})})

    assert desk.result_of(case_id) == "通报"
    with desk.engine.database.read() as connection:
        assert not verify(connection, desk.engine.tools).findings
