"""A request that is repeated with its key."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from engine.commands import SYSTEM, CompleteTask, DeploymentResource, DeployResources, StartProcess
from engine.errors import Invalid
from engine.idempotency import KeyRefused, KeyReused, RequestKey
from engine.model import AnsweredRequest, HistoryEvent, ProcessInstance, UserTask

from .conftest import APPLICATION, actor

APPLICANT = actor("applicant")


def count(engine, table):
    with engine.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(table))


def application(office):
    """The applicant's first task, filled in."""
    return CompleteTask(
        actor=APPLICANT, task_id=office.open_task(office.start()).id, submission=APPLICATION, outcome=None
    )


def asked(engine, key="k1"):
    return engine.keyed(RequestKey("applicant", key))


def test_a_repeated_start_gives_the_same_case_and_starts_no_other(engine):
    command = StartProcess(actor=APPLICANT, process_key="grant")

    first, second = asked(engine).execute(command), asked(engine).execute(command)

    assert first == second
    assert count(engine, ProcessInstance) == 1


def test_a_repeated_completion_gives_its_answer_though_the_task_is_done(engine, office):
    command = application(office)
    done = asked(engine).execute(command)
    events = count(engine, HistoryEvent)

    assert asked(engine).execute(command) == done
    assert count(engine, HistoryEvent) == events


def test_a_deployment_answers_with_its_versions_and_warnings(engine):
    content = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">
      <process id="x" isExecutable="true"><startEvent id="s"/><userTask id="t"/><endEvent id="e"/>
      <sequenceFlow id="a" sourceRef="s" targetRef="t"/><sequenceFlow id="b" sourceRef="t" targetRef="e"/></process>
    </definitions>"""
    command = DeployResources(actor=SYSTEM, resources=(DeploymentResource(name="x.bpmn", content=content),))

    first, second = asked(engine).execute(command), asked(engine).execute(command)

    assert first == second
    assert "Decimal" not in repr(second), "lines are counted in whole numbers, as before"


def test_a_key_is_not_taken_for_another_request(engine):
    asked(engine).execute(StartProcess(actor=APPLICANT, process_key="grant"))

    with pytest.raises(KeyReused):
        asked(engine).execute(StartProcess(actor=APPLICANT, process_key="grant", variables={"other": 1}))
    assert count(engine, ProcessInstance) == 1


def test_the_commands_of_one_request_are_told_apart(engine):
    request = asked(engine)
    command = StartProcess(actor=APPLICANT, process_key="grant")

    assert request.execute(command) != request.execute(command)


def test_a_refused_request_may_be_mended_and_sent_again(engine, office):
    command = application(office)
    with pytest.raises(Invalid):
        asked(engine).execute(replace(command, outcome="no such"))

    asked(engine).execute(command)

    assert count(engine, AnsweredRequest) == 1


def test_another_person_may_use_the_same_key(engine, office):
    asked(engine).execute(application(office))
    office.wait(days=5)
    with engine.database.read() as connection:
        review = connection.scalar(select(UserTask.id).where(UserTask.status == "created"))
    other = engine.keyed(RequestKey("clerk", "k1"))

    other.execute(CompleteTask(actor=actor("clerk"), task_id=review, submission={}, outcome="agree"))

    assert count(engine, AnsweredRequest) == 2


@pytest.mark.parametrize("key", ["", "a b", "钥匙", "x" * 121, "a\n"])
def test_a_key_is_a_short_visible_word(key):
    with pytest.raises(KeyRefused):
        RequestKey("applicant", key)
