"""Where a case begins, and what begins it without a person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine import diagram, interpreter
from engine.interpreter.errors import NotUsable
from engine.interpreter.starts import following, start_triggers

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SEVERAL = """
    order: message name="order"
    storm: signal name="storm"
    plain: startEvent
    monthly: startEvent every(R3/P1M)
    ordered: startEvent message(order) out(number -> order_number)
    warned: startEvent signal(storm)
    by_hand: userTask
    by_time: userTask
    by_order: userTask
    by_storm: userTask
    e: endEvent
    plain -> by_hand -> e
    monthly -> by_time -> e
    ordered -> by_order -> e
    warned -> by_storm -> e
"""


@pytest.fixture
def triggers(draw):
    def read(drawing, **facts):
        return start_triggers(diagram.read(draw(drawing)).main, lambda: facts, NOW)

    return read


def test_a_person_starts_at_the_plain_start_event(play):
    assert play(SEVERAL).open == ["by_hand"]


@pytest.mark.parametrize(("at", "task"), [("monthly", "by_time"), ("warned", "by_storm"), ("plain", "by_hand")])
def test_each_trigger_starts_at_its_own_start_event(play, at, task):
    case = play(SEVERAL, at=at)

    assert case.open == [task]
    assert case.path == [at, f"{at}_{task}"]


def test_a_start_message_is_read_by_the_mappings_of_its_start_event(play):
    case = play(SEVERAL, at="ordered", number="A-7", other=1)

    assert case.open == ["by_order"]
    assert case.variables == {"order_number": "A-7"}


def test_the_triggers_of_a_process_are_its_timers_messages_and_signals(triggers):
    found = {trigger.element_id: (trigger.kind, trigger.name) for trigger in triggers(SEVERAL)}

    assert found == {"monthly": ("timer", ""), "ordered": ("message", "order"), "warned": ("signal", "storm")}


@pytest.mark.parametrize(
    ("part", "due"),
    [
        ("at(2026-04-01T08:00:00+08:00)", "2026-04-01T00:00:00+00:00"),
        ("after(P2D)", "2026-03-04T01:00:00+00:00"),
        ("every(R/PT1H)", "2026-03-02T02:00:00+00:00"),
        ("after(policy.rest)", "2026-03-05T01:00:00+00:00"),
    ],
)
def test_a_start_timer_is_reckoned_from_the_deployment(triggers, part, due):
    drawing = f"""
        s: startEvent {part}
        e: endEvent
        s -> e
    """
    (trigger,) = triggers(drawing, policy={"rest": "P3D"})

    assert trigger.schedule.due_at == datetime.fromisoformat(due)


def test_a_cycle_starts_as_often_as_it_says(triggers):
    schedule = triggers(SEVERAL)[0].schedule
    due = []
    while schedule is not None:
        due.append(schedule.due_at.month)
        schedule = following(schedule)

    assert due == [4, 5, 6]


@pytest.mark.parametrize(
    ("cycle", "due"),
    [
        ("R/2020-01-01T00:00:00Z/PT1H", ["2026-03-02T01:00:00+00:00"]),
        ("R/2020-01-15T00:00:00Z/P1M", ["2026-03-15T00:00:00+00:00"]),
        ("R3/2020-01-01T00:00:00Z/P1D", []),
    ],
)
def test_a_cycle_that_began_before_the_deployment_goes_on_with_its_next_time(triggers, cycle, due):
    drawing = f"""
        s: startEvent every({cycle})
        e: endEvent
        s -> e
    """
    assert [trigger.schedule.due_at for trigger in triggers(drawing)] == [datetime.fromisoformat(text) for text in due]


def test_a_start_timer_that_gives_no_time_is_named(triggers):
    drawing = """
        s: startEvent after(missing)
        e: endEvent
        s -> e
    """
    with pytest.raises(NotUsable, match="实际得到 null"):
        triggers(drawing)


def test_a_receive_task_that_instantiates_starts_with_its_message_at_hand(play, triggers):
    drawing = """
        m: message name="order"
        wait: receiveTask instantiate="true" messageRef="m"
        next: userTask
        e: endEvent
        wait -> next -> e
    """
    case = play(drawing, at="wait", number=7)

    assert [trigger.element_id for trigger in triggers(drawing)] == ["wait"]
    assert (case.open, case.waits, case.variables["number"]) == (["next"], [], 7)


def test_an_event_gateway_that_instantiates_starts_at_the_event_that_happened(play, triggers):
    drawing = """
        m: message name="order"
        g: eventBasedGateway instantiate="true"
        ordered: intermediateCatchEvent message(m)
        late: intermediateCatchEvent after(P1D)
        a: userTask
        b: userTask
        e: endEvent
        g -> ordered -> a -> e
        g -> late -> b -> e
    """
    case = play(drawing, at="ordered")

    assert [trigger.element_id for trigger in triggers(drawing)] == ["ordered", "late"]
    assert (case.open, case.waits) == (["a"], [])


def test_a_start_event_of_its_own_trigger_listens_for_event_subprocesses_too(services, draw):
    drawing = """
        s: startEvent after(P1D)
        m: message name="stop"
        work: userTask
        e: endEvent
        s -> work -> e
        off: subProcess triggeredByEvent="true" {
            stopped: startEvent message(m)
            over: endEvent
            stopped -> over
        }
    """
    spec = interpreter.compile_definition(draw(drawing))
    step = interpreter.start(spec, {}, services, at="s")

    assert [wait.element_id for wait in step.waits] == ["stopped"]


def test_a_start_message_may_be_named_after_its_region(triggers):
    drawing = """
        m: message name="m" anlan:nameExpression="&quot;storm-&quot; + region.code"
        s: startEvent message(m)
        e: endEvent
        s -> e
    """
    assert [trigger.name for trigger in triggers(drawing, region={"code": "3303"})] == ["storm-3303"]
