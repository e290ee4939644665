"""A recorded submission, put into its pinned form again: it must be accepted as it was then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from engine import feel, values
from engine.cases.case import spread
from engine.cases.deferred import Deferred
from engine.clock import local_date
from engine.errors import Invalid
from engine.history.contents import documents_in
from engine.history.redo import Again
from engine.interpreter import OpenedTask
from engine.interpreter.reading import variables_at
from engine.ports import FormPort, FormTask

#: events whose values a form has checked
CHECKED = frozenset({"TaskCompleted", "TaskSubmitted"})


def form_difference(forms: FormPort, content: bytes, again: Again, task: OpenedTask) -> str | None:
    """How the form's answer differs from the recorded values, if it does; events that do not tell are left alone."""
    told = again.input
    if "submitted" not in told:
        return None
    submission = dict(told["submitted"])
    if told["outcome"] is not None:
        submission["outcome"] = told["outcome"]
    form_task = FormTask(
        form=content,
        inputs=spread(task.inputs),
        rights=again.specification.activities[task.activity_id].field_rights,
        context=Deferred(lambda: _context(again, task)),
    )
    try:
        with feel.clock(again.services.now):
            accepted = dict(forms.validate(form_task, submission, _documents(again)))
    except Invalid as refusal:
        return f"表单现在不接受当时的填写：{'；'.join(problem.message for problem in refusal.problems)}"
    accepted.pop("outcome", None)
    recorded = orjson.dumps(again.event.content["input"]["values"], option=orjson.OPT_SORT_KEYS)
    return None if values.dumps(accepted) == recorded else "表单现在从当时的填写得出不同的内容。"


def _context(again: Again, task: OpenedTask) -> Mapping[str, Any]:
    header = again.event.header
    return {
        **again.services.facts,
        **variables_at(again.specification, again.state, task.token_id, again.services),
        "item": task.item,
        "today": local_date(header.at),
        "actor": {"id": header.actor, "name": again.input["actor_name"]},
    }


def _documents(again: Again) -> dict[str, Mapping[str, Any]]:
    """The documents as they were known then."""
    if b'"sha256"' not in again.event.payload:
        return {}
    return {document["id"]: document for document in documents_in(again.input["values"])}
