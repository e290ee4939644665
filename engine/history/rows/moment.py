"""One event as those who rebuild rows look at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from engine.history.redo import Again
from engine.interpreter import State

_CASE_FACTS = ("policy", "region", "project", "case", "starter")


class Moment:
    """Who did what when in a case, and what the case was pinned to."""

    __slots__ = ("__dict__", "again", "bundle", "event", "seq", "state", "type", "years")

    def __init__(self, again: Again, state: State, years: Sequence[int] | None) -> None:
        self.again = again
        #: whose holidays were published
        self.years = years
        #: after the event
        self.state = state
        self.event = again.event
        self.bundle = again.bundle
        self.type: str = again.event.content["type"]
        self.seq: int = again.event.content["seq"]

    @property
    def stream(self) -> str:
        return str(self.event.content["stream"])

    @cached_property
    def at(self) -> Any:
        return self.event.header.at

    @property
    def actor(self) -> str:
        return str(self.event.content["actor"])

    @property
    def on_behalf_of(self) -> str | None:
        found: str | None = self.event.content.get("on_behalf_of")
        return found

    @property
    def principal(self) -> str:
        """Whose right it was to act."""
        return self.on_behalf_of or self.actor

    @property
    def task(self) -> str:
        return str(self.event.content["task"])

    @property
    def input(self) -> Mapping[str, Any]:
        return self.event.input

    @property
    def outcome(self) -> Mapping[str, Any]:
        """As JSON: only few parts of it are looked at, and values in it are not built."""
        outcome: Mapping[str, Any] = self.event.content["outcome"]
        return outcome

    @property
    def case_facts(self) -> Mapping[str, Any]:
        """What expressions outside the diagram's flow see."""
        facts = self.again.services.case_facts
        return {name: facts.get(name) for name in _CASE_FACTS}

    def stops_clock(self, act: str) -> bool:
        """Whether the policy stops the clock of tasks meanwhile; it does unless it says otherwise."""
        parameters = self.case_facts["policy"].get(act) or {}
        return parameters.get("stops_clock") is not False
