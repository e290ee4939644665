"""One running case inside a transaction: loaded, moved by one step, saved under its revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Update, bindparam, delete, exists, insert, select, update

from engine import feel
from engine.calls.asking import follow_calls, withdraw_calls
from engine.cases.deadlines import RETURNED, Deadline, deadline_of
from engine.cases.incidents import close_incidents, ensure_nothing_refused, keep_incidents
from engine.cases.services import CaseServices
from engine.cases.warm_cases import WarmCase
from engine.clock import local_date
from engine.definitions import PinnedBundle
from engine.errors import Conflict, NotFound, Refused
from engine.history.event import Occurrence
from engine.history.facts import recorded_facts
from engine.history.outcome import outcome_of
from engine.interpreter import OpenedTask, State, Step, Wait, WaitKind
from engine.interpreter.reading import variables_at
from engine.jobs.queue import Job, JobKind
from engine.messaging.correlation import key_of
from engine.model import (
    PENDING,
    RUNNING,
    EventSubscription,
    InstanceStatus,
    ProcessInstance,
    TaskDraft,
    TaskStatus,
    UserTask,
)
from engine.offices.assignment import responsible_unit
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork

_STATE = frozenset({"tokens", "variables"})
_COLUMNS = ProcessInstance.__table__.columns
_WHOLE = select(*_COLUMNS).where(ProcessInstance.id == bindparam("instance"))
_HEAD = select(*(column for column in _COLUMNS if column.name not in _STATE)).where(
    _COLUMNS.id == bindparam("instance")
)
_TASK = select(*UserTask.__table__.columns, exists().where(TaskDraft.task_id == UserTask.id).label("has_draft")).where(
    UserTask.id == bindparam("task")
)
_OPEN = insert(UserTask)
_SUBSCRIBE = insert(EventSubscription)
_UNSUBSCRIBE = delete(EventSubscription).where(
    EventSubscription.instance_id == bindparam("instance"), EventSubscription.wait_id == bindparam("wait")
)
#: the newest completion of an activity in a case
_LAST = (
    select(UserTask.opened_at, UserTask.completed_at, UserTask.allowance, UserTask.outcome)
    .where(
        UserTask.instance_id == bindparam("instance"),
        UserTask.activity_id == bindparam("activity"),
        UserTask.completed_by.is_not(None),
        UserTask.parent_id.is_(None),
    )
    .order_by(UserTask.opened_seq.desc(), UserTask.completed_at.desc())
    .limit(1)
)


@cache
def _update_of(columns: tuple[str, ...]) -> Update:
    """The statement that changes some columns of a case, if nobody was faster."""
    return (
        update(ProcessInstance)
        .where(ProcessInstance.id == bindparam("instance"), ProcessInstance.revision == bindparam("known_revision"))
        .values({column: bindparam(column) for column in columns})
    )


@dataclass
class Case:
    """A process instance as a handler works on it."""

    work: UnitOfWork
    #: all columns but those of the state, which may be warm
    row: AnyRow
    bundle: PinnedBundle
    #: where the tokens are and what the variables hold
    state: State
    #: time or another case moves it: what a connector refuses stops the case, there is nobody to be told
    unattended: bool = False

    @classmethod
    def load(cls, work: UnitOfWork, instance_id: str) -> Case:
        """Read a case that is still running."""
        warm = work.warm(instance_id)
        row = work.connection.execute(_HEAD if warm else _WHOLE, {"instance": instance_id}).one_or_none()
        if warm and row is not None and row.revision != warm.revision:
            warm, row = None, work.connection.execute(_WHOLE, {"instance": instance_id}).one()
        if row is None:
            raise NotFound("没有找到这个办件。", instance=instance_id)
        bundle = work.tools.definitions.bundle(work.connection, row.bundle_digest)
        return cls(work, row, bundle, warm.state if warm else State(tokens=row.tokens, variables=row.variables))

    @property
    def seq(self) -> int:
        """The number of the history event that this command appends."""
        return int(self.row.revision) + 1

    def ensure_active(self) -> None:
        """Refuse any act on a case that is suspended or has ended."""
        self.ensure_running()
        if self.row.status == InstanceStatus.SUSPENDED:
            raise Conflict(f"办件 {self.row.number} 已挂起，恢复后才能办理。", instance=self.row.id)

    def ensure_running(self) -> None:
        """Refuse any act on a case that has ended."""
        if self.row.status not in RUNNING:
            raise Conflict(f"办件 {self.row.number} 已经办结（{self.row.result}），不能再办理。", instance=self.row.id)

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """Read-only names that every expression of the case sees."""
        tools, connection = self.work.tools, self.work.connection
        policy = tools.policies.parameters(connection, self.row.policy_id) if tools.policies else {}
        project = (
            tools.projects.facts(connection, self.row.project_id) if tools.projects and self.row.project_id else None
        )
        started_on = local_date(self.row.started_at)
        return {
            "policy": policy,
            "region": tools.names.region(connection, self.row.region_code),
            "project": project,
            "case": {"id": self.row.id, "number": self.row.number, "started_on": started_on},
            "starter": {"id": self.row.started_by, "name": tools.names.person(connection, self.row.started_by)},
        }

    @cached_property
    def services(self) -> CaseServices:
        """What the interpreter may call while it moves the tokens."""
        return CaseServices(
            work=self.work, bundle=self.bundle, row=self.row, case_facts=self.facts, unattended=self.unattended
        )

    def stops_clock(self, act: str) -> bool:
        """Whether the policy stops the clock of tasks meanwhile; it does unless it says otherwise."""
        parameters = self.facts["policy"].get(act) or {}
        return parameters.get("stops_clock") is not False

    def variables_at(self, token_id: str) -> Mapping[str, Any]:
        """The variables that an open task sees, for the rules of its form."""
        return variables_at(self.bundle.specification, self.state, token_id, self.services)

    def save(
        self,
        step: Step,
        occurrence: Occurrence,
        *,
        closed_task_id: str | None = None,
        answered_wait: str | None = None,
        **pinned: Any,
    ) -> tuple[str, ...]:
        """Write the effect of a step with its event, and return the ids of the tasks it opened."""
        if step.incidents and self.work.tools.offices and not self.unattended:
            ensure_nothing_refused(step)
        opened = [self._task_row(task) for task in step.opened]
        self._save_instance(step, occurrence, outcome_of(step, opened, step.before), pinned)
        self._cancel(step, closed_task_id)
        self._follow_waits(step)
        follow_calls(self, step, self.services.asked_ids, answered_wait)
        if opened:
            self.work.connection.execute(_OPEN, opened)
        if step.incidents or step.incidents_before:
            keep_incidents(self, step, occurrence)
        self.work.outbox.put(self.row.id, step.thrown)
        return tuple(row["id"] for row in opened)

    def note(
        self, occurrence: Occurrence, outcome: Mapping[str, Any], *, state: State | None = None, **changes: Any
    ) -> None:
        """Record what moves no token, such as a claim, together with the columns of the case that it changes."""
        head = self.work.append(self.row.id, self.seq, occurrence, outcome, previous=self.row.head)
        self._update({**changes, "revision": self.seq, "head": head}, state or self.state)

    def _save_instance(
        self, step: Step, occurrence: Occurrence, outcome: Mapping[str, Any], pinned: Mapping[str, Any]
    ) -> None:
        ended = step.ended is not None
        facts_digest, read = recorded_facts(self.facts, self.row.facts_digest)
        occurrence = replace(occurrence, input={**occurrence.input, **read, **self.services.recorded_calls()})
        changes: dict[str, Any] = {
            **pinned,
            "facts_digest": facts_digest,
            "tokens": step.state.tokens,
            "variables": step.state.variables,
            "title": self._title(step.variables),
            "project_id": self.services.linked_project_id or self.row.project_id,
        }
        if ended:
            changes |= {
                "status": InstanceStatus.COMPLETED,
                "ended_at": self.work.now,
                "result": self.bundle.name_of(step.ended or ""),
            }
            self._tell_project()
        self.note(occurrence, {**outcome, **self.services.recorded_books()}, state=step.state, **changes)

    def _update(self, changes: Mapping[str, Any], state: State) -> None:
        which = {"instance": self.row.id, "known_revision": self.row.revision}
        changed = self.work.connection.execute(_update_of(tuple(changes)), {**which, **changes})
        if changed.rowcount != 1:
            raise Conflict("这个办件刚刚被别人办理过，请刷新后再办理。", instance=self.row.id)
        running = changes.get("status", self.row.status) in RUNNING
        self.work.left[self.row.id] = WarmCase(revision=self.seq, state=state) if running else None

    def terminate(self, result: str, occurrence: Occurrence) -> None:
        """End the case from outside its diagram; its open tasks and waits go with it."""
        self._tell_project()
        self.note(
            occurrence,
            {"terminated": result, **self.services.recorded_books()},
            status=InstanceStatus.TERMINATED,
            ended_at=self.work.now,
            result=result,
        )
        self._cancel_open_tasks()
        self._drop_subscriptions()
        withdraw_calls(self)
        close_incidents(self)

    def _tell_project(self) -> None:
        if self.work.tools.projects:
            self.services.open_books()
            self.work.tools.projects.case_ended(self.work.connection, self.row.id)

    def _title(self, variables: Mapping[str, Any]) -> str:
        specification = self.bundle.specification
        title = None
        if specification.title_template:
            with feel.clock(self.work.now):
                title = specification.title_template({**self.facts, **variables})
        return str(title or self.row.title or specification.name)[:200]

    def _cancel(self, step: Step, closed_task_id: str | None) -> None:
        if step.ended is not None:
            self._cancel_open_tasks()
            return
        tokens = [closed.token_id for closed in step.closed if closed.canceled]
        if tokens:
            self.work.connection.execute(
                update(UserTask)
                .where(
                    UserTask.instance_id == self.row.id,
                    UserTask.token_id.in_(tokens),
                    UserTask.status.in_(PENDING),
                    UserTask.id != (closed_task_id or ""),
                )
                .values(status=TaskStatus.CANCELED, completed_at=self.work.now)
            )

    def _cancel_open_tasks(self) -> None:
        self.work.connection.execute(
            update(UserTask)
            .where(UserTask.instance_id == self.row.id, UserTask.status.in_(PENDING))
            .values(status=TaskStatus.CANCELED, completed_at=self.work.now)
        )

    def _drop_subscriptions(self) -> None:
        gone = delete(EventSubscription).where(EventSubscription.instance_id == self.row.id)
        self.work.connection.execute(gone)

    def _follow_waits(self, step: Step) -> None:
        """Let the subscriptions be what the case waits for; most steps change none."""
        connection, known = self.work.connection, step.waited
        if known is None:
            self._drop_subscriptions()
        elif gone := [wait.id for wait in known if wait not in step.waits and wait.kind is not WaitKind.SERVICE]:
            connection.execute(_UNSUBSCRIBE, [{"instance": self.row.id, "wait": wait_id} for wait_id in gone])
        if new := [wait for wait in step.waits if wait not in (known or ()) and wait.kind is not WaitKind.SERVICE]:
            connection.execute(_SUBSCRIBE, [self._subscription(wait) for wait in new])
            timers = (wait.due_at for wait in new if wait.kind is WaitKind.TIMER and wait.due_at is not None)
            self.work.put(*(Job(kind=JobKind.TIMER, subject=self.row.id, due_at=due_at) for due_at in timers))

    def _subscription(self, wait: Wait) -> dict[str, Any]:
        return {
            "instance_id": self.row.id,
            "wait_id": wait.id,
            "kind": wait.kind,
            "element_id": wait.element_id,
            "name": wait.name or self._timer_name(wait),
            "due_at": wait.due_at,
            "correlation": key_of(wait.correlation),
        }

    def _timer_name(self, wait: Wait) -> str:
        """A timer has no name of its own and is called after its element."""
        return self.bundle.names.get(wait.element_id, "") if wait.kind == WaitKind.TIMER else ""

    def _task_row(self, task: OpenedTask) -> dict[str, Any]:
        activity = self.bundle.specification.activities[task.activity_id]
        deadline = self._deadline(task)
        return {
            "id": self.work.new_id(),
            "instance_id": self.row.id,
            "token_id": task.token_id,
            "activity_id": task.activity_id,
            "name": activity.name,
            "role": activity.role,
            "unit_code": responsible_unit(activity.role, task.scope, self.row.region_code),
            "status": TaskStatus.CREATED,
            "opened_seq": self.seq,
            "opened_at": self.work.now,
            "due_at": deadline.due_at,
            "allowance": deadline.allowance,
            "form_digest": self.bundle.forms.get(task.activity_id),
            "inputs": spread(task.inputs),
            "item": task.item,
            "submission": None,
        }

    def _deadline(self, task: OpenedTask) -> Deadline:
        if task.due_in is None:
            return Deadline()
        which = {"instance": self.row.id, "activity": task.activity_id}
        last = self.work.connection.execute(_LAST, which).one_or_none()
        if last is not None and last.outcome == RETURNED and not self.stops_clock("returning"):
            last = None
        return deadline_of(task.due_in, self.work.now, last)


def spread(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """`*` stands for every entry of a context: what was filled in before comes back to be corrected."""
    before = inputs.get("*")
    own = {name: value for name, value in inputs.items() if name != "*"}
    return {**before, **own} if isinstance(before, Mapping) else own


def ensure_open(task: AnyRow) -> None:
    """Refuse an act on a task that is done or gone."""
    if task.status == TaskStatus.COMPLETED:
        raise Conflict(f"“{task.name}”已经办理过了，不能重复办理。", task=task.id)
    if task.status == TaskStatus.CANCELED:
        raise Conflict(f"“{task.name}”已经取消，不需要再办理。", task=task.id)


def load_task(work: UnitOfWork, task_id: str) -> AnyRow:
    """Read a user task."""
    row = work.connection.execute(_TASK, {"task": task_id}).one_or_none()
    if row is None:
        raise NotFound("没有找到这项待办。", task=task_id)
    return row


def ensure_startable(work: UnitOfWork, process_key: str, project_id: str | None, policy_id: str | None) -> None:
    """Refuse to start a process for a project while a precondition of D17 is not met."""
    projects, policies = work.tools.projects, work.tools.policies
    if project_id is None or projects is None:
        return
    policy = policies.parameters(work.connection, policy_id) if policies else {}
    blocks = projects.start_blocks(work.connection, project_id, process_key, policy, local_date(work.now))
    if blocks:
        raise Refused(
            "现在还不能发起：" + "；".join(block.message for block in blocks), blocks=[b.code for b in blocks]
        )
