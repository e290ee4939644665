"""The days on which a schedule fires, as the offices of a region count days and by the policy in force there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, select

from engine.cases.starting import facts_on
from engine.clock import LOCAL_ZONE, local_date
from engine.interpreter.starts import dates_of, following
from engine.messaging.start_subscriptions import schedule_of
from engine.model import OrgUnit
from engine.offices.roles import Level, unit_at
from engine.ports import PolicyPort
from engine.rows import AnyRow

#: how far ahead a list of dates is looked for; the 29th of February may be eight years away
_YEARS = 9


class RegionDates:
    """Reads the rule of a schedule for one region after another; regions of a county share a policy."""

    def __init__(self, connection: Connection, policies: PolicyPort | None, rule: str) -> None:
        self._connection = connection
        self._policies = policies
        self._rule = rule
        self._read: dict[tuple[str, date], tuple[date, ...]] = {}

    def fires_on(self, region: str, day: date) -> bool:
        """Whether a day is one of the dates, by the policy of that day."""
        return day in self.named(region, day)

    def named(self, region: str, day: date) -> tuple[date, ...]:
        """The dates that the rule names when it is read on a day."""
        key = (unit_at(region, Level.COUNTY), day)
        if key not in self._read:
            facts = facts_on(self._connection, self._policies, region, day)
            self._read[key] = dates_of(self._rule, lambda: facts, day)
        return self._read[key]

    def coming(self, region: str, today: date, count: int) -> tuple[date, ...]:
        """The next dates after today, as the policies stand that have been published."""
        found: list[date] = []
        for year in range(today.year, today.year + _YEARS):
            asked = max(date(year, 1, 1), today)
            found += [day for day in self.named(region, asked) if day > today and self.fires_on(region, day)]
            if len(set(found)) >= count:
                break
        return tuple(sorted(set(found))[:count])


def days_between(first: datetime, last: datetime) -> list[date]:
    """All days from one instant to another, both included."""
    begin, end = local_date(first), local_date(last)
    return [begin + timedelta(days=passed) for passed in range((end - begin).days + 1)]


def morning(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), LOCAL_ZONE)


def regions_at(connection: Connection, level: str) -> list[str]:
    """All regions of a level, by code."""
    return list(connection.scalars(select(OrgUnit.code).where(OrgUnit.level == level).order_by(OrgUnit.code)))


def upcoming(subscription: AnyRow, count: int) -> tuple[datetime, ...]:
    """The next times of a date or a cycle."""
    found: list[datetime] = []
    schedule = schedule_of(subscription) if subscription.due_at else None
    while schedule is not None and len(found) < count:
        found.append(schedule.due_at)
        schedule = following(schedule)
    return tuple(found)


def told(due_at: datetime) -> Mapping[str, Any]:
    """What a case learns about the schedule that has started it."""
    return {"date": local_date(due_at)}
