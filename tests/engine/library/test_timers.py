"""Timers fire in order of due time, whether a session moves its clock or a worker finds them late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.commands import SYSTEM
from engine.jobs.timers import fire_due_timers
from engine.moves import ResumeProcess, SuspendProcess

from .conftest import END, NOW, START

REMIND = """<boundaryEvent id="remind" attachedToRef="t" cancelActivity="false"><timerEventDefinition>
    <timeCycle>R/P1D</timeCycle></timerEventDefinition></boundaryEvent>
    <scriptTask id="count" scriptFormat="feel"><script>reminders = reminders + 1</script></scriptTask>"""
LAPSE = """<boundaryEvent id="lapse" attachedToRef="t"><timerEventDefinition>
    <timeDuration>{}</timeDuration></timerEventDefinition></boundaryEvent>"""
FLOWS = "s -> t -> e; remind -> count; lapse -> e"


def _move(session, days):
    session.advance(timedelta(days=days))


def _work_late(session, days):
    session.clock.set(NOW + timedelta(days=days))
    fire_due_timers(session.engine)


@pytest.mark.parametrize("pass_time", [_move, _work_late])
def test_repetitions_that_were_missed_come_before_what_was_due_later(session, began, pass_time):
    case = began(START, '<userTask id="t"/>', REMIND, LAPSE.format("P5DT1H"), END, flows=FLOWS, reminders=0)

    pass_time(session, 30)

    assert session.state(case).status == "completed"
    assert session.variables(case) == {"reminders": 5}


@pytest.mark.parametrize("pass_time", [_move, _work_late])
def test_what_is_due_at_the_same_instant_fires_in_the_order_it_was_waited_for(session, began, pass_time):
    case = began(START, '<userTask id="t"/>', REMIND, LAPSE.format("P5D"), END, flows=FLOWS, reminders=0)

    pass_time(session, 30)

    assert session.variables(case) == {"reminders": 5}


def test_no_more_timers_fire_at_once_than_are_asked_for(session, began):
    case = began(START, '<userTask id="t"/>', REMIND, END, flows="s -> t -> e; remind -> count", reminders=0)
    session.clock.set(NOW + timedelta(days=30))

    assert [fire_due_timers(session.engine, 20) for _ in range(3)] == [20, 10, 0]
    assert session.variables(case) == {"reminders": 30}


def test_the_timers_of_a_suspended_case_wait_until_it_is_resumed(session, began):
    case = began(START, '<userTask id="t"/>', LAPSE.format("P1D"), END, flows="s -> t -> e; lapse -> e")
    session.engine.execute(SuspendProcess(actor=SYSTEM, instance_id=case, reason="等待补件"))

    assert session.advance(timedelta(days=2)) == 0
    assert session.state(case).status == "suspended"

    session.engine.execute(ResumeProcess(actor=SYSTEM, instance_id=case, reason="已经补件"))
    session.advance(timedelta(days=1))
    assert session.state(case).ended_at == "e"
