"""Where the result of a task goes."""

from __future__ import annotations

import re

from lxml import etree

from engine.diagram.importing import vendors
from engine.diagram.importing.draft import Draft
from engine.diagram.importing.expression_slots import shortened
from engine.diagram.importing.vendors import SPIFF

_NAME = re.compile(r"[^\W\d]\w*")


def is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def result_variable(draft: Draft, task: etree._Element) -> None:
    """`camunda:resultVariable` and its sisters as `anlan:resultVariable`."""
    attribute = vendors.attribute(task, "resultVariable") or vendors.attribute(task, "resultVariableName")
    operator = vendors.extension(task, "serviceTaskOperator", SPIFF)
    if attribute is not None:
        draft.tell_of(task, attribute[0])
        keep_result(draft, task, vendors.shown(attribute[0]), attribute[1])
    elif operator is not None and operator.get("resultVariable"):
        keep_result(draft, task, "SpiffWorkflow 的结果变量", str(operator.get("resultVariable")))


def keep_result(draft: Draft, task: etree._Element, label: str, name: str) -> None:
    if not is_name(name):
        draft.needs_work(task, "result-variable", f"{label}“{shortened(name)}”不是变量名，请改正。")
    elif draft.set_own(task, "resultVariable", name):
        draft.translated(task, "result-variable", f"{label} {name} 写为结果变量（anlan:resultVariable）。")
