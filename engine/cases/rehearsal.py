"""A dry run: a case is migrated or moved, then driven to its end by a player, and nothing is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from engine import feel, interpreter
from engine.cases.case import Case
from engine.clock import LOCAL_ZONE
from engine.definitions import load_blob
from engine.errors import AnlanError
from engine.handlers import handler_of
from engine.handlers.user_task import form_context
from engine.history.event import Occurrence
from engine.interpreter import WaitKind
from engine.model import (
    PENDING,
    PENDING_CALLS,
    ConnectorCall,
    EventSubscription,
    InstanceStatus,
    TaskStatus,
    UserTask,
)
from engine.moves import MigrateProcess, MoveProcess
from engine.ports import FormTask
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork

#: a case that is not at its end after so many steps goes round in circles
MOST_STEPS = 200


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """How far one case came."""

    instance_id: str
    number: str
    title: str
    #: whether the migration or move itself was accepted
    accepted: bool
    #: how the case ended; None where it did not come to an end
    result: str | None = None
    #: names of the steps that the player has done
    played: tuple[str, ...] = ()
    #: why it went no further, one sentence for each thing that was open
    stopped: tuple[str, ...] = ()

    @property
    def completed(self) -> bool:
        """Whether the case came to an end."""
        return self.result is not None


def rehearse(work: UnitOfWork, command: MigrateProcess | MoveProcess) -> Rehearsal:
    """Migrate or move, and play on. The transaction must not be committed afterwards."""
    row = Case.load(work, command.instance_id).row
    told: dict[str, Any] = {"instance_id": row.id, "number": row.number, "title": row.title}
    try:
        handler_of(command)(work, command)
    except AnlanError as refused:
        return Rehearsal(**told, accepted=False, stopped=(refused.message,))
    player = _Player(work, command.instance_id)
    player.play()
    return Rehearsal(
        **told,
        accepted=True,
        result=player.result,
        played=tuple(player.played),
        stopped=tuple(dict.fromkeys(player.obstacles)),
    )


class _Player:
    """Completes whatever is open with sample submissions; where nobody can go on it lets time pass."""

    def __init__(self, work: UnitOfWork, instance_id: str) -> None:
        self._work = work
        self._instance_id = instance_id
        self.played: list[str] = []
        self.obstacles: list[str] = []
        self._chosen: Counter[tuple[str, str | None]] = Counter()

    @property
    def result(self) -> str | None:
        """How the case has ended."""
        row = self._case().row
        return row.result if row.status not in (InstanceStatus.ACTIVE, InstanceStatus.SUSPENDED) else None

    def play(self) -> None:
        """Go on until the case ends, nothing can be done, or it goes round in circles."""
        for _ in range(MOST_STEPS):
            if self.result is not None:
                return
            self.obstacles = []
            if not (self._complete_something() or self._hear_something() or self._let_time_pass()):
                self.obstacles = self.obstacles or ["没有可以办理的环节，也没有会到期的计时。"]
                return
        self.obstacles = [f"走了 {MOST_STEPS} 步还没有办结，流程可能在兜圈子。"]

    def _case(self) -> Case:
        return Case.load(self._work, self._instance_id)

    def _complete_something(self) -> bool:
        return any(self._complete(task) for task in self._open_tasks())

    def _open_tasks(self) -> list[AnyRow]:
        statement = select(UserTask).where(
            UserTask.instance_id == self._instance_id,
            UserTask.parent_id.is_(None),
            UserTask.status.in_(PENDING),
        )
        return list(
            self._work.connection.execute(statement.order_by(UserTask.opened_seq, UserTask.activity_id, UserTask.id))
        )

    def _complete(self, task: AnyRow) -> bool:
        for outcome in self._outcomes(task):
            if self._attempt(task.name, lambda outcome=outcome: self._submit(task, outcome)):
                self._chosen[task.activity_id, outcome] += 1
                self.played.append(task.name)
                return True
        return False

    def _outcomes(self, task: AnyRow) -> list[str | None]:
        """Those chosen least come first, so that a loop is left some time; otherwise in the diagram's order."""
        outcomes = self._case().bundle.specification.activities[task.activity_id].outcomes
        keys: list[str | None] = [outcome.key for outcome in outcomes] or [None]
        return sorted(keys, key=lambda key: self._chosen[task.activity_id, key] // 3)

    def _attempt(self, name: str, act: Any) -> bool:
        try:
            with self._work.connection.begin_nested():
                act()
        except (AnlanError, feel.FeelError) as refused:
            self._work.left.pop(self._instance_id, None)
            self.obstacles.append(f"“{name}”：{_sentence(refused)}")
            return False
        return True

    def _submit(self, task: AnyRow, outcome: str | None) -> None:
        case = self._case()
        values = dict(self._sample(case, task, outcome))
        variables = values if outcome is None else {**values, "outcome": outcome}
        step = interpreter.complete(case.bundle.specification, case.state, task.token_id, variables, case.services)
        case.save(step, Occurrence(type="Rehearsed", input={}), closed_task_id=task.id)
        done = {
            "status": TaskStatus.COMPLETED,
            "submission": values,
            "outcome": outcome,
            "completed_at": self._work.now,
        }
        self._work.connection.execute(update(UserTask).where(UserTask.id == task.id).values(**done))

    def _sample(self, case: Case, task: AnyRow, outcome: str | None) -> Mapping[str, Any]:
        activity = case.bundle.specification.activities[task.activity_id]
        form_task = FormTask(
            form=load_blob(self._work.connection, task.form_digest) if task.form_digest else b"",
            inputs=task.inputs,
            rights=activity.field_rights,
            context=form_context(case, task),
        )
        now = self._work.now.astimezone(LOCAL_ZONE)
        with feel.clock(now):
            return self._work.tools.forms.sample(form_task, outcome, now)

    def _hear_something(self) -> bool:
        """Nobody outside is asked: it is taken that they have answered, and told nothing."""
        calls = select(ConnectorCall).where(
            ConnectorCall.instance_id == self._instance_id,
            ConnectorCall.wait_id.is_not(None),
            ConnectorCall.status.in_(PENDING_CALLS),
        )
        return any(self._hear(call) for call in self._work.connection.execute(calls.order_by(ConnectorCall.seq)).all())

    def _hear(self, call: AnyRow) -> bool:
        heard = self._attempt(call.name, lambda: self._answer(call))
        if heard:
            self.played.append(call.name)
        return heard

    def _answer(self, call: AnyRow) -> None:
        case = self._case()
        step = interpreter.answer(case.bundle.specification, case.state, call.wait_id, {}, case.services)
        case.save(step, Occurrence(type="Rehearsed", input={}))

    def _let_time_pass(self) -> bool:
        return any(self._fire(timer) for timer in self._timers())

    def _timers(self) -> Iterator[AnyRow]:
        statement = select(EventSubscription).where(
            EventSubscription.instance_id == self._instance_id,
            EventSubscription.kind == WaitKind.TIMER,
            EventSubscription.due_at.is_not(None),
        )
        yield from self._work.connection.execute(statement.order_by(EventSubscription.due_at)).all()

    def _fire(self, timer: AnyRow) -> bool:
        self._work.now = max(self._work.now, timer.due_at)
        return self._attempt(timer.name or timer.element_id, lambda: self._due(timer))

    def _due(self, timer: AnyRow) -> None:
        case = self._case()
        step = interpreter.fire(case.bundle.specification, case.state, timer.wait_id, case.services)
        case.save(step, Occurrence(type="Rehearsed", input={}))


def _sentence(refused: Exception) -> str:
    if not isinstance(refused, AnlanError):
        return f"表达式无法计算：{refused}"
    problems = getattr(refused, "problems", ())
    first = f"{problems[0].path}：{problems[0].message}" if problems else ""
    return f"{refused.message}{first}"
