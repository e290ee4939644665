"""Every place of a node that reads variables, and what is known there beyond what came before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine import feel
from engine.diagram import iso8601, script
from engine.diagram.elements import ExpressionText, Kind, Node, Trigger
from engine.diagram.lint.dataflow.effects import ANYTHING, Effects
from engine.diagram.lint.feel_tree import called_names, filtered_names

Path = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Read:
    """An expression at a node."""

    element_id: str
    label: str
    text: str
    line: int | None
    #: names known only here
    local: frozenset[str] = frozenset()
    #: whether it is asked again and again, so that a later step may still set what it reads
    lasting: bool = False

    @property
    def paths(self) -> tuple[Path, ...]:
        return paths_of(self.text)


@lru_cache(maxsize=4096)
def paths_of(text: str) -> tuple[Path, ...]:
    """The variables an expression reads; what a filter reads may be members of its items."""
    try:
        references = feel.compile(text).references
    except feel.FeelSyntaxError:
        return ()
    skipped = called_names(text) | filtered_names(text)
    return tuple(path for path in references if path[0] not in skipped)


def reads_of(node: Node, effects: Effects) -> Iterator[Read]:
    """What a node reads when a token comes, while it is there, and when it leaves."""
    inside = effects.inside(node)
    own = effects.own(node)
    yield from _on_arrival(node, inside, own)
    yield from _script(node, inside)
    yield from _loop(node, inside, own, effects.counters(node))
    for mapping in node.extension.outputs if _is_known(node, effects) else ():
        known = inside | (effects.of_scope(node.body) if node.body else effects.submitted(node))
        yield _read(node, f"映射 {mapping.target}", mapping.source, known)


def _on_arrival(node: Node, inside: frozenset[str], own: frozenset[str]) -> Iterator[Read]:
    # A case may be returned to a task, which then shows what was filled in before.
    again = own if node.kind is Kind.USER_TASK else frozenset[str]()
    loop_names = inside - {mapping.target for mapping in node.extension.inputs} | again
    for mapping in node.extension.inputs:
        yield _read(node, f"映射 {mapping.target}", mapping.source, loop_names)
    for name, label in (("scope", "办理范围"), ("dueIn", "办理期限")):
        text = (node.extension.get(name) or "").strip()
        if text and not iso8601.is_literal(text) and not (name == "scope" and text.isidentifier()):
            yield _read(node, label, ExpressionText(text=text, line=node.line), loop_names)
    for event in (*node.events, *([node.message] if node.message else [])):
        if event.name_expression is not None:
            yield _read(node, "消息或信号名称", event.name_expression, loop_names)
        if event.correlation is not None:
            yield _read(node, "消息关联键", event.correlation, loop_names)
        if event.timer is not None and not iso8601.is_literal(event.timer.expression.text):
            yield _read(node, "定时", event.timer.expression, loop_names)
        if event.condition is not None and event.trigger is Trigger.CONDITIONAL:
            yield _read(node, "条件", event.condition, loop_names, lasting=True)


def _script(node: Node, inside: frozenset[str]) -> Iterator[Read]:
    if node.script is None or node.kind is not Kind.SCRIPT_TASK:
        return
    known = inside
    for line in script.parse(node.script.text)[0]:
        source = ExpressionText(text=line.source, line=(node.script.line or 0) + line.line)
        yield _read(node, "脚本", source, known)
        known |= {line.target[0]}


def _loop(node: Node, inside: frozenset[str], own: frozenset[str], counters: frozenset[str]) -> Iterator[Read]:
    loop = node.loop
    if loop is None:
        return
    for label, source in (("多实例次数", loop.cardinality), ("多实例集合", loop.collection)):
        if source is not None:
            yield _read(node, label, source, frozenset())
    each = inside | own
    ends = (
        ("多实例输出", loop.output_element),
        ("完成条件", loop.completion_condition),
        ("循环条件", loop.condition),
    )
    for label, source in ends:
        if source is not None:
            yield _read(node, label, source, each | counters)


def _is_known(node: Node, effects: Effects) -> bool:
    """Whether all that an output mapping may read is known: not so where something from outside comes in."""
    if node.body is not None:
        return True
    return node.kind is Kind.USER_TASK and ANYTHING not in effects.submitted(node)


def _read(node: Node, label: str, source: ExpressionText, local: frozenset[str], *, lasting: bool = False) -> Read:
    return Read(element_id=node.id, label=label, text=source.text, line=source.line, local=local, lasting=lasting)
