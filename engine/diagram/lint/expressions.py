"""Whether every expression is FEEL: all slots of all elements, compiled as they will be executed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from engine import feel
from engine.diagram import iso8601, script
from engine.diagram.elements import Diagram, ExpressionText, Extension, Node, TimerKind
from engine.diagram.lint import foreign
from engine.diagram.lint.executed import executed
from engine.diagram.namespaces import line_of
from engine.diagram.problems import Problem, error

#: `language` values that mean FEEL or nothing in particular; DMN names the language anew in every version.
FEEL_LANGUAGE = re.compile(r"(feel|https?://www\.omg\.org/spec/(dmn/\d+/)?feel/.*)?")
XPATH_DEFAULT = "http://www.w3.org/1999/xpath"


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A place that holds an expression."""

    element_id: str
    label: str
    source: ExpressionText
    #: what may stand there instead of FEEL
    literal: Callable[[str], bool] = lambda _: False


def check(root: etree._Element, diagram: Diagram) -> Iterator[Problem]:
    yield from _language(root)
    for process in executed(diagram):
        for name, label in (("titleTemplate", "标题模板"), ("numberRule", "编号规则")):
            yield from _compile(_attribute(process.id, process.extension, name, label, process.line))
        for scope, node in process.scope.walk():
            yield from _node(node)
            for flow in scope.outgoing(node.id):
                if flow.condition is not None:
                    yield from _compile([Slot(element_id=flow.id, label="条件", source=flow.condition)])


def _language(root: etree._Element) -> Iterator[Problem]:
    language = (root.get("expressionLanguage") or "").lower()
    if not _is_feel(language) and not language.startswith(XPATH_DEFAULT):
        message = f"表达式语言 {language} 不能执行，请改用 FEEL。"
        yield error("language", root.get("id"), line_of(root), message)


def _node(node: Node) -> Iterator[Problem]:
    yield from _compile(_slots(node))
    yield from _script(node)
    yield from _due(node)
    for event in node.events:
        timer = event.timer
        if timer is None:
            continue
        yield from _timer(node, timer.kind, timer.expression)
    missing = [event for event in node.events if event.trigger == "timer" and event.timer is None]
    for event in missing:
        message = f"定时事件“{node.title}”没有填写日期、时长或周期。"
        yield error("no-timer", node.id, event.line, message)
    for event in node.events:
        if event.trigger == "conditional" and event.condition is None:
            yield error("no-condition", node.id, event.line, f"条件事件“{node.title}”没有填写条件。")


def _due(node: Node) -> Iterator[Problem]:
    text = (node.extension.get("dueIn") or "").strip()
    if (iso8601.is_literal(text) or iso8601.is_slip(text)) and iso8601.parse_duration(text) is None:
        message = f"办理期限“{text}”应为工作日数或时长，例如 5 或 P5D，请改正。"
        yield error("due-in", node.id, node.line, message)


def _slots(node: Node) -> Iterator[Slot]:
    for event in (*node.events, *([node.message] if node.message else [])):
        if event.condition is not None:
            yield Slot(element_id=node.id, label="条件", source=event.condition)
        if event.name_expression is not None:
            yield Slot(element_id=node.id, label="消息或信号名称", source=event.name_expression)
        if event.correlation is not None:
            yield Slot(element_id=node.id, label="消息关联键", source=event.correlation)
    loop = node.loop
    if loop is not None:
        named = (
            ("多实例次数", loop.cardinality),
            ("多实例集合", loop.collection),
            ("多实例输出", loop.output_element),
            ("完成条件", loop.completion_condition),
            ("循环条件", loop.condition),
        )
        yield from (Slot(element_id=node.id, label=label, source=text) for label, text in named if text)
    for mapping in (*node.extension.inputs, *node.extension.outputs):
        yield Slot(element_id=node.id, label=f"映射 {mapping.target}", source=mapping.source)
    yield from _attribute(node.id, node.extension, "dueIn", "办理期限", node.line, iso8601.is_literal)
    yield from _attribute(node.id, node.extension, "keepFor", "消息保留时间", node.line, iso8601.is_literal)
    yield from _attribute(node.id, node.extension, "scope", "办理范围", node.line, str.isidentifier)


def _attribute(
    element_id: str,
    extension: Extension,
    name: str,
    label: str,
    line: int | None,
    literal: Callable[[str], bool] = lambda _: False,
) -> Iterator[Slot]:
    text = (extension.get(name) or "").strip()
    if text:
        source = ExpressionText(text=text, line=line)
        yield Slot(element_id=element_id, label=label, source=source, literal=literal)


def _compile(slots: Iterator[Slot] | list[Slot]) -> Iterator[Problem]:
    for slot in slots:
        if not _is_feel((slot.source.language or "").lower()):
            message = f"{slot.label}用的语言 {slot.source.language} 不能执行，请改用 FEEL。"
            yield error("language", slot.element_id, slot.source.line, message)
        elif not slot.literal(slot.source.text):
            yield from _feel(slot.element_id, slot.label, slot.source.text, slot.source.line)


def _feel(element_id: str, label: str, text: str, line: int | None) -> Iterator[Problem]:
    try:
        complaints = list(foreign.complaints(feel.compile(text)))
    except feel.FeelSyntaxError as fault:
        complaints = [str(fault)]
    if complaints:
        message = f"{label}“{_shortened(text)}”不是正确的 FEEL 表达式：{complaints[0]}"
        yield error("expression", element_id, line, message)


def _script(node: Node) -> Iterator[Problem]:
    if node.script_format is not None and not _is_feel(node.script_format.strip().lower()):
        message = f"脚本语言 {node.script_format} 不能执行，请改用 FEEL，每行写“名称 = 表达式”。"
        yield error("language", node.id, node.line, message)
        return
    if node.script is None:
        if node.kind == "scriptTask":
            yield error("no-script", node.id, node.line, f"脚本任务“{node.title}”没有内容，请填写“名称 = 表达式”。")
        return
    lines, faults = script.parse(node.script.text)
    first = node.script.line or 0
    for bad in faults:
        message = f"脚本中的“{_shortened(bad.text)}”应写成“名称 = FEEL 表达式”。"
        yield error("script", node.id, first + bad.line, message)
    for line in lines:
        yield from _feel(node.id, "脚本", line.source, first + line.line)


def _timer(node: Node, kind: TimerKind, source: ExpressionText) -> Iterator[Problem]:
    text = source.text
    slot = Slot(element_id=node.id, label="定时", source=source, literal=iso8601.is_literal)
    yield from _compile([slot])
    if iso8601.is_slip(text) or (iso8601.is_literal(text) and not _fits(kind, text)):
        message = f"定时“{text}”与它的类型 {kind.value} 不符，或超出范围，请改正。"
        yield error("timer", node.id, source.line, message)


def _fits(kind: TimerKind, text: str) -> bool:
    if kind is TimerKind.CYCLE:
        period = iso8601.parse_duration(text)
        return iso8601.parse_cycle(text) is not None or bool(period and period.is_positive)
    if kind is TimerKind.DURATION:
        return iso8601.parse_duration(text) is not None
    return iso8601.parse_instant(text) is not None


def _is_feel(language: str) -> bool:
    return FEEL_LANGUAGE.fullmatch(language) is not None


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:57] + "…"
