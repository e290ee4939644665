"""Schedules as designers and administrators see them: the rule, the next dates, what could not be started."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from engine.clock import local_date
from engine.model import OrgUnit, ProcessDefinition, ScheduledStart, StartSubscription
from engine.offices.organisation import unit_names
from engine.offices.roles import Level
from engine.ports import PolicyPort
from engine.queries.viewer import Viewer
from engine.rows import AnyRow
from engine.schedules.dates import RegionDates, morning, upcoming

#: shown ahead, and of what could not be started
_AHEAD = 4
_MOST_FAILURES = 50


@dataclass(frozen=True, kw_only=True)
class CountyDates:
    """The next dates in one county, whose policy may differ; without a name they are the same everywhere."""

    county: str = ""
    times: tuple[datetime, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FailedStart:
    """A case that could not be started yet."""

    region: str
    due_at: datetime
    try_at: datetime
    error: str


@dataclass(frozen=True, kw_only=True)
class ScheduleView:
    """A timer start event of a process' newest version."""

    process_key: str
    process_name: str
    version: int
    element_id: str
    rule: str
    #: village, town, county, city, or empty where there is one case for all
    regions: str
    daily: bool
    paused_at: datetime | None
    dates: tuple[CountyDates, ...]
    #: cases it has started so far, and when last
    started: int
    last_due: datetime | None
    failures: tuple[FailedStart, ...]


def schedules(
    connection: Connection, policies: PolicyPort | None, viewer: Viewer, now: datetime
) -> tuple[ScheduleView, ...]:
    """All timer start events, by process."""
    rows = connection.execute(
        select(StartSubscription, ProcessDefinition.name.label("process_name"), ProcessDefinition.version)
        .join(ProcessDefinition, ProcessDefinition.id == StartSubscription.definition_id)
        .where(StartSubscription.kind == "timer")
        .order_by(StartSubscription.key, StartSubscription.element_id)
    )
    return tuple(_view(connection, policies, viewer, now, row) for row in rows)


def _view(
    connection: Connection, policies: PolicyPort | None, viewer: Viewer, now: datetime, row: AnyRow
) -> ScheduleView:
    this = (ScheduledStart.key == row.key) & (ScheduledStart.element_id == row.element_id)
    done = connection.execute(
        select(func.count(), func.max(ScheduledStart.due_at)).where(this, ScheduledStart.instance_id.is_not(None))
    ).one()
    return ScheduleView(
        process_key=row.key,
        process_name=row.process_name,
        version=row.version,
        element_id=row.element_id,
        rule=row.rule,
        regions=row.regions,
        daily=row.daily,
        paused_at=row.paused_at,
        dates=_dates(connection, policies, row, now),
        started=done[0],
        last_due=done[1],
        failures=_failures(connection, viewer, row),
    )


def _dates(connection: Connection, policies: PolicyPort | None, row: AnyRow, now: datetime) -> tuple[CountyDates, ...]:
    if not row.daily:
        return (CountyDates(times=upcoming(row, _AHEAD)),)
    counties = connection.execute(
        select(OrgUnit.code, OrgUnit.name).where(OrgUnit.level == Level.COUNTY.value).order_by(OrgUnit.code)
    )
    read, today = RegionDates(connection, policies, row.rule), local_date(now)
    found = [
        CountyDates(county=unit.name, times=tuple(morning(day) for day in read.coming(unit.code, today, _AHEAD)))
        for unit in counties
    ]
    if len({county.times for county in found}) == 1:
        return (CountyDates(times=found[0].times),)
    return tuple(found)


def _failures(connection: Connection, viewer: Viewer, row: AnyRow) -> tuple[FailedStart, ...]:
    rows = connection.execute(
        select(ScheduledStart)
        .where(
            ScheduledStart.key == row.key,
            ScheduledStart.element_id == row.element_id,
            ScheduledStart.error.is_not(None),
        )
        .order_by(ScheduledStart.due_at, ScheduledStart.region_code)
        .limit(_MOST_FAILURES)
    )
    seen = [owed for owed in rows if viewer.may_read_region(owed.region_code)]
    names = unit_names(connection, {owed.region_code for owed in seen})
    return tuple(
        FailedStart(
            region=names.get(owed.region_code, owed.region_code),
            due_at=owed.due_at,
            try_at=owed.try_at,
            error=owed.error,
        )
        for owed in seen
    )
