"""Token semantics: what a diagram does when people, time and messages move a case.

SpiffWorkflow stays behind this door.
"""

from __future__ import annotations

from engine.interpreter import moves
from engine.interpreter.codec import State, variables_of
from engine.interpreter.errors import BpmnError, IncidentNotOpen, TaskNotOpen, TimerNotDue, WaitNotLive, WorkRefused
from engine.interpreter.incidents import Incident
from engine.interpreter.parser import compile_definition
from engine.interpreter.services import DecisionOutcome, Services
from engine.interpreter.specification import Activity, Outcome, Specification
from engine.interpreter.steps import (
    ClosedTask,
    OpenedTask,
    Step,
    answer,
    broadcast,
    complete,
    correlate,
    fire,
    refuse,
    resolve,
    retry,
    start,
)
from engine.interpreter.trail import Condition, Passage, PassageKind
from engine.interpreter.waits import Asked, Later, Thrown, Wait, WaitKind

__all__ = [
    "Activity",
    "Asked",
    "BpmnError",
    "ClosedTask",
    "Condition",
    "DecisionOutcome",
    "Incident",
    "IncidentNotOpen",
    "Later",
    "OpenedTask",
    "Outcome",
    "Passage",
    "PassageKind",
    "Services",
    "Specification",
    "State",
    "Step",
    "TaskNotOpen",
    "Thrown",
    "TimerNotDue",
    "Wait",
    "WaitKind",
    "WaitNotLive",
    "WorkRefused",
    "answer",
    "broadcast",
    "compile_definition",
    "complete",
    "correlate",
    "fire",
    "moves",
    "refuse",
    "resolve",
    "retry",
    "start",
    "variables_of",
]
