"""Whether what the diagram names exists: roles, forms, decisions, processes, connectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set

from engine.diagram.elements import Diagram, Kind, Node, Trigger
from engine.diagram.lint.catalogue import Catalogue
from engine.diagram.lint.executed import executed
from engine.diagram.lint.similar import hint
from engine.diagram.problems import Problem, error, warning
from engine.diagram.topics import is_topic, topic_of

_CATCHING = frozenset({Kind.START_EVENT, Kind.INTERMEDIATE_CATCH_EVENT, Kind.BOUNDARY_EVENT})
RIGHTS = frozenset({"edit", "read", "hide"})


def check(diagram: Diagram, catalogue: Catalogue | None) -> Iterator[Problem]:
    known = catalogue or Catalogue()
    own = {process.id for process in diagram.processes}
    missing = error if catalogue is not None else warning
    for process in executed(diagram):
        for _, node in process.scope.walk():
            yield from _node(node, known, own, missing)


def _node(node: Node, known: Catalogue, own: Set[str], missing: Callable[..., Problem]) -> Iterator[Problem]:
    if node.kind is Kind.USER_TASK:
        yield from _user_task(node, known, missing)
    yield from _work(node, missing)
    if missing is error:
        yield from _received(node)
    topic = topic_of(node.extension.get("connector") or "")
    if topic is not None and not is_topic(topic):
        message = (
            f"“{node.title}”的外部调用主题“{topic}”不能使用，请在 external. 之后写一个名称，"
            "只用字母、数字、点、下划线和连字符，例如 external.land-registry。"
        )
        yield error("topic-name", node.id, node.line, message)
    named = (
        (node.extension.get("decisionRef"), known.decisions, "决策"),
        (None if topic is not None else node.extension.get("connector"), known.connectors, "连接器"),
        (node.called_element if node.called_element not in own else None, known.processes, "被调用的流程"),
    )
    for key, keys, label in named:
        if key and keys is not None and key not in keys:
            message = f"“{node.title}”的{label} {key} 不存在，{hint(key, sorted(keys))}请改正。"
            yield error("unknown-reference", node.id, node.line, message)


def _received(node: Node) -> Iterator[Problem]:
    """A message from outside should say what of it is kept."""
    catches = node.kind in _CATCHING and any(event.trigger is Trigger.MESSAGE for event in node.events)
    named = node.kind is Kind.RECEIVE_TASK and node.message is not None and node.message.reference is not None
    if not catches and not named:
        return
    if not node.extension.outputs and not node.extension.get("resultVariable"):
        message = (
            f"“{node.title}”没有说明收下消息里的哪些内容，来的内容会按名字写进办件的变量。"
            "请用 anlan:out 列出要收的内容，或用 anlan:resultVariable 收成一个变量。"
        )
        yield warning("message-open", node.id, node.line, message)


def _work(node: Node, missing: Callable[..., Problem]) -> Iterator[Problem]:
    """Tasks that somebody else's program does; in a library session it is found by the task's id."""
    if node.extension.get("connector"):
        return
    if node.kind is Kind.SEND_TASK and node.message is None:
        message = f"发送任务“{node.title}”既没有消息也没有连接器（anlan:connector），请指定一个。"
        yield missing("no-message", node.id, node.line, message)
    if node.kind is Kind.SERVICE_TASK:
        message = f"服务任务“{node.title}”没有指定连接器（anlan:connector），请选择一个连接器。"
        yield missing("no-connector", node.id, node.line, message)
    if node.kind is Kind.BUSINESS_RULE_TASK and not node.extension.get("decisionRef"):
        message = f"业务规则任务“{node.title}”没有指定决策（anlan:decisionRef），请选择一个决策。"
        yield missing("no-decision", node.id, node.line, message)


def _user_task(node: Node, known: Catalogue, missing: Callable[..., Problem]) -> Iterator[Problem]:
    for attribute, keys, label in (("role", known.roles, "办理角色"), ("formKey", known.forms, "表单")):
        key = node.extension.get(attribute)
        # A task with outcomes has the common review fields even without a form of its own.
        needed = attribute == "role" or not node.extension.get("outcomes")
        if not key and needed:
            message = f"用户任务“{node.title}”没有指定{label}（anlan:{attribute}）。"
            yield missing("no-" + attribute, node.id, node.line, message)
        elif key and keys is not None and key not in keys:
            message = f"“{node.title}”的{label} {key} 不存在，{hint(key, sorted(keys))}请改正。"
            yield error("unknown-reference", node.id, node.line, message)
    for key, right in node.extension.field_rights.items():
        if right not in RIGHTS:
            message = f"字段 {key} 的权限 {right} 应为 edit、read 或 hide。"
            yield error("field-right", node.id, node.line, message)
