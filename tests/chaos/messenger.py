"""A process that sends cases on errands to the outside, and may be killed: `messenger.py HOME URL NUMBER SEED`.

After its only task an errand is carried on by workers alone: a bank is asked, and the city is told twice.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from itertools import count
from pathlib import Path

from clerk import Clerk
from outage import patiently, patiently_until
from sqlalchemy import select
from workshop import bank_at

from api.demo.organisation import demo_organisation
from api.demo.story import EXAMPLE_A
from engine.commands import Actor, CompleteTask, StartProcess
from engine.errors import Conflict
from engine.model import PENDING, UserTask
from engine.offices.roles import ROLES, unit_at

#: A messenger waits that long for an errand, and then begins the next: its worker may be dead, its bank closed.
SECONDS = 2


class Messenger(Clerk):
    """Starts errands one after the other."""

    def work(self) -> None:
        village = unit_at(EXAMPLE_A.village_code, ROLES["village_applicant"].level)
        self.actor = Actor(person_id=demo_organisation().holders("village_applicant", village)[0])
        for entry in self.journal.pending:
            with suppress(Conflict):
                self.carry_out(entry)
        for case in self._cases():
            self._write_down(case)
        for _ in count():
            self._send()

    def _send(self) -> None:
        wish = {"bank": bank_at(self.home)}
        command = StartProcess(
            actor=self.actor, process_key="errand", region_code=EXAMPLE_A.village_code, variables=wish
        )
        case = self.do(command).instance_id
        self._write_down(case)
        patiently_until(lambda: patiently(lambda: self.desk.result_of(case)) is not None, SECONDS)

    def _write_down(self, case: str) -> None:
        for task in patiently(lambda: self._open_tasks(case)):
            with suppress(Conflict):
                self.do(CompleteTask(actor=self.actor, task_id=task, submission={}))

    def _open_tasks(self, case: str) -> list[str]:
        waiting = select(UserTask.id).where(UserTask.instance_id == case, UserTask.status.in_(PENDING))
        with self.engine.database.read() as connection:
            return list(connection.scalars(waiting))


if __name__ == "__main__":
    Messenger(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]).work()
