"""What diagrams tell connectors: parameters that are missing, unknown, or have values that cannot work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine import feel
from engine.diagram.elements import DataMapping, Diagram, Node, Scope, Trigger
from engine.diagram.lint.catalogue import Catalogue, ConnectorGuide
from engine.diagram.lint.executed import executed
from engine.diagram.lint.similar import hint
from engine.diagram.problems import Problem, error, warning

#: a mapping to this target hands over everything that a context holds
_EVERYTHING = "*"


def check(diagram: Diagram, catalogue: Catalogue | None) -> Iterator[Problem]:
    guides = catalogue.guides if catalogue is not None else {}
    for process in executed(diagram) if guides else ():
        for scope, node in process.scope.walk():
            guide = guides.get(node.extension.get("connector") or "")
            if guide is not None:
                yield from _parameters(node, guide)
                yield from _values(node, guide)
                if not guide.waits:
                    yield from _sent(scope, node)


def _parameters(node: Node, guide: ConnectorGuide) -> Iterator[Problem]:
    connector, given = node.extension.get("connector"), {mapping.target for mapping in node.extension.inputs}
    if _EVERYTHING in given or node.extension.passes_all:
        return
    for name in guide.parameters:
        if name in guide.required and name not in given:
            message = (
                f"“{node.title}”没有给连接器 {connector} 参数 {name}，"
                f'请补上 <anlan:in source="…" target="{name}"/>；可用的参数有 {"、".join(guide.parameters)}。'
            )
            yield error("no-parameter", node.id, node.line, message)
    for mapping in node.extension.inputs:
        if mapping.target and mapping.target not in guide.parameters:
            message = (
                f"连接器 {connector} 没有参数 {mapping.target}，{hint(mapping.target, guide.parameters)}"
                f"请改正或删除；可用的参数有 {'、'.join(guide.parameters)}。"
            )
            yield error("unknown-parameter", node.id, mapping.source.line or node.line, message)


def _values(node: Node, guide: ConnectorGuide) -> Iterator[Problem]:
    """Only what is written in the diagram can be judged before there is a case."""
    constants = {m.target: value for m in node.extension.inputs if (value := _constant(m)) is not None}
    for doubt in guide.doubts(constants) if constants else ():
        yield warning("parameter-value", node.id, node.line, f"“{node.title}”：{doubt}")


def _constant(mapping: DataMapping) -> Any:
    """The value of an expression that reads no variable; None where it does, or cannot be read."""
    try:
        expression = feel.compile(mapping.source.text)
        return None if expression.references else expression({})
    except feel.FeelError:
        return None


def _sent(scope: Scope, node: Node) -> Iterator[Problem]:
    """A case that does not wait learns neither results nor errors."""
    connector = node.extension.get("connector")
    if node.extension.outputs or node.extension.returns_all or node.extension.get("resultVariable"):
        message = f"连接器 {connector} 不等答复，“{node.title}”得不到结果，请删除输出和结果变量。"
        yield warning("no-result", node.id, node.line, message)
    for boundary in scope.boundary_events(node.id):
        if boundary.event.trigger is Trigger.ERROR:
            message = f"连接器 {connector} 不等答复，送不到就停滞，错误边界事件“{boundary.title}”不会发生，请删除。"
            yield warning("no-result", boundary.id, boundary.line, message)
