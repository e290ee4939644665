"""Files that are not to be read."""

from __future__ import annotations

import pytest

from engine import diagram
from engine.diagram import DiagramRefused

DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
EMPTY_DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE definitions>'
BODY = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"/></definitions>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not-xml"),
        (b"PK\x03\x04 not xml", "not-xml"),
        (b"<definitions><process></definitions>", "not-xml"),
        (DOCTYPE + BODY, "doctype"),
        (EMPTY_DOCTYPE + BODY, "doctype"),
        (b"<html/>", "not-bpmn"),
        (b"<definitions/>", "not-bpmn"),
        (b"<!-- " + b"x" * 2_100_000 + b" -->" + BODY, "too-large"),
        (
            BODY.replace(b"<process", b"<task>" * 70 + b"<process").replace(b"</def", b"</task>" * 70 + b"</def"),
            "too-deep",
        ),
        (BODY.replace(b'<process id="p"/>', b"<task/>" * 20_001), "too-many"),
    ],
)
def test_a_file_is_refused_with_a_code_and_a_sentence(content, code):
    with pytest.raises(DiagramRefused) as refused:
        diagram.read(content)

    problem = refused.value.problems[0]
    assert problem.code == code
    assert problem.message.endswith("。")
    assert diagram.lint(content) == [problem]


def test_other_encodings_do_not_hide_a_doctype():
    content = (EMPTY_DOCTYPE + BODY).decode().replace('version="1.0"', 'version="1.0" encoding="UTF-16"')

    assert diagram.lint(content.encode("utf-16"))[0].code == "doctype"


def test_the_line_of_a_syntax_error_is_told():
    problem = diagram.lint(b"<definitions>\n<process>\n</definitions>")[0]

    assert (problem.code, problem.line) == ("not-xml", 3)
    assert problem.message == "文件不是正确的 XML，第 3 行第 15 列附近有误，请用流程编辑器重新导出。"
