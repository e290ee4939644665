"""Service and send tasks: what kind of work is done, as a proposal for a connector."""

from __future__ import annotations

import re

from lxml import etree

from engine.diagram.extensions import extension_of
from engine.diagram.importing import expressions, vendors
from engine.diagram.importing.draft import Draft
from engine.diagram.importing.expression_slots import shortened
from engine.diagram.importing.expressions import Untranslatable
from engine.diagram.importing.variables import is_name, result_variable
from engine.diagram.importing.vendors import SPIFF, ZEEBE
from engine.diagram.namespaces import bpmn, local_name

_EXPRESSION = re.compile(r"[$#]\{\s*(?P<name>[^\W\d]\w*)[^}]*\}")
#: Attributes that name the work, the most telling first.
_ATTRIBUTES = ("topic", "delegateExpression", "class", "expression", "type")


def translate(draft: Draft, task: etree._Element) -> None:
    """Propose a connector for a task; the designer decides whether there is one."""
    holder = _message_definition(task)
    found = _work(draft, task) or (_work(draft, holder) if holder is not None else None)
    if found is None:
        return
    label, given = found
    if local_name(task) not in ("serviceTask", "sendTask"):
        message = f"{label}“{shortened(given)}”在这里没有对应的做法，请改成服务任务或本系统的写法。"
        draft.needs_work(task, "connector", message)
        return
    plain = _computation(task, given)
    if plain is not None:
        _compute(draft, task, f"{label}“{shortened(given)}”", plain)
        return
    name = connector_name(given)
    if name is None:
        draft.needs_work(task, "connector", f"{label}“{shortened(given)}”没有对应的连接器，请选择一个。")
    elif draft.set_own(task, "connector", name):
        message = f"{label}“{shortened(given)}”暂写为连接器 {name}，请确认本系统有这个连接器，或者另选一个。"
        draft.needs_work(task, "connector", message)
    result_variable(draft, task)
    _results(draft, task)


def _computation(task: etree._Element, given: str) -> str | None:
    """FEEL for an expression that calls nothing."""
    if vendors.attribute(task, "expression") is None:
        return None
    try:
        return expressions.template(given)
    except Untranslatable:
        return None


def _compute(draft: Draft, task: etree._Element, what: str, written: str) -> None:
    """A service task that only computes a variable is a script task here."""
    result = vendors.attribute(task, "resultVariable") or vendors.attribute(task, "resultVariableName")
    if result is None or not is_name(result[1]):
        draft.needs_work(task, "connector", f"{what}只是计算，结果没有存入变量，请删除这个任务或选择连接器。")
        return
    draft.tell_of(task, result[0])
    line = f"{result[1]} = {written}"
    draft.become_script(task, line)
    draft.translated(task, "script", f"{what}只是计算，服务任务改成脚本任务：“{shortened(line)}”。")


def _results(draft: Draft, task: etree._Element) -> None:
    """Other tools keep what the work gives also where only inputs are mapped."""
    mapped = extension_of(task)
    if mapped.inputs and not mapped.outputs and draft.own(task, "resultVariable") is None:
        draft.map_all(task, "out")


def connector_name(given: str) -> str | None:
    """A short name for the work: `${archiver.run(x)}` is `archiver`, `org.acme.SendMail` is `SendMail`."""
    expression = _EXPRESSION.fullmatch(given.strip())
    if expression:
        return expression["name"]
    name = given.strip().removeprefix("=").strip().strip("\"'")
    if re.fullmatch(r"[\w$]+(\.[\w$]+)+", name) and re.search(r"\.[A-Z][\w$]*$", name):
        return name.rpartition(".")[2]
    return name if re.fullmatch(r"[\w.:/-]{1,100}", name) else None


def _work(draft: Draft, element: etree._Element) -> tuple[str, str] | None:
    found: tuple[str, str] | None = None
    for name in _ATTRIBUTES:
        attribute = vendors.attribute(element, name)
        if attribute is not None:
            draft.tell_of(element, attribute[0])
            found = found or (vendors.shown(attribute[0]), attribute[1])
    definition = vendors.extension(element, "taskDefinition", ZEEBE)
    if definition is not None and definition.get("type"):
        draft.tell_of(definition)
        found = found or ("Zeebe 的任务类型", str(definition.get("type")))
    operator = vendors.extension(element, "serviceTaskOperator", SPIFF)
    if operator is not None and operator.get("id"):
        draft.tell_of(operator)
        found = found or ("SpiffWorkflow 的服务", str(operator.get("id")))
    return found


def _message_definition(event: etree._Element) -> etree._Element | None:
    """Camunda writes a throw event's work on its message definition."""
    return event.find(bpmn("messageEventDefinition"))
