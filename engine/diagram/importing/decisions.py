"""Business rule tasks: which decision, and where its result goes."""

from __future__ import annotations

from lxml import etree

from engine.diagram.importing import connectors, vendors
from engine.diagram.importing.draft import Draft
from engine.diagram.importing.expression_slots import shortened
from engine.diagram.importing.variables import is_name, keep_result, result_variable
from engine.diagram.importing.vendors import SPIFF, ZEEBE
from engine.diagram.namespaces import text_of

_DROOLS = "http://www.jboss.org/drools"
#: How Camunda unpacks a result; the first two give what our decisions give.
_PLAIN_RESULTS = frozenset(["singleEntry", "singleResult"])


def translate(draft: Draft, task: etree._Element) -> None:
    found = _decision(draft, task)
    if found is None:
        connectors.translate(draft, task)
        return
    label, key = found
    if not key or any(sign in key for sign in "${}= "):
        draft.needs_work(
            task, "decision", f"{label}“{shortened(key)}”是算出来的，请选定一个决策（anlan:decisionRef）。"
        )
    elif draft.set_own(task, "decisionRef", key):
        draft.translated(task, "decision", f"{label} {key} 写为决策标识（anlan:decisionRef），请确认它已部署。")
    _result(draft, task)


def _decision(draft: Draft, task: etree._Element) -> tuple[str, str] | None:
    attribute = vendors.attribute(task, "decisionRef") or vendors.attribute(task, "decisionTableReferenceKey")
    if attribute is not None:
        draft.tell_of(task, attribute[0])
        return vendors.shown(attribute[0]), attribute[1]
    called = vendors.extension(task, "calledDecision", ZEEBE)
    if called is not None:
        draft.tell_of(called)
        return "Zeebe 的决策", str(called.get("decisionId") or "")
    spiff = vendors.extension(task, "calledDecisionId", SPIFF)
    if spiff is not None:
        draft.tell_of(spiff)
        return "SpiffWorkflow 的决策", text_of(spiff) or ""
    group = vendors.attribute(task, "ruleFlowGroup", _DROOLS)
    if group is not None:
        draft.tell_of(task, group[0])
        return "Drools 的规则组", group[1]
    return None


def _result(draft: Draft, task: etree._Element) -> None:
    result_variable(draft, task)
    called = vendors.extension(task, "calledDecision", ZEEBE)
    if called is not None and called.get("resultVariable"):
        keep_result(draft, task, "Zeebe 的结果变量", str(called.get("resultVariable")))
    mapping = vendors.attribute(task, "mapDecisionResult")
    if mapping is not None and mapping[1] not in _PLAIN_RESULTS:
        draft.tell_of(task, mapping[0])
        message = f"{vendors.shown(mapping[0])}“{mapping[1]}”在这里没有：决策的结果按命中策略给出，请核对后面的用法。"
        draft.needs_work(task, "decision-result", message)
    if draft.own(task, "resultVariable") is None and vendors.extension(task, "calledDecisionId", SPIFF) is not None:
        key = draft.own(task, "decisionRef") or ""
        if is_name(key) and draft.set_own(task, "resultVariable", key):
            message = f"SpiffWorkflow 把决策结果并入数据，这里暂存为变量 {key}，请核对后面的用法。"
            draft.needs_work(task, "result-variable", message)
