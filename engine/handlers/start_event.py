"""Starting cases without a person: what a start event waits for has happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.cases.instantiation import Beginning, Cause, instantiate
from engine.cases.starting import facts_of_region, region_without_starter
from engine.clock import local_date
from engine.commands import CheckStartCondition, FireStartTimer, StartedProcess
from engine.definitions import definition_of
from engine.interpreter import WaitKind
from engine.messaging.start_subscriptions import becomes_true, claim
from engine.rows import AnyRow
from engine.schedules.dates import RegionDates, days_between, morning, regions_at
from engine.schedules.owed import beginning_of, owe, start_owed
from engine.unit_of_work import UnitOfWork


def fire_start_timer(work: UnitOfWork, command: FireStartTimer) -> StartedProcess | None:
    """A timer start event is due: each time of it starts one case, or one in each region, however many workers."""
    subscription = claim(work, command.definition_id, command.element_id, command.due_at)
    if subscription is None or subscription.paused_at is not None:
        return None
    definition = definition_of(work.connection, command.definition_id)
    if not work.tools.offices:
        return _start_alone(work, subscription, definition)
    owed = owe(work, subscription, _dues(work, subscription, definition))
    if subscription.regions:
        _tell(work, subscription, owed)
        return None
    return next(iter([start_owed(work, owed_id) for owed_id in owed]), None)


def _start_alone(work: UnitOfWork, subscription: AnyRow, definition: AnyRow) -> StartedProcess | None:
    """In a library session there are no regions, and nobody else who could be faster."""
    region = region_without_starter(work, definition)
    dates = RegionDates(work.connection, work.tools.policies, subscription.rule)
    if subscription.daily and not dates.fires_on(region, local_date(subscription.due_at)):
        return None
    return instantiate(work, beginning_of(work, definition, subscription.element_id, region, subscription.due_at))


def _dues(work: UnitOfWork, subscription: AnyRow, definition: AnyRow) -> list[tuple[str, datetime]]:
    """Which regions get a case, and for which dates."""
    level = subscription.regions
    regions = regions_at(work.connection, level) if level else [region_without_starter(work, definition)]
    if not subscription.daily:
        return [(region, subscription.due_at) for region in regions]
    dates = RegionDates(work.connection, work.tools.policies, subscription.rule)
    days = days_between(subscription.due_at, work.now)
    return [(region, morning(day)) for day in days for region in regions if dates.fires_on(region, day)]


def _tell(work: UnitOfWork, subscription: AnyRow, owed: list[str]) -> None:
    if owed:
        work.record(
            "schedules",
            "ScheduleFired",
            input={"process": subscription.key, "element": subscription.element_id, "due": subscription.due_at},
            outcome={"regions": subscription.regions, "cases": len(owed)},
        )


def check_start_condition(work: UnitOfWork, command: CheckStartCondition) -> StartedProcess | None:
    """Start a case when the condition of its start event has become true."""
    definition = definition_of(work.connection, command.definition_id)
    region = region_without_starter(work, definition)

    def facts() -> Mapping[str, Any]:
        return facts_of_region(work, region)

    if not becomes_true(work, command.definition_id, command.element_id, facts):
        return None
    cause = Cause(element_id=command.element_id, kind=WaitKind.CONDITIONAL)
    return instantiate(work, Beginning(definition=definition, region=region, cause=cause))
