"""Schedules: each region gets its case once for each date, whatever happens to clocks, workers and versions."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.clock import LOCAL_ZONE, ManualClock, local_date
from engine.commands import (
    SYSTEM,
    DeploymentResource,
    DeployResources,
    FireStartTimer,
    PublishPolicy,
    RegisterOrganisation,
    UnitRecord,
)
from engine.jobs.timers import fire_due_timers
from engine.model import HistoryEvent, ProcessInstance, ScheduledStart, StartSubscription
from engine.process_engine import ProcessEngine
from engine.queries.history import history_of
from engine.schedules.commands import PauseSchedule, ResumeSchedule, StartScheduled

from ..conftest import COUNTY, OTHER_VILLAGE, VILLAGE

WINDOWS = "for month in [3, 9] return date(today().year, month, 1)"


def diagram(
    rule: str, *, kind: str = "timeCycle", regions: str = "village", name: str = "申报", more: str = ""
) -> bytes:
    level = f'anlan:startRegions="{regions}"' if regions else ""
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d" '
        f'targetNamespace="urn:t"><process id="intake" name="{name}" isExecutable="true">'
        f'<startEvent id="window" {level} anlan:resultVariable="schedule">'
        f"<timerEventDefinition><{kind}>{rule}</{kind}></timerEventDefinition></startEvent>"
        f'<userTask id="fill" {more}/><endEvent id="end"/><sequenceFlow id="f1" sourceRef="window" targetRef="fill"/>'
        '<sequenceFlow id="f2" sourceRef="fill" targetRef="end"/></process></definitions>'
    ).encode()


class Calendar:
    """Deploys one schedule and lets days pass."""

    def __init__(self, engine: ProcessEngine, clock: ManualClock) -> None:
        self.engine = engine
        self.clock = clock

    def deploy(self, content: bytes) -> None:
        resource = DeploymentResource(name="intake.bpmn", content=content)
        self.engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))

    def at(self, day: str, clock: str = "00:00") -> int:
        """Let the time be that of a local day, and do what is due."""
        self.clock.set(datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), LOCAL_ZONE))
        return fire_due_timers(self.engine)

    def rows(self, table: Any) -> list[Any]:
        with self.engine.database.read() as connection:
            return list(connection.execute(select(table)))

    @property
    def started(self) -> list[tuple[str, str]]:
        """The date of each case, and its region."""
        cases = [case for case in self.rows(ScheduledStart) if case.instance_id is not None]
        return sorted((local_date(case.due_at).isoformat(), case.region_code) for case in cases)

    @property
    def days(self) -> list[str]:
        return sorted({day for day, _ in self.started})

    @property
    def cases(self) -> list[Any]:
        return self.rows(ProcessInstance)


@pytest.fixture
def calendar(engine: ProcessEngine, clock: ManualClock) -> Calendar:
    return Calendar(engine, clock)


def test_each_village_gets_a_case_on_the_first_day_of_each_window(calendar: Calendar) -> None:
    calendar.deploy(diagram(WINDOWS))

    assert calendar.at("2026-08-31", "23:59") == 0
    assert calendar.at("2026-09-01") == 2
    assert calendar.started == [("2026-09-01", VILLAGE), ("2026-09-01", OTHER_VILLAGE)]
    assert sorted(case.region_code for case in calendar.cases) == [VILLAGE, OTHER_VILLAGE]


def test_the_case_learns_the_date_even_when_it_starts_late(calendar: Calendar) -> None:
    calendar.deploy(diagram(WINDOWS, more='name="填报"'))
    calendar.at("2026-09-07", "10:00")

    case = calendar.cases[0]
    with calendar.engine.database.read() as connection:
        (event,) = history_of(connection, case.id)
    assert event.input["variables"] == {"date": date(2026, 9, 1)}
    assert local_date(case.started_at) == date(2026, 9, 7)


def test_what_was_missed_is_made_up_once_over_the_end_of_the_year(calendar: Calendar) -> None:
    calendar.deploy(diagram(WINDOWS, regions="county"))

    assert calendar.at("2027-09-15") == 3
    assert calendar.days == ["2026-09-01", "2027-03-01", "2027-09-01"]
    assert calendar.at("2027-12-31") == 0


def test_the_twenty_ninth_of_february_comes_in_leap_years_only(calendar: Calendar) -> None:
    calendar.deploy(diagram("[date(today().year, 2, 29)]", regions="county"))
    calendar.at("2032-12-31")

    assert calendar.days == ["2028-02-29", "2032-02-29"]


def test_months_that_are_shorter_do_not_move_the_day(calendar: Calendar) -> None:
    calendar.deploy(diagram("R/2026-03-31/P1M", regions="county"))
    calendar.at("2026-08-01")

    assert calendar.days == ["2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31"]


def test_a_quarterly_cycle_goes_on_over_the_end_of_the_year(calendar: Calendar) -> None:
    calendar.deploy(diagram("R/2026-01-01/P3M", regions="county"))
    calendar.at("2027-04-01")

    assert calendar.days == ["2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01", "2027-04-01"]


def test_the_policy_of_the_day_decides(calendar: Calendar) -> None:
    calendar.deploy(diagram("for month in policy.reserve.window_months return date(today().year, month, 1)"))
    settings = {"reserve": {"window_months": [5]}}
    calendar.engine.execute(
        PublishPolicy(actor=SYSTEM, county_code=COUNTY, effective_from=date(2027, 1, 1), parameters=settings)
    )

    calendar.at("2027-10-01")
    assert calendar.days == ["2026-09-01", "2027-05-01"]


def test_villages_that_join_later_get_theirs(calendar: Calendar) -> None:
    calendar.deploy(diagram(WINDOWS))
    new = UnitRecord(code="330324104202", name="新村", level="village", parent_code="330324104000")
    calendar.engine.execute(RegisterOrganisation(actor=SYSTEM, units=(new,), persons=()))

    assert calendar.at("2026-09-01") == 3


def test_a_new_version_keeps_the_schedule_and_starts_nothing_twice(calendar: Calendar) -> None:
    calendar.deploy(diagram(WINDOWS))
    calendar.at("2026-09-01")
    calendar.deploy(diagram(WINDOWS, name="申报（改）"))

    assert calendar.at("2026-09-01", "12:00") == 0
    assert calendar.at("2027-03-01") == 2


def test_a_new_version_makes_up_what_the_old_one_has_missed(calendar: Calendar) -> None:
    calendar.deploy(diagram(WINDOWS))
    calendar.clock.set(datetime(2026, 9, 3, tzinfo=LOCAL_ZONE))
    calendar.deploy(diagram(WINDOWS, name="申报（改）"))

    assert fire_due_timers(calendar.engine) == 2
    assert calendar.days == ["2026-09-01"]


def test_a_cycle_without_a_beginning_keeps_its_step_in_a_new_version(calendar: Calendar) -> None:
    calendar.deploy(diagram("R/P10D", regions="county"))
    calendar.clock.advance(timedelta(days=6))
    calendar.deploy(diagram("R/P10D", regions="county", name="申报（改）"))
    calendar.clock.advance(timedelta(days=4))

    assert fire_due_timers(calendar.engine) == 1


def test_a_single_time_that_has_come_does_not_come_again_in_a_new_version(calendar: Calendar) -> None:
    calendar.deploy(diagram("P1D", kind="timeDuration", regions="county"))
    calendar.at("2026-03-04")
    calendar.deploy(diagram("P1D", kind="timeDuration", regions="county", name="申报（改）"))

    assert calendar.at("2026-05-01") == 0


def test_a_clock_that_goes_back_starts_nothing_twice(calendar: Calendar) -> None:
    calendar.deploy(diagram(WINDOWS))
    calendar.at("2026-09-01", "08:00")

    assert calendar.at("2026-08-30") == 0
    assert calendar.at("2026-09-01", "09:00") == 0
    assert len(calendar.started) == 2


def test_what_two_workers_do_at_once_starts_one_case_each(calendar: Calendar) -> None:
    calendar.deploy(diagram(WINDOWS))
    (due,) = calendar.rows(StartSubscription)
    calendar.clock.set(datetime(2026, 9, 1, tzinfo=LOCAL_ZONE))
    fire = FireStartTimer(actor=SYSTEM, definition_id=due.definition_id, element_id="window", due_at=due.due_at)
    for _ in range(2):
        calendar.engine.execute(fire)
    owed = [row.id for row in calendar.rows(ScheduledStart)]
    results = [calendar.engine.execute(StartScheduled(actor=SYSTEM, owed_id=id)) for id in (*owed, *owed)]

    assert [result is not None for result in results] == [True, True, False, False]
    assert len(calendar.cases) == 2


def test_what_cannot_be_started_is_kept_with_the_reason_and_does_not_hold_up_the_others(calendar: Calendar) -> None:
    rule = 'anlan:dueIn="if region.code = &quot;330324105201&quot; then &quot;soon&quot; else 5"'
    calendar.deploy(diagram(WINDOWS, more=rule))

    assert calendar.at("2026-09-01") == 1
    (left,) = [row for row in calendar.rows(ScheduledStart) if row.instance_id is None]
    assert (left.region_code, bool(left.error)) == (OTHER_VILLAGE, True)
    assert left.try_at - calendar.clock.now() == timedelta(hours=1)


def test_what_is_owed_is_forgotten_with_its_start_event(calendar: Calendar) -> None:
    soon = 'anlan:dueIn="&quot;soon&quot;"'
    calendar.deploy(diagram(WINDOWS, more=soon))
    assert (calendar.at("2026-09-01"), len(calendar.rows(ScheduledStart))) == (0, 2)

    calendar.deploy(diagram(WINDOWS).replace(b'"window"', b'"other"'))
    assert calendar.rows(ScheduledStart) == []


def test_what_was_refused_is_started_when_a_new_version_allows_it(calendar: Calendar) -> None:
    calendar.deploy(diagram(WINDOWS, more='anlan:dueIn="&quot;soon&quot;"'))
    calendar.at("2026-09-01")
    calendar.deploy(diagram(WINDOWS))

    assert calendar.at("2026-09-01", "00:30") == 0
    assert calendar.at("2026-09-01", "01:00") == 2


def test_a_paused_schedule_lets_its_dates_pass(calendar: Calendar) -> None:
    calendar.deploy(diagram(WINDOWS))
    calendar.engine.execute(
        PauseSchedule(actor=SYSTEM, process_key="intake", element_id="window", reason="今年不开窗口")
    )
    calendar.deploy(diagram(WINDOWS, name="申报（改）"))
    assert calendar.at("2026-09-02") == 0

    calendar.engine.execute(ResumeSchedule(actor=SYSTEM, process_key="intake", element_id="window"))
    assert calendar.at("2027-03-01") == 2
    assert calendar.days == ["2027-03-01"]


def test_the_history_tells_of_pauses_and_firings(calendar: Calendar) -> None:
    calendar.deploy(diagram(WINDOWS))
    pause = PauseSchedule(actor=SYSTEM, process_key="intake", element_id="window", reason="试")
    calendar.engine.execute(pause)
    calendar.engine.execute(ResumeSchedule(actor=SYSTEM, process_key="intake", element_id="window"))
    calendar.at("2026-09-01")

    events = [row.type for row in calendar.rows(HistoryEvent) if row.stream == "schedules"]
    assert events == ["SchedulePaused", "ScheduleResumed", "ScheduleFired"]
