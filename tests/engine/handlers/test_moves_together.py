"""Any moves in any order: no task is lost, none doubled, and every preview says what then happens."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.cases.case import Case
from engine.commands import SYSTEM, Actor, Command, CompleteTask, DeploymentResource, DeployResources, StartProcess
from engine.errors import AnlanError
from engine.history.verification import verify
from engine.interpreter.moves import targets
from engine.interpreter.reading import open_tasks
from engine.model import Signing, TaskStatus
from engine.moves import (
    AddSigner,
    DelegateTask,
    MoveProcess,
    RecallTask,
    RemoveSigner,
    ResolveTask,
    ResumeProcess,
    ReturnTask,
    SuspendProcess,
    TransferTask,
)
from engine.unit_of_work import UnitOfWork

DIAGRAM = Path(__file__).parents[1] / "diagrams" / "rounds.bpmn"
PERSONS = ("applicant", "clerk", "second_clerk", "lead", "chief", "checker", "finance", "deputy")
STEPS = ("apply", "opinions", "visit", "report", "inner", "urge", "money", "papers", "check", "sign")
ADMIN = Actor(person_id="admin")


def _begin(office: Any) -> None:
    resource = DeploymentResource(name=DIAGRAM.name, content=DIAGRAM.read_bytes())
    office.execute(DeployResources(actor=SYSTEM, resources=(resource,)))
    start = StartProcess(actor=Actor(person_id="applicant"), process_key="rounds", region_code="330324104201")
    office.case_id = office.execute(start).instance_id


def _case(office: Any, connection: Any) -> Case:
    work = UnitOfWork(connection=connection, now=office.clock.now(), actor=SYSTEM, tools=office.engine.tools, seed="")
    return Case.load(work, office.case_id)


def _moved(office: Any, step: str) -> MoveProcess:
    return MoveProcess(actor=ADMIN, instance_id=office.case_id, activity_id=step, reason="试一试")


def _steps_before(office: Any, task: Any) -> tuple[str, ...]:
    """Where a task may be returned to."""
    if task.status != "created" or task.parent_id:
        return STEPS
    with office.engine.database.read() as connection:
        case = _case(office, connection)
        return targets(case.bundle.specification, case.state, task.token_id, case.services) or STEPS


def _commands(office: Any, chance: random.Random) -> Iterator[Command[Any]]:
    """What somebody might try next; some of it is refused."""
    waiting = [*office.tasks(), *office.tasks("submitted"), *office.tasks("planned")]
    task, past = chance.choice(waiting), chance.choice([*office.tasks("completed"), *waiting])
    actor = Actor(person_id=task.assignee_id or chance.choice(PERSONS))
    owner = Actor(person_id=office.row(task.parent_id or task.id).assignee_id or "clerk")
    other, reason = chance.choice(PERSONS), "试一试"
    outcome = "agree" if task.parent_id and task.signing != Signing.DELEGATED else None
    yield CompleteTask(actor=actor, task_id=task.id, outcome=outcome, submission={})
    yield ResolveTask(actor=actor, task_id=task.id, opinion="没有意见")
    step, direct = chance.choice([*_steps_before(office, task), chance.choice(STEPS)]), chance.random() < 0.4
    yield ReturnTask(actor=actor, task_id=task.id, activity_id=step, reason=reason, direct=direct)
    yield RecallTask(actor=Actor(person_id=past.completed_by or "clerk"), task_id=past.id, reason=reason)
    yield TransferTask(actor=actor, task_id=task.id, to_person_id=other, reason=reason)
    signing = chance.choice([Signing.BEFORE, Signing.PARALLEL, Signing.AFTER])
    yield AddSigner(actor=actor, task_id=task.id, person_ids=(other,), signing=signing, reason=reason)
    yield DelegateTask(actor=actor, task_id=task.id, to_person_id=other, reason=reason)
    yield RemoveSigner(actor=owner, task_id=task.id, reason=reason)
    yield _moved(office, chance.choice(STEPS))
    yield SuspendProcess(actor=ADMIN, instance_id=office.case_id, reason=reason)
    yield ResumeProcess(actor=ADMIN, instance_id=office.case_id)


#: people mostly work, and a case that is suspended is soon resumed
WEIGHTS = (36, 6, 16, 8, 3, 8, 4, 6, 2, 1, 10)


def _ensure_rows_agree(office: Any) -> None:
    """One pending row for each open token, and one subscription for each wait; added tasks belong to pending ones."""
    with office.engine.database.read() as connection:
        case = _case(office, connection)
        live = open_tasks(case.bundle.specification, case.state, case.services)
    standing = office.standing()
    own = [task for task in standing.tasks.values() if task.parent_id is None]
    running = standing.instance.status in ("active", "suspended")
    expected = Counter((task.token_id, task.activity_id) for task in live) if running else Counter()
    assert Counter((task.token_id, task.activity_id) for task in own) == expected
    parents = {task.id for task in own}
    assert all(task.parent_id in parents for task in standing.tasks.values() if task.parent_id)
    assert all(task.status != TaskStatus.SUBMITTED for task in standing.tasks.values() if task.parent_id)


def _told(act: Callable[[], Any]) -> Any:
    """What comes of an act, or the sentence that refuses it."""
    try:
        return act()
    except AnlanError as refused:
        return str(refused)


def _foreseen(office: Any, command: Command[Any]) -> bool:
    """Carry a command out as its preview said; False when both refuse it with the same sentence."""
    preview = _told(lambda: office.engine.preview(command))
    if isinstance(preview, str):
        assert _told(lambda: office.execute(command)) == preview
        return False
    before = office.standing()
    office.execute(command)
    after = office.standing()
    assert {task.task_id for task in preview.cancelled} == set(before.tasks) - set(after.tasks)
    assert {task.task_id for task in preview.kept} == set(before.tasks) & set(after.tasks)
    new = [after.tasks[task_id] for task_id in set(after.tasks) - set(before.tasks)]
    assert Counter((task.activity_id, task.due_at) for task in preview.opened) == Counter(
        (task.activity_id, task.due_at) for task in new
    )
    assert len(preview.dropped) == len(set(before.waits) - set(after.waits))
    assert len(preview.started) == len(set(after.waits) - set(before.waits))
    assert (preview.status, preview.result) == (after.instance.status, after.instance.result)
    return True


@pytest.mark.parametrize("seed", range(6))
def test_any_moves_in_any_order_leave_every_task_once(office: Any, seed: int) -> None:
    _begin(office)
    chance = random.Random(seed)
    done: Counter[str] = Counter()
    for _ in range(60):
        if office.instance.status not in ("active", "suspended"):
            break
        if not office.standing().tasks:
            # Moved by hand into one branch only: its join waits for the other, until somebody moves the case on.
            office.execute(_moved(office, "papers"))
        command = chance.choices(list(_commands(office, chance)), WEIGHTS)[0]
        done[type(command).__name__] += _foreseen(office, command)
        if chance.random() < 0.05:
            office.wait(days=4)
        _ensure_rows_agree(office)
    with office.engine.database.read() as connection:
        assert [finding.message for finding in verify(connection, office.engine.tools).findings] == []
    assert done.total()
