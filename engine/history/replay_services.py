"""What the interpreter is given when a recorded command is executed again: the facts and answers of then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from engine import feel, values
from engine.cases.functions import calendar_functions
from engine.clock import LOCAL_ZONE
from engine.definitions import DefinitionCache, PinnedBundle
from engine.dmn import DecisionOutcome
from engine.errors import Refused
from engine.history.event import Event
from engine.interpreter import BpmnError, Later, WorkRefused


class CallsDiffer(Refused):
    """重放时调用的连接器与记录的不同。"""

    code = "calls-differ"


class ReplayServices:
    """One recorded command's services: clock and connector answers from its event, decisions evaluated anew."""

    def __init__(
        self,
        connection: Connection,
        definitions: DefinitionCache,
        bundle: PinnedBundle,
        event: Event,
        facts: Mapping[str, Any],
    ) -> None:
        self._connection = connection
        self._definitions = definitions
        self._bundle = bundle
        self._event = event
        self._facts = facts
        self._answers = 0

    @cached_property
    def now(self) -> datetime:
        return self._event.header.at.astimezone(LOCAL_ZONE)

    @cached_property
    def facts(self) -> Mapping[str, object]:
        decide = feel.Function(("ref", "context"), lambda ref, context: self.decide(ref, context or {}).value)
        return {**self._facts, **calendar_functions(self.now), "decide": decide}

    @property
    def case_facts(self) -> Mapping[str, Any]:
        """What was recorded about the case and around it."""
        return self._facts

    def new_id(self) -> str:
        raise Refused("重放时不能产生新的编号。")

    def decide(self, ref: str, context: Mapping[str, object]) -> DecisionOutcome:
        """The pinned decision, evaluated again."""
        digest = self._bundle.decisions.get(ref)
        if digest is None:
            raise Refused(f"没有名为“{ref}”的决策表。", decision=ref)
        return self._definitions.decision_model(self._connection, digest).explain(ref, {**self._facts, **context})

    def call(self, connector: str, inputs: Mapping[str, object]) -> Mapping[str, object] | Later:
        """What the connector answered then, if it is asked the same now."""
        calls: Sequence[Mapping[str, Any]] = self._event.input.get("calls", ())
        if self._answers >= len(calls):
            raise CallsDiffer(f"记录里没有对连接器“{connector}”的这次调用。", connector=connector)
        recorded = calls[self._answers]
        self._answers += 1
        if recorded["connector"] != connector or values.dumps(recorded["inputs"]) != values.dumps(dict(inputs)):
            raise CallsDiffer(f"记录里调用的是“{recorded['connector']}”，或者参数不同。", connector=connector)
        if "refused" in recorded:
            raise WorkRefused(recorded["refused"], recorded["message"])
        if "error" in recorded:
            raise BpmnError(recorded["error"], recorded["message"])
        if "call" in recorded:
            return Later(recorded["later"])
        result: Mapping[str, object] = recorded["result"]
        return result

    def ensure_all_answered(self) -> None:
        """Refuse a replay that has asked for less than was recorded."""
        if self._answers < len(self._event.input.get("calls", ())):
            raise CallsDiffer("记录里的连接器调用比重放的多。")
