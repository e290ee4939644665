"""What is not executed is refused with a sentence, in every position, and never quietly passed over."""

from __future__ import annotations

import pytest

from engine import diagram

FLOWS = '<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t"/><bpmn:sequenceFlow id="g" sourceRef="t" targetRef="e"/>'
START, END = '<bpmn:startEvent id="s"/>', '<bpmn:endEvent id="e"/>'
BODY = '<bpmn:startEvent id="i"/><bpmn:task id="w"/><bpmn:sequenceFlow id="h" sourceRef="i" targetRef="w"/>'


def definition(trigger):
    return f"<bpmn:{trigger}EventDefinition/>"


def refused(file, body):
    return [(p.element_id, p.message) for p in diagram.lint(file(body)) if p.severity == "error"]


@pytest.mark.parametrize(
    ("activity", "sentence"),
    [
        ('<bpmn:complexGateway id="t"/>', "复杂网关不能执行"),
        (f'<bpmn:transaction id="t">{BODY}</bpmn:transaction>', "事务子流程不能执行"),
        (f'<bpmn:adHocSubProcess id="t">{BODY}</bpmn:adHocSubProcess>', "即席子流程不能执行"),
        ('<bpmn:task id="t" isForCompensation="true"/>', "补偿活动不能执行"),
        ('<bpmn:task id="t" startQuantity="2"/>', "收齐或送出 2 个令牌"),
        ('<bpmn:task id="t" completionQuantity="3"/>', "收齐或送出 3 个令牌"),
        (
            '<bpmn:userTask id="t"><bpmn:multiInstanceLoopCharacteristics behavior="One">'
            "<bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>",
            "behavior（One）不能执行",
        ),
        (
            '<bpmn:eventBasedGateway id="t" eventGatewayType="Parallel"/>',
            "要等齐全部事件",
        ),
    ],
)
def test_elements_that_are_not_executed_are_refused(file, activity, sentence):
    assert any(
        element == "t" and sentence in message for element, message in refused(file, START + activity + END + FLOWS)
    )


@pytest.mark.parametrize("kind", ["intermediateThrowEvent", "intermediateCatchEvent"])
@pytest.mark.parametrize(("trigger", "sentence"), [("compensate", "补偿事件不能执行"), ("cancel", "取消事件")])
def test_compensation_and_cancel_are_refused_in_the_flow(file, kind, trigger, sentence):
    body = f'{START}<bpmn:{kind} id="t">{definition(trigger)}</bpmn:{kind}>{END}{FLOWS}'

    assert any(element == "t" and sentence in message for element, message in refused(file, body))


@pytest.mark.parametrize("trigger", ["compensate", "cancel"])
@pytest.mark.parametrize("position", ["start", "end", "boundary", "event subprocess"])
def test_compensation_and_cancel_are_refused_everywhere_else(file, trigger, position):
    event = definition(trigger)
    bodies = {
        "start": f'<bpmn:startEvent id="s">{event}</bpmn:startEvent><bpmn:task id="t"/>{END}{FLOWS}',
        "end": f'{START}<bpmn:task id="t"/><bpmn:endEvent id="e">{event}</bpmn:endEvent>{FLOWS}',
        "boundary": f'{START}<bpmn:task id="t"/>{END}{FLOWS}<bpmn:boundaryEvent id="b" attachedToRef="t">{event}'
        '</bpmn:boundaryEvent><bpmn:sequenceFlow id="x" sourceRef="b" targetRef="e"/>',
        "event subprocess": f'{START}<bpmn:task id="t"/>{END}{FLOWS}<bpmn:subProcess id="ev" triggeredByEvent="true">'
        f'<bpmn:startEvent id="i">{event}</bpmn:startEvent></bpmn:subProcess>',
    }

    assert "unsupported-event" in {p.code for p in diagram.lint(file(bodies[position])) if p.severity == "error"}


@pytest.mark.parametrize("kind", ["startEvent", "endEvent", "intermediateCatchEvent"])
def test_events_with_several_definitions_are_refused(file, kind):
    both = "<bpmn:terminateEventDefinition/><bpmn:signalEventDefinition/>"
    event = f'<bpmn:{kind} id="t">{both}</bpmn:{kind}>'

    assert any("多重事件不能执行" in message for _, message in refused(file, START + event + END + FLOWS))


