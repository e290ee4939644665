"""Jobs make calls prompt; the rows say what is to be done."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from engine.calls.commands import LEASE, HoldCall
from engine.calls.performing import deliver, perform_call
from engine.commands import SYSTEM
from engine.jobs.worker import EmbeddedWorker
from engine.model.job import QueuedJob
from engine.moves import SuspendProcess
from engine.ports import ConnectorFailed

from .conftest import ADMIN, ASKS, Desk
from .test_outbox import SENDS, sent


def drain(desk: Desk) -> None:
    EmbeddedWorker(desk.engine, desk.engine.tools.queue).drain()  # type: ignore[arg-type]


def jobs(desk: Desk) -> list[tuple[str, str]]:
    return sorted((row.kind, row.subject) for row in desk.rows(QueuedJob) if row.kind in ("call", "delivery"))


def test_a_call_is_a_job_from_the_transaction_that_asks_for_it(desk: Desk) -> None:
    desk.begin(ASKS, "asks", amount=1)
    assert jobs(desk) == [("call", desk.call.id)]

    drain(desk)

    assert (jobs(desk), desk.open) == ([], ["look"])


def test_the_next_try_is_a_job_of_its_own(desk: Desk) -> None:
    desk.remote.answers = [ConnectorFailed("没有应答")]
    desk.begin(ASKS, "asks", amount=1)
    drain(desk)
    assert (desk.open, len(desk.remote.asked)) == ([], 1)

    desk.wait(seconds=5)
    drain(desk)

    assert (desk.open, len(desk.remote.asked)) == (["look"], 2)


def test_letters_are_delivered_by_the_worker(desk: Desk) -> None:
    desk.begin(SENDS, "sends", amount=1)
    drain(desk)

    assert (sent(desk), jobs(desk)) == (["first", "second"], [])


def test_a_queue_that_was_lost_loses_nothing(desk: Desk) -> None:
    desk.begin(ASKS, "asks", amount=1)
    desk.start("asks", amount=2)
    with desk.engine.database.book() as connection:
        connection.execute(delete(QueuedJob))

    drain(desk)

    assert desk.open == ["look", "look"]


def test_a_call_whose_worker_was_killed_is_looked_at_again(desk: Desk) -> None:
    desk.begin(ASKS, "asks", amount=1)
    desk.engine.execute(HoldCall(actor=SYSTEM, call_id=desk.call.id, holder="killed", lock_for=LEASE))
    drain(desk)
    assert (desk.remote.asked, jobs(desk)) == ([], [("call", desk.call.id)])

    desk.wait(seconds=LEASE.total_seconds())
    drain(desk)

    assert desk.open == ["look"]


@pytest.mark.parametrize("held", [False, True])
def test_a_clock_that_is_set_back_holds_up_nothing(desk: Desk, held: bool) -> None:
    desk.begin(ASKS, "asks", amount=1)
    if held:
        desk.engine.execute(HoldCall(actor=SYSTEM, call_id=desk.call.id, holder="killed", lock_for=LEASE))

    desk.wait(hours=-48)
    drain(desk)

    assert desk.open == ["look"]
    assert desk.is_sound()


def test_the_worker_leaves_suspended_cases_alone(desk: Desk) -> None:
    desk.begin(ASKS, "asks", amount=1)
    desk.engine.execute(SuspendProcess(actor=ADMIN, instance_id=desk.case, reason="等通知"))
    drain(desk)

    assert (desk.remote.asked, desk.call.status) == ([], "open")


def test_a_job_for_no_call_does_nothing(desk: Desk) -> None:
    assert not perform_call(desk.engine, "0" * 32)
    assert not deliver(desk.engine, "0" * 32)
