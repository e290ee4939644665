"""What other vendors' extensions would execute. Their data stays out of the way; their code is refused, not ignored."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.diagram.namespaces import ANLAN, BPMN, bpmn, line_of, local_name, namespace
from engine.diagram.problems import Problem, error

CODE = frozenset(
    ["preScript", "postScript", "messagePayload", "messageVariable", "executionListener", "taskListener", "script"]
)


def check(root: etree._Element) -> Iterator[Problem]:
    for holder in root.iter(bpmn("extensionElements")):
        for element in holder.iterdescendants():
            if namespace(element) not in (ANLAN, BPMN) and local_name(element) in CODE:
                yield _refusal(element, holder)


def _refusal(element: etree._Element, holder: etree._Element) -> Problem:
    owner = holder.getparent()
    message = (
        f"扩展元素 {local_name(element)} 含有别的建模工具的代码，这里不会执行，"
        "请删除它，改用脚本任务（FEEL）或 anlan:in / anlan:out 映射。"
    )
    return error("vendor-code", owner.get("id") if owner is not None else None, line_of(element), message)
