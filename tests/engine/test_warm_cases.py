"""A case kept in memory is used while it is the case of the database, and never otherwise."""

from __future__ import annotations

from threading import Thread

import pytest

from engine.bootstrap import build_engine
from engine.cases.warm_cases import WarmCase, WarmCases
from engine.clock import ManualClock
from engine.commands import Actor, ClaimTask, CompleteTask, WithdrawProcess
from engine.errors import Forbidden, Invalid
from engine.interpreter import State
from engine.process_engine import ProcessEngine
from engine.recent import Recent

from .conftest import Office, actor


@pytest.fixture
def other(engine: ProcessEngine, clock: ManualClock) -> Office:
    """Another process on the same database."""
    url = engine.database.url.render_as_string(hide_password=False)
    return Office(build_engine(url, clock=clock), clock)


def test_a_case_that_another_process_has_moved_is_read_again(office: Office, other: Office) -> None:
    instance_id = office.to_review()
    other.complete(instance_id, "clerk", "agree")

    office.complete(instance_id, "lead", "agree")
    other.complete(instance_id, "chief", "agree")
    office.complete(instance_id, "applicant")

    assert office.instance(instance_id).status == "completed"
    assert [event.seq for event in office.events(instance_id)] == list(range(1, 8))
    other.engine.database.dispose()


def test_a_refused_command_forgets_the_case(office: Office) -> None:
    instance_id = office.to_review()
    assert office.engine.tools.cases.get(instance_id)

    with pytest.raises(Invalid):
        office.complete(instance_id, "clerk", "no such outcome")

    assert office.engine.tools.cases.get(instance_id) is None
    office.complete(instance_id, "clerk", "agree")
    assert office.open_task(instance_id).name == "乡镇签批"


def test_a_case_that_was_not_reached_stays_warm(office: Office) -> None:
    instance_id = office.to_review()

    with pytest.raises(Forbidden):
        office.complete(instance_id, "lead", "agree")

    assert office.engine.tools.cases.get(instance_id)


def test_a_case_that_has_ended_is_not_kept(office: Office) -> None:
    instance_id = office.start()
    office.engine.execute(WithdrawProcess(actor=Actor(person_id="applicant"), instance_id=instance_id, reason="重复了"))

    assert office.engine.tools.cases.get(instance_id) is None


def test_a_claim_keeps_the_case_under_its_next_revision(office: Office) -> None:
    instance_id = office.to_review()
    office.engine.execute(ClaimTask(actor=actor("clerk"), task_id=office.open_task(instance_id).id))

    warm = office.engine.tools.cases.get(instance_id)
    assert warm
    assert warm.revision == office.instance(instance_id).revision


def test_threads_on_many_cases_keep_them_apart(office: Office) -> None:
    cases = [office.to_review() for _ in range(6)]
    tasks = {case: office.open_task(case).id for case in cases}

    def complete(instance_id: str) -> None:
        command = CompleteTask(actor=actor("clerk"), task_id=tasks[instance_id], outcome="agree", submission={})
        office.engine.execute(command)

    threads = [Thread(target=complete, args=(case,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {office.open_task(case).name for case in cases} == {"乡镇签批"}


def _case(size: int) -> WarmCase:
    return WarmCase(revision=1, state=State(tokens=b"t" * size, variables=b""))


def test_the_oldest_cases_are_forgotten() -> None:
    cases = WarmCases(most=2)
    for name in ("a", "b"):
        cases.keep(name, _case(1))
    cases.get("a")
    cases.keep("c", _case(1))

    assert [bool(cases.get(name)) for name in ("a", "b", "c")] == [True, False, True]


def test_heavy_cases_leave_room_for_fewer() -> None:
    cases = WarmCases(most=100, most_bytes=1000)
    for number in range(10):
        cases.keep(str(number), _case(300))

    assert len(cases) == 3


def test_what_is_kept_anew_counts_once() -> None:
    known: Recent[str, bytes] = Recent(10, most_bytes=10, size=len)
    for _ in range(5):
        known.keep("same", b"12345678")

    assert known.get("same") == b"12345678"
