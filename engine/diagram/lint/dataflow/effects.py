"""Which names a node sets around itself, and which it gives to what is inside it (design decision 13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from engine.diagram import script
from engine.diagram.elements import Kind, Node, Scope, Trigger
from engine.diagram.lint.catalogue import Catalogue

#: Stands for names nobody can know: what a form, message or service brings is taken as it comes.
ANYTHING = "*"
_RECEIVING = frozenset({Trigger.MESSAGE, Trigger.SIGNAL})
_COUNTERS = frozenset(
    {"numberOfInstances", "numberOfCompletedInstances", "numberOfActiveInstances", "numberOfTerminatedInstances"}
)
OUTCOME = "outcome"
_REVIEW = "review"


@dataclass(kw_only=True)
class Effects:
    """Looks at nodes with what is known about forms."""

    catalogue: Catalogue | None
    #: node -> what it sets, computed once
    _around: dict[int, frozenset[str]] = field(default_factory=dict)

    def around(self, node: Node) -> frozenset[str]:
        """Names that are set in the scope around a node when it is done."""
        known = self._around.get(id(node))
        if known is None:
            known = self._around[id(node)] = self._computed(node)
        return known

    def of_scope(self, scope: Scope) -> frozenset[str]:
        """Names that something in a scope sets."""
        return frozenset(name for node in scope.nodes.values() for name in self.around(node))

    def inside(self, node: Node) -> frozenset[str]:
        """Names that only the node itself and what it contains can see."""
        names = {mapping.target for mapping in node.extension.inputs} if node.body is not None else set()
        loop = node.loop
        if loop is not None:
            names |= {"loopCounter", loop.element_variable or "", loop.output_collection or ""}
        return frozenset(names - {""})

    def own(self, node: Node) -> frozenset[str]:
        """Names one run of the node sets, be it alone or one of several instances."""
        mapped = frozenset(mapping.target for mapping in node.extension.outputs)
        if node.extension.returns_all:
            return mapped | {ANYTHING}
        if mapped or node.kind is Kind.CALL_ACTIVITY:
            return mapped
        result = node.extension.get("resultVariable")
        if node.body is not None:
            return self.of_scope(node.body)
        if node.kind is Kind.SCRIPT_TASK:
            return _assigned(node)
        if node.kind in (Kind.USER_TASK, Kind.MANUAL_TASK):
            return frozenset({result}) if result else self.submitted(node)
        if result:
            return frozenset({result})
        return frozenset({ANYTHING}) if _takes_anything(node) else frozenset()

    def submitted(self, node: Node) -> frozenset[str]:
        """The fields of a user task's form, as far as they are known."""
        fields = self.catalogue.fields if self.catalogue else None
        if fields is None:
            return frozenset({ANYTHING})
        key = node.extension.get("formKey")
        if key and key not in fields:
            return frozenset({ANYTHING})
        review = fields.get(_REVIEW, frozenset()) if node.extension.get("outcomes") else frozenset()
        return frozenset(fields.get(key or "", frozenset())) | review | {OUTCOME}

    def counters(self, node: Node) -> frozenset[str]:
        return _COUNTERS if node.loop is not None and node.loop.multi_instance else frozenset()

    def _computed(self, node: Node) -> frozenset[str]:
        if node.loop is not None and node.loop.multi_instance:
            return frozenset({node.loop.output_collection} if node.loop.output_collection else ())
        return self.own(node)


def _assigned(node: Node) -> frozenset[str]:
    lines, _ = script.parse(node.script.text if node.script else "")
    return frozenset(line.target[0] for line in lines)


def _takes_anything(node: Node) -> bool:
    if node.kind is Kind.BUSINESS_RULE_TASK:
        return not node.extension.get("decisionRef") and not node.extension.inputs
    if node.kind in (Kind.SERVICE_TASK, Kind.SEND_TASK):
        return not node.extension.inputs and (node.kind is not Kind.SEND_TASK or bool(node.extension.get("connector")))
    if node.kind is Kind.RECEIVE_TASK:
        return True
    catches = node.kind in (Kind.START_EVENT, Kind.INTERMEDIATE_CATCH_EVENT, Kind.BOUNDARY_EVENT)
    return catches and any(event.trigger in _RECEIVING for event in node.events)


@dataclass(frozen=True, kw_only=True)
class Fields:
    """Variables that hold a whole submission: name -> the keys it may have."""

    keys: Mapping[str, Set[str]]

    @classmethod
    def of(cls, nodes: Iterable[Node], effects: Effects) -> Fields:
        """Only variables that nothing but user tasks with known forms set."""
        keys: dict[str, Set[str]] = {}
        others: set[str] = set()
        for node in nodes:
            result = node.extension.get("resultVariable")
            submitted = node.kind is Kind.USER_TASK and result and not node.extension.outputs
            if submitted and result and ANYTHING not in (fields := effects.submitted(node)):
                keys[result] = keys.get(result, frozenset()) | fields
            else:
                others |= effects.own(node) | effects.around(node) | effects.inside(node)
            loop = node.loop
            others |= {loop.output_collection or "", loop.element_variable or ""} if loop else set()
        return cls(keys={name: fields for name, fields in keys.items() if name not in others})
