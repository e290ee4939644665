"""The engine without web, forms and people: a library session on a database URL."""

from __future__ import annotations

from engine.library.connectors import Handler
from engine.library.session import Session
from engine.library.views import CaseState, OpenTask, PassedElement, StoppedElement, WaitingCall, WaitingEvent

__all__ = [
    "CaseState",
    "Handler",
    "OpenTask",
    "PassedElement",
    "Session",
    "StoppedElement",
    "WaitingCall",
    "WaitingEvent",
]
