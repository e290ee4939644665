"""The everyday moves of a case: tasks, gateways, returns and ends."""

from __future__ import annotations

import pytest

from engine.interpreter import TaskNotOpen

REVIEW = """
    s: startEvent
    apply: userTask anlan:resultVariable="application"
    review: userTask
    g: exclusiveGateway default="back"
    e: endEvent
    s -> apply -> review -> g
    ok: g -> e [outcome = "agree"]
    back: g -> apply
"""


def test_a_case_waits_at_its_first_task(play):
    case = play(REVIEW)

    assert case.open == ["apply"]
    assert case.path == ["s", "s_apply"]
    assert case.ended is None


def test_a_decision_sends_the_case_back_and_forward(play):
    case = play(REVIEW)
    case.complete("apply", name="水渠")

    case.complete("review", outcome="return")
    assert case.open == ["apply"]
    case.complete("apply", name="水渠二期").complete("review", outcome="agree")

    assert case.ended == "e"
    assert case.open == []
    assert case.variables["application"] == {"name": "水渠二期"}


def test_the_trail_tells_the_way_and_what_the_gateway_read(play):
    case = play(REVIEW).complete("apply")

    case.complete("review", outcome="agree")

    assert case.path == ["review", "review_g", "g", "ok", "e"]
    gateway = case.step.trail[2]
    assert [(c.flow_id, c.text, c.values, c.result) for c in gateway.conditions] == [
        ("ok", 'outcome = "agree"', {"outcome": "agree"}, True)
    ]


def test_a_task_is_completed_only_once(play):
    case = play(REVIEW)
    token = next(iter(case.tasks))
    case.complete("apply")

    with pytest.raises(TaskNotOpen):
        case.complete_token(token)


def test_tokens_that_are_not_open_tasks_are_not_completed(play):
    case = play(REVIEW)

    for token in ("1", "2", "99", "", "x"):
        with pytest.raises(TaskNotOpen):
            case.complete_token(token)


def test_parallel_branches_are_joined(play):
    case = play("""
        s: startEvent
        split: parallelGateway
        technical: userTask
        finance: userTask
        join: parallelGateway
        approve: userTask
        e: endEvent
        s -> split -> technical -> join
        split -> finance -> join -> approve -> e
    """)
    assert case.open == ["finance", "technical"]

    case.complete("finance")
    assert case.open == ["technical"]
    case.complete("technical")

    assert case.open == ["approve"]
    assert case.path == ["technical", "technical_join", "join", "join_approve"]


def test_what_one_branch_writes_the_others_see(play):
    case = play("""
        s: startEvent
        split: parallelGateway
        a: userTask
        b: userTask
        decide: exclusiveGateway default="small"
        big: userTask
        e: endEvent
        s -> split -> a -> e
        split -> b -> decide
        large: decide -> big [amount > 100]
        small: decide -> e
        big -> e
    """)

    case.complete("a", amount=500).complete("b")

    assert case.open == ["big"]


def test_several_flows_out_of_a_task_split_and_into_a_task_merge(play):
    case = play("""
        s: startEvent
        a: userTask
        b: userTask
        c: userTask
        last: userTask
        e: endEvent
        s -> a -> b -> last -> e
        a -> c -> last
    """)
    case.complete("a")
    assert case.open == ["b", "c"]

    case.complete("b").complete("c")
    assert case.open == ["last", "last"]

    case.complete("last")
    assert case.ended is None
    case.complete("last")
    assert case.ended == "e"


def test_conditional_flows_leave_a_task_and_the_default_only_when_none_is_true(play):
    drawing = """
        s: startEvent
        a: userTask default="d"
        b: userTask
        c: userTask
        other: userTask
        s -> a
        a -> b [x > 1]
        a -> c [x > 2]
        d: a -> other
    """

    assert play(drawing).complete("a", x=3).open == ["b", "c"]
    assert play(drawing).complete("a", x=2).open == ["b"]
    assert play(drawing).complete("a", x=0).open == ["other"]


def test_a_parallel_gateway_takes_every_flow_whatever_is_written_on_it(play):
    case = play("""
        s: startEvent
        fork: parallelGateway default="plain"
        a: userTask
        b: userTask
        e: endEvent
        s -> fork
        fork -> a [false]
        plain: fork -> b
        a -> e
        b -> e
    """)

    assert case.open == ["a", "b"]


def test_an_empty_subprocess_is_passed_at_once(play):
    case = play("""
        s: startEvent
        part: subProcess
        a: userTask
        e: endEvent
        s -> part -> a -> e
    """)

    assert case.open == ["a"]


def test_a_gateway_may_be_where_the_flow_ends(play):
    case = play("""
        s: startEvent
        fork: parallelGateway
        a: userTask
        join: parallelGateway
        s -> fork -> a -> join
        fork -> join
    """)

    assert case.complete("a").ended == "join"


def test_a_process_may_begin_at_either_of_two_start_events(play):
    drawing = """
        s: startEvent
        other: startEvent
        a: userTask
        b: userTask
        e: endEvent
        s -> a -> e
        other -> b -> e
    """

    assert play(drawing).open == ["a"]
    assert play(drawing, at="other").open == ["b"]


def test_a_terminate_end_withdraws_what_is_still_open(play):
    case = play("""
        s: startEvent
        split: parallelGateway
        a: userTask
        b: userTask
        stop: endEvent terminate()
        e: endEvent
        s -> split -> a -> stop
        split -> b -> e
    """)

    case.complete("a")

    assert case.ended == "stop"
    assert [(task.activity_id, task.canceled) for task in case.step.closed] == [("a", False), ("b", True)]


def test_a_gateway_without_a_true_condition_refuses_with_its_name(play):
    case = play("""
        s: startEvent
        a: userTask
        g: exclusiveGateway name="金额分档"
        e: endEvent
        s -> a -> g
        g -> e [amount > 5]
    """)
    before = case.state

    with pytest.raises(Exception, match="金额分档"):
        case.complete("a", amount=1)
    assert case.state == before


def test_scripts_assign_line_by_line(play):
    script = 'total = amount * 2&#10;plan.share = total / 4&#10;plan.note = "一半"'
    drawing = f"""
        s: startEvent
        calculate: scriptTask <bpmn:script>{script}</bpmn:script>
        e: endEvent
        s -> calculate -> e
    """

    case = play(drawing, amount=10, plan={"id": "p1"})

    assert case.variables == {"amount": 10, "total": 20, "plan": {"id": "p1", "share": 5, "note": "一半"}}
    assert case.step.trail[2].outputs == {"total": 20, "plan": {"id": "p1", "share": 5, "note": "一半"}}


def test_the_same_inputs_give_the_same_bytes(play):
    one = play(REVIEW).complete("apply", name="一").complete("review", outcome="return")
    two = play(REVIEW).complete("apply", name="一").complete("review", outcome="return")

    assert one.state == two.state
