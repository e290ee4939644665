"""Call activities: which process is called."""

from __future__ import annotations

from lxml import etree

from engine.diagram.importing import vendors
from engine.diagram.importing.draft import Draft
from engine.diagram.importing.expression_slots import shortened
from engine.diagram.importing.vendors import ZEEBE
from engine.diagram.namespaces import ANLAN


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
        if whole == "true" and not any(True for _ in activity.iter(f"{{{ANLAN}}}{direction}")):
            draft.map_all(activity, direction)


def _is_literal(text: str) -> bool:
    return len(text) > 2 and text.startswith('"') and text.endswith('"') and '"' not in text[1:-1]
