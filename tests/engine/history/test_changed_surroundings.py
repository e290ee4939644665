"""Whatever changes around a case, its history goes on to say what it said, and its rows what they must."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from engine.clock import ManualClock
from engine.commands import (
    SYSTEM,
    Actor,
    ClaimTask,
    CompleteTask,
    DeploymentResource,
    DeployResources,
    PersonRecord,
    PositionRecord,
    PublishPolicy,
    RegisterOrganisation,
    ReleaseTask,
    UnitRecord,
    WithdrawProcess,
)
from engine.errors import AnlanError
from engine.history.verification import verify
from engine.jobs.timers import fire_due_timers
from engine.model import ProcessInstance, UserTask
from engine.moves import AddSigner, MigrateProcess, RecallTask, ResumeProcess, ReturnTask, SuspendProcess, TransferTask
from engine.process_engine import ProcessEngine

from ..conftest import COUNTY, DIAGRAMS, TOWN, VILLAGE
from .conftest import Desk

ADMIN = Actor(person_id="admin")


@pytest.fixture
def house(desk: Desk) -> Desk:
    """With somebody who may move cases."""
    held = (PositionRecord(role="sys_admin", unit_code=COUNTY),)
    admin = PersonRecord(id="admin", name="admin", login="admin", password="anlan-demo", positions=held)
    desk.engine.execute(RegisterOrganisation(actor=SYSTEM, units=(), persons=(admin,)))
    return desk


def _redeploy(engine: ProcessEngine, number: int) -> None:
    """The next version of everything."""
    content = (DIAGRAMS / "grant.bpmn").read_text("utf-8").replace('name="乡镇审查"', f'name="乡镇审查第 {number} 版"')
    assert str(number) in content
    engine.execute(
        DeployResources(actor=SYSTEM, resources=(DeploymentResource(name="grant.bpmn", content=content.encode()),))
    )


def _publish(engine: ProcessEngine, number: int) -> None:
    command = PublishPolicy(
        actor=SYSTEM,
        county_code=COUNTY,
        effective_from=date(2026, 1, number),
        parameters={"project_prefix": f"XM{number}"},
    )
    engine.execute(command)


def _is_sound(desk: Desk) -> bool:
    with desk.engine.database.read() as connection:
        report = verify(connection, desk.engine.tools)
    assert report.findings == []
    return True


def test_a_case_outlives_new_policies_new_versions_and_new_units(house: Desk) -> None:
    case_id = house.in_review()
    _publish(house.engine, 2)
    _redeploy(house.engine, 2)
    renamed = UnitRecord(code="330324104202", name="新村", level="village", parent_code=TOWN)
    house.engine.execute(RegisterOrganisation(actor=SYSTEM, units=(renamed,), persons=()))
    house.complete(case_id, "clerk", "agree")

    assert _is_sound(house)


def test_a_migrated_case_is_rebuilt_with_the_names_of_its_new_version(house: Desk) -> None:
    case_id = house.in_review()
    _redeploy(house.engine, 2)
    house.engine.execute(MigrateProcess(actor=ADMIN, instance_id=case_id, version=2, mapping={}, reason="改用新版"))
    assert house.open_task(case_id).name == "乡镇审查第 2 版"
    _redeploy(house.engine, 3)
    for login in ("clerk", "lead", "chief"):
        house.complete(case_id, login, "agree")

    assert _is_sound(house)


def test_clocks_that_jump_leave_histories_that_replay(house: Desk, clock: ManualClock) -> None:
    case_id = house.in_review()
    clock.set(clock.now() - timedelta(days=400))
    house.claim(case_id, "clerk")
    clock.set(clock.now() + timedelta(days=900))
    house.complete(case_id, "clerk", "agree")
    house.engine.execute(SuspendProcess(actor=ADMIN, instance_id=case_id, reason="核实情况"))
    clock.set(clock.now() - timedelta(days=100))
    house.engine.execute(ResumeProcess(actor=ADMIN, instance_id=case_id, reason="已经核实"))
    house.complete(case_id, "lead", "agree")

    assert _is_sound(house)


class _Year:
    """Anything that may happen in an office, in any order."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.engine = desk.engine
        self.random = Random(seed)
        self.versions = 1
        self.cases = [desk.started() for _ in range(3)]

    def act(self) -> None:
        """One thing; what is refused changes nothing."""
        acts = (self._complete, self._complete, self._complete, self._hold, self._move, self._surroundings, self._time)
        try:
            self.random.choice(acts)()
        except AnlanError:
            return

    def _task(self) -> Any:
        with self.engine.database.read() as connection:
            rows = connection.execute(select(UserTask).order_by(UserTask.opened_at, UserTask.id)).all()
        return self.random.choice(rows)

    def _person(self) -> Actor:
        return Actor(person_id=self.random.choice(("applicant", "clerk", "second_clerk", "lead", "chief", "both")))

    def _complete(self) -> None:
        outcome = self.random.choice((None, "agree", "agree", "return_for_correction", "reject"))
        title, amount = self.random.choice(("石溪路面硬化", "水渠")), Decimal(self.random.randrange(90_000))
        task = self._task()
        own = {"apply": "applicant", "review": "clerk", "sign": "lead", "chief": "chief"}.get(task.activity_id)
        actor = Actor(person_id=own) if own else self._person()
        values = {"title": title, "amount": amount}
        self.engine.execute(CompleteTask(actor=actor, task_id=task.id, outcome=outcome, submission=values))

    def _hold(self) -> None:
        task, actor = self._task(), self._person()
        self.engine.execute(
            self.random.choice(
                (
                    ClaimTask(actor=actor, task_id=task.id),
                    ReleaseTask(actor=actor, task_id=task.id),
                    TransferTask(actor=actor, task_id=task.id, to_person_id="second_clerk", reason="出差在外"),
                    AddSigner(
                        actor=actor,
                        task_id=task.id,
                        person_ids=("both",),
                        signing=self.random.choice(("before", "parallel", "after")),
                        reason="请一并看看",
                    ),
                )
            )
        )

    def _move(self) -> None:
        task, actor = self._task(), self._person()
        case_id = task.instance_id
        self.engine.execute(
            self.random.choice(
                (
                    ReturnTask(actor=actor, task_id=task.id, activity_id="apply", reason="材料不全"),
                    RecallTask(actor=actor, task_id=task.id, reason="填错金额"),
                    SuspendProcess(actor=ADMIN, instance_id=case_id, reason="核实情况"),
                    ResumeProcess(actor=ADMIN, instance_id=case_id, reason="已经核实"),
                    WithdrawProcess(actor=Actor(person_id="applicant"), instance_id=case_id, reason="不再申请"),
                    MigrateProcess(
                        actor=ADMIN, instance_id=case_id, version=self.versions, mapping={}, reason="改用新版"
                    ),
                )
            )
        )

    def _surroundings(self) -> None:
        if self.random.random() < 0.5:
            self.versions += 1
            _redeploy(self.engine, self.versions)
        else:
            _publish(self.engine, self.random.randrange(2, 28))
        self.cases.append(self.desk.started())

    def _time(self) -> None:
        self.desk.clock.set(self.desk.clock.now() + timedelta(hours=self.random.randrange(-100, 300)))
        fire_due_timers(self.engine)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_every_row_is_what_the_history_implies(house: Desk, seed: int) -> None:
    year = _Year(house, seed)
    for _ in range(60):
        year.act()

    assert _is_sound(house)
    with house.engine.database.read() as connection:
        assert connection.scalars(select(ProcessInstance.region_code)).first() == VILLAGE
