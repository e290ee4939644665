"""Safe reading of XML: no DOCTYPE, no entities, no network, bounded size, count and depth (design §7)."""

from __future__ import annotations

from lxml import etree

from engine.diagram.namespaces import BPMN, line_of
from engine.diagram.problems import DiagramRefused, error

MAX_BYTES = 2 * 1024 * 1024
MAX_ELEMENTS = 20_000
MAX_DEPTH = 64


def parse(content: bytes) -> etree._Element:
    """The root of a BPMN file; raises `DiagramRefused`."""
    if len(content) > MAX_BYTES:
        raise _refused("too-large", None, "文件超过 2 MB，请去掉嵌入的图片或拆分流程图。")
    root = _tree(content).getroot()
    _check_size(root)
    if etree.QName(root).localname != "definitions" or etree.QName(root).namespace != BPMN:
        raise _refused("not-bpmn", line_of(root), "这不是 BPMN 2.0 文件：根元素应为 BPMN 命名空间下的 definitions。")
    return root


def _tree(content: bytes) -> etree._ElementTree:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        # An import gives back what it does not change.
        strip_cdata=False,
    )
    try:
        tree = etree.ElementTree(etree.fromstring(content, parser))
    except (etree.XMLSyntaxError, ValueError) as fault:
        line, column = getattr(fault, "position", (1, 1))
        message = f"文件不是正确的 XML，第 {line} 行第 {column} 列附近有误，请用流程编辑器重新导出。"
        raise _refused("not-xml", line, message) from fault
    if tree.docinfo.internalDTD is not None:
        raise _refused("doctype", 1, "文件含有 DOCTYPE 声明，出于安全不予接受，请删除后重试。")
    return tree


def _check_size(root: etree._Element) -> None:
    depth = count = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH:
            raise _refused("too-deep", line_of(element), f"元素嵌套超过 {MAX_DEPTH} 层，请简化流程图。")
        if count > MAX_ELEMENTS:
            raise _refused("too-many", line_of(element), f"元素超过 {MAX_ELEMENTS} 个，请拆分流程图。")


def _refused(code: str, line: int | None, message: str) -> DiagramRefused:
    return DiagramRefused([error(code, None, line, message)])
