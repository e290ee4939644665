"""Slips of the pen that would be silently ignored: unknown attributes, odd ids, elements out of place."""

from __future__ import annotations

import pytest

from engine import diagram
from engine.diagram import Catalogue

NOTHING = Catalogue(roles={"clerk"}, forms={"request"}, decisions=set(), processes=set(), connectors={"hold"})
MESSAGE = '<bpmn:message id="m" name="m"/>'


def extended(inner: str) -> str:
    return f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"


@pytest.mark.parametrize(
    ("faulty", "mended", "code", "question"),
    [
        ('anlan:formkey="F"', 'anlan:formKey="F"', "unknown-attribute", "是不是想写 formKey？"),
        ('anlan:outcome="a:b"', 'anlan:outcomes="a:b"', "unknown-attribute", "是不是想写 outcomes？"),
        ('anlan:frobnicate="1"', "", "unknown-attribute", "请改正或删除"),
        ('anlan:connector="hold"', "", "attribute-ignored", "请移到它该在的元素上"),
    ],
)
def test_an_attribute_of_ours_is_spelt_right_and_where_it_works(around, faulty, mended, code, question):
    (problem,) = only(around(f'<bpmn:userTask id="a" {faulty}/>'), code)

    assert (problem.severity, problem.element_id, problem.line) == ("warning", "a", 5)
    assert question in problem.message
    assert only(around(f'<bpmn:userTask id="a" {mended}/>'), code) == []


@pytest.mark.parametrize(
    ("faulty", "code"),
    [
        ('<anlan:input source="1" target="x"/>', "unknown-attribute"),
        ('<anlan:in source="1" targt="x"/>', "unknown-attribute"),
        ('<anlan:in source="1"/>', "mapping-incomplete"),
    ],
)
def test_a_mapping_is_complete_and_spelt_right(around, faulty, code):
    assert [p.element_id for p in only(around(f'<bpmn:userTask id="a">{extended(faulty)}</bpmn:userTask>'), code)] == [
        "a"
    ]
    mended = extended('<anlan:in source="1" target="x"/>')
    assert only(around(f'<bpmn:userTask id="a">{mended}</bpmn:userTask>'), code) == []


def test_the_descriptor_of_the_modeler_and_the_lint_agree(around):
    own = 'anlan:role="r" anlan:formKey="f" anlan:scope="s" anlan:dueIn="5" anlan:resultVariable="v"'
    task = f'<bpmn:userTask id="a" {own}/>'

    assert only(around(task), "unknown-attribute") == only(around(task), "attribute-ignored") == []


@pytest.mark.parametrize(
    ("faulty", "mended"), [("deafult", "default"), ("isforcompensation", "isForCompensation"), ("startQuantiy", "x:y")]
)
def test_an_attribute_of_the_standard_is_spelt_right(around, faulty, mended):
    task = '<bpmn:task id="a" xmlns:x="urn:x" {}="false"/>'

    (problem,) = only(around(task.format(faulty)), "unknown-attribute")
    assert "是不是想写" in problem.message
    assert only(around(task.format(mended)), "unknown-attribute") == []


def test_ids_are_names_of_xml(around):
    assert [p.element_id for p in only(around('<bpmn:task id="1 a"/>', "1 a"), "id-name")] == ["1 a"]
    assert only(around('<bpmn:task id="办理_1.a"/>', "办理_1.a"), "id-name") == []


def test_the_same_id_twice_is_noticed_everywhere(around):
    lanes = '<bpmn:laneSet id="l"><bpmn:lane id="{}"/></bpmn:laneSet><bpmn:task id="a"/>'

    assert [(p.element_id, p.line) for p in only(around(lanes.format("s")), "same-id")] == [("s", 5)]
    assert only(around(lanes.format("l1")), "same-id") == []


def test_a_file_has_a_target_namespace(around):
    content = around('<bpmn:task id="a"/>')

    assert only(content, "no-namespace") == []
    (problem,) = only(content.replace(b' targetNamespace="urn:test"', b""), "no-namespace")
    assert (problem.element_id, problem.line) == ("definitions", 2)


def test_elements_of_others_stand_in_extension_elements(around):
    mapping = '<anlan:in source="1" target="x"/>'
    faulty = f'<bpmn:userTask id="a">{mapping}</bpmn:userTask>'
    mended = f'<bpmn:userTask id="a">{extended(mapping)}</bpmn:userTask>'

    assert [p.element_id for p in only(around(faulty), "foreign-element")] == ["a"]
    assert only(around(mended), "foreign-element") == []


def test_assignments_of_data_associations_are_not_executed(around):
    association = '<bpmn:dataInputAssociation id="d"><bpmn:targetRef>x</bpmn:targetRef>{}</bpmn:dataInputAssociation>'
    assignment = "<bpmn:assignment><bpmn:from>1</bpmn:from><bpmn:to>x</bpmn:to></bpmn:assignment>"
    task = '<bpmn:task id="a">{}</bpmn:task>'

    assert [p.element_id for p in only(around(task.format(association.format(assignment))), "data-association")] == [
        "d"
    ]
    assert only(around(task.format(association.format(""))), "data-association") == []


def test_a_message_says_what_of_it_is_kept(around):
    receive = '<bpmn:receiveTask id="a" messageRef="m" {}/>'

    assert [p.element_id for p in only(around(receive.format(""), roots=MESSAGE), "message-open", NOTHING)] == ["a"]
    kept = receive.format('anlan:resultVariable="r"')
    assert only(around(kept, roots=MESSAGE), "message-open", NOTHING) == []
    assert only(around(receive.format(""), roots=MESSAGE), "message-open") == []


def test_the_nearest_role_is_offered(around):
    (problem,) = only(
        around('<bpmn:userTask id="a" anlan:role="clerc" anlan:formKey="request"/>'), "unknown-reference", NOTHING
    )

    assert "是不是想写 clerk？" in problem.message


def only(content: bytes, code: str, catalogue: Catalogue | None = None) -> list[diagram.Problem]:
    return [problem for problem in diagram.lint(content, catalogue) if problem.code == code]
