"""From XML to elements. What cannot be read becomes a problem, and reading goes on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

from lxml import etree

from engine.diagram import document
from engine.diagram.definitions import Definitions
from engine.diagram.elements import CONTAINERS, Diagram, ExpressionText, Flow, Kind, Loop, Node, Process, Scope
from engine.diagram.events import EVENT_DEFINITIONS, event_definitions, referred, task_message
from engine.diagram.extensions import extension_of
from engine.diagram.namespaces import bpmn, is_bpmn, line_of, local_name, own_attributes, text_of
from engine.diagram.problems import Problem, error
from engine.diagram.texts import expression, flag, literal_or_attribute, own_expression

#: Elements of a process that carry no token: described, drawn, never executed.
_PASSIVE = """
    documentation extensionElements incoming outgoing laneSet dataObject dataObjectReference dataStoreReference
    association group textAnnotation property ioSpecification dataInputAssociation dataOutputAssociation
    supportedInterfaceRef auditing monitoring artifact resourceRole performer humanPerformer potentialOwner
    rendering correlationSubscription categoryValueRef ioBinding supports
"""
#: Children that a flow node reads itself.
_PARTS = """
    multiInstanceLoopCharacteristics standardLoopCharacteristics script conditionExpression completionCondition
    eventDefinitionRef dataOutput dataInput outputSet inputSet
"""
#: The key of a process is part of addresses and file names.
_KEY = re.compile(r"[^\W\d][\w.-]{0,99}")
_LONGEST_COUNT = 10
PASSIVE = frozenset(_PASSIVE.split())
PARTS = frozenset(_PARTS.split())
KINDS = frozenset(kind.value for kind in Kind)


def read(content: bytes) -> Diagram:
    """Read a file; raises `DiagramRefused` when it is not BPMN at all."""
    return from_root(document.parse(content))


def from_root(root: etree._Element) -> Diagram:
    return _Reader(root).diagram()


class _Reader:
    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.definitions = Definitions(root)
        self.problems: list[Problem] = list(self.definitions.problems)

    def diagram(self) -> Diagram:
        processes = tuple(self._process(element) for element in self.root.iterchildren(bpmn("process")))
        pools = {
            str(p.get("processRef")).split(":")[-1]: p.get("name") or ""
            for p in self.root.iter(bpmn("participant"))
            if p.get("processRef")
        }
        return Diagram(
            id=self.root.get("id"),
            line=line_of(self.root),
            processes=processes,
            pools=pools,
            problems=tuple(self.problems),
        )

    def _process(self, element: etree._Element) -> Process:
        return Process(
            id=self._process_id(element),
            line=line_of(element),
            name=element.get("name") or "",
            documentation=text_of(element.find(bpmn("documentation"))),
            executable=None if element.get("isExecutable") is None else flag(element, "isExecutable", False),
            extension=extension_of(element),
            scope=self._scope(element, lanes(element)),
            declared=_declared(element),
        )

    def _process_id(self, element: etree._Element) -> str:
        if not element.get("id"):
            self._problem("no-process-id", element, "流程没有 id，请在属性面板中填写流程标识。")
            return ""
        process_id = self._id(element, "process")
        if not _KEY.fullmatch(process_id):
            message = "流程标识应以字母或汉字开头，只含字母、汉字、数字和 _ . -，不超过 100 个字，请改正。"
            self._problem("process-id", element, message)
        return process_id

    def _scope(self, element: etree._Element, lanes: Mapping[str, str]) -> Scope:
        nodes: dict[str, Node] = {}
        flows: dict[str, Flow] = {}
        for child in element.iterchildren():
            name = local_name(child)
            if not is_bpmn(child) or name in PASSIVE or name in PARTS:
                continue
            if name == "sequenceFlow":
                flow = self._flow(child)
                flows[flow.id] = flow
            elif name in KINDS:
                node = self._node(child, lanes)
                nodes[node.id] = node
            else:
                self._unknown(child)
        return Scope(nodes=nodes, flows=flows)

    def _flow(self, element: etree._Element) -> Flow:
        flow_id = self._id(element, "sequenceFlow") if element.get("id") else self._flow_id(element)
        for end in ("sourceRef", "targetRef"):
            if not element.get(end):
                self._problem("dangling-flow", element, f"连线缺少 {end}，请把它的两端都接到元素上。")
        return Flow(
            id=flow_id,
            source=element.get("sourceRef") or "",
            target=element.get("targetRef") or "",
            line=line_of(element),
            name=element.get("name"),
            condition=expression(element.find(bpmn("conditionExpression"))),
        )

    def _node(self, element: etree._Element, lanes: Mapping[str, str]) -> Node:
        kind = Kind(local_name(element))
        if kind not in CONTAINERS:
            self._check_parts(element)
        for reference, target in referred(element, self.definitions):
            if target is None:
                self._problem("no-reference", element, f"引用的事件定义 {reference.text} 不存在，请重新选择。")
        node_id = self._id(element, kind.value)
        return Node(
            id=node_id,
            kind=kind,
            line=line_of(element),
            name=element.get("name") or "",
            documentation=text_of(element.find(bpmn("documentation"))),
            lane=lanes.get(node_id),
            extension=extension_of(element),
            default=element.get("default"),
            events=event_definitions(element, self.definitions) if kind.is_event else (),
            loop=_loop(element),
            body=self._scope(element, lanes) if kind in CONTAINERS else None,
            triggered_by_event=flag(element, "triggeredByEvent", False),
            interrupting=flag(element, "isInterrupting", True),
            attached_to=element.get("attachedToRef") if kind is Kind.BOUNDARY_EVENT else None,
            cancel_activity=flag(element, "cancelActivity", True),
            called_element=_local_reference(element.get("calledElement")),
            script=expression(element.find(bpmn("script"))),
            script_format=element.get("scriptFormat"),
            message=task_message(element, self.definitions) if kind in (Kind.RECEIVE_TASK, Kind.SEND_TASK) else None,
            instantiate=flag(element, "instantiate", False),
            for_all_events=element.get("eventGatewayType") == "Parallel",
            quantity=_quantity(element),
            parallel_multiple=flag(element, "parallelMultiple", False),
            for_compensation=flag(element, "isForCompensation", False),
        )

    def _check_parts(self, element: etree._Element) -> None:
        known = PASSIVE | PARTS | EVENT_DEFINITIONS
        for child in element.iterchildren():
            if is_bpmn(child) and local_name(child) not in known:
                self._unknown(child)

    def _unknown(self, element: etree._Element) -> None:
        name = local_name(element)
        self._problem("unknown-element", element, f"不认识的 BPMN 元素 {name}，请删除它或改用 BPMN 2.0 标准元素。")

    def _id(self, element: etree._Element, kind: str) -> str:
        element_id = element.get("id")
        if element_id:
            if element_id in self.definitions.seen:
                self._problem("duplicate-id", element, f"标识 {element_id} 出现了不止一次，请改成不同的标识。")
            self.definitions.seen.add(element_id)
            return str(element_id)
        self._problem("no-id", element, f"{kind} 没有 id，请为它填写标识。")
        return f"{kind}@{line_of(element)}"

    def _flow_id(self, element: etree._Element) -> str:
        """Nothing needs to refer to a flow, so it may do without an id (§8.2.1): then its ends tell it apart."""
        ends = f"{element.get('sourceRef')}->{element.get('targetRef')}"
        between = (ends if count == 1 else f"{ends}#{count}" for count in itertools.count(1))
        flow_id = next(candidate for candidate in between if candidate not in self.definitions.seen)
        self.definitions.seen.add(flow_id)
        return flow_id

    def _problem(self, code: str, element: etree._Element, message: str) -> None:
        self.problems.append(error(code, element.get("id"), line_of(element), message))


def lanes(element: etree._Element) -> dict[str, str]:
    """Flow node id -> the name of the innermost lane it lies in."""
    lanes: dict[str, str] = {}
    for lane in element.iter(bpmn("lane")):
        for reference in lane.iterchildren(bpmn("flowNodeRef")):
            lanes[(reference.text or "").strip()] = lane.get("name") or lane.get("id") or ""
    return lanes


def _declared(element: etree._Element) -> tuple[str, ...]:
    """The names of a process' data inputs, properties and data objects."""
    found = [*element.iterchildren(bpmn("property"), bpmn("dataObject"), bpmn("dataObjectReference"))]
    for specification in element.iterchildren(bpmn("ioSpecification")):
        found += specification.iterchildren(bpmn("dataInput"))
    return tuple(name for item in found if (name := item.get("name") or item.get("id")))


