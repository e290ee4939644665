"""What the interpreter may call while it moves tokens: decisions, local connectors, ids and the command's instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, cast

from engine import feel
from engine.cases.functions import calendar_functions
from engine.clock import LOCAL_ZONE
from engine.definitions import PinnedBundle
from engine.diagram.topics import topic_of
from engine.dmn import DecisionError, DecisionOutcome
from engine.errors import Refused
from engine.history.books import turned
from engine.interpreter import BpmnError, Later, WorkRefused
from engine.ports import CaseFacts, LocalConnector, Work
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork


class CaseServices:
    """The interpreter's services for one case within one command."""

    def __init__(
        self,
        *,
        work: UnitOfWork,
        bundle: PinnedBundle,
        row: AnyRow,
        case_facts: Mapping[str, Any],
        unattended: bool = False,
    ) -> None:
        self._work = work
        self._bundle = bundle
        self._row = row
        self._case_facts = case_facts
        #: nobody acts who could be told that the rules forbid a connector's work
        self._unattended = unattended
        self.linked_project_id: str | None = None
        self._calls: list[Mapping[str, Any]] = []
        #: ids of the calls that are done after the command, in the order in which the step tells them
        self.asked_ids: list[str] = []
        #: project -> its books as this command found them
        self._books: dict[str, Mapping[str, str]] = {}

    @cached_property
    def now(self) -> datetime:
        """The command's instant as offices read it: `today()` is the day it is there, not in Greenwich."""
        return self._work.now.astimezone(LOCAL_ZONE)

    @cached_property
    def facts(self) -> Mapping[str, object]:
        """The case's facts, and the functions that diagrams call: decisions and the office calendar."""
        decide = feel.Function(("ref", "context"), lambda ref, context: self.decide(ref, context or {}).value)
        return {**self._case_facts, **calendar_functions(self.now), "decide": decide}

    def new_id(self) -> str:
        return self._work.new_id()

    def decide(self, ref: str, context: Mapping[str, object]) -> DecisionOutcome:
        """Evaluate a pinned decision with the policy profile in view."""
        digest = self._bundle.decisions.get(ref)
        if digest is None:
            raise Refused(f"没有名为“{ref}”的决策表，请联系流程设计员。", decision=ref)
        model = self._work.tools.definitions.decision_model(self._work.connection, digest)
        try:
            return model.explain(ref, {**self._case_facts, **context})
        except DecisionError as error:
            raise Refused(f"决策表“{ref}”不能得出结果：{error}", decision=ref) from error

    def call(self, connector: str, inputs: Mapping[str, object]) -> Mapping[str, object] | Later:
        """Do a service task's work in this transaction, or ask for it to be done after it."""
        try:
            remote = self._remote(connector, inputs)
            if remote is not None:
                return self._ask(remote, connector, inputs)
            self.open_books(inputs.get("project_id"))
            results = self._work_of(connector, inputs)
        except WorkRefused as refusal:
            self._tell(connector, inputs, refused=refusal.code, message=refusal.message)
            raise
        except BpmnError as error:
            self._tell(connector, inputs, error=error.code, message=error.message)
            raise
        self._tell(connector, inputs, result=dict(results))
        project_id = results.get("project_id")
        if isinstance(project_id, str):
            self.linked_project_id = project_id
        return results

    def _remote(self, connector: str, inputs: Mapping[str, object]) -> Later | None:
        """Whether the work is done outside the transaction; what can never be done is refused at once."""
        if topic_of(connector) is not None:
            return Later.DEFERRED
        known = self._work.tools.connectors.get(connector)
        if known is None:
            raise Refused(f"没有名为“{connector}”的连接器，请联系流程设计员。", connector=connector)
        if hasattr(known, "execute"):
            return None
        try:
            known.check(inputs)
        except Refused as refusal:
            if not self._unattended:
                raise
            raise WorkRefused(refusal.code, refusal.message) from refusal
        return Later.DEFERRED if known.waits else Later.SENT

    def _ask(self, later: Later, connector: str, inputs: Mapping[str, object]) -> Later:
        self.asked_ids.append(self._work.new_id())
        self._tell(connector, inputs, later=later.value, call=self.asked_ids[-1])
        return later

    def _work_of(self, connector: str, inputs: Mapping[str, object]) -> Mapping[str, Any]:
        known = cast(LocalConnector, self._work.tools.connectors[connector])
        if not self._unattended:
            return known.execute(inputs, self._connector_work())
        try:
            with self._work.trial():
                return known.execute(inputs, self._connector_work())
        except Refused as refusal:
            raise WorkRefused(refusal.code, refusal.message) from refusal

    def _tell(self, connector: str, inputs: Mapping[str, object], **answer: object) -> None:
        self._calls.append({"connector": connector, "inputs": dict(inputs), **answer})

    def open_books(self, project_id: object = None) -> None:
        """Look at the books of a project, or of the case's own, before they are written in."""
        own = self.linked_project_id or self._row.project_id
        which = project_id if isinstance(project_id, str) and project_id else own
        projects = self._work.tools.projects
        if projects and which and which not in self._books:
            self._books[which] = projects.books(self._work.connection, which, lock=True)

    def recorded_books(self) -> Mapping[str, Any]:
        """What this command has changed in the books of projects, for the outcome of its event."""
        projects = self._work.tools.projects
        if projects is None:
            return {}
        if self.linked_project_id:
            self._books.setdefault(self.linked_project_id, {})
        sides = ((it, before, projects.books(self._work.connection, it)) for it, before in self._books.items())
        changed = [turn for turn in (turned(*side) for side in sides) if turn is not None]
        return {"books": changed} if changed else {}

    def recorded_calls(self) -> Mapping[str, Any]:
        """What connectors were asked and what they answered: inputs of the event, for a replay does no outside work."""
        return {"calls": self._calls} if self._calls else {}

    def _connector_work(self) -> Work:
        facts = self._case_facts
        return Work(
            connection=self._work.connection,
            now=self._work.now,
            case=CaseFacts(
                id=self._row.id,
                number=self._row.number,
                region=facts["region"],
                project_id=self.linked_project_id or self._row.project_id,
                started_at=self._row.started_at,
            ),
            policy=facts["policy"],
            actor=self._work.actor,
            new_id=self._work.new_id,
        )
