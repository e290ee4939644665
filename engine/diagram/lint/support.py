"""Whether an element can be executed as the standard says, in the position it has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.diagram.elements import Diagram, EventDefinition, Kind, Node, Process, Scope, Trigger
from engine.diagram.lint.executed import executed
from engine.diagram.problems import Problem, error, warning

REFUSED_KINDS = {
    Kind.COMPLEX_GATEWAY: "复杂网关不能执行，请改用包容网关或并行网关。",
    Kind.TRANSACTION: "事务子流程不能执行，请改用普通子流程，并用错误边界事件处理失败。",
    Kind.AD_HOC_SUB_PROCESS: "即席子流程不能执行，请改用普通子流程，并用网关表示先后。",
}
START = frozenset({Trigger.NONE, Trigger.MESSAGE, Trigger.TIMER, Trigger.SIGNAL, Trigger.CONDITIONAL})
EVENT_START = (START - {Trigger.NONE}) | {Trigger.ERROR, Trigger.ESCALATION}
#: Which triggers execute where (BPMN 2.0.2 table 10.93); everything else is refused.
POSITIONS = {
    Kind.INTERMEDIATE_CATCH_EVENT: (START - {Trigger.NONE}) | {Trigger.LINK},
    Kind.INTERMEDIATE_THROW_EVENT: frozenset(
        {Trigger.NONE, Trigger.MESSAGE, Trigger.SIGNAL, Trigger.ESCALATION, Trigger.LINK}
    ),
    Kind.END_EVENT: frozenset(
        {Trigger.NONE, Trigger.MESSAGE, Trigger.SIGNAL, Trigger.ESCALATION, Trigger.ERROR, Trigger.TERMINATE}
    ),
    Kind.BOUNDARY_EVENT: EVENT_START,
}
#: Where `<anlan:out variables="all"/>` has a meaning: all variables of a called process, all results of a connector.
RETURN_ALL = frozenset({Kind.CALL_ACTIVITY, Kind.SERVICE_TASK, Kind.SEND_TASK})
_REGION = re.compile(r"\d{12}")
NEVER = {
    Trigger.COMPENSATE: "补偿事件不能执行（“{title}”），请把补偿画成普通的后续环节。",
    Trigger.CANCEL: "取消事件只用于事务子流程，不能执行（“{title}”），请改用错误事件。",
    Trigger.MULTIPLE: "多重事件不能执行（“{title}”），请拆成几个各有一个定义的事件。",
}
NAMES = {
    Trigger.NONE: "空",
    Trigger.MESSAGE: "消息",
    Trigger.TIMER: "定时",
    Trigger.SIGNAL: "信号",
    Trigger.ERROR: "错误",
    Trigger.ESCALATION: "升级",
    Trigger.CONDITIONAL: "条件",
    Trigger.LINK: "链接",
    Trigger.TERMINATE: "终止",
    Trigger.COMPENSATE: "补偿",
    Trigger.CANCEL: "取消",
    Trigger.MULTIPLE: "多重",
}
#: Activities that nobody and nothing holds up.
UNATTENDED = frozenset({Kind.TASK, Kind.SCRIPT_TASK, Kind.SERVICE_TASK, Kind.SEND_TASK, Kind.BUSINESS_RULE_TASK})
NAMED = {Trigger.MESSAGE: "消息", Trigger.SIGNAL: "信号"}
#: of which a schedule starts a case each
REGIONS = ("village", "town", "county", "city")


def check(diagram: Diagram) -> Iterator[Problem]:
    for process in executed(diagram):
        yield from _begins(process)
        yield from _scope(process.scope, of_event=False, nested=False)


def _begins(process: Process) -> Iterator[Problem]:
    """What a case begins with when nobody is there to say it."""
    region = process.extension.get("region")
    if region is not None and not _REGION.fullmatch(region):
        message = f"流程的辖区 {region} 应为 12 位区划代码，请改正（anlan:region）。"
        yield error("region", process.id, process.line, message)
    for node in process.scope.start_events():
        if process.extension.get("subject") == "project" and node.event.trigger in (Trigger.TIMER, Trigger.CONDITIONAL):
            message = f"“{node.title}”不知道是哪个项目：在项目上办理的流程不能由定时或条件启动，请改用消息开始事件。"
            yield error("no-project", node.id, node.line, message)


def _scope(scope: Scope, *, of_event: bool, nested: bool) -> Iterator[Problem]:
    for node in scope.nodes.values():
        yield from _node(scope, node)
        if node.instantiate and (nested or scope.incoming(node.id)):
            message = f"“{node.title}”要启动流程（instantiate），只能放在流程最外层，且不能有入线。"
            yield error("instantiate", node.id, node.line, message)
        if node.kind.is_event:
            yield from _event(node, _allowed(node, of_event, nested))
        if node.body is not None:
            yield from _scope(node.body, of_event=node.triggered_by_event, nested=True)


def _allowed(node: Node, of_event: bool, nested: bool) -> frozenset[Trigger]:
    if node.kind is Kind.START_EVENT:
        return EVENT_START if of_event else frozenset({Trigger.NONE}) if nested else START
    return POSITIONS[node.kind]


def _node(scope: Scope, node: Node) -> Iterator[Problem]:
    if node.kind in REFUSED_KINDS:
        yield error("unsupported", node.id, node.line, REFUSED_KINDS[node.kind])
    if node.for_compensation:
        yield error("unsupported", node.id, node.line, "补偿活动不能执行，请把补偿画成普通的后续环节。")
    if node.quantity is not None:
        tokens = f"要收齐或送出 {node.quantity} 个令牌（startQuantity、completionQuantity）"
        yield error("unsupported", node.id, node.line, f"“{node.title}”{tokens}，不能执行，请改用并行网关。")
    if node.for_all_events:
        message = f"事件网关“{node.title}”要等齐全部事件（Parallel），不能执行，请改用并行网关接各个中间捕获事件。"
        yield error("unsupported", node.id, node.line, message)
    if node.kind is Kind.RECEIVE_TASK and node.message is not None and node.message.reference is None:
        message = f"接收任务“{node.title}”没有指定消息，将等待以它的标识 {node.id} 为名的消息。"
        yield warning("no-message", node.id, node.line, message)
    if node.message is not None and node.message.name is None:
        message = f"“{node.title}”引用的消息 {node.message.reference} 不存在，请重新选择。"
        yield error("no-reference", node.id, node.line, message)
    if node.kind is Kind.CALL_ACTIVITY and _is_computed(node.called_element or ""):
        message = f"调用活动“{node.title}”要调用的流程是算出来的，不能固定版本，请改成流程标识（calledElement）。"
        yield error("computed-call", node.id, node.line, message)
    if node.kind is Kind.CALL_ACTIVITY and not node.called_element:
        message = f"调用活动“{node.title}”没有指定要调用的流程（calledElement）。"
        yield error("no-called-element", node.id, node.line, message)
    passes = node.extension.passes_all and node.kind is not Kind.CALL_ACTIVITY
    if passes or (node.extension.returns_all and node.kind not in RETURN_ALL):
        message = f"只有调用活动能传递全部变量、服务任务能传出全部结果，请在“{node.title}”上逐个映射。"
        yield error("all-variables", node.id, node.line, message)
    yield from _loop(node)
    if node.kind is Kind.EVENT_BASED_GATEWAY:
        yield from _event_gateway(scope, node)
    if node.kind is Kind.INTERMEDIATE_THROW_EVENT and node.event.trigger is Trigger.LINK:
        yield from _link(scope, node)


def _is_computed(key: str) -> bool:
    """Whether other engines would evaluate it."""
    return key.startswith("=") or "{" in key


def _event(node: Node, allowed: frozenset[Trigger]) -> Iterator[Problem]:
    definition = node.event
    if definition.trigger not in allowed:
        message = f"{NAMES[definition.trigger]}事件不能放在这个位置（“{node.title}”），请改用别的事件。"
        message = NEVER.get(definition.trigger, message).format(title=node.title)
        yield error("unsupported-event", node.id, node.line, message)
        return
    yield from _regions(node)
    if definition.trigger in NAMED and definition.name is None:
        message = f"事件“{node.title}”没有指定{NAMED[definition.trigger]}，或者它指向的定义不存在，请重新选择。"
        yield error("no-reference", node.id, node.line, message)
    coded = definition.trigger in (Trigger.ERROR, Trigger.ESCALATION)
    if coded and definition.reference is not None and definition.code is None:
        message = f"事件“{node.title}”引用的 {definition.reference} 不存在，请重新选择。"
        yield error("no-reference", node.id, node.line, message)
    yield from _throwing(node, definition)


def _regions(node: Node) -> Iterator[Problem]:
    """Which regions a schedule starts a case in."""
    level = node.extension.get("startRegions")
    if level is not None and level not in REGIONS:
        known = "、".join(REGIONS)
        message = f"定时开始“{node.title}”的发起范围 {level} 应为 {known} 之一（anlan:startRegions），请改正。"
        yield error("start-regions", node.id, node.line, message)
    elif level is not None and node.event.trigger is not Trigger.TIMER:
        message = f"“{node.title}”不是定时开始事件，发起范围（anlan:startRegions）不起作用，请删除。"
        yield warning("start-regions", node.id, node.line, message)


def _throwing(node: Node, definition: EventDefinition) -> Iterator[Problem]:
    throws = node.kind in (Kind.END_EVENT, Kind.INTERMEDIATE_THROW_EVENT)
    if throws and definition.trigger in (Trigger.ERROR, Trigger.ESCALATION) and definition.code is None:
        message = f"“{node.title}”抛出的{NAMES[definition.trigger]}没有代码，请选择一个定义。"
        yield error("no-code", node.id, node.line, message)
    if definition.trigger is Trigger.ERROR and not node.cancel_activity:
        message = f"错误边界事件“{node.title}”总是中断活动的，请去掉“非中断”。"
        yield error("error-interrupts", node.id, node.line, message)
    if definition.trigger is Trigger.ERROR and not node.interrupting and node.kind is Kind.START_EVENT:
        message = f"错误开始事件“{node.title}”总是中断的，请去掉“非中断”。"
        yield error("error-interrupts", node.id, node.line, message)


def _loop(node: Node) -> Iterator[Problem]:
    loop = node.loop
    if loop is None:
        return
    if node.is_event_subprocess:
        yield error("loop-position", node.id, loop.line, "事件子流程不能循环，请去掉循环标记。")
    if not loop.multi_instance:
        if loop.condition is None and loop.maximum is None:
            message = f"“{node.title}”的循环既没有条件也没有次数上限，会一直循环，请填写一个。"
            endless = error if node.kind in UNATTENDED else warning
            yield endless("loop-endless", node.id, loop.line, message)
        return
    if loop.behavior != "All":
        message = f"多实例“{node.title}”的 behavior（{loop.behavior}）不能执行，请去掉它，用实例后面的事件表示。"
        yield error("unsupported", node.id, loop.line, message)
    if loop.cardinality is None and loop.collection is None:
        message = f"多实例“{node.title}”没有集合（anlan:collection）也没有次数（loopCardinality），请填写一个。"
        yield error("no-collection", node.id, loop.line, message)
    has_output = loop.output_element is not None or node.extension.get("resultVariable")
    if loop.output_collection and not has_output:
        message = f"多实例“{node.title}”有输出集合，但没有说明每个实例输出什么，请填写 anlan:outputElement。"
        yield error("no-output-element", node.id, loop.line, message)


def _event_gateway(scope: Scope, node: Node) -> Iterator[Problem]:
    for flow in scope.outgoing(node.id):
        target = scope.nodes.get(flow.target)
        if target is None:
            continue
        if target.kind not in (Kind.INTERMEDIATE_CATCH_EVENT, Kind.RECEIVE_TASK):
            message = f"事件网关“{node.title}”后面只能接中间捕获事件或接收任务，请改接。"
            yield error("event-gateway", flow.id, flow.line, message)
        elif len(scope.incoming(target.id)) > 1 or scope.boundary_events(target.id) or target.loop:
            message = f"事件网关后面的“{target.title}”不能再有别的入线、边界事件或循环，请分开画。"
            yield error("event-gateway", target.id, target.line, message)
    if len(scope.outgoing(node.id)) == 1:
        message = f"事件网关“{node.title}”只有一条出线，起不到选择的作用。"
        yield warning("event-gateway-single", node.id, node.line, message)


def _link(scope: Scope, node: Node) -> Iterator[Problem]:
    targets = [
        other
        for other in scope.nodes.values()
        if other.kind is Kind.INTERMEDIATE_CATCH_EVENT
        and other.event.trigger is Trigger.LINK
        and other.event.name == node.event.name
    ]
    if len(targets) != 1:
        message = f"链接“{node.event.name}”在同一层应有且只有一个捕获端，现有 {len(targets)} 个。"
        yield error("link", node.id, node.line, message)
