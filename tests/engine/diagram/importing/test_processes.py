"""Which process of a foreign model will run."""

from __future__ import annotations

from engine.diagram.namespaces import BPMN

START = f'<bpmn:definitions xmlns:bpmn="{BPMN}" id="d">'
ENOUGH = '<bpmn:startEvent id="{0}s"/><bpmn:task id="{0}t"/>'


def file(*processes, attributes=""):
    return f"{START}{''.join(processes)}</bpmn:definitions>".replace('id="d"', f'id="d" {attributes}').encode()


def process(key, mark="", body=ENOUGH):
    return f'<bpmn:process id="{key}" {mark}>{body.format(key)}</bpmn:process>'


def test_a_process_that_does_not_say_becomes_executable(imported_file):
    result = imported_file(file(process("p")))

    assert result.element("p").get("isExecutable") == "true"
    assert [change.element_id for change in result.told("translated", "executable")] == ["p"]


def test_a_process_that_must_not_run_becomes_executable_and_the_report_says_so(imported_file):
    result = imported_file(file(process("p", 'isExecutable="false"')))

    assert result.element("p").get("isExecutable") == "true"
    assert "原来标为不可执行" in result.told("translated", "executable")[0].message


def test_the_fullest_process_runs_when_none_says(imported_file):
    result = imported_file(file(process("a", body=""), process("b")))

    assert [result.element(key).get("isExecutable") for key in "ab"] == [None, "true"]


def test_a_process_that_another_calls_is_not_the_main_one(imported_file):
    caller = '<bpmn:callActivity id="{0}c" calledElement="b"/>'

    result = imported_file(file(process("a", body=caller), process("b")))

    assert [result.element(key).get("isExecutable") for key in "ab"] == ["true", None]


def test_several_executable_pools_are_kept_and_the_report_says_which_run(imported_file):
    content = file(process("a", 'isExecutable="true"'), process("b", 'isExecutable="true"'), process("c"))

    result = imported_file(content)

    assert result.content == content
    assert "可以发起的是“a”、“b”；“c”原样保留，不会发起" in result.told("kept", "several-processes")[0].message


def test_a_file_without_a_process_needs_work(imported_file):
    assert imported_file(file()).told("needs-work", "no-process")


def test_the_files_expression_language_is_dropped(imported_file):
    attributes = 'expressionLanguage="http://groovy.codehaus.org/"'

    result = imported_file(file(process("p", 'isExecutable="true"'), attributes=attributes))

    assert result.root.get("expressionLanguage") is None
    assert [change.code for change in result.told("dropped")] == ["language"]
