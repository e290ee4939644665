"""Timers: ISO 8601 stays, expressions become FEEL."""

from __future__ import annotations

from lxml import etree

from engine.diagram import iso8601
from engine.diagram.importing import expressions
from engine.diagram.importing.draft import Draft
from engine.diagram.importing.expression_slots import forget_language, shortened
from engine.diagram.importing.expressions import Untranslatable
from engine.diagram.namespaces import text_of

LABELS = {"timeDate": "日期", "timeDuration": "时长", "timeCycle": "周期"}


def translate(draft: Draft, element: etree._Element, label: str) -> None:
    text = text_of(element)
    if text is None:
        return
    if not iso8601.is_literal(text):
        try:
            written = _written(text, element.get("language"))
        except Untranslatable as fault:
            message = f"定时{label}“{shortened(text)}”没有翻译，请改成 ISO 8601（如 PT1H）或 FEEL：{fault.message}"
            draft.needs_work(element, "timer", message)
            return
        if written != text:
            draft.set_text(element, written)
            draft.translated(element, "timer", f"定时{label}“{shortened(text)}”译为“{shortened(written)}”。")
    forget_language(draft, element)


def _written(text: str, language: str | None) -> str:
    bare = text.strip("\"'")
    if iso8601.is_literal(bare):
        return bare
    if text.startswith("="):
        return expressions.condition(text)
    if "${" in text or "#{" in text:
        return expressions.template(text)
    if iso8601.is_slip(bare) or bare.startswith(("R", "P")) or (" " in bare and bare[:1] in "*0123456789"):
        raise Untranslatable("这里不认这种写法（例如 cron）。")
    written = expressions.condition(text, language)
    return _literal(written) or written


def _literal(written: str) -> str | None:
    """`duration("P3D")` and the like, as the literal alone."""
    for function in ("duration", "date and time", "date"):
        text = written.removeprefix(function + '("').removesuffix('")')
        if len(text) < len(written) and iso8601.is_literal(text):
            return text
    return None
