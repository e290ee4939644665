"""The file itself: ids, namespaces, and what stands where no tool of ours will look."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from engine.diagram.namespaces import ANLAN, BPMN, bpmn, is_bpmn, line_of, local_name, namespace
from engine.diagram.problems import Problem, warning

#: XML Schema's NCName, of which every `id` has to be one.
_NCNAME = re.compile(r"[^\W\d][\w.\-\u00b7]*")
#: Ids of these have a problem of their own, an error, when two are the same.
_READ = re.compile(
    r"process|sequenceFlow|subProcess|transaction|adHocSubProcess|callActivity|.*([tT]ask|Event|Gateway)"
)
_EXECUTABLE = frozenset({"assignment", "transformation"})
_ASSOCIATIONS = (bpmn("dataInputAssociation"), bpmn("dataOutputAssociation"))


def check(root: etree._Element) -> Iterator[Problem]:
    if not (root.get("targetNamespace") or "").strip():
        message = "文件没有 targetNamespace，别的工具可能打不开，请在 definitions 上补一个。"
        yield warning("no-namespace", root.get("id"), line_of(root), message)
    yield from _ids(root)
    yield from _strangers(root)
    yield from _associations(root)


def _ids(root: etree._Element) -> Iterator[Problem]:
    seen: set[str] = set()
    for element in root.iter(f"{{{BPMN}}}*"):
        element_id = element.get("id")
        if element_id is None:
            continue
        if not _NCNAME.fullmatch(element_id):
            message = f"标识“{element_id[:60]}”不合 XML 的规定：应以字母、汉字或下划线开头，没有空格和冒号，请改正。"
            yield warning("id-name", element_id, line_of(element), message)
        if element_id in seen and not _READ.fullmatch(local_name(element)):
            message = f"标识 {element_id} 出现了不止一次，指向它的引用会不确定，请改成不同的标识。"
            yield warning("same-id", element_id, line_of(element), message)
        seen.add(element_id)


def _strangers(root: etree._Element) -> Iterator[Problem]:
    """Elements of other namespaces belong into `extensionElements` (BPMN 2.0.2 §8.3.1)."""
    for element in root.iter("{*}*"):
        parent = element.getparent()
        if parent is None or parent is root or is_bpmn(element) or not is_bpmn(parent):
            continue
        if local_name(parent) in ("extensionElements", "documentation", "script", "text") or _is_text(parent):
            continue
        name = local_name(element)
        where = "anlan:" if namespace(element) == ANLAN else ""
        message = f"元素 {where}{name} 不是 BPMN 元素，写在这里不起作用，请移到 extensionElements 里或删除。"
        yield warning("foreign-element", _id_around(element), line_of(element), message)


def _is_text(element: etree._Element) -> bool:
    """Expressions and the like, where anything may stand."""
    return local_name(element).endswith(("Expression", "Condition", "condition"))


def _associations(root: etree._Element) -> Iterator[Problem]:
    for element in root.iter(*_ASSOCIATIONS):
        if any(local_name(child) in _EXECUTABLE for child in element.iterchildren()):
            message = "数据关联里的赋值和转换不会执行，请改用 anlan:in、anlan:out 映射或脚本任务。"
            yield warning("data-association", _id_around(element), line_of(element), message)


def _id_around(element: etree._Element) -> str | None:
    current: etree._Element | None = element
    while current is not None and not current.get("id"):
        current = current.getparent()
    return None if current is None else current.get("id")
