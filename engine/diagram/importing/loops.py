"""Multi-instance characteristics: the collection and what each instance gives back."""

from __future__ import annotations

from lxml import etree

from engine.diagram.importing import expression_slots, expressions, vendors
from engine.diagram.importing.draft import Draft
from engine.diagram.importing.expression_slots import shortened
from engine.diagram.importing.expressions import Untranslatable
from engine.diagram.importing.variables import is_name
from engine.diagram.importing.vendors import ZEEBE

_ZEEBE = {
    "inputCollection": ("collection", True),
    "inputElement": ("elementVariable", False),
    "outputCollection": ("outputCollection", False),
    "outputElement": ("outputElement", True),
}


def translate(draft: Draft, loop: etree._Element) -> None:
    for name, is_expression in (("collection", True), ("elementVariable", False)):
        attribute = vendors.attribute(loop, name)
        if attribute is not None:
            draft.tell_of(loop, attribute[0])
            _write(draft, loop, vendors.shown(attribute[0]), attribute[1], name, is_expression)
    zeebe = vendors.extension(loop, "loopCharacteristics", ZEEBE)
    if zeebe is None:
        return
    draft.tell_of(zeebe)
    for theirs, (ours, is_expression) in _ZEEBE.items():
        given = (zeebe.get(theirs) or "").strip()
        if given:
            _write(draft, loop, f"Zeebe 的 {theirs}", given, ours, is_expression)


def translate_reference(draft: Draft, reference: etree._Element) -> None:
    """The standard's reference, in which some tools take an expression."""
    if any(mark in (reference.text or "") for mark in ("${", "#{")):
        expression_slots.translate(draft, reference, "多实例集合")


def _write(draft: Draft, loop: etree._Element, label: str, given: str, name: str, is_expression: bool) -> None:
    if draft.own(loop, name) is not None:
        return
    try:
        text = _feel(given) if is_expression else _name(given)
    except Untranslatable as fault:
        draft.needs_work(loop, "multi-instance", f"{label}“{shortened(given)}”没有翻译，请改写：{fault.message}")
        return
    draft.set_own(loop, name, text)
    draft.translated(loop, "multi-instance", f"{label}“{shortened(given)}”写为 anlan:{name}“{shortened(text)}”。")


def _feel(given: str) -> str:
    return expressions.condition(given).removeprefix("=").strip()


def _name(given: str) -> str:
    if not is_name(given):
        raise Untranslatable(f"“{given}”不是变量名。")
    return given
