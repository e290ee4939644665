"""The problems of the data flow: names nobody sets, or that are set only elsewhere or later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.diagram.elements import Diagram, ExpressionText, Kind, Node, Process, Scope
from engine.diagram.lint.catalogue import Catalogue
from engine.diagram.lint.dataflow.effects import ANYTHING, Effects, Fields
from engine.diagram.lint.dataflow.known import known_in
from engine.diagram.lint.dataflow.reads import Path, Read, paths_of, reads_of
from engine.diagram.lint.executed import executed
from engine.diagram.lint.facts import FACTS, GIVEN, NUMBER_NAMES
from engine.diagram.lint.similar import hint, similar
from engine.diagram.problems import Problem, warning

#: Titles of the steps that set a name, told in one message.
MAX_TOLD = 3


def check(diagram: Diagram, catalogue: Catalogue | None) -> Iterator[Problem]:
    effects = Effects(catalogue=catalogue)
    for process in executed(diagram):
        yield from _Check(diagram, process, effects).problems()


@dataclass(frozen=True, kw_only=True)
class _Setter:
    node: Node
    names: frozenset[str]


class _Check:
    def __init__(self, diagram: Diagram, process: Process, effects: Effects) -> None:
        self.process = process
        self.effects = effects
        nodes = [node for _, node in process.scope.walk()]
        self.setters = [_Setter(node=node, names=effects.own(node) | effects.inside(node)) for node in nodes]
        self.declared = frozenset(process.declared) | _handed_in(diagram, process)
        self.set_somewhere = self.declared.union(*(setter.names for setter in self.setters)) - {ANYTHING}
        self.fields = Fields.of(nodes, effects)
        self.told: set[tuple[str, str]] = set()

    def problems(self) -> Iterator[Problem]:
        yield from self._settings()
        yield from self._scope(self.process.scope, self.declared)

    def _settings(self) -> Iterator[Problem]:
        process, attributes = self.process, self.process.extension
        anything = self.effects.of_scope(process.scope) | self.declared
        title = attributes.get("titleTemplate")
        if title:
            yield from self._read(
                Read(element_id=process.id, label="标题模板", text=title, line=process.line), anything
            )
        for path in paths_of(attributes.get("numberRule") or ""):
            if path[0] not in NUMBER_NAMES:
                message = f"编号规则里的 {path[0]} 读不到，只能用 county、year、serial，请改正。"
                yield warning("number-rule", process.id, process.line, message)
        for name in (attributes.get("searchable") or "").replace(",", " ").split():
            if name not in anything and ANYTHING not in anything:
                known = sorted(self.set_somewhere)
                message = f"检索字段 {name} 没有任何环节设置，列表里会一直是空的。{hint(name, known)}请改正或删除。"
                yield warning("searchable", process.id, process.line, message)

    def _scope(self, scope: Scope, given: frozenset[str]) -> Iterator[Problem]:
        known = known_in(scope, given, self.effects)
        for node in scope.nodes.values():
            before = known.before.get(node.id)
            if before is None:
                continue
            for read in reads_of(node, self.effects):
                yield from self._read(read, before)
            for flow in scope.outgoing(node.id):
                if flow.condition is not None and flow.id != node.default and node.kind.chooses:
                    yield from self._flow(flow.id, flow.condition, before | self.effects.around(node))
            if node.body is not None:
                yield from self._scope(node.body, before | self.effects.inside(node))

    def _flow(self, flow_id: str, condition: ExpressionText, known: frozenset[str]) -> Iterator[Problem]:
        yield from self._read(Read(element_id=flow_id, label="条件", text=condition.text, line=condition.line), known)

    def _read(self, read: Read, before: frozenset[str]) -> Iterator[Problem]:
        known = before | read.local
        for path in read.paths:
            name = path[0]
            if name in GIVEN or name in known or (read.element_id, name) in self.told:
                yield from self._member(read, path)
                continue
            problem = self._unknown(read, name, known)
            if problem is not None:
                self.told.add((read.element_id, name))
                yield problem

    def _unknown(self, read: Read, name: str, known: frozenset[str]) -> Problem | None:
        close = similar(name, sorted(self.set_somewhere | GIVEN))
        if name not in self.set_somewhere:
            # What comes in from outside may have any name, but hardly one like a name of ours.
            if ANYTHING in known and close is None:
                return None
            question = hint(name, [close] if close else [])
            message = (
                f"{read.label}读取的变量 {name} 没有任何环节设置，读到的总是空值。{question}"
                "请改正名称；若由启动者或调用方给出，请在流程的 ioSpecification 里声明同名的 dataInput。"
            )
            return warning("unknown-variable", read.element_id, read.line, message)
        if ANYTHING in known or read.lasting:
            return None
        message = (
            f"{read.label}读取的变量 {name} 走到这里时还没有设置：设置它的是{self._who_sets(name)}，"
            f"在后面、在别的分支上，或者只在内部可见。请调整先后，或改用已有的变量。"
        )
        return warning("variable-not-set", read.element_id, read.line, message)

    def _who_sets(self, name: str) -> str:
        titles = [f"“{setter.node.title}”" for setter in self.setters if name in setter.names]
        return "、".join(titles[:MAX_TOLD]) + ("等" if len(titles) > MAX_TOLD else "") or "流程的输入"

    def _member(self, read: Read, path: Path) -> Iterator[Problem]:
        """A member that the form behind a variable, or a fact, does not have."""
        name, *rest = path
        members = FACTS.get(name) or self.fields.keys.get(name)
        if not rest or not members or rest[0] in members or name in read.local:
            return
        if (read.element_id, f"{name}.{rest[0]}") in self.told:
            return
        self.told.add((read.element_id, f"{name}.{rest[0]}"))
        message = (
            f"{read.label}读取的 {name}.{rest[0]} 不存在，读到的总是空值。{hint(rest[0], sorted(members))}请改正。"
        )
        yield warning("unknown-field", read.element_id, read.line, message)


def _handed_in(diagram: Diagram, process: Process) -> frozenset[str]:
    """What call activities of the same file pass to a process."""
    calls = [
        node.extension
        for caller in executed(diagram)
        for _, node in caller.scope.walk()
        if node.kind is Kind.CALL_ACTIVITY and node.called_element == process.id
    ]
    mapped = frozenset(mapping.target for call in calls for mapping in call.inputs)
    return mapped | {ANYTHING} if any(call.passes_all for call in calls) else mapped
