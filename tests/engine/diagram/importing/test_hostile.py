"""Hostile files end in `DiagramRefused`, or are imported; never in anything else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.diagram import DiagramRefused, import_draft

from .conftest import model

BODY = """
<bpmn:userTask id="a" camunda:formKey="x" camunda:dueDate="${d}" camunda:candidateGroups="g"/>
<bpmn:serviceTask id="b" camunda:class="a.B"><bpmn:extensionElements><zeebe:ioMapping>
<zeebe:input source="=x" target="y.z"/></zeebe:ioMapping>
<camunda:in source="a" target="b"/></bpmn:extensionElements></bpmn:serviceTask>
<bpmn:scriptTask id="c"><bpmn:script>x = 1</bpmn:script></bpmn:scriptTask>
<bpmn:callActivity id="d"><bpmn:multiInstanceLoopCharacteristics camunda:collection="${c}"/></bpmn:callActivity>
<bpmn:sequenceFlow id="f" sourceRef="a" targetRef="b">
<bpmn:conditionExpression><![CDATA[${a == 'b' && c > 3}]]></bpmn:conditionExpression></bpmn:sequenceFlow>
"""
SEED = model(BODY, '<bpmn:message id="m"/>')
PIECES = st.sampled_from(
    """${ } ' " = (((((( &amp; &#0; < > <!DOCTYPE~x> =for <?pi?> <!----> id="" 中 UTF-16 encoding="GBK" xmlns=""
    camunda: zeebe: bpmn: anlan: /> </""".replace("~", " ").split()
)
BYTES = st.sampled_from([b"\xff", b"\x00", b"x" * 5000]) | PIECES.map(str.encode)
EDITS = st.lists(st.tuples(st.integers(0, len(SEED)), st.integers(0, 60), BYTES), min_size=1, max_size=5)


def imported_or_refused(content: bytes) -> None:
    try:
        written, _ = import_draft(content)
    except DiagramRefused:
        return
    assert import_draft(written)[0] == written


@given(EDITS)
@settings(max_examples=300, deadline=None)
def test_a_broken_file_is_imported_or_refused(edits: list[tuple[int, int, bytes]]) -> None:
    content = SEED
    for place, length, piece in edits:
        content = content[:place] + piece + content[place + length :]

    imported_or_refused(content)


VALUES = st.text(alphabet="ab1 '\"()[]{}$#!=<>&|+-*/%.,?:;\\\n", max_size=40)


@given(VALUES)
@settings(max_examples=200, deadline=None)
def test_any_value_anywhere_is_imported(value: str) -> None:
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;").replace("\n", "&#10;")
    body = BODY.replace("a.B", "{0}").replace("${d}", "{0}").replace("${c}", "{0}").replace('"=x"', '"{0}"')
    body = body.replace("<![CDATA[${a == 'b' && c > 3}]]>", "{0}").replace("x = 1", "{0}").replace("y.z", "{0}")

    imported_or_refused(model(body.replace("{0}", escaped)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"\x00\xff",
        b"<a/>",
        b'<!DOCTYPE d [<!ENTITY e "x">]><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
        SEED.replace(b"utf-8", b"utf-9").replace(b"UTF-8", b"UTF-9"),
        SEED + b" " * 3_000_000,
        model("<bpmn:subProcess>" * 70 + "</bpmn:subProcess>" * 70),
        model("<bpmn:task/>" * 20_001),
    ],
)
def test_what_is_not_safe_bpmn_is_refused(content: bytes) -> None:
    with pytest.raises(DiagramRefused):
        import_draft(content)


@pytest.mark.parametrize(
    "body",
    [
        '<bpmn:callActivity id="a"><bpmn:extensionElements>{}</bpmn:extensionElements></bpmn:callActivity>'.format(
            "".join(f'<camunda:in source="x" target="y{n}"/>' for n in range(5_000))
        ),
        "".join(
            f'<bpmn:endEvent id="e{n}"><bpmn:errorEventDefinition errorRef="c{n}"/></bpmn:endEvent>'
            for n in range(3_000)
        ),
        f"<bpmn:scriptTask id='a'><bpmn:script>{'x = (' * 50_000}</bpmn:script></bpmn:scriptTask>",
        f"<bpmn:task id='a'><bpmn:documentation>{'${' * 100_000}</bpmn:documentation></bpmn:task>",
        f"<bpmn:serviceTask id='a' camunda:expression=\"{'${a' * 100_000}\"/>",
    ],
    ids=["mappings", "errors", "script", "text", "attribute"],
)
def test_a_big_file_is_imported(body: str) -> None:
    imported_or_refused(model(body))
