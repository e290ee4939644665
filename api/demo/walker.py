"""Plays the people of an organisation: finds the open task, the person for it, fills the form and submits it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from api.demo.organisation import Organisation
from engine.errors import AnlanError
from engine.offices.roles import conflict_between


class Stuck(AnlanError):
    """办件既没有可以办理的环节，也没有等待的时间，走不下去了。"""

    code = "stuck"


@dataclass(frozen=True, kw_only=True)
class OpenTask:
    """A user task that waits for somebody."""

    id: str
    activity_id: str
    name: str
    role: str
    unit_code: str


class Desk(Protocol):
    """The way in: the engine's own commands, or the JSON API over HTTP."""

    def start(self, person: str, process_key: str, *, region_code: str | None, project_id: str | None) -> str:
        """Start a case and return its id."""

    def open_tasks(self, case_id: str) -> Sequence[OpenTask]:
        """What people could do now, in the order in which it was opened."""

    def sample(self, person: str, task: OpenTask, outcome: str | None, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """A submission the form accepts: the values given, and something plausible for what else it demands."""

    def outcomes(self, person: str, task: OpenTask) -> Sequence[str]:
        """The outcomes to choose from, the ordinary one first; empty where there is no choice."""

    def complete(self, person: str, task: OpenTask, outcome: str | None, submission: Mapping[str, Any]) -> None:
        """Submit the task's form."""

    def result_of(self, case_id: str) -> str | None:
        """How a case has ended; None while it runs."""

    def project_of(self, case_id: str) -> str | None:
        """The project a case belongs to or has made."""

    def next_due(self, case_id: str) -> datetime | None:
        """When the case's next timer is due."""

    def fire_due_timers(self) -> int:
        """Fire every timer that is due and tell how many there were."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a person does with a task, where it is not the ordinary thing."""

    outcome: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


#: what to do at an activity; a list is used up from the front, its last answer for all that follow
Script = Mapping[str, Answer | Sequence[Answer]]


@dataclass(frozen=True, kw_only=True)
class Done:
    """One completed task."""

    person: str
    activity_id: str
    role: str
    outcome: str | None
    submission: Mapping[str, Any]


class Walk:
    """One case on its way through the offices."""

    def __init__(self, desk: Desk, organisation: Organisation, case_id: str, pace: Pace) -> None:
        self.case_id = case_id
        self.done: list[Done] = []
        self._desk = desk
        self._organisation = organisation
        self._pace = pace

    def open_tasks(self) -> Sequence[OpenTask]:
        """What people could do now."""
        return self._desk.open_tasks(self.case_id)

    def task(self, activity_id: str) -> OpenTask:
        """The first open task of an activity."""
        for task in self.open_tasks():
            if task.activity_id == activity_id:
                return task
        open_now = "、".join(task.activity_id for task in self.open_tasks()) or "无"
        raise Stuck(f"环节“{activity_id}”现在没有打开，打开着的是：{open_now}。")

    def complete(
        self, activity_id: str, outcome: str | None = None, *, person: str | None = None, **values: Any
    ) -> Done:
        """Complete one task of an activity; the outcome is the ordinary one unless given."""
        return self.complete_task(self.task(activity_id), outcome, person=person, **values)

    def complete_task(
        self, task: OpenTask, outcome: str | None = None, *, person: str | None = None, **values: Any
    ) -> Done:
        """Complete one task, where an activity has several."""
        return self._complete(task, Answer(outcome=outcome, values=values), person or self.person_for(task))

    def run(self, script: Script | None = None, *, until: str | None = None, timers: bool = True) -> None:
        """Go on until the case ends or an activity opens; where nobody has to do anything, fire what is due next."""
        answers = _Answers(script or {})
        while True:
            tasks = self.open_tasks()
            if any(task.activity_id == until for task in tasks):
                return
            if tasks:
                self._complete(tasks[0], answers.next(tasks[0].activity_id), self.person_for(tasks[0]))
            elif not timers:
                return
            elif not self._wait():
                self._ensure_ended(until)
                return

    def _ensure_ended(self, until: str | None) -> None:
        result = self._desk.result_of(self.case_id)
        if result is None:
            raise Stuck("办件停住了：没有打开的环节，也没有在等待的时间。")
        if until is not None:
            raise Stuck(f"办件已经办结（{result}），没有到过环节“{until}”。")

    def person_for(self, task: OpenTask) -> str:
        """Who holds the task's role, may act beside what was done before, and has done this step and others least."""
        holders = self._organisation.holders(task.role, task.unit_code)
        free = [person for person in holders if not self._conflicts(person, task.role)]
        if not free:
            raise Stuck(f"环节“{task.name}”没有可以办理的人（{task.role}@{task.unit_code}）。")
        return min(free, key=lambda person: self._acts_of(person, task.activity_id))

    def last(self, activity_id: str) -> Done:
        """The latest completion of an activity."""
        return list(self._of(activity_id))[-1]

    def _acts_of(self, person: str, activity_id: str) -> tuple[int, int]:
        own = [done for done in self.done if done.person == person]
        return sum(done.activity_id == activity_id for done in own), len(own)

    def _of(self, activity_id: str) -> Iterator[Done]:
        return (done for done in self.done if done.activity_id == activity_id)

    def _conflicts(self, person: str, role: str) -> bool:
        return any(conflict_between(done.role, role) for done in self.done if done.person == person)

    def _complete(self, task: OpenTask, answer: Answer, person: str) -> Done:
        outcome = answer.outcome or next(iter(self._desk.outcomes(person, task)), None)
        submission = self._desk.sample(person, task, outcome, answer.values)
        self._desk.complete(person, task, outcome, submission)
        done = Done(person=person, activity_id=task.activity_id, role=task.role, outcome=outcome, submission=submission)
        self.done.append(done)
        self._pace.after(done)
        return done

    def _wait(self) -> bool:
        due = self._desk.next_due(self.case_id)
        if due is None:
            return False
        self._pace.wait_until(due)
        if not self._desk.fire_due_timers():
            raise Stuck(f"办件要等到 {due.isoformat()}，时间还没有到。")
        return True


class Pace(Protocol):
    """How time passes between acts."""

    def after(self, done: Done) -> None: ...

    def wait_until(self, instant: datetime) -> None: ...


class _Answers:
    """Hands out the script's answers, each activity's own in their order."""

    def __init__(self, script: Script) -> None:
        self._left = {key: [item] if isinstance(item, Answer) else list(item) for key, item in script.items()}

    def next(self, activity_id: str) -> Answer:
        left = self._left.get(activity_id)
        if not left:
            return Answer()
        return left.pop(0) if len(left) > 1 else left[0]


__all__ = ["Answer", "Desk", "Done", "OpenTask", "Pace", "Script", "Stuck", "Walk"]
