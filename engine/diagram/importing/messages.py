"""Messages and signals: their names, and the key a subscription waits for."""

from __future__ import annotations

from lxml import etree

from engine.diagram.importing import expressions, vendors
from engine.diagram.importing.draft import Draft
from engine.diagram.importing.expression_slots import shortened
from engine.diagram.importing.expressions import Untranslatable
from engine.diagram.importing.vendors import ZEEBE


def translate_name(draft: Draft, element: etree._Element, label: str = "信号") -> None:
    """A message or signal is found by its name; a computed one needs the designer."""
    name = element.get("name") or ""
    computed = name.startswith("=") or "${" in name or "#{" in name
    if not computed or draft.own(element, "nameExpression") is not None:
        return
    try:
        source = name.removeprefix("=").strip() if name.startswith("=") else expressions.template(name)
    except Untranslatable as fault:
        told = f"{label}名“{shortened(name)}”是算出来的，没有翻译，请改成固定的名称：{fault.message}"
        draft.needs_work(element, "computed-name", told)
        return
    draft.set_own(element, "nameExpression", source)
    draft.translated(
        element, "computed-name", f"{label}名“{shortened(name)}”写为 anlan:nameExpression“{shortened(source)}”。"
    )


def translate(draft: Draft, message: etree._Element) -> None:
    translate_name(draft, message, "消息")
    subscription = vendors.extension(message, "subscription", ZEEBE)
    if subscription is None or not subscription.get("correlationKey"):
        return
    draft.tell_of(subscription)
    given = str(subscription.get("correlationKey"))
    if draft.own(message, "correlation") is not None:
        return
    try:
        key = expressions.condition(given).removeprefix("=").strip()
    except Untranslatable as fault:
        draft.needs_work(message, "correlation", f"消息关联键“{shortened(given)}”没有翻译，请改写：{fault.message}")
        return
    draft.set_own(message, "correlation", key)
    draft.translated(
        message, "correlation", f"消息关联键“{shortened(given)}”写为 anlan:correlation“{shortened(key)}”。"
    )
