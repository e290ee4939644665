"""Call activities: which process is called."""

from __future__ import annotations

from lxml import etree

from engine.diagram.extensions import extension_of
from engine.diagram.importing import vendors
from engine.diagram.importing.draft import Draft
from engine.diagram.importing.expression_slots import shortened
from engine.diagram.importing.vendors import SPIFF, ZEEBE
from engine.diagram.namespaces import bpmn


def translate(draft: Draft, activity: etree._Element) -> None:
    called = vendors.extension(activity, "calledElement", ZEEBE)
    if called is not None:
        draft.tell_of(called)
        _zeebe(draft, activity, called)
        return
    standard = activity.get("calledElement") or ""
    if "${" in standard or "#{" in standard:
        message = f"被调用的流程“{shortened(standard)}”是算出来的，请改成一个流程标识（calledElement）。"
        draft.needs_work(activity, "called-element", message)
    case = vendors.attribute(activity, "caseRef")
    if case is not None:
        draft.tell_of(activity, case[0])
        draft.needs_work(activity, "called-element", f"调用的是 CMMN 案例“{case[1]}”，这里没有，请改为调用流程。")
    inherit = vendors.attribute(activity, "inheritVariables")
    if inherit is not None and inherit[1] == "true":
        draft.tell_of(activity, inherit[0])
        draft.map_all(activity, "in")
    _spiff(draft, activity)


def _spiff(draft: Draft, activity: etree._Element) -> None:
    """SpiffWorkflow hands all data over, unless the called process says what it takes."""
    mapped = any(True for name in ("in", "out") for _ in vendors.extensions(activity, name))
    if SPIFF not in draft.root.nsmap.values() or mapped or extension_of(activity).inputs:
        return
    key = (activity.get("calledElement") or "").split(":")[-1]
    called = next((process for process in draft.root.iterchildren(bpmn("process")) if process.get("id") == key), None)
    if called is None or called.find(bpmn("ioSpecification")) is None:
        draft.map_all(activity, "in")
        draft.map_all(activity, "out")


def _zeebe(draft: Draft, activity: etree._Element, called: etree._Element) -> None:
    given = str(called.get("processId") or "")
    key = given.removeprefix("=").strip()
    if given.startswith("=") and not _is_literal(key):
        message = f"被调用的流程“{shortened(given)}”是算出来的，请改成一个流程标识（calledElement）。"
        draft.needs_work(activity, "called-element", message)
    elif key and not activity.get("calledElement"):
        draft.set_attribute(activity, "calledElement", key.strip('"'))
        draft.translated(activity, "called-element", f"Zeebe 的 processId 写为被调用的流程 {key.strip(chr(34))}。")
    # Unless the model says otherwise Zeebe passes everything, and returns everything where no output is mapped.
    mapped = any(True for _ in activity.iter(f"{{{ZEEBE}}}output"))
    returned = called.get("propagateAllChildVariables", "false" if mapped else "true")
    for direction, whole in (("in", called.get("propagateAllParentVariables", "true")), ("out", returned)):
        if whole == "true" and not draft.has_mappings(activity, direction):
            draft.map_all(activity, direction)


def _is_literal(text: str) -> bool:
    return len(text) > 2 and text.startswith('"') and text.endswith('"') and '"' not in text[1:-1]
