"""User tasks: forms, who may act, and when it is due."""

from __future__ import annotations

import re

from lxml import etree

from engine.diagram import iso8601
from engine.diagram.importing import expressions, vendors
from engine.diagram.importing.draft import Draft
from engine.diagram.importing.expression_slots import shortened
from engine.diagram.importing.expressions import Untranslatable
from engine.diagram.importing.vendors import CAMUNDA_FAMILY, SPIFF, ZEEBE
from engine.diagram.namespaces import bpmn, local_name, text_of
from engine.offices.roles import ROLES

_KEY = re.compile(r"[^\W\d][\w.-]{0,99}")
_ROLE_BY_NAME = {role.name: role.key for role in ROLES.values()}
#: What a form's address ends with before its key is left.
_FILE = re.compile(r"\.(form|json|html?|jsf|xhtml|frm)$")


def translate(draft: Draft, task: etree._Element) -> None:
    _form(draft, task)
    _performers(draft, task)
    _lane(draft, task)
    _assignee(draft, task)
    _due(draft, task)


def _form(draft: Draft, task: etree._Element) -> None:
    found = _form_key(draft, task)
    if found is None or draft.own(task, "formKey") is not None:
        return
    label, given = found
    key = form_key(given)
    if key is None:
        draft.needs_work(task, "form", f"{label}“{shortened(given)}”不是表单标识，请选择本系统的表单。")
        return
    draft.set_own(task, "formKey", key)
    changed = "" if key == given else f"（由“{shortened(given)}”而来）"
    draft.translated(task, "form", f"{label} 写为表单标识 {key}{changed}，请确认本系统有这张表单。")


def form_key(address: str) -> str | None:
    """`embedded:app:forms/check.html` is the form `check`; an expression is none."""
    name = _FILE.sub("", re.split(r"[:/]", address)[-1])
    return name if _KEY.fullmatch(name) else None


def _form_key(draft: Draft, task: etree._Element) -> tuple[str, str] | None:
    for name, uris in (("formKey", CAMUNDA_FAMILY), ("formRef", CAMUNDA_FAMILY)):
        attribute = vendors.attribute(task, name, *uris)
        if attribute is not None:
            draft.tell_of(task, attribute[0])
            return vendors.shown(attribute[0]), attribute[1]
    definition = vendors.extension(task, "formDefinition", ZEEBE)
    if definition is not None:
        given = definition.get("formId") or definition.get("formKey") or definition.get("externalReference")
        if given:
            draft.tell_of(definition)
            return "Zeebe 的表单", given
    return _spiff_form(draft, task)


def _spiff_form(draft: Draft, task: etree._Element) -> tuple[str, str] | None:
    properties = vendors.extension(task, "properties", SPIFF)
    for entry in () if properties is None else properties:
        value = entry.get("value") if isinstance(entry.tag, str) else None
        if value and entry.get("name") == "formJsonSchemaFilename":
            draft.tell_of(entry)
            return "SpiffWorkflow 的表单", value
    return None


def _performers(draft: Draft, task: etree._Element) -> None:
    for label, given in _groups(draft, task):
        groups = [group.strip() for group in given.split(",") if group.strip()]
        roles = [_ROLE_BY_NAME.get(group, group) for group in groups if group in ROLES or group in _ROLE_BY_NAME]
        if len(groups) == len(roles) == 1 and draft.set_own(task, "role", roles[0]):
            draft.translated(task, "role", f"{label}“{given}”就是本系统的岗位，写为办理角色 {roles[0]}。")
        elif draft.own(task, "role") is None:
            shown = shortened(given)
            draft.needs_work(task, "role", f"{label}“{shown}”不是本系统的岗位，请选择办理角色（anlan:role）。")
        else:
            draft.kept(
                task, "role", f"{label}“{shortened(given)}”原样保留，办理角色以 {draft.own(task, 'role')} 为准。"
            )


