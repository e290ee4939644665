"""A program does the work of its service tasks when it likes."""

from __future__ import annotations

import pytest

from engine.errors import NotFound
from engine.library import Session

DIAGRAM = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:anlan="urn:anlan:bpmn:1" id="d"
  targetNamespace="urn:test"><error id="no" errorCode="NO"/><process id="p" isExecutable="true"><startEvent id="s"/>
  <serviceTask id="ask" anlan:connector="external.land" anlan:resultVariable="land"/>
  <boundaryEvent id="refused" attachedToRef="ask"><errorEventDefinition errorRef="no"/></boundaryEvent>
  <endEvent id="done"/><endEvent id="given_up"/><sequenceFlow id="a" sourceRef="s" targetRef="ask"/>
  <sequenceFlow id="b" sourceRef="ask" targetRef="done"/>
  <sequenceFlow id="c" sourceRef="refused" targetRef="given_up"/></process></definitions>"""


@pytest.fixture
def session() -> Session:
    session = Session()
    session.deploy(DIAGRAM)
    return session


def test_a_program_answers_what_was_asked(session: Session) -> None:
    case = session.start("p", {"plot": "A7"})
    (call,) = session.calls(case)
    assert (call.topic, call.element_id) == ("land", "ask")
    assert session.state(case).active == ("ask",)

    assert session.answer(call.id, {"owner": "village"})

    assert session.state(case).ended_at == "done"
    assert (session.variables(case)["land"], session.calls()) == ({"owner": "village"}, ())
    assert session.answer(call.id) is False
    assert session.replay(case).difference is None


def test_a_program_refuses_what_was_asked(session: Session) -> None:
    case = session.start("p")
    session.refuse(session.calls(case)[0].id, "NO")

    assert session.state(case).ended_at == "given_up"


def test_calls_of_no_case_are_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        session.calls("nowhere")
