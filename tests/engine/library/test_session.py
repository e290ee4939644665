"""A program drives cases through the library session, and is told what it did wrong."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from engine import AnlanError, BpmnError, Session
from engine.errors import Conflict, Invalid, NotFound, Refused

from .conftest import END, NOW, START, drawn

TIMER = "<timerEventDefinition><timeDuration>{}</timeDuration></timerEventDefinition>"
MESSAGE = '<message id="m" name="paid"/><signal id="g" name="alarm"/>'


def _ids(session, case=None):
    return [task.activity_id for task in session.tasks(case)]


def _complete(session, case, activity, variables=None, **more):
    task = next(task for task in session.tasks(case) if task.activity_id == activity)
    session.complete(task.id, variables, **more)


def test_a_case_is_driven_from_its_start_to_its_end(session, began):
    case = began(START, '<userTask id="ask" name="申请"/>', END, flows="s -> ask -> e", days=3)

    (task,) = session.tasks(case)
    assert (task.activity_id, task.name, task.variables) == ("ask", "申请", {"days": Decimal(3)})
    assert session.state(case).status == "active"
    session.complete(task.id, {"reason": "探亲"})
    assert session.state(case).status == "completed"
    assert session.state(case).ended_at == "e"
    assert session.variables(case) == {"days": Decimal(3), "reason": "探亲"}
    assert [passed.element_id for passed in session.history(case)] == ["s", "s_ask", "ask", "ask_e", "e"]
    assert {passed.at for passed in session.history(case)} == {NOW}
    assert [event.type for event in session.events(case)] == ["ProcessStarted", "TaskCompleted"]


def test_a_case_runs_on_every_database(database_url):
    wait = '<intermediateCatchEvent id="w"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    rest = f'<intermediateCatchEvent id="r">{TIMER.format("PT1H")}</intermediateCatchEvent>'
    with Session(database_url, now=NOW) as session:
        session.deploy(
            drawn(START, '<userTask id="t"/>', wait, rest, END, flows="s -> t -> w -> r -> e", roots=MESSAGE)
        )
        case = session.start("p", {"day": NOW.date()})
        _complete(session, case, "t", {"sums": [Decimal("1.10")]})
        session.send_message("paid", {"by": "李"})
        session.advance(timedelta(hours=1))

        assert session.state(case).ended_at == "e"
        assert session.variables(case) == {"day": NOW.date(), "sums": [Decimal("1.10")], "by": "李"}


def test_postgresql_needs_no_word_about_its_driver(postgres, postgres_tables):
    url = postgres.create(postgres_tables)

    with Session(url.set(drivername="postgresql").render_as_string(hide_password=False)) as session:
        assert session.cases() == ()
    postgres.drop(url)


def test_threads_share_a_session_in_memory(session):
    session.deploy(drawn(START, '<userTask id="t"/>', END, flows="s -> t -> e"))

    def run(number):
        case = session.start("p", {"n": number})
        session.complete(session.tasks(case)[0].id)
        return session.variables(case)["n"]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(20))) == list(range(20))
    assert {session.state(case).status for case in session.cases()} == {"completed"}


@pytest.mark.parametrize("url", ["nonsense", "mysql://root@here/x", "", "postgres://x/y"])
def test_databases_we_do_not_know_are_refused(url):
    with pytest.raises(Refused, match="数据库地址"):
        Session(url)


def test_the_instances_of_a_task_tell_their_element_and_place(session, began):
    loop = '<multiInstanceLoopCharacteristics anlan:collection="who" anlan:elementVariable="person"/>'
    case = began(START, f'<userTask id="sign">{loop}</userTask>', END, flows="s -> sign -> e", who=["wang", "li"])

    assert [(task.item, task.index, task.variables["person"]) for task in session.tasks(case)] == [
        ("wang", 0, "wang"),
        ("li", 1, "li"),
    ]
    for task in session.tasks(case):
        session.complete(task.id)
    assert session.state(case).status == "completed"


def test_timers_fire_one_by_one_while_the_clock_passes_over_them(session, began):
    waits = [f'<intermediateCatchEvent id="{name}">{TIMER.format("PT1H")}</intermediateCatchEvent>' for name in "ab"]
    case = began(START, *waits, END, flows="s -> a -> b -> e")

    (wait,) = session.waits(case)
    assert (wait.kind, wait.element_id, wait.due_at) == ("timer", "a", NOW + timedelta(hours=1))
    assert session.advance(timedelta(hours=5)) == 2
    assert session.clock.now() == NOW + timedelta(hours=5)
    at = {passed.element_id: passed.at for passed in session.history(case)}
    assert (at["a"], at["b"]) == (NOW + timedelta(hours=1), NOW + timedelta(hours=2))


def test_timers_of_several_cases_fire_in_the_order_of_their_time(session):
    due = TIMER.format("duration(&quot;PT&quot; + string(h) + &quot;H&quot;)")
    wait = f'<intermediateCatchEvent id="w">{due}</intermediateCatchEvent>'
    session.deploy(drawn(START, wait, '<userTask id="t"/>', END, flows="s -> w -> t -> e"))
    cases = [session.start("p", {"h": hours}) for hours in (3, 1, 2)]

    session.move_clock(NOW + timedelta(hours=2))
    assert [task.case_id for task in session.tasks()] == [cases[1], cases[2]]


def test_a_process_is_started_by_time_by_message_and_by_signal(session):
    timer = f'<startEvent id="t">{TIMER.format("PT1H")}</startEvent>'
    message = '<startEvent id="m0"><messageEventDefinition messageRef="m"/></startEvent>'
    signal = '<startEvent id="g0"><signalEventDefinition signalRef="g"/></startEvent>'
    tasks = [f'<userTask id="{name}"/>' for name in ("by_time", "by_message", "by_signal")]
    flows = "t -> by_time -> e; m0 -> by_message -> e; g0 -> by_signal -> e"
    session.deploy(drawn(timer, message, signal, *tasks, END, flows=flows, roots=MESSAGE))

    session.advance(timedelta(hours=1))
    case = session.send_message("paid", {"amount": 5})
    assert session.variables(case) == {"amount": Decimal(5)}
    session.send_signal("alarm")
    assert sorted(_ids(session)) == ["by_message", "by_signal", "by_time"]
    assert _ids(session, last := session.start("p", at="m0")) == ["by_message"]
    assert len(session.cases()) == len(session.cases("p")) == 4
    assert case in session.cases("p")
    assert session.cases()[-1] == last
    assert session.cases("other") == ()


def test_a_message_finds_its_case_by_correlation(session):
    wait = (
        '<intermediateCatchEvent id="w" anlan:correlation="order"><messageEventDefinition messageRef="m"/>'
        "</intermediateCatchEvent>"
    )
    session.deploy(drawn(START, wait, '<userTask id="t"/>', END, flows="s -> w -> t -> e", roots=MESSAGE))
    first, second = session.start("p", {"order": "A-1"}), session.start("p", {"order": "A-2"})

    assert [(w.kind, w.name, w.correlation) for w in session.waits(first)] == [("message", "paid", "A-1")]
    with pytest.raises(Conflict):
        session.send_message("paid")
    assert session.send_message("paid", {"amount": 5}, correlation="A-2") == second
    assert session.send_message("paid", case_id=first) == first
    with pytest.raises(Conflict, match="没有办件在等待消息“paid”"):
        session.send_message("paid")


def test_a_service_task_calls_the_function_of_its_connector_or_of_its_own_id():
    tasks = '<serviceTask id="a" anlan:connector="tax"/><serviceTask id="b"/><serviceTask id="c"/>'
    with Session(
        connectors={"tax": lambda inputs: {"tax": inputs["sum"] * 2}, "b": lambda inputs: {"seen": sorted(inputs)}},
        default_connector=lambda inputs: {"rest": True},
    ) as session:
        session.deploy(drawn(START, tasks, END, flows="s -> a -> b -> c -> e"))
        case = session.start("p", {"sum": 4})

        assert session.variables(case) == {"sum": 4, "tax": 8, "seen": ["sum", "tax"], "rest": True}


def test_without_connectors_service_tasks_do_nothing(session, began):
    case = began(
        START, '<serviceTask id="a"/><sendTask id="b"/><businessRuleTask id="c"/>', END, flows="s -> a -> b -> c -> e"
    )

    assert session.state(case).status == "completed"


def test_a_connector_may_say_no_and_the_diagram_catches_it():
    def refuse(inputs):
        raise BpmnError("poor", "余额不足")

    catch = '<boundaryEvent id="no" attachedToRef="a"><errorEventDefinition errorRef="x"/></boundaryEvent>'
    drawing = drawn(
        START, '<serviceTask id="a"/>', catch, '<endEvent id="refused"/>', END,
        flows="s -> a -> e; no -> refused", roots='<error id="x" errorCode="poor"/>',
    )  # fmt: skip
    with Session(connectors={"a": refuse}) as session:
        session.deploy(drawing)

        assert session.state(session.start("p")).ended_at == "refused"


def test_an_error_that_nothing_catches_is_an_incident(session, began):
    error = '<endEvent id="x"><errorEventDefinition errorRef="broke"/></endEvent>'
    roots = '<error id="broke" errorCode="B-1"/>'
    case = began(START, '<userTask id="t"/>', error, flows="s -> t -> x", roots=roots)

    _complete(session, case, "t")
    assert session.state(case).status == "incident"
    (stopped,) = session.state(case).incidents
    assert (stopped.element_id, stopped.code) == ("x", "B-1")


def test_a_list_of_dates_starts_a_case_on_each_of_them(session):
    dates = "<timerEventDefinition><timeCycle>[date(today().year, 1, 3)]</timeCycle></timerEventDefinition>"
    start = f'<startEvent id="d" anlan:resultVariable="plan">{dates}</startEvent>'
    session.deploy(drawn(start, '<userTask id="t"/>', END, flows="d -> t -> e"))

    assert (session.advance(timedelta(days=1)), session.advance(timedelta(days=5))) == (0, 1)
    assert session.variables(session.cases()[0]) == {"plan": {"date": date(2030, 1, 3)}}
    assert session.advance(timedelta(days=365)) == 1


def test_a_timer_that_finds_no_flow_stops_its_case_and_no_other(session, began):
    wait = f'<intermediateCatchEvent id="w">{TIMER.format("PT1H")}</intermediateCatchEvent><exclusiveGateway id="g"/>'
    case = began(START, wait, '<userTask id="t"/>', END, flows="s -> w -> g; g -> t [go]; t -> e")
    other = session.start("p", {"go": True})

    assert session.advance(timedelta(hours=2)) == 1
    (stopped,) = session.state(case).incidents
    assert (session.state(case).status, stopped.code) == ("incident", "timer.no-flow-taken")
    assert [task.case_id for task in session.tasks()] == [other]
    assert session.advance(timedelta(hours=2)) == 0


def test_what_a_connector_refuses_is_an_incident_when_nothing_catches_it():
    def refuse(inputs):
        raise BpmnError("poor", "余额不足")

    with Session(connectors={"a": refuse}) as session:
        session.deploy(drawn(START, '<userTask id="t"/><serviceTask id="a"/>', END, flows="s -> t -> a -> e"))
        case = session.start("p")
        _complete(session, case, "t")

        assert session.state(case).status == "incident"
        assert session.state(case).incidents[0].message == "余额不足"


def test_called_processes_and_decisions_are_deployed_together(session):
    decision = (
        b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:d">'
        b'<decision id="fee" name="fee"><literalExpression><text>sum * 0.1</text></literalExpression></decision>'
        b"</definitions>"
    )
    child = drawn(
        START, '<businessRuleTask id="b" anlan:decisionRef="fee" anlan:resultVariable="fee"/><userTask id="look"/>',
        END, flows="s -> b -> look -> e", key="child",
    )  # fmt: skip
    mappings = '<anlan:in source="amount" target="sum"/><anlan:out source="fee" target="charged"/>'
    mappings = f"<extensionElements>{mappings}</extensionElements>"
    parent = drawn(
        START, f'<callActivity id="call" calledElement="child">{mappings}</callActivity>', END, flows="s -> call -> e"
    )

    assert session.deploy(decision, child, parent) == ("child", "p")
    case = session.start("p", {"amount": 200})
    (task,) = session.tasks(case)
    assert (task.called, task.activity_id, task.variables["sum"]) == ("child", "look", Decimal(200))
    session.complete(task.id)
    assert session.variables(case)["charged"] == Decimal(20)


def test_what_a_drawn_partner_calls_does_not_matter(session):
    partner = '<process id="partner" isExecutable="false"><callActivity id="x" calledElement="unknown"/></process>'
    content = drawn(START, END, flows="s -> e").decode()
    session.deploy(content.replace("</definitions>", f"{partner}</definitions>").encode())

    assert session.state(session.start("p")).status == "completed"


def test_a_called_file_may_call_a_process_of_its_own(session):
    call = '<callActivity id="c" calledElement="{}"/>'
    inner = '<process id="inner" isExecutable="false"><userTask id="t"/></process></definitions>'
    child = drawn(START, call.format("inner"), END, flows="s -> c -> e", key="child").decode()
    session.deploy(child.replace("</definitions>", inner).encode())
    session.deploy(drawn(START, call.format("child"), END, flows="s -> c -> e"))

    case = session.start("p")
    assert _ids(session, case) == ["t"]
    _complete(session, case, "t")
    assert session.state(case).status == "completed"


def test_every_executable_process_of_a_file_can_be_started(session):
    one, two = (drawn(START, END, flows="s -> e", key=key).decode() for key in ("one", "two"))
    inner = (
        two[two.index("<process") : two.index("</definitions>")].replace('id="s', 'id="x').replace('id="e"', 'id="y"')
    )
    inner = inner.replace('Ref="s"', 'Ref="x"').replace('Ref="e"', 'Ref="y"')

    assert session.deploy(one.replace("</definitions>", inner + "</definitions>").encode()) == ("one", "two")
    assert session.state(session.start("two")).ended_at == "y"


def test_a_file_is_opened_again_and_time_does_not_go_backwards(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/cases.db"
    with Session(url, now=NOW + timedelta(days=9000)) as session:
        session.deploy(drawn(START, '<userTask id="t"/>', END, flows="s -> t -> e"))
        case = session.start("p")

    with Session(url) as again:
        assert again.clock.now() == NOW + timedelta(days=9000)
        _complete(again, case, "t")
        assert again.state(case).status == "completed"


def test_roles_and_offices_are_nobodys_business_here(session, began):
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    case = began(START, f'<userTask id="t" anlan:role="town_clerk">{loop}</userTask>', END, flows="s -> t -> e")

    for task in session.tasks(case):
        session.complete(task.id)
    assert session.state(case).status == "completed"


@pytest.mark.parametrize("name", ["policy", "region", "project", "case", "starter", "deadline"])
def test_variables_may_have_the_names_of_facts(session, began, name):
    gate = '<exclusiveGateway id="g" default="g_no"/><endEvent id="yes"/><endEvent id="no"/>'
    case = began(START, gate, flows=f"s -> g -> no; g -> yes [{name} = 5]", **{name: 5})

    assert session.state(case).ended_at == "yes"


@pytest.mark.parametrize(
    ("act", "error", "told"),
    [
        (lambda s, c: s.complete("unknown"), NotFound, "待办"),
        (lambda s, c: s.complete(7), Invalid, "task_id"),
        (lambda s, c: s.complete(s.tasks(c)[0].id, {"x": {"y": [1, {2}]}}), Invalid, "variables.x.y.1"),
        (lambda s, c: s.complete(s.tasks(c)[0].id, {"x": float("nan")}), Invalid, "variables.x"),
        (lambda s, c: s.complete(s.tasks(c)[0].id, {1: 2}), Invalid, "variables"),
        (lambda s, c: s.complete(s.tasks(c)[0].id, [1]), Invalid, "variables"),
        (lambda s, c: s.start("nothing"), NotFound, "nothing"),
        (lambda s, c: s.start("p", at="t"), Refused, "t"),
        (lambda s, c: s.state("nothing"), NotFound, "nothing"),
        (lambda s, c: s.tasks("nothing"), NotFound, "nothing"),
        (lambda s, c: s.waits("nothing"), NotFound, "nothing"),
        (lambda s, c: s.variables("nothing"), NotFound, "nothing"),
        (lambda s, c: s.history("nothing"), NotFound, "nothing"),
        (lambda s, c: s.move_clock(NOW - timedelta(1)), Refused, "时钟"),
        (lambda s, c: s.move_clock(datetime(2031, 1, 1)), Invalid, "时区"),
        (lambda s, c: s.advance(5), Invalid, "timedelta"),
        (lambda s, c: s.deploy(5), Invalid, "bytes"),
        (lambda s, c: s.deploy(b"<x/>"), AnlanError, ""),
        (lambda s, c: s.send_message("nobody"), Conflict, "nobody"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_place(session, began, act, error, told):
    case = began(START, '<userTask id="t"/>', END, flows="s -> t -> e")

    with pytest.raises(error) as refusal:
        act(session, case)
    assert told in refusal.value.message
    assert _ids(session, case) == ["t"]


def test_a_task_is_completed_once(session, began):
    case = began(START, '<userTask id="t"/>', END, flows="s -> t -> e")
    (task,) = session.tasks(case)
    session.complete(task.id)

    with pytest.raises(Conflict, match="不能重复办理"):
        session.complete(task.id)


def test_floats_become_exact_numbers(session, began):
    case = began(START, '<userTask id="t"/>', END, flows="s -> t -> e", rate=0.1)

    assert session.variables(case) == {"rate": Decimal("0.1")}


def test_the_package_itself_loads_nothing():
    loaded = "import sys, engine; print(bool({'sqlalchemy', 'lxml', 'SpiffWorkflow'} & set(sys.modules)))"

    assert (
        subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout == "False\n"
    )


def test_the_clock_starts_when_the_session_is_opened():
    before = datetime.now(UTC)
    with Session() as session:
        assert before <= session.clock.now() <= datetime.now(UTC)
