"""What a completion costs in statements: every one is a round trip on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from engine.commands import CompleteTask
from engine.process_engine import ProcessEngine

from .conftest import Office, actor


@contextmanager
def statements(engine: ProcessEngine) -> Iterator[list[str]]:
    """What reaches the database in the block."""
    seen: list[str] = []

    def listen(_: object, __: object, statement: str, *___: object) -> None:
        seen.append(statement)

    event.listen(engine.database.engine, "before_cursor_execute", listen)
    yield seen
    event.remove(engine.database.engine, "before_cursor_execute", listen)


def complete(office: Office, instance_id: str, login: str, outcome: str | None = None) -> list[str]:
    command = CompleteTask(actor=actor(login), task_id=office.open_task(instance_id).id, submission={}, outcome=outcome)
    with statements(office.engine) as seen:
        office.engine.execute(command)
    return seen


def test_a_completion_that_opens_a_task_takes_eight_statements(office: Office) -> None:
    instance_id = office.to_review()
    complete(office, instance_id, "clerk", "agree")

    seen = complete(office, instance_id, "lead", "agree")

    # Read: the task, who the actor is, what the actor has done in the case, the case. Written: the event, the case,
    # the task that is opened, the task that is done. A ninth needs a reason that every completion has.
    assert [statement.split()[0] for statement in seen] == ["SELECT"] * 4 + ["INSERT", "UPDATE", "INSERT", "UPDATE"]


def test_a_warm_case_is_not_read_again(office: Office) -> None:
    instance_id = office.to_review()
    complete(office, instance_id, "clerk", "agree")

    warm = complete(office, instance_id, "lead", "agree")
    office.engine.tools.cases.clear()
    cold = complete(office, instance_id, "chief", "agree")

    assert not any("process_instance.tokens" in statement for statement in warm)
    assert sum("process_instance.tokens" in statement for statement in cold) == 1
    assert len(warm) == len(cold)


def test_a_long_case_takes_no_more_statements(office: Office) -> None:
    instance_id = office.apply()
    counts = []
    for _ in range(4):
        office.wait(days=5)
        counts.append(len(complete(office, instance_id, "clerk", "return_for_correction")))
        office.complete(instance_id, "applicant", title="再次申报", amount=1)

    # The first of all reads what every later one knows: the form.
    assert counts == [9, 8, 8, 8]
