"""The user tasks of one case, as the commands have left them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson

from engine import values
from engine.calendar import knowing
from engine.cases.case import spread
from engine.cases.deadlines import RETURNED, deadline_of, postponed
from engine.cases.signing import LABELS
from engine.history.rows.expected import UNTOLD, Row
from engine.history.rows.moment import Moment
from engine.interpreter import OpenedTask, Step
from engine.interpreter.reading import open_tasks
from engine.model import PENDING, Signing, TaskStatus
from engine.offices.assignment import responsible_unit

_NULL = values.dumps(None)
_NOTHING = values.dumps({})
_RESULT = ("submission", "outcome", "outcome_label", "completed_at", "completed_by", "on_behalf_of")
_LONGEST_NAME = 120


class TaskRows(dict[str, Row]):
    """By the id of the task."""

    def move(self, now: Moment, step: Step) -> None:
        """What a step does to tasks: withdrawn ones first, then the new ones."""
        if step.ended is not None:
            self.cancel_all(now)
        else:
            tokens = {closed.token_id for closed in step.closed if closed.canceled}
            if tokens:
                self._cancel(now, tokens, self._closing(now))
        recorded = now.outcome["opened"]
        for task, told in zip(step.opened, recorded, strict=True):
            self[told["task"]] = self._opened(now, task, told)

    def cancel_all(self, now: Moment) -> None:
        """The case is over."""
        self._cancel(now, None, None)

    def note(self, now: Moment, instance: Row) -> None:
        """What a command does to tasks beside or without a step."""
        effect = _EFFECTS.get(now.type)
        if effect is not None:
            effect(self, now, instance)

    def _closing(self, now: Moment) -> str | None:
        """The task whose completion lets the token go."""
        if now.type == "TaskCompleted":
            return now.task
        if now.type in ("TaskSigned", "TaskResolved", "SignerRemoved"):
            parent: str = self[now.task]["parent_id"]
            return parent
        return None

    def _cancel(self, now: Moment, tokens: set[str] | None, but: str | None) -> None:
        for task_id, row in self.items():
            if row["status"] in PENDING and (tokens is None or row["token_id"] in tokens) and task_id != but:
                row.change(now.seq, {"status": TaskStatus.CANCELED, "completed_at": now.at})

    def _opened(self, now: Moment, task: OpenedTask, told: Mapping[str, Any]) -> Row:
        activity = now.bundle.specification.activities[task.activity_id]
        due, allowance = self._deadline(now, task, told)
        region = self._region(now)
        return Row(
            {
                "id": told["task"],
                "instance_id": now.stream,
                "token_id": task.token_id,
                "activity_id": task.activity_id,
                "name": activity.name,
                "role": activity.role,
                "unit_code": responsible_unit(activity.role, task.scope, region),
                "status": TaskStatus.CREATED,
                "assignee_id": None,
                "opened_seq": now.seq,
                "opened_at": now.at,
                "due_at": due,
                "allowance": allowance,
                "form_digest": now.bundle.forms.get(task.activity_id),
                "inputs": values.dumps(spread(task.inputs)) if task.inputs else _NOTHING,
                "item": _NULL if task.item is None else values.dumps(task.item),
                "submission": _NULL,
                "outcome": None,
                "outcome_label": None,
                "completed_at": None,
                "completed_by": None,
                "on_behalf_of": None,
                "signers": 0,
                "parent_id": None,
                "signing": None,
            },
            now.seq,
        )

    @staticmethod
    def _region(now: Moment) -> str:
        return str(now.case_facts["region"]["code"])

    def _deadline(self, now: Moment, task: OpenedTask, told: Mapping[str, Any]) -> tuple[Any, Any]:
        if task.due_in is None:
            return None, None
        last = self._last(task.activity_id)
        if last is not None and last.outcome == RETURNED and not now.stops_clock("returning"):
            last = None
        with knowing(now.years):
            deadline = deadline_of(task.due_in, now.at, last)
        return deadline.due_at, deadline.allowance

    def _last(self, activity_id: str) -> Any:
        """The newest completion of an activity."""
        done = [
            row
            for row in self.values()
            if row["activity_id"] == activity_id and row["completed_by"] is not None and row["parent_id"] is None
        ]
        newest = max(done, key=lambda row: (row["opened_seq"], row["completed_at"]), default=None)
        return None if newest is None else _Completion(newest)

    def _assign(self, now: Moment, _instance: Row) -> None:
        self[now.task].change(now.seq, {"assignee_id": now.outcome["assignee"][1]})

    def _complete(self, now: Moment, _instance: Row) -> None:
        self._close(now, self[now.task], TaskStatus.COMPLETED)

    def _submit(self, now: Moment, _instance: Row) -> None:
        self._close(now, self[now.task], TaskStatus.SUBMITTED)
        for row in self._added_to(now.task):
            if row["status"] == TaskStatus.PLANNED:
                row.change(now.seq, {"status": TaskStatus.CREATED, "opened_at": now.at})

    def _sign(self, now: Moment, _instance: Row) -> None:
        self._close_owner(now)
        self._close(now, self[now.task], TaskStatus.COMPLETED)

    def _resolve(self, now: Moment, _instance: Row) -> None:
        self._close_owner(now)
        self[now.task].change(
            now.seq,
            {
                "status": TaskStatus.COMPLETED,
                "submission": values.dumps({"opinion_text": now.input["opinion"]}),
                "completed_at": now.at,
                "completed_by": now.actor,
                "on_behalf_of": now.on_behalf_of,
            },
        )

    def _remove(self, now: Moment, _instance: Row) -> None:
        self._close_owner(now)
        self[now.task].change(now.seq, {"status": TaskStatus.CANCELED, "completed_at": now.at})

    def _close_owner(self, now: Moment) -> None:
        """The token has gone with what the owner had submitted."""
        if "state" in now.outcome:
            self[self[now.task]["parent_id"]].change(now.seq, {"status": TaskStatus.COMPLETED})

    @staticmethod
    def _close(now: Moment, row: Row, status: TaskStatus) -> None:
        told = now.event.content["input"]
        row.change(
            now.seq,
            {
                "status": status,
                # The values are canonical already, and need not be built and written again.
                "submission": orjson.dumps(told["values"], option=orjson.OPT_SORT_KEYS),
                "outcome": told["outcome"],
                "outcome_label": told["outcome_label"],
                "completed_at": now.at,
                "completed_by": now.actor,
                "on_behalf_of": now.on_behalf_of,
            },
        )

    def _added_to(self, owner: str) -> Iterable[Row]:
        return (row for row in self.values() if row["parent_id"] == owner)

    def _add(self, now: Moment, _instance: Row) -> None:
        owner, added = self[now.task], now.outcome["added"]
        kind = Signing(now.input["signing"])
        for told in added:
            self[told["task"]] = self._signer(now, owner, told, kind)
        assignee = owner["assignee_id"] or now.principal
        owner.change(now.seq, {"signers": owner["signers"] + len(added), "assignee_id": assignee})

    @staticmethod
    def _signer(now: Moment, owner: Row, told: Mapping[str, Any], kind: Signing) -> Row:
        planned = kind == Signing.AFTER and owner["status"] == TaskStatus.CREATED
        form = None if kind == Signing.DELEGATED else told.get("form", UNTOLD)
        return Row(
            {
                **owner.values,
                **dict.fromkeys((*_RESULT, "allowance")),
                "id": told["task"],
                "name": f"{owner['name']}（{LABELS[kind]}）"[:_LONGEST_NAME],
                "status": TaskStatus.PLANNED if planned else TaskStatus.CREATED,
                "assignee_id": told["person"],
                "opened_seq": now.seq,
                "opened_at": now.at,
                "form_digest": form,
                "inputs": _NOTHING,
                "submission": _NULL,
                "signers": 0,
                "parent_id": owner["id"],
                "signing": kind,
            },
            now.seq,
        )

    def _return(self, now: Moment, _instance: Row) -> None:
        """It was withdrawn by the step, but somebody has acted on it."""
        done = {"outcome": RETURNED, "outcome_label": "退回"}
        self[now.task].change(now.seq, {**done, "completed_by": now.actor, "on_behalf_of": now.on_behalf_of})

    def _recall(self, now: Moment, _instance: Row) -> None:
        if "reopened" in now.outcome:
            undone: dict[str, Any] = dict.fromkeys(_RESULT)
            self[now.task].change(now.seq, {**undone, "submission": _NULL, "status": TaskStatus.CREATED})
            return
        activity = self[now.task]["activity_id"]
        again = sorted(
            task_id
            for task_id, row in self.items()
            if (row["activity_id"], row["opened_seq"], row["status"]) == (activity, now.seq, TaskStatus.CREATED)
        )
        if again:
            self[again[0]].change(now.seq, {"assignee_id": now.principal})

    def _extend(self, now: Moment, instance: Row) -> None:
        """Deadlines after a suspension."""
        for told in now.outcome["extended"]:
            row, after = self[told["task"]], values.revive(told["after"])
            with knowing(now.years):
                allowance = postponed(row["due_at"], row["allowance"], instance["suspended_at"], now.at).allowance
            row.change(now.seq, {"due_at": after, "allowance": allowance})

    def _carry(self, now: Moment, _instance: Row) -> None:
        """Open tasks get the name, the role and the form that their step has in the new version."""
        found = open_tasks(now.again.specification, now.state, now.again.services)
        live = {task.token_id: task for task in found}
        for row in self.values():
            if row["status"] in PENDING:
                self._carried(now, row, live[row["token_id"]])

    def _carried(self, now: Moment, row: Row, task: OpenedTask) -> None:
        activity = now.bundle.specification.activities[task.activity_id]
        wanted: dict[str, Any] = {
            "activity_id": activity.id,
            "role": activity.role,
            "unit_code": responsible_unit(activity.role, task.scope, self._region(now)),
        }
        if row["parent_id"] is None:
            wanted |= {"name": activity.name, "form_digest": now.bundle.forms.get(activity.id)}
        changed = {column: value for column, value in wanted.items() if row[column] != value}
        if changed:
            row.change(now.seq, changed)


class _Completion:
    """The columns that a deadline is worked out from."""

    def __init__(self, row: Row) -> None:
        self.opened_at: datetime = row["opened_at"]
        self.completed_at: datetime = row["completed_at"]
        self.allowance: int | None = row["allowance"]
        self.outcome: str | None = row["outcome"]


_EFFECTS: Mapping[str, Callable[[TaskRows, Moment, Row], None]] = {
    "TaskClaimed": TaskRows._assign,
    "TaskReleased": TaskRows._assign,
    "TaskTransferred": TaskRows._assign,
    "TaskCompleted": TaskRows._complete,
    "TaskSubmitted": TaskRows._submit,
    "TaskSigned": TaskRows._sign,
    "TaskResolved": TaskRows._resolve,
    "SignerRemoved": TaskRows._remove,
    "SignersAdded": TaskRows._add,
    "TaskDelegated": TaskRows._add,
    "TaskReturned": TaskRows._return,
    "TaskRecalled": TaskRows._recall,
    "ProcessMigrated": TaskRows._carry,
    "ProcessResumed": TaskRows._extend,
}