@pytest.mark.parametrize(
    ("kind", "triggers"),
    [
        ("intermediateCatchEvent", ["error", "escalation", "terminate"]),
        ("intermediateThrowEvent", ["error", "timer", "conditional", "terminate"]),
    ],
)
def test_events_the_standard_does_not_allow_in_the_flow_are_refused(file, kind, triggers):
    for trigger in triggers:
        body = f'{START}<bpmn:{kind} id="t">{definition(trigger)}</bpmn:{kind}>{END}{FLOWS}'
        assert any(element == "t" and "不能放在这个位置" in message for element, message in refused(file, body)), (
            trigger
        )


@pytest.mark.parametrize("trigger", ["timer", "conditional", "link"])
def test_events_the_standard_does_not_allow_at_an_end_are_refused(file, trigger):
    body = f'{START}<bpmn:task id="t"/><bpmn:endEvent id="e">{definition(trigger)}</bpmn:endEvent>{FLOWS}'

    assert any(element == "e" and "不能放在这个位置" in message for element, message in refused(file, body))


@pytest.mark.parametrize("trigger", ["", "link", "terminate"])
def test_events_the_standard_does_not_allow_on_a_border_are_refused(file, trigger):
    event = definition(trigger) if trigger else ""
    border = f'<bpmn:boundaryEvent id="b" attachedToRef="t">{event}</bpmn:boundaryEvent>'
    out = '<bpmn:sequenceFlow id="x" sourceRef="b" targetRef="e"/>'
    found = refused(file, f'{START}<bpmn:task id="t"/>{END}{FLOWS}{border}{out}')

    assert any(element == "b" and "不能放在这个位置" in message for element, message in found)


@pytest.mark.parametrize("trigger", ["message", "timer", "signal", "conditional", "error", "escalation", "link"])
def test_a_subprocess_begins_at_a_plain_start_event(file, trigger):
    inside = BODY.replace("/>", f">{definition(trigger)}</bpmn:startEvent>", 1)
    part = f'<bpmn:subProcess id="t">{inside}</bpmn:subProcess>'

    assert any(
        element == "i" and "不能放在这个位置" in message
        for element, message in refused(file, START + part + END + FLOWS)
    )


@pytest.mark.parametrize("trigger", ["error", "escalation", "link", "terminate"])
def test_a_process_does_not_begin_with_what_only_happens_inside_one(file, trigger):
    start = f'<bpmn:startEvent id="s">{definition(trigger)}</bpmn:startEvent>'

    assert any(
        element == "s" and "不能放在这个位置" in message
        for element, message in refused(file, start + '<bpmn:task id="t"/>' + END + FLOWS)
    )


@pytest.mark.parametrize(
    ("element", "attribute"), [("boundary", 'cancelActivity="false"'), ("start", 'isInterrupting="false"')]
)
def test_an_error_always_interrupts(file, element, attribute):
    error = definition("error")
    event = {
        "boundary": f'<bpmn:boundaryEvent id="b" attachedToRef="t" {attribute}>{error}</bpmn:boundaryEvent>'
        '<bpmn:sequenceFlow id="x" sourceRef="b" targetRef="e"/>',
        "start": f'<bpmn:subProcess id="ev" triggeredByEvent="true"><bpmn:startEvent id="b" {attribute}>{error}'
        "</bpmn:startEvent></bpmn:subProcess>",
    }[element]

    assert any(
        id_ == "b" and "总是中断" in message
        for id_, message in refused(file, f'{START}<bpmn:task id="t"/>{END}{FLOWS}{event}')
    )


def test_an_event_subprocess_cannot_loop(file):
    loop = '<bpmn:standardLoopCharacteristics loopMaximum="2"/>'
    start = f'<bpmn:startEvent id="i">{definition("error")}</bpmn:startEvent>'
    part = f'<bpmn:subProcess id="ev" triggeredByEvent="true">{loop}{start}</bpmn:subProcess>'
    found = refused(file, f'{START}<bpmn:task id="t"/>{END}{FLOWS}{part}')

    assert any(element == "ev" and "事件子流程不能循环" in message for element, message in found)


@pytest.mark.parametrize(
    ("attribute", "code"), [('anlan:subject="project"', "no-project"), ('anlan:region="永嘉县"', "region")]
)
def test_what_starts_by_itself_must_know_its_project_and_region(file, attribute, code):
    timer = "<bpmn:timerEventDefinition><bpmn:timeCycle>R3/P1D</bpmn:timeCycle></bpmn:timerEventDefinition>"
    body = f'<bpmn:startEvent id="s">{timer}</bpmn:startEvent><bpmn:task id="t"/>{END}{FLOWS}'
    content = file(body).replace(b'id="p"', f'id="p" {attribute}'.encode())

    assert code in {problem.code for problem in diagram.lint(content) if problem.severity == "error"}
