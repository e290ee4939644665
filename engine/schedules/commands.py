"""What may be asked of schedules."""

from __future__ import annotations

from dataclasses import dataclass

from engine.commands import Command, StartedProcess


@dataclass(frozen=True, kw_only=True)
class StartScheduled(Command[StartedProcess | None]):
    """Start a case that a schedule owes a region. None when that was done already, or cannot be done now."""

    owed_id: str


@dataclass(frozen=True, kw_only=True)
class PauseSchedule(Command[None]):
    """Let the dates of a schedule pass until it is resumed; what it owes already is started all the same."""

    process_key: str
    element_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ResumeSchedule(Command[None]):
    """Let a schedule fire again from its next date on; dates of the pause are not made up."""

    process_key: str
    element_id: str
