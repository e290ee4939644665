"""The standard's places for expressions, rewritten where they stand: conditions, cardinalities and the like."""

from __future__ import annotations

from lxml import etree

from engine.diagram.importing import expressions
from engine.diagram.importing.draft import Draft
from engine.diagram.importing.expressions import Untranslatable
from engine.diagram.lint.expressions import FEEL_LANGUAGE
from engine.diagram.namespaces import text_of

LABELS = {
    "conditionExpression": "条件",
    "condition": "事件条件",
    "loopCondition": "循环条件",
    "loopCardinality": "多实例次数",
    "completionCondition": "完成条件",
}


def translate(draft: Draft, element: etree._Element, label: str) -> None:
    """Say one expression in FEEL, or tell that the designer must."""
    text = text_of(element)
    language = element.get("language")
    if text is None:
        return
    try:
        written = expressions.condition(text, language)
    except Untranslatable as fault:
        message = f"{label}“{shortened(text)}”没有翻译，请改写成 FEEL：{fault.message}"
        draft.needs_work(element, "expression", message)
        return
    if written != text:
        draft.set_text(element, written)
        draft.translated(element, "expression", f"{label}“{shortened(text)}”译为 FEEL“{shortened(written)}”。")
    forget_language(draft, element)


def forget_language(draft: Draft, element: etree._Element) -> None:
    """An expression that is FEEL now does not say that it is something else."""
    language = element.get("language")
    if language is not None and not FEEL_LANGUAGE.fullmatch(language.lower()):
        draft.remove_attribute(element, "language")
        draft.translated(element, "language", f"表达式已是 FEEL，去掉了 language“{language}”。")


def shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:57] + "…"
