"""Errors: events of Camunda and Activiti may name a code where the standard wants a definition."""

from __future__ import annotations

import re

from lxml import etree

from engine.diagram.importing.draft import Draft

_NAME = re.compile(r"[^\W\d][\w.-]*")


def translate(draft: Draft, definition: etree._Element) -> None:
    """Give the code the definition it lacks."""
    code = definition.get("errorRef") or ""
    if not code or code.split(":")[-1] in draft.errors:
        return
    identifier = code if _NAME.fullmatch(code) and code not in draft.ids else "Error_" + re.sub(r"[^\w.-]", "_", code)
    if identifier not in draft.errors and identifier in draft.ids:
        draft.needs_work(definition, "error", f"错误 {code} 没有定义，请在属性面板里选择一个。")
        return
    if identifier not in draft.errors:
        draft.add_root("error", id=identifier, errorCode=code)
        draft.errors.add(identifier)
    if identifier != code:
        draft.set_attribute(definition, "errorRef", identifier)
    draft.translated(definition, "error", f"错误 {code} 没有定义，按错误代码补了一个。")
