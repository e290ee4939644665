"""Variables live in scopes (design decision 13): who sees what, and where a result goes."""

from __future__ import annotations

IN = "in({} -> {})"
CALLER = """
    s: startEvent
    call: callActivity calledElement="check" in(amount * 2 -> limit) out(verdict.outcome -> checked)
    after: userTask
    e: endEvent
    s -> call -> after -> e
"""
CALLED = """
    cs: startEvent
    look: userTask anlan:resultVariable="verdict" in(limit -> limit) in(amount -> amount)
    ce: endEvent
    cs -> look -> ce
"""


def test_a_called_process_sees_only_what_is_mapped(play):
    case = play(CALLER, {"check": CALLED}, amount=21)

    task = next(iter(case.tasks.values()))
    assert (task.activity_id, task.inputs) == ("check:look", {"limit": 42, "amount": None})


def test_a_called_process_gives_back_only_what_is_mapped(play):
    case = play(CALLER, {"check": CALLED}, amount=21)

    case.complete("check:look", outcome="agree")

    assert case.open == ["after"]
    assert case.variables == {"amount": 21, "checked": "agree"}


def test_a_called_process_may_be_given_everything_and_give_everything_back(play):
    whole = '<bpmn:extensionElements><anlan:in variables="all"/><anlan:in source="b + 1" target="a"/>'
    whole += '<anlan:out variables="all"/></bpmn:extensionElements>'
    called = "cs: startEvent\n look: userTask\n ce: endEvent\n cs -> look -> ce"
    case = play(
        f"""
        s: startEvent
        call: callActivity calledElement="check" {whole}
        after: userTask
        e: endEvent
        s -> call -> after -> e
    """,
        {"check": called},
        a=1,
        b=5,
    )

    assert case.complete("check:look", c=7).variables == {"a": 6, "b": 5, "c": 7}


def test_a_process_may_call_itself(play):
    case = play(
        """
        s: startEvent
        g: exclusiveGateway default="stop"
        call: callActivity calledElement="p" in(n - 1 -> n) out(sum -> below)
        add: scriptTask script(sum = n + (if below = null then 0 else below))
        e: endEvent
        s -> g
        g -> call [n > 0]
        call -> add
        stop: g -> add
        add -> e
    """,
        n=10,
    )

    assert case.variables["sum"] == 55


PART = """
    s: startEvent
    part: subProcess {mapping} {{
    a: startEvent
    work: userTask anlan:resultVariable="work"
    b: endEvent
    a -> work -> b
    }}
    e: endEvent
    s -> part -> e
"""


def test_a_subprocess_writes_around_itself(play):
    case = play(PART.format(mapping=""))

    assert case.complete("work", sum=5).variables == {"work": {"sum": 5}}


def test_a_subprocess_that_maps_its_results_keeps_the_rest(play):
    case = play(PART.format(mapping="out(work.sum -> sum)"))

    assert case.complete("work", sum=5).variables == {"sum": 5}


def test_a_subprocess_gets_local_names(play):
    case = play(
        """
        s: startEvent
        part: subProcess in(plan.rows[1] -> row) {
        a: startEvent
        work: userTask in(row -> row)
        b: endEvent
        a -> work -> b
        }
        e: endEvent
        s -> part -> e
    """,
        plan={"rows": ["一", "二"]},
    )

    assert next(iter(case.tasks.values())).inputs == {"row": "一"}
    assert case.complete("work").variables == {"plan": {"rows": ["一", "二"]}}


def test_mapped_outputs_are_all_that_a_task_writes(play):
    case = play("""
        s: startEvent
        t: userTask out(amount * 2 -> double)
        e: endEvent
        s -> t -> e
    """)

    assert case.complete("t", amount=4, secret="x").variables == {"double": 8}


def test_facts_go_before_variables_of_the_same_name(play, services):
    services.facts = {"policy": {"limit": 100}}
    case = play("""
        s: startEvent
        t: userTask
        g: exclusiveGateway default="no"
        e: endEvent
        f: endEvent
        s -> t -> g
        yes: g -> e [amount <= policy.limit]
        no: g -> f
    """)

    assert case.complete("t", amount=500, policy={"limit": 999}).ended == "f"


def test_connectors_and_decisions_get_their_inputs_and_give_results(play, services):
    services.connectors["hold"] = lambda inputs: {"transfer": "T1", "left": 70}
    services.decisions["level"] = lambda context: {"level": "county", "for": context["amount"]}
    case = play(
        """
        s: startEvent
        level: businessRuleTask anlan:decisionRef="level" anlan:resultVariable="approval"
        hold: serviceTask anlan:connector="hold" in(amount -> sum) out(left -> rest)
        e: endEvent
        s -> level -> hold -> e
    """,
        amount=30,
    )

    assert services.calls == [("hold", {"sum": 30})]
    assert case.variables == {"amount": 30, "approval": {"level": "county", "for": 30}, "rest": 70}
    assert case.step.trail[2].decision.value == {"level": "county", "for": 30}


def test_what_the_host_changes_later_does_not_change_the_case(play):
    rows = [{"amount": 1}]
    case = play("""
        s: startEvent
        t: userTask anlan:resultVariable="form"
        u: userTask
        e: endEvent
        s -> t -> u -> e
    """)
    case.complete("t", rows=rows)

    rows[0]["amount"] = 999_999
    case.complete("u")

    assert case.variables["form"] == {"rows": [{"amount": 1}]}


def test_output_mappings_see_the_result_under_its_own_name(play):
    case = play("""
    s: startEvent
    a: userTask anlan:resultVariable="result" out(result.score * 2 -> doubled) out(score -> score)
    b: userTask
    e: endEvent
    s -> a -> b -> e
    """)

    assert case.complete("a", score=21).variables == {"doubled": 42, "score": 21}
