"""A drawing (BPMN diagram interchange) for a model that comes without one: the designer shows only what is drawn."""

from __future__ import annotations

from lxml import etree

from engine.diagram import document, reader
from engine.diagram.elements import Kind, Process, Scope
from engine.diagram.importing import layout
from engine.diagram.importing.changes import Change
from engine.diagram.importing.draft import Draft
from engine.diagram.importing.layout import Box, Layout
from engine.diagram.importing.serialization import render
from engine.diagram.namespaces import bpmn

_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"
_DD = "http://www.omg.org/spec/DD/20100524/DI"
_PREFIXES = {"bpmndi": _DI, "dc": _DC, "di": _DD}


def add_drawing(content: bytes) -> tuple[bytes, tuple[Change, ...]]:
    """The same model with a drawing of every process, the one that runs first; what is drawn stays as it is."""
    draft = Draft(document.parse(content))
    if draft.root.find(f"{{{_DI}}}BPMNDiagram") is None:
        _draw(draft)
    return (render(draft.root, content) if draft.changed else content), tuple(draft.changes)


def _draw(draft: Draft) -> None:
    root = draft.root
    if root.find(f"{bpmn('collaboration')}/{bpmn('participant')}") is not None:
        message = "文件里没有图形（BPMNDI），设计器不能显示泳池，请在原来的工具里带图形重新导出。"
        draft.needs_work(root, "no-drawing", message)
        return
    diagram = reader.from_root(root)
    processes = sorted(diagram.processes, key=lambda process: process is not diagram.main)
    drawn = [process for process in processes if process.id in draft.ids and process.scope.nodes]
    for process in drawn:
        draft.append_root(_Drawing(draft, process).diagram())
    if drawn:
        draft.translated(root, "drawing", "文件里没有图形（BPMNDI），按先后次序画了一份，请在设计器里摆好位置。")


class _Drawing:
    def __init__(self, draft: Draft, process: Process) -> None:
        self.draft = draft
        self.process = process
        self.layout: Layout = layout.of_scope(process.scope)

    def diagram(self) -> etree._Element:
        diagram = etree.Element(f"{{{_DI}}}BPMNDiagram", id=self._id(self.process.id, "diagram"), nsmap=_PREFIXES)
        plane = etree.SubElement(diagram, f"{{{_DI}}}BPMNPlane", id=self._id(self.process.id, "plane"))
        plane.set("bpmnElement", self.process.id)
        self._scope(plane, self.process.scope)
        etree.indent(diagram)
        return diagram

    def _scope(self, plane: etree._Element, scope: Scope) -> None:
        for node in scope.nodes.values():
            box = self.layout.boxes.get(node.id)
            if box is None or node.id not in self.draft.ids:
                continue
            shape = self._of(plane, "BPMNShape", node.id)
            if node.body is not None:
                shape.set("isExpanded", "true")
            _bounds(shape, box)
            if node.body is not None:
                self._scope(plane, node.body)
        events = {node.id for node in scope.nodes.values() if node.kind is Kind.BOUNDARY_EVENT}
        for flow in scope.flows.values():
            source, target = self.layout.boxes.get(flow.source), self.layout.boxes.get(flow.target)
            if source is None or target is None or flow.id not in self.draft.ids:
                continue
            from_boundary = flow.source in events
            edge = self._of(plane, "BPMNEdge", flow.id)
            for x, y in layout.way(source, target, from_boundary=from_boundary):
                etree.SubElement(edge, f"{{{_DD}}}waypoint", x=str(x), y=str(y))

    def _of(self, plane: etree._Element, name: str, element_id: str) -> etree._Element:
        part = etree.SubElement(plane, f"{{{_DI}}}{name}", id=self._id(element_id, "di"))
        part.set("bpmnElement", element_id)
        return part

    def _id(self, element_id: str, ending: str) -> str:
        found = f"{element_id}_{ending}"
        while found in self.draft.ids:
            found += "_"
        self.draft.ids.add(found)
        return found


def _bounds(shape: etree._Element, box: Box) -> None:
    sizes = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    etree.SubElement(shape, f"{{{_DC}}}Bounds", {name: str(value) for name, value in sizes.items()})