def _quantity(element: etree._Element) -> str | None:
    given = (element.get("startQuantity"), element.get("completionQuantity"))
    return next((number for number in given if number is not None and number.strip() != "1"), None)


def _loop(element: etree._Element) -> Loop | None:
    multi = element.find(bpmn("multiInstanceLoopCharacteristics"))
    if multi is not None:
        return _multi_instance(multi)
    standard = element.find(bpmn("standardLoopCharacteristics"))
    if standard is None:
        return None
    maximum = standard.get("loopMaximum")
    return Loop(
        multi_instance=False,
        line=line_of(standard),
        sequential=True,
        condition=expression(standard.find(bpmn("loopCondition"))),
        test_before=flag(standard, "testBefore", False),
        maximum=int(maximum) if maximum and maximum.isdecimal() and len(maximum) < _LONGEST_COUNT else None,
    )


def _multi_instance(element: etree._Element) -> Loop:
    own = own_attributes(element)
    output_item = element.find(bpmn("outputDataItem"))
    return Loop(
        multi_instance=True,
        line=line_of(element),
        sequential=flag(element, "isSequential", False),
        behavior=element.get("behavior") or "All",
        cardinality=expression(element.find(bpmn("loopCardinality"))),
        collection=own_expression(element, "collection") or expression(element.find(bpmn("loopDataInputRef"))),
        element_variable=own.get("elementVariable") or literal_or_attribute(element.find(bpmn("inputDataItem"))),
        output_collection=own.get("outputCollection") or text_of(element.find(bpmn("loopDataOutputRef"))),
        output_element=own_expression(element, "outputElement") or _output_item(output_item),
        completion_condition=expression(element.find(bpmn("completionCondition"))),
    )


def _output_item(element: etree._Element | None) -> ExpressionText | None:
    name = literal_or_attribute(element)
    return ExpressionText(text=name, line=line_of(element)) if name and element is not None else None


def _local_reference(reference: str | None) -> str | None:
    """A QName reference without its prefix."""
    return reference.split(":")[-1] if reference else None
