"""What is refused at deploy: with element id, line and a sentence that says how to mend it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine import diagram
from engine.cases.functions import calendar_functions
from engine.diagram import Catalogue
from engine.diagram.lint.foreign import HOST_FUNCTIONS

START, END = '<bpmn:startEvent id="s"/>', '<bpmn:endEvent id="e"/>'
TWO_STARTS = '<bpmn:startEvent id="sa"/><bpmn:startEvent id="sb"/>'
FLOW = '<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="e"/>'
PYTHON = "__import__('os').system('touch x')"


def timer(kind: str, text: str) -> str:
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"


def event(definition: str) -> str:
    return f'<bpmn:intermediateCatchEvent id="a">{definition}</bpmn:intermediateCatchEvent>'


def multi(inner: str, attributes: str = "") -> str:
    loop = f"<bpmn:multiInstanceLoopCharacteristics {attributes}>{inner}</bpmn:multiInstanceLoopCharacteristics>"
    return f'<bpmn:task id="a">{loop}</bpmn:task>'


def vendor(name: str) -> str:
    return f"<bpmn:extensionElements><spiffworkflow:{name}>{PYTHON}</spiffworkflow:{name}></bpmn:extensionElements>"


SLOTS = {
    "script": f'<bpmn:scriptTask id="a"><bpmn:script>{PYTHON}</bpmn:script></bpmn:scriptTask>',
    "script value": f'<bpmn:scriptTask id="a"><bpmn:script>x = {PYTHON}</bpmn:script></bpmn:scriptTask>',
    "duration": event(timer("timeDuration", PYTHON)),
    "date": event(timer("timeDate", PYTHON)),
    "cycle": event(timer("timeCycle", PYTHON)),
    "parallel cardinality": multi(f"<bpmn:loopCardinality>{PYTHON}</bpmn:loopCardinality>"),
    "sequential cardinality": multi(f"<bpmn:loopCardinality>{PYTHON}</bpmn:loopCardinality>", 'isSequential="true"'),
    "collection": multi(f"<bpmn:loopDataInputRef>{PYTHON}</bpmn:loopDataInputRef>"),
    "own collection": multi("", f'anlan:collection="{PYTHON}"'),
    "completion condition": multi(
        f"<bpmn:loopCardinality>2</bpmn:loopCardinality><bpmn:completionCondition>{PYTHON}</bpmn:completionCondition>"
    ),
    "loop condition": (
        '<bpmn:task id="a"><bpmn:standardLoopCharacteristics loopMaximum="2">'
        f"<bpmn:loopCondition>{PYTHON}</bpmn:loopCondition></bpmn:standardLoopCharacteristics></bpmn:task>"
    ),
    "conditional event": event(
        f"<bpmn:conditionalEventDefinition><bpmn:condition>{PYTHON}</bpmn:condition></bpmn:conditionalEventDefinition>"
    ),
    "pre-script": f'<bpmn:userTask id="a">{vendor("preScript")}</bpmn:userTask>',
    "post-script": f'<bpmn:userTask id="a">{vendor("postScript")}</bpmn:userTask>',
    "message payload": (
        '<bpmn:intermediateThrowEvent id="a"><bpmn:messageEventDefinition messageRef="m">'
        f"{vendor('messagePayload')}</bpmn:messageEventDefinition></bpmn:intermediateThrowEvent>"
    ),
    "due in": f'<bpmn:userTask id="a" anlan:dueIn="{PYTHON}"/>',
    "scope": f'<bpmn:userTask id="a" anlan:scope="{PYTHON}"/>',
    "mapping": (
        f'<bpmn:userTask id="a"><bpmn:extensionElements><anlan:in source="{PYTHON}" target="x"/>'
        "</bpmn:extensionElements></bpmn:userTask>"
    ),
}


@pytest.mark.parametrize("slot", SLOTS)
def test_python_is_refused_in_every_slot(around, errors, slot):
    found = errors(around(SLOTS[slot], roots='<bpmn:message id="m" name="m"/>'))

    assert [problem.code for problem in found] in (["expression"], ["script"], ["vendor-code"])
    assert found[0].line is not None


def test_python_is_refused_in_a_condition(file, errors):
    gateway = '<bpmn:exclusiveGateway id="g" default="f3"/>'
    flows = (
        '<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="g"/>\n'
        f'<bpmn:sequenceFlow id="f2" sourceRef="g" targetRef="e"><bpmn:conditionExpression>{PYTHON}'
        '</bpmn:conditionExpression></bpmn:sequenceFlow>\n<bpmn:sequenceFlow id="f3" sourceRef="g" targetRef="e"/>'
    )

    found = errors(file(START + gateway + END + flows))

    assert [(problem.code, problem.element_id, problem.line) for problem in found] == [("expression", "f2", 5)]


@pytest.mark.parametrize(
    "text",
    [
        "decision == 'ok'",
        'decision == "ok"',
        "x != y and not z",
        "[i for i in x]",
        "a if b else c",
        'open("x")',
        'os.system("x")',
        "text.strip()",
        "amount is None",
        "approved = True",
        "().__class__",
        "x.__class__",
        "lambda x: x",
        "import os",
    ],
)
def test_python_that_looks_like_feel_is_refused(around, errors, text):
    condition = text.replace("<", "&lt;")
    element = event(
        f"<bpmn:conditionalEventDefinition><bpmn:condition>{condition}</bpmn:condition></bpmn:conditionalEventDefinition>"
    )
    assert [problem.code for problem in errors(around(element))] == ["expression"]


@pytest.mark.parametrize(
    ("body", "code", "element", "line"),
    [
        ('<bpmn:task id="a"/><bpmn:sequenceFlow id="f" sourceRef="a" targetRef="a"/>', "no-start", "p", 3),
        (START + END + '<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="gone"/>', "dangling-flow", "f", 4),
        (START + END + '<bpmn:sequenceFlow id="f" sourceRef="s"/>', "dangling-flow", "f", 4),
        (START + END + FLOW + '<bpmn:frobnicate id="x"/>', "unknown-element", "x", 4),
        (START + END + FLOW + '<bpmn:task id="s"/>', "duplicate-id", "s", 4),
        (START + f'<bpmn:subProcess id="e">{TWO_STARTS}</bpmn:subProcess>' + FLOW, "several-starts", "sb", 4),
        (START + END + FLOW + '<bpmn:sequenceFlow id="g" sourceRef="e" targetRef="s"/>', "start-incoming", "s", 4),
        (START + END + FLOW + '<bpmn:boundaryEvent id="b" attachedToRef="s"/>', "boundary-host", "b", 4),
        (START + '<bpmn:exclusiveGateway id="e"/>' + FLOW, "gateway-end", "e", 4),
        (START + '<bpmn:task id="e" default="zzz"/>' + FLOW, "default", "e", 4),
        ("", "empty", "p", 3),
    ],
)
def test_what_is_not_connected_right_is_refused(file, errors, body, code, element, line):
    found = errors(file(body))

    assert (code, element, line) in [(problem.code, problem.element_id, problem.line) for problem in found]


@pytest.mark.parametrize(
    ("element", "code"),
    [
        ('<bpmn:complexGateway id="a"/>', "unsupported"),
        ('<bpmn:transaction id="a"><bpmn:startEvent id="x"/></bpmn:transaction>', "unsupported"),
        ('<bpmn:adHocSubProcess id="a"><bpmn:task id="x"/></bpmn:adHocSubProcess>', "unsupported"),
        ('<bpmn:task id="a" isForCompensation="true"/>', "unsupported"),
        ('<bpmn:receiveTask id="a" messageRef="gone"/>', "no-reference"),
        ('<bpmn:callActivity id="a"/>', "no-called-element"),
        ('<bpmn:callActivity id="a" calledElement="${which}"/>', "computed-call"),
        ('<bpmn:scriptTask id="a"/>', "no-script"),
        (
            '<bpmn:scriptTask id="a" scriptFormat="python"><bpmn:script>x = 1</bpmn:script></bpmn:scriptTask>',
            "language",
        ),
        ('<bpmn:intermediateCatchEvent id="a"/>', "unsupported-event"),
        (event("<bpmn:errorEventDefinition/>"), "unsupported-event"),
        (event("<bpmn:compensateEventDefinition/>"), "unsupported-event"),
        (event('<bpmn:messageEventDefinition messageRef="gone"/>'), "no-reference"),
        (event("<bpmn:timerEventDefinition/>"), "no-timer"),
        (event(timer("timeDuration", "2026-01-01")), "timer"),
        (event(timer("timeCycle", "R3/PT0S")), "timer"),
        (event(timer("timeDuration", "P9999Y")), "timer"),
        (event(timer("timeDate", "0001-01-01T00:00:00+14:00")), "timer"),
        ('<bpmn:userTask id="a" anlan:dueIn="2026-03-02"/>', "due-in"),
        ('<bpmn:userTask id="a" anlan:dueIn="P1H"/>', "due-in"),
        (event(timer("timeDuration", "P99999D") + timer("timeDuration", "P1D")), "unsupported-event"),
        (event('<bpmn:linkEventDefinition name="x"/>').replace("Catch", "Throw"), "link"),
        ('<bpmn:task id="a"><bpmn:multiInstanceLoopCharacteristics/></bpmn:task>', "no-collection"),
        ('<bpmn:task id="a"><bpmn:standardLoopCharacteristics/></bpmn:task>', "loop-endless"),
        ('<bpmn:task id="a"><bpmn:standardLoopCharacteristics loopMaximum="²"/></bpmn:task>', "loop-endless"),
        (multi("", 'anlan:collection="x" anlan:outputCollection="y"'), "no-output-element"),
    ],
)
def test_what_would_not_be_executed_right_is_refused(around, errors, element, code):
    found = errors(around(element))

    assert code in [problem.code for problem in found if problem.element_id == "a"]


@pytest.mark.parametrize(
    ("element", "code"),
    [("serviceTask", "no-connector"), ("sendTask", "no-message"), ("businessRuleTask", "no-decision")],
)
def test_work_that_nobody_is_named_for_is_refused_but_in_a_library_session(around, element, code):
    content = around(f'<bpmn:{element} id="a"/>')

    assert [(p.severity, p.code) for p in diagram.lint(content)] == [("warning", code)]
    assert [(p.severity, p.code) for p in diagram.lint(content, Catalogue())] == [("error", code)]


def test_a_receive_task_without_a_message_waits_for_one_of_its_own_name(around):
    (found,) = diagram.lint(around('<bpmn:receiveTask id="a"/>'), Catalogue())

    assert (found.severity, found.code) == ("warning", "no-message")


def test_a_process_may_do_without_a_start_event(file):
    found = diagram.lint(file(END))

    assert [(problem.severity, problem.code) for problem in found] == [("warning", "no-start")]


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ('<bpmn:startEvent id="cs"/><bpmn:transaction id="x"/>', "unsupported"),
        ('<bpmn:startEvent id="cs"/><bpmn:sequenceFlow id="cf" sourceRef="cs" targetRef="gone"/>', "dangling-flow"),
        (
            '<bpmn:startEvent id="cs"/><bpmn:scriptTask id="x"><bpmn:script>y = 1 +</bpmn:script></bpmn:scriptTask>',
            "expression",
        ),
    ],
)
def test_what_is_called_is_checked_though_it_cannot_be_started(around, errors, inner, code):
    called = f'<bpmn:process id="child" isExecutable="false">{inner}</bpmn:process></bpmn:definitions>'.encode()
    content = around('<bpmn:callActivity id="a" calledElement="child"/>')

    assert code in [p.code for p in errors(content.replace(b"</bpmn:definitions>", called))]
    uncalled = content.replace(b' calledElement="child"', b' calledElement="other"')
    assert errors(uncalled.replace(b"</bpmn:definitions>", called)) == []


def test_a_loop_of_people_without_an_end_only_warns(around):
    loop = "<bpmn:standardLoopCharacteristics/>"
    content = around(f'<bpmn:userTask id="a">{loop}</bpmn:userTask>')

    assert ("warning", "loop-endless") in [(problem.severity, problem.code) for problem in diagram.lint(content)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (START + TWO_STARTS + END + FLOW, "several-starts"),
        (START + '<bpmn:subProcess id="e"/>' + FLOW, "empty"),
        (START + '<bpmn:parallelGateway id="e" default="g"/><bpmn:task id="t"/>' + FLOW
         + '<bpmn:sequenceFlow id="g" sourceRef="e" targetRef="t"/>', "condition-ignored"),
        (START + '<bpmn:parallelGateway id="e"/>' + FLOW + FLOW.replace('"f"', '"f2"'), "gateway-end"),
    ],
)  # fmt: skip
def test_what_is_legal_but_odd_only_warns(file, body, code):
    assert ("warning", code) in [(problem.severity, problem.code) for problem in diagram.lint(file(body))]
    assert not [problem for problem in diagram.lint(file(body)) if problem.severity == "error"]


def test_a_file_without_a_process_to_execute_is_refused_at_its_process(file, errors):
    content = file(START + END + FLOW)

    (found,) = errors(content.replace(b'isExecutable="true"', b'isExecutable="false"'))
    assert (found.code, found.element_id, found.line) == ("no-process", "p", 3)
    (found,) = errors(content.replace(b"bpmn:process", b"bpmn:collaboration"))
    assert (found.code, found.element_id, found.line) == ("no-process", "definitions", 2)


@pytest.mark.parametrize("key", ["x/y", "a b", "1st", "&quot;", "a" * 101])
def test_a_process_is_named_by_a_key(file, errors, key):
    content = file(START + END + FLOW).replace(b'id="p"', f'id="{key}"'.encode())

    assert [(problem.code, problem.line) for problem in errors(content)] == [("process-id", 3)]


@pytest.mark.parametrize("key", ["修缮", "sid-12.3_x", "_1"])
def test_keys_of_other_modelers_are_taken(file, errors, key):
    assert errors(file(START + END + FLOW).replace(b'id="p"', f'id="{key}"'.encode())) == []


def test_two_processes_have_two_keys(file, errors):
    twice = file(START + END + FLOW).replace(b"</bpmn:definitions>", b'<bpmn:process id="p"/></bpmn:definitions>')

    assert "duplicate-id" in [problem.code for problem in errors(twice)]


@pytest.mark.parametrize("language", ["FEEL", "https://www.omg.org/spec/DMN/20191111/FEEL/"])
def test_feel_has_many_names(around, errors, language):
    condition = f'<bpmn:condition language="{language}">x = 1</bpmn:condition>'
    content = around(event(f"<bpmn:conditionalEventDefinition>{condition}</bpmn:conditionalEventDefinition>"))

    assert errors(content.replace(b' id="definitions"', f' expressionLanguage="{language}"'.encode())) == []


def test_the_functions_of_the_engine_may_be_called(around, errors):
    offered = set(calendar_functions(datetime(2026, 3, 2, tzinfo=UTC))) | {"decide"}

    assert offered == HOST_FUNCTIONS
    for name in offered:
        assert errors(around(f'<bpmn:userTask id="a" anlan:dueIn="{name}(x)"/>')) == []


def test_an_ordinary_diagram_has_no_problems(around):
    catalogue = Catalogue(roles={"town_clerk"}, forms={"F02"}, decisions=set(), processes=set(), connectors={"hold"})
    content = around('<bpmn:userTask id="a" anlan:role="town_clerk" anlan:formKey="F02" anlan:dueIn="5"/>')

    assert diagram.lint(content, catalogue) == []


def test_what_a_diagram_names_must_exist(around):
    catalogue = Catalogue(roles={"town_clerk"}, forms={"F02"}, decisions=set(), processes=set(), connectors={"hold"})
    content = around('<bpmn:userTask id="a" anlan:role="town_klerk"/>')

    assert [(p.severity, p.code) for p in diagram.lint(content, catalogue)] == [
        ("error", "unknown-reference"),
        ("error", "no-formKey"),
    ]
    assert {p.severity for p in diagram.lint(content)} == {"warning"}


def test_risky_modelling_only_warns(file):
    body = (
        START + '<bpmn:exclusiveGateway id="g" name="分档"/><bpmn:task id="t"/>' + END
        + '<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="g"/>'
        '<bpmn:sequenceFlow id="f2" sourceRef="g" targetRef="e">'
        '<bpmn:conditionExpression>policy.x</bpmn:conditionExpression></bpmn:sequenceFlow>'
        '<bpmn:sequenceFlow id="f3" sourceRef="g" targetRef="e">'
        '<bpmn:conditionExpression>policy.y</bpmn:conditionExpression></bpmn:sequenceFlow>'
    )  # fmt: skip

    assert [(p.severity, p.code, p.element_id) for p in diagram.lint(file(body))] == [
        ("warning", "no-default", "g"),
        ("warning", "unreachable", "t"),
    ]


@pytest.mark.parametrize(
    ("outcomes", "found"),
    [
        ("agree:同意, reject:不予同意", []),
        ("agree:同意, reject:不予同意, defer:暂缓", [("outcome-unanswered", "g")]),
    ],
)
def test_a_gateway_needs_no_default_where_every_outcome_has_its_flow(file, outcomes, found):
    body = (
        START + f'<bpmn:userTask id="t" anlan:outcomes="{outcomes}" anlan:resultVariable="r"/>'
        '<bpmn:exclusiveGateway id="g" name="意见？"/>' + END
        + '<bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="t"/>'
        '<bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="g"/>'
        '<bpmn:sequenceFlow id="f3" sourceRef="g" targetRef="e">'
        '<bpmn:conditionExpression>r.outcome = "agree"</bpmn:conditionExpression></bpmn:sequenceFlow>'
        '<bpmn:sequenceFlow id="f4" sourceRef="g" targetRef="e">'
        '<bpmn:conditionExpression>r.outcome = "reject"</bpmn:conditionExpression></bpmn:sequenceFlow>'
    )  # fmt: skip

    assert [(p.code, p.element_id) for p in diagram.lint(file(body)) if p.element_id == "g"] == found
