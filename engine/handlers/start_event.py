"""Starting cases without a person: what a start event waits for has happened."""

from __future__ import annotations

from engine.commands import FireStartTimer, StartedProcess
from engine.definitions import definition_of
from engine.instantiation import Beginning, Cause, instantiate
from engine.interpreter import WaitKind
from engine.start_subscriptions import claim
from engine.starting import region_without_starter
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
