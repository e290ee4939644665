"""The rows of one case, followed event by event while it is executed again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import feel, values
from engine.commands import SYSTEM
from engine.history.digests import digest_of
from engine.history.replay import Replayed
from engine.history.rows.calls import CallRows
from engine.history.rows.expected import UNTOLD, Row
from engine.history.rows.incidents import IncidentRows
from engine.history.rows.moment import Moment
from engine.history.rows.tasks import TaskRows
from engine.interpreter import Step, Wait, WaitKind
from engine.messaging.correlation import key_of
from engine.model import InstanceStatus

_TITLE = 200


class CaseRows:
    """What the tables must hold about a case after the events so far."""

    def __init__(self) -> None:
        self.instance = Row({}, 0)
        self.tasks = TaskRows()
        self.incidents = IncidentRows()
        self.calls = CallRows(self.incidents)
        #: by the id of the wait
        self.waits: dict[str, Row] = {}
        self._waited: dict[str, Wait] = {}

    def follow(self, replayed: Replayed) -> None:
        """Let the rows be as this event has left them."""
        if replayed.again is None:
            return
        now = Moment(replayed.again, replayed.state, replayed.years)
        if now.type == "ProcessStarted":
            self._begin(now)
        if replayed.step is not None:
            self._move(now, replayed.step)
        self.tasks.note(now, self.instance)
        self.calls.note(now)
        self._note(now)

    def _begin(self, now: Moment) -> None:
        told = now.input
        starter = now.principal if "cause" not in told else SYSTEM.person_id
        self.instance = Row(
            {
                "id": now.stream,
                "number": told["case"]["number"],
                "title": now.bundle.specification.name,
                "definition_id": told["definition"],
                "bundle_digest": told["bundle"],
                "policy_id": told.get("policy_profile", UNTOLD),
                "region_code": told["region"],
                "project_id": told.get("project", UNTOLD),
                "status": InstanceStatus.ACTIVE,
                "facts_digest": UNTOLD,
                "started_by": starter,
                "started_at": now.at,
                "ended_at": None,
                "result": None,
                "suspended_at": None,
            },
            now.seq,
        )

    def _move(self, now: Moment, step: Step) -> None:
        """What `Case.save` writes."""
        changes: dict[str, Any] = {"tokens": step.state.tokens, "variables": step.state.variables}
        told = now.input
        if "facts" in told:
            changes["facts_digest"] = digest_of(values.dumps(told["facts"]))
        for call in told.get("calls", ()):
            project = call.get("result", {}).get("project_id") if isinstance(call.get("result"), Mapping) else None
            if isinstance(project, str):
                changes["project_id"] = project
        if now.type == "ProcessMigrated":
            changes |= {"definition_id": told["definition"], "bundle_digest": told["bundle"]}
        title = self._title(now, step)
        if title and title != self.instance["title"]:
            changes["title"] = title
        if step.ended is not None:
            name = now.bundle.name_of(step.ended)
            changes |= {"status": InstanceStatus.COMPLETED, "ended_at": now.at, "result": name}
        self.instance.change(now.seq, changes)
        self.tasks.move(now, step)
        self._follow_waits(now, step)
        self.calls.move(now, step)
        self.incidents.move(now, step)

    @staticmethod
    def _title(now: Moment, step: Step) -> str:
        specification = now.bundle.specification
        if not specification.title_template:
            return ""
        with feel.clock(now.at):
            title = specification.title_template({**now.case_facts, **step.variables})
        return str(title or "")[:_TITLE]

    def _follow_waits(self, now: Moment, step: Step) -> None:
        """A wait that lives on is not written again."""
        known = {} if step.waited is None else self._waited
        # Who waits for the outside has a call and no subscription.
        wanted = {wait.id: wait for wait in step.waits if wait.kind is not WaitKind.SERVICE}
        if wanted == known:
            return
        self.waits = {
            wait.id: self.waits[wait.id] if known.get(wait.id) == wait else self._wait(now, wait)
            for wait in wanted.values()
        }
        self._waited = wanted

    @staticmethod
    def _wait(now: Moment, wait: Wait) -> Row:
        timer = now.bundle.names.get(wait.element_id, "") if wait.kind == WaitKind.TIMER else ""
        return Row(
            {
                "instance_id": now.stream,
                "wait_id": wait.id,
                "kind": wait.kind,
                "element_id": wait.element_id,
                "name": wait.name or timer,
                "due_at": wait.due_at,
                "correlation": values.dumps(key_of(wait.correlation)),
            },
            now.seq,
        )

    def _note(self, now: Moment) -> None:
        """What is written beside a step."""
        match now.type:
            case "ProcessSuspended":
                self.instance.change(now.seq, {"status": InstanceStatus.SUSPENDED, "suspended_at": now.at})
            case "ProcessResumed":
                self.instance.change(now.seq, {"status": InstanceStatus.ACTIVE, "suspended_at": None})
            case "TimerFired" | "TimerFailed":
                self.incidents.note(now, self._waited)
        if "terminated" in now.outcome:
            self._terminate(now)

    def _terminate(self, now: Moment) -> None:
        result = now.outcome["terminated"]
        changes = {"status": InstanceStatus.TERMINATED, "ended_at": now.at, "result": result}
        self.instance.change(now.seq, changes)
        self.tasks.cancel_all(now)
        self.waits, self._waited = {}, {}
        self.calls.withdraw_all(now)
        self.incidents.withdraw_all(now)