def _lane(draft: Draft, task: etree._Element) -> None:
    """A lane that is called as a role of ours says who acts in it."""
    name = draft.lanes.get(str(task.get("id")), "")
    role = _ROLE_BY_NAME.get(name, name)
    if role in ROLES and draft.own(task, "role") is None and not _groups(draft, task):
        draft.set_own(task, "role", role)
        draft.translated(task, "role", f"所在泳道“{name}”就是本系统的岗位，写为办理角色 {role}。")


def _groups(draft: Draft, task: etree._Element) -> list[tuple[str, str]]:
    """Every way to name a group, the standard's potential owner among them."""
    found: list[tuple[str, str]] = []
    attribute = vendors.attribute(task, "candidateGroups")
    if attribute is not None:
        draft.tell_of(task, attribute[0])
        found.append((vendors.shown(attribute[0]), attribute[1]))
    assignment = vendors.extension(task, "assignmentDefinition", ZEEBE)
    if assignment is not None and assignment.get("candidateGroups"):
        draft.tell_of(assignment)
        found.append(("Zeebe 的 candidateGroups", _plain(str(assignment.get("candidateGroups")))))
    for owner in task.iterchildren(bpmn("potentialOwner"), bpmn("performer"), bpmn("humanPerformer")):
        text = text_of(owner.find(f".//{bpmn('formalExpression')}"))
        if text:
            found.append((local_name(owner), re.sub(r"^group\((.*)\)$", r"\1", text)))
    return found


def _plain(text: str) -> str:
    """`="town_clerk"` and `=["a", "b"]` as Camunda writes them without FEEL."""
    return re.sub(r'^=\s*|["\[\]]', "", text).strip() if text.startswith("=") else text


def _assignee(draft: Draft, task: etree._Element) -> None:
    for name in ("assignee", "candidateUsers"):
        attribute = vendors.attribute(task, name)
        if attribute is not None:
            draft.tell_of(task, attribute[0])
            _tell_person(draft, task, vendors.shown(attribute[0]), attribute[1])
    assignment = vendors.extension(task, "assignmentDefinition", ZEEBE)
    for name in ("assignee", "candidateUsers"):
        given = None if assignment is None else assignment.get(name)
        if given and assignment is not None:
            draft.tell_of(assignment)
            _tell_person(draft, task, f"Zeebe 的 {name}", given)


def _tell_person(draft: Draft, task: etree._Element, label: str, given: str) -> None:
    if draft.own(task, "role") is None:
        message = f"{label}“{shortened(given)}”指定的是人，这里按岗位办理，请选择办理角色（anlan:role）。"
        draft.needs_work(task, "assignee", message)
    else:
        draft.kept(task, "assignee", f"{label}“{shortened(given)}”原样保留，这里按岗位办理。")


def _due(draft: Draft, task: etree._Element) -> None:
    found = _due_date(draft, task)
    if found is None or draft.own(task, "dueIn") is not None:
        return
    label, given = found
    period = _period(given)
    if period is None:
        message = f"{label}“{shortened(given)}”没有翻译：办理期限（anlan:dueIn）应为工作日数或时长，请改写。"
        draft.needs_work(task, "due", message)
        return
    draft.set_own(task, "dueIn", period)
    draft.translated(task, "due", f"{label}“{shortened(given)}”写为办理期限 {period}。")


def _due_date(draft: Draft, task: etree._Element) -> tuple[str, str] | None:
    attribute = vendors.attribute(task, "dueDate")
    if attribute is not None:
        draft.tell_of(task, attribute[0])
        return vendors.shown(attribute[0]), attribute[1]
    schedule = vendors.extension(task, "taskSchedule", ZEEBE)
    if schedule is not None and schedule.get("dueDate"):
        draft.tell_of(schedule)
        return "Zeebe 的 dueDate", str(schedule.get("dueDate"))
    return None


def _period(given: str) -> str | None:
    """A duration from now on; a date is none."""
    if iso8601.parse_duration(given) is not None:
        return given
    try:
        written = expressions.condition(given) if given.startswith("=") else expressions.template(given)
    except Untranslatable:
        return None
    found = re.fullmatch(r'=?\s*now\(\) \+ duration\("([^"]*)"\)', written.strip())
    return found[1] if found and iso8601.parse_duration(found[1]) else None
