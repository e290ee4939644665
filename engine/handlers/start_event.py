"""Starting cases without a person: what a start event waits for has happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.cases.instantiation import Beginning, Cause, instantiate
from engine.cases.starting import facts_of_region, region_without_starter
from engine.commands import CheckStartCondition, FireStartTimer, StartedProcess
from engine.definitions import definition_of
from engine.interpreter import WaitKind
from engine.messaging.start_subscriptions import becomes_true, claim
from engine.unit_of_work import UnitOfWork


def fire_start_timer(work: UnitOfWork, command: FireStartTimer) -> StartedProcess | None:
    """Start a case at a timer start event that is due; each time of it starts one, however many workers there are."""
    subscription = claim(work, command.definition_id, command.element_id, command.due_at)
    if subscription is None:
        return None
    definition = definition_of(work.connection, command.definition_id)
    cause = Cause(element_id=command.element_id, kind=WaitKind.TIMER, told={"due": command.due_at})
    region = region_without_starter(work, definition)
    return instantiate(work, Beginning(definition=definition, region=region, cause=cause))


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
