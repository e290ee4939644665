"""Commands change everything they should, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.cases.case import Case
from engine.commands import (
    SYSTEM,
    Actor,
    ClaimTask,
    CompleteTask,
    Delegate,
    DeploymentResource,
    DeployResources,
    ReleaseTask,
    StartProcess,
    WithdrawProcess,
)
from engine.errors import Conflict, Forbidden, Invalid, NotComputable, Refused
from engine.model import ProcessInstance
from engine.process_engine import ProcessEngine
from engine.queries.inbox import todo
from engine.queries.viewer import viewer_of

from .conftest import APPLICATION, DIAGRAMS, Office, actor


def test_a_case_goes_from_application_to_its_end(office: Office) -> None:
    instance_id = office.to_review()
    office.complete(instance_id, "clerk", "agree")
    office.complete(instance_id, "lead", "agree")
    office.complete(instance_id, "chief", "agree")
    office.complete(instance_id, "applicant")

    instance = office.instance(instance_id)
    assert (instance.status, instance.result) == ("completed", "已发放")
    assert (instance.number, instance.title) == ("BZ-330324-2026-00001", "石溪路面硬化")


def test_a_notice_cannot_be_ended_early(office: Office) -> None:
    instance_id = office.apply()

    assert office.wait(days=4, hours=23) == 0
    assert office.wait(hours=1) == 1
    assert office.open_task(instance_id).name == "乡镇审查"


def test_what_a_case_waits_for_is_called_by_its_element(office: Office) -> None:
    instance_id = office.to_review()

    fired = office.events(instance_id)[-1]
    assert (fired.type, fired.activity_name, fired.input["name"]) == ("TimerFired", "公示 5 天", "公示 5 天")


def test_every_command_appends_one_event(office: Office) -> None:
    instance_id = office.to_review()
    office.complete(instance_id, "clerk", "reject")

    events = office.events(instance_id)
    assert [event.type for event in events] == ["ProcessStarted", "TaskCompleted", "TimerFired", "TaskCompleted"]
    assert events[-1].input["outcome_label"] == "不予同意"
    assert events[-1].outcome["ended"] == "refused"


def test_the_history_tells_which_condition_was_read(office: Office) -> None:
    instance_id = office.to_review()
    office.complete(instance_id, "clerk", "agree")

    gateway = next(step for step in office.events(instance_id)[-1].outcome["trail"] if step["element"] == "decision")
    assert gateway["conditions"][0]["values"] == {"review.outcome": "agree"}
    assert gateway["conditions"][0]["result"] is True


def test_a_task_completed_twice_changes_nothing(office: Office) -> None:
    instance_id = office.to_review()
    task = office.open_task(instance_id)
    command = CompleteTask(actor=actor("clerk"), task_id=task.id, outcome="agree", submission={})
    office.engine.execute(command)
    before = office.instance(instance_id).revision

    with pytest.raises(Conflict, match="已经办理过"):
        office.engine.execute(command)
    assert office.instance(instance_id).revision == before


def test_an_unknown_outcome_is_refused_with_the_choices(office: Office) -> None:
    instance_id = office.to_review()

    with pytest.raises(Invalid) as refusal:
        office.complete(instance_id, "clerk", "maybe")
    assert "退回补正" in refusal.value.problems[0].message


@pytest.mark.parametrize("login", ["other_clerk", "lead", "applicant", "chief"])
def test_only_the_clerk_of_that_town_may_review(office: Office, login: str) -> None:
    instance_id = office.to_review()

    with pytest.raises(Forbidden, match="乡镇移民经办人"):
        office.complete(instance_id, login, "agree")


def test_an_applicant_cannot_review_his_own_application(office: Office) -> None:
    instance_id = office.start("both")
    office.complete(instance_id, "both", **APPLICATION)
    office.wait(days=5)

    with pytest.raises(Forbidden, match="填写申请"):
        office.complete(instance_id, "both", "agree")


def test_a_delegate_is_bound_by_what_the_principal_did(office: Office) -> None:
    instance_id = office.start("both")
    office.complete(instance_id, "both", **APPLICATION)
    office.wait(days=5)
    today = office.clock.now().date()
    office.engine.execute(Delegate(actor=actor("both"), to_person_id="second_clerk", valid_from=today, valid_to=today))

    stand_in = Actor(person_id="second_clerk", on_behalf_of="both")
    task_id = office.open_task(instance_id).id
    with pytest.raises(Forbidden, match="层级"):
        office.engine.execute(CompleteTask(actor=stand_in, task_id=task_id, outcome="agree", submission={}))


def test_a_claimed_task_leaves_the_inbox_of_the_others(office: Office) -> None:
    instance_id = office.to_review()
    task_id = office.open_task(instance_id).id
    office.engine.execute(ClaimTask(actor=actor("clerk"), task_id=task_id))

    assert _inbox(office, "second_clerk") == []
    with pytest.raises(Conflict, match="已由clerk签收"):
        office.complete(instance_id, "second_clerk", "agree")
    office.engine.execute(ReleaseTask(actor=actor("clerk"), task_id=task_id))
    assert _inbox(office, "second_clerk") == ["乡镇审查"]


def test_the_clerk_of_another_town_never_sees_the_case(office: Office) -> None:
    office.to_review()

    assert _inbox(office, "clerk") == ["乡镇审查"]
    assert _inbox(office, "other_clerk") == []


def _inbox(office: Office, login: str) -> list[str]:
    with office.engine.database.read() as connection:
        viewer = viewer_of(connection, login, office.clock.now().date())
        return [item.task_name for item in todo(connection, viewer).items]


def test_a_correction_stops_the_clock_of_the_review(office: Office) -> None:
    instance_id = office.to_review()
    office.clock.advance(timedelta(days=2))
    office.complete(instance_id, "clerk", "return_for_correction")
    office.clock.advance(timedelta(days=30))
    office.complete(instance_id, "applicant", **APPLICATION)
    office.wait(days=5)

    # From Saturday to Monday one of the five working days was used; the village's month does not count.
    assert office.open_task(instance_id).allowance == 4


def test_a_withdrawn_case_takes_no_more_completions(office: Office) -> None:
    instance_id = office.to_review()
    task = office.open_task(instance_id)
    office.engine.execute(WithdrawProcess(actor=actor("applicant"), instance_id=instance_id, reason="重新设计"))

    assert (office.instance(instance_id).status, office.instance(instance_id).result) == ("terminated", "已撤销")
    with pytest.raises(Conflict):
        office.engine.execute(CompleteTask(actor=actor("clerk"), task_id=task.id, outcome="agree", submission={}))


def test_a_decided_case_cannot_be_withdrawn(office: Office) -> None:
    instance_id = office.to_review()
    office.complete(instance_id, "clerk", "agree")
    office.complete(instance_id, "lead", "agree")
    office.complete(instance_id, "chief", "agree")

    with pytest.raises(Refused, match="县领导签发"):
        office.engine.execute(WithdrawProcess(actor=actor("applicant"), instance_id=instance_id, reason="不办了"))


def test_who_does_not_do_the_first_step_cannot_start(office: Office) -> None:
    with pytest.raises(Forbidden, match="村级申报员"):
        office.start("clerk")

    with office.engine.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(ProcessInstance)) == 0


def test_two_people_completing_at_once_have_one_winner(office: Office) -> None:
    instance_id = office.to_review()
    task = office.open_task(instance_id)
    results = _at_once(
        lambda login: office.engine.execute(
            CompleteTask(actor=actor(login), task_id=task.id, outcome="agree", submission={})
        ),
        ["clerk", "second_clerk"],
    )

    assert sorted(type(result).__name__ for result in results) == ["CompletedTask", "Conflict"]
    assert [event.type for event in office.events(instance_id)].count("TaskCompleted") == 2


def _at_once(act: Callable[[str], Any], logins: list[str]) -> list[Any]:
    from concurrent.futures import ThreadPoolExecutor

    def attempt(login: str) -> Any:
        try:
            return act(login)
        except Conflict as conflict:
            return conflict

    with ThreadPoolExecutor(len(logins)) as pool:
        return list(pool.map(attempt, logins))


ENDLESS = "count(for i in 1..99999 return count(for j in 1..9999 return i * j))"


def _changed(engine: ProcessEngine, *changes: tuple[str, str]) -> None:
    content = (DIAGRAMS / "grant.bpmn").read_text()
    for before, after in changes:
        content = content.replace(before, after)
    resource = DeploymentResource(name="grant.bpmn", content=content.encode())
    engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))


def test_an_expression_beyond_its_limits_refuses_the_command(office: Office) -> None:
    _changed(office.engine, ('titleTemplate="application.title"', f'titleTemplate="{ENDLESS}"'))

    with pytest.raises(NotComputable, match="计算量过大"):
        office.start()


def test_a_case_that_cannot_go_on_holds_up_no_other(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = office.apply()
    office.wait(hours=1)
    well = office.apply()
    save = Case.save

    def spoilt(case: Case, *rest: Any, **more: Any) -> Any:
        if case.row.id == stuck:
            raise ZeroDivisionError
        return save(case, *rest, **more)

    monkeypatch.setattr(Case, "save", spoilt)

    assert office.wait(days=5) == 1
    assert office.open_task(well).name == "乡镇审查"


def test_who_has_started_a_case_does_not_review_it(office: Office) -> None:
    instance_id = office.start("both")
    office.complete(instance_id, "applicant", **APPLICATION)
    office.wait(days=5)

    with pytest.raises(Forbidden, match="本办件由您发起"):
        office.complete(instance_id, "both", "agree")
    office.complete(instance_id, "clerk", "agree")


@pytest.mark.parametrize(
    "rule", ["&quot;&quot;", "&quot;a\\u0000b&quot;", "serial + string join(for i in 1..99 return &quot;x&quot;)"]
)
def test_a_number_nobody_could_write_down_is_not_given(office: Office, rule: str) -> None:
    _changed(office.engine, ("&quot;BZ-&quot; + county + &quot;-&quot; + year + &quot;-&quot; + serial", rule))

    assert office.instance(office.start()).number == "grant-330324-2026-00001"


def test_a_rule_that_gives_a_number_twice_is_named(office: Office) -> None:
    _changed(office.engine, (" + serial&quot;", ""), ("year + &quot;-&quot; + serial", "year"))
    office.start()

    with pytest.raises(Refused, match="“BZ-330324-2026”已有办件使用"):
        office.start()


CALLER = """
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:anlan:test">
 <bpmn:process id="caller" isExecutable="true">
  <bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="call"/>
  <bpmn:callActivity id="call" calledElement="grant"/>
  <bpmn:sequenceFlow id="g" sourceRef="call" targetRef="e"/><bpmn:endEvent id="e"/>
 </bpmn:process>
</bpmn:definitions>
"""


def test_a_called_process_stays_at_its_version_too(office: Office) -> None:
    resource = DeploymentResource(name="caller.bpmn", content=CALLER.strip().encode())
    office.engine.execute(DeployResources(actor=SYSTEM, resources=(resource,)))
    start = StartProcess(actor=actor("applicant"), process_key="caller", region_code="330324104201")
    instance_id = office.engine.execute(start).instance_id
    _changed(office.engine, ("乡镇审查", "乡镇复核"))

    office.complete(instance_id, "applicant", **APPLICATION)
    office.wait(days=5)

    assert office.open_task(instance_id).name == "乡镇审查"
    assert office.events(instance_id)[-1].activity_name == "公示 5 天"
