"""Whether the elements are connected to a process that can begin and go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.diagram.elements import Diagram, Kind, Node, Process, Scope, Trigger
from engine.diagram.lint.executed import executed
from engine.diagram.lint.graph import beginnings, reached, successors
from engine.diagram.problems import Problem, error, warning


def check(diagram: Diagram) -> Iterator[Problem]:
    if diagram.main is None:
        place = next(iter(diagram.processes), diagram)
        message = "文件里没有可执行的流程，请在流程属性中勾选“可执行”。"
        yield error("no-process", place.id, place.line, message)
    for process in executed(diagram):
        yield from _process(process)


def _process(process: Process) -> Iterator[Problem]:
    scope = process.scope
    if not scope.start_events() and not scope.instantiators():
        if any(scope.begins_at(node) for node in scope.nodes.values()):
            message = "流程没有开始事件，将从没有入线的各个环节同时开始；建议画一个开始事件并连到第一个环节。"
            yield warning("no-start", process.id, process.line, message)
        else:
            yield error("no-start", process.id, process.line, "流程没有开始事件，请画一个开始事件并连到第一个环节。")
    if not scope.nodes:
        yield error("empty", process.id, process.line, "流程里没有任何环节，请至少画出开始、环节和结束。")
    yield from _several_starts(process.scope, warning, "发起时从第一个开始；要从这里开始，须指明它的标识。")
    yield from _scope(process.scope)
    for _, node in process.scope.walk():
        if node.body is not None:
            if not node.body.nodes:
                yield warning("empty", node.id, node.line, f"子流程“{node.title}”里没有任何环节，会直接通过。")
            yield from _several_starts(node.body, error, "子流程只能有一个普通开始事件，请合并。")
            yield from _scope(node.body)
            yield from _event_subprocess(node)


def _several_starts(scope: Scope, severity: Callable[..., Problem], consequence: str) -> Iterator[Problem]:
    """Each start event of a process is a way to begin it (§10.5.2); a subprocess is begun in one way only."""
    plain = [node for node in scope.start_events() if node.event.trigger is Trigger.NONE]
    for extra in plain[1:]:
        yield severity("several-starts", extra.id, extra.line, f"多了一个开始事件“{extra.title}”，{consequence}")


def _scope(scope: Scope) -> Iterator[Problem]:
    yield from _flows(scope)
    for node in scope.nodes.values():
        yield from _node(scope, node)
    yield from _unreachable(scope)


def _flows(scope: Scope) -> Iterator[Problem]:
    for flow in scope.flows.values():
        for end, label in ((flow.source, "起点"), (flow.target, "终点")):
            if end and end not in scope.nodes:
                message = f"连线的{label} {end} 不在同一流程或子流程里，请重新连接。"
                yield error("dangling-flow", flow.id, flow.line, message)


def _node(scope: Scope, node: Node) -> Iterator[Problem]:
    incoming, outgoing = scope.incoming(node.id), scope.outgoing(node.id)
    if node.kind is Kind.START_EVENT and incoming:
        yield error("start-incoming", node.id, node.line, "开始事件不能有入线，请把连线接到后面的环节。")
    if node.kind is Kind.END_EVENT and outgoing:
        yield error("end-outgoing", node.id, node.line, "结束事件不能有出线，请改用中间事件或删除出线。")
    if node.kind is Kind.BOUNDARY_EVENT:
        yield from _boundary(scope, node, bool(incoming), bool(outgoing))
    if node.is_event_subprocess and (incoming or outgoing):
        yield error("event-subprocess-flow", node.id, node.line, "事件子流程不能有入线或出线，请删除连线。")
    if node.default is not None and node.default not in {flow.id for flow in outgoing}:
        yield error("default", node.id, node.line, f"默认出线 {node.default} 不是从这里出发的连线，请重新指定。")
    if node.kind.is_gateway and not outgoing:
        ends = warning if len(incoming) > 1 and node.kind is not Kind.EVENT_BASED_GATEWAY else error
        yield ends("gateway-end", node.id, node.line, f"网关“{node.title}”没有出线，流程到此为止；请连到下一个环节。")
    if not node.kind.chooses:
        for flow in (flow for flow in outgoing if flow.condition is not None or flow.id == node.default):
            message = f"网关“{node.title}”的每条出线都会走，连线上的条件和默认标记不起作用，请删除或改用其他网关。"
            yield warning("condition-ignored", flow.id, flow.line, message)


def _boundary(scope: Scope, node: Node, incoming: bool, outgoing: bool) -> Iterator[Problem]:
    host = scope.nodes.get(node.attached_to or "")
    if host is None or not host.kind.is_activity or host.is_event_subprocess:
        message = f"边界事件“{node.title}”没有附着在同一层的活动上，请把它拖到活动的边框上。"
        yield error("boundary-host", node.id, node.line, message)
    if incoming:
        yield error("boundary-incoming", node.id, node.line, "边界事件不能有入线，请删除。")
    if not outgoing:
        message = f"边界事件“{node.title}”没有出线，请连到处理它的环节。"
        yield error("boundary-outgoing", node.id, node.line, message)


def _event_subprocess(node: Node) -> Iterator[Problem]:
    if not node.is_event_subprocess or node.body is None:
        return
    starts = node.body.start_events()
    if len(starts) != 1:
        message = f"事件子流程“{node.title}”应有且只有一个开始事件，现有 {len(starts)} 个。"
        yield error("event-subprocess-start", node.id, node.line, message)


def _unreachable(scope: Scope) -> Iterator[Problem]:
    if not scope.start_events() and not scope.instantiators():
        return
    alive = reached(successors(scope), [node.id for node in beginnings(scope)])
    for node in scope.nodes.values():
        if node.id not in alive and not node.is_event_subprocess and not node.for_compensation:
            message = f"“{node.title}”从开始事件走不到，请连上它或删除。"
            yield warning("unreachable", node.id, node.line, message)
