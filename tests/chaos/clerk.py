"""A process that plays projects from application to settlement, and may be killed at any moment.

`clerk.py HOME URL NUMBER SEED`. Its successor asks again for whatever was not acknowledged, under the same key.
"""

from __future__ import annotations

import resource
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from journal import Asked, Journal
from outage import patiently
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, OperationalError
from sundial import Sundial
from workshop import engine_at

from api.demo.engine_desk import EngineDesk
from api.demo.organisation import demo_organisation
from api.demo.story import EXAMPLE_A, Story
from api.demo.walker import Done, OpenTask, Walk
from engine.commands import Actor, Command, CompleteTask, StartProcess
from engine.errors import AnlanError, Conflict
from engine.idempotency import RequestKey
from engine.model import UserTask
from engine.offices.roles import ROLES, unit_at
from engine.process_engine import ProcessEngine

#: What one project's cases are, in their order.
CHAPTERS: tuple[tuple[str, Callable[[Story], Any]], ...] = (
    ("project_approval", Story.approval),
    ("advance_payment", Story.advance),
    ("progress_payment", lambda story: story.progress(Decimal("300000.00"))),
    ("completion_settlement", lambda story: story.settlement(Decimal("470000.00"))),
)


class Clerk:
    """Acts through the engine, and writes down what it asks before it asks."""

    def __init__(self, home: Path, url: str, number: int, seed: str) -> None:
        self.journal = Journal.read(home / f"{type(self).__name__.lower()}{number}.journal")
        self.home = home
        self.clock = Sundial(home / "now")
        self.engine: ProcessEngine = engine_at(home, url)
        self.number = number
        self.random = Random(seed)
        self.desk = Desk(self)

    def work(self) -> None:
        for entry in self.journal.pending:
            with suppress(Conflict):
                self.carry_out(entry)
        for chapter in count(patiently(self._finished)):
            self._play(chapter)

    def do(self, command: Command[Any]) -> Any:
        return self.carry_out(self.journal.ask(command))

    def carry_out(self, entry: Asked) -> Any:
        """Ask until there is an answer. Refusals are answers too: a predecessor's request may have come too late."""
        engine = self.engine.keyed(RequestKey(entry.command.actor.person_id, entry.key))
        while not entry.acknowledged:
            try:
                answer = self._ask(engine, entry)
            except AnlanError as refused:
                answer = refused.code
            except (DBAPIError, OSError) as lost:
                self._ensure_outage(lost)
                engine = self.engine.keyed(RequestKey(entry.command.actor.person_id, entry.key))
                continue
            self.journal.acknowledge(entry, answer)
        if isinstance(entry.answer, str):
            raise Conflict(entry.answer)
        return entry.answer

    def _ask(self, engine: ProcessEngine, entry: Asked) -> Any:
        chance = self.random.random()
        if chance < 0.02:
            return self._with_a_full_disk(engine, entry)
        answer = engine.execute(entry.command)
        if chance > 0.97:
            self.journal.suffer("lost answer")
            again = self.engine.keyed(RequestKey(entry.command.actor.person_id, entry.key)).execute(entry.command)
            assert again == answer, f"{entry.key} was answered {answer}, then {again}"
        return answer

    def _with_a_full_disk(self, engine: ProcessEngine, entry: Asked) -> Any:
        if engine.database.url.get_backend_name() != "sqlite":
            return engine.execute(entry.command)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        log = Path(f"{engine.database.url.database}-wal")
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, ((log.stat().st_size if log.exists() else 0) + 512, hard))
        full = True
        try:
            answer = engine.execute(entry.command)
            full = False
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            if full:
                self.journal.suffer("full disk")
        return answer

    def _ensure_outage(self, lost: Exception) -> None:
        """The database is away or full for a moment; anything else is a defect."""
        if isinstance(lost, DBAPIError) and not isinstance(lost, OperationalError) and not lost.connection_invalidated:
            raise lost
        time.sleep(0.05)

    def _finished(self) -> int:
        """How many cases of this clerk have ended; a running one is gone on with."""
        cases = self._cases()
        return len(cases) - (1 if cases and self.desk.result_of(cases[-1]) is None else 0)

    def _cases(self) -> list[str]:
        starts = [entry for entry in self.journal.entries.values() if isinstance(entry.command, StartProcess)]
        return [
            entry.answer.instance_id for entry in starts if entry.acknowledged and not isinstance(entry.answer, str)
        ]

    def _play(self, chapter: int) -> None:
        project, place = divmod(chapter, len(CHAPTERS))
        story = replace(EXAMPLE_A, name=f"道路改造工程{self.number}-{project}")
        key, script = CHAPTERS[place]
        cases = self._cases()
        if len(cases) <= chapter:
            approval = cases[project * len(CHAPTERS)] if place else ""
            project_id = patiently(lambda: self.desk.project_of(approval)) if place else None
            cases.append(self._start(key, story, project_id))
        walk = Walk(self.desk, demo_organisation(), cases[chapter], self)
        walk.done = self._done(cases[chapter])
        while patiently(lambda: self.desk.result_of(cases[chapter])) is None:
            try:
                walk.run(script(story))
            except (Conflict, OperationalError):
                walk.done = patiently(lambda: self._done(cases[chapter]))

    def _start(self, key: str, story: Story, project_id: str | None) -> str:
        holders = demo_organisation().holders(
            "village_applicant", unit_at(story.village_code, ROLES["village_applicant"].level)
        )
        region = None if project_id else story.village_code
        return self.desk.start(holders[0], key, region_code=region, project_id=project_id)

    def _done(self, case_id: str) -> list[Done]:
        with self.engine.database.read() as connection:
            rows = connection.execute(
                select(UserTask).where(UserTask.instance_id == case_id, UserTask.status == "completed")
            ).all()
        return [
            Done(
                person=row.completed_by, activity_id=row.activity_id, role=row.role, outcome=row.outcome, submission={}
            )
            for row in rows
        ]

    # The pace of a walk: time passes for everybody.
    def after(self, done: Done) -> None:
        self.clock.move(self.clock.now() + timedelta(minutes=25))

    def wait_until(self, instant: datetime) -> None:
        self.clock.move(max(instant, self.clock.now()))


class Desk(EngineDesk):
    """Starts and completes by the clerk's journal."""

    def __init__(self, clerk: Clerk) -> None:
        super().__init__(clerk.engine, first_serial=1_000_000 * (clerk.number + 1) + 100 * len(clerk.journal.entries))
        self._clerk = clerk

    def start(self, person: str, process_key: str, *, region_code: str | None, project_id: str | None) -> str:
        command = StartProcess(
            actor=Actor(person_id=person), process_key=process_key, region_code=region_code, project_id=project_id
        )
        return str(self._clerk.do(command).instance_id)

    def complete(self, person: str, task: OpenTask, outcome: str | None, submission: Any) -> None:
        command = CompleteTask(
            actor=Actor(person_id=person), task_id=task.id, outcome=outcome, submission=dict(submission)
        )
        self._clerk.do(command)

    def fire_due_timers(self) -> int:
        """A worker may have been the first."""
        return max(super().fire_due_timers(), 1)


if __name__ == "__main__":
    Clerk(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]).work()
