"""Embedded subprocesses: a scope that is entered once, and left when nothing is left in it."""

from __future__ import annotations


def test_a_subprocess_is_done_when_its_last_token_is(play):
    case = play("""
        s: startEvent
        part: subProcess {
        i: startEvent
        a: userTask
        b: userTask
        one: endEvent
        two: endEvent
        i -> a -> one
        i -> b -> two
        }
        after: userTask
        s -> part -> after
    """)

    assert case.complete("a").open == ["b"]
    assert case.complete("b").open == ["after"]


def test_without_a_start_event_everything_begins_that_nothing_leads_to(play):
    case = play("""
        s: startEvent
        part: subProcess {
        a: userTask
        b: userTask
        c: userTask
        a -> c
        }
        after: userTask
        s -> part -> after
    """)

    assert case.open == ["a", "b"]
    assert case.complete("a").complete("b").complete("c").open == ["after"]


def test_an_empty_subprocess_is_done_at_once(play):
    assert play("s: startEvent\n part: subProcess {\n i: startEvent\n }\n a: userTask\n s -> part -> a").open == ["a"]


def test_subprocesses_inside_each_other(play):
    case = play("""
        s: startEvent
        outer: subProcess {
        i: startEvent
        inner: subProcess {
        j: startEvent
        work: userTask
        j -> work
        }
        rest: userTask
        i -> inner -> rest
        }
        after: userTask
        s -> outer -> after
    """)

    assert case.complete("work").open == ["rest"]
    assert case.complete("rest").open == ["after"]


def test_a_join_inside_counts_the_tokens_of_its_own_scope(play):
    case = play("""
        s: startEvent
        part: subProcess <bpmn:multiInstanceLoopCharacteristics anlan:collection="[1, 2]"/> {
        i: startEvent
        split: parallelGateway
        a: userTask
        b: userTask
        j: parallelGateway
        c: userTask
        i -> split
        split -> a -> j
        split -> b -> j -> c
        }
        s -> part
    """)

    case.complete("a").complete("a")
    assert case.open == ["b", "b"]
    assert case.complete("b").open == ["b", "c"]


def test_several_flows_into_a_subprocess_run_it_once_for_each_token(play):
    case = play("""
        s: startEvent
        a: task
        b: task
        part: subProcess {
        i: startEvent
        work: userTask
        i -> work
        }
        after: userTask
        s -> a -> part
        s -> b -> part
        part -> after
    """)

    assert case.open == ["work", "work"]
    assert case.complete("work").open == ["after", "work"]


def test_conditions_on_flows_out_of_a_subprocess_choose(play):
    text = """
        s: startEvent
        part: subProcess default="rest" {
        i: startEvent
        work: userTask
        i -> work
        }
        a: userTask
        b: userTask
        s -> part
        part -> a [n > 1]
        rest: part -> b
    """

    assert play(text, n=2).complete("work").open == ["a"]
    assert play(text, n=1).complete("work").open == ["b"]


def test_a_process_without_any_start_event_begins_where_nothing_leads_to(play):
    assert play("a: userTask\n b: userTask\n c: userTask\n a -> c").open == ["a", "b"]
