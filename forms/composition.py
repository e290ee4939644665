"""A task's own form: the form of its key, the outcomes of the task, and the common review fields (spec §3.2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from forms import library
from forms.definition import Form

#: The key of the radio buttons with the task's outcomes.
OUTCOME = "outcome"


def compose(form: Form, *, outcomes: Mapping[str, str], review: bool | None = None) -> Form:
    """The form with the outcomes (key -> label) and, unless it says otherwise itself, the review fields."""
    return library.parsed(compose_content(form.content, outcomes=outcomes, review=review))


def compose_content(content: bytes | None, *, outcomes: Mapping[str, str], review: bool | None = None) -> bytes:
    """The composed form's JSON; the same inputs give the same bytes. Without a form, the review fields alone."""
    if not outcomes:
        return content or b""
    shared = json.loads(library.content(library.REVIEW))
    body = json.loads(content) if content and content != library.content(library.REVIEW) else _empty(shared)
    if body.get("id") == library.REVIEW:
        # A diagram may name the review form to say that a task has nothing else.
        body = _empty(shared)
    own = dict(body.get("anlan") or {})
    whole = own.get("review") is not False if review is None else review
    added = [_offered(component, outcomes, whole) for component in shared["components"]]
    own["relax"] = own.get("relax") or shared["anlan"]["relax"]
    if whole:
        own["rules"] = [*own.get("rules", ()), *shared["anlan"]["rules"]]
    composed = {**body, "anlan": own, "components": [*body["components"], *added]}
    return json.dumps(composed, ensure_ascii=False, separators=(",", ":")).encode()


def _empty(shared: Mapping[str, Any]) -> dict[str, Any]:
    title = shared["anlan"]["title"]
    return {"type": "default", "id": library.REVIEW, "anlan": {"title": title}, "components": []}


def _offered(component: Mapping[str, Any], outcomes: Mapping[str, str], whole: bool) -> dict[str, Any]:
    """The review section with the task's outcomes in place of the sample ones."""
    if component.get("key") == OUTCOME:
        values = [{"label": label, "value": key} for key, label in outcomes.items()]
        sole = {"defaultValue": values[0]["value"]} if len(values) == 1 else {}
        return {**component, "values": values, **sole}
    if "components" not in component:
        return dict(component)
    kept = [part for part in component["components"] if whole or part.get("key") == OUTCOME]
    label = component["label"] if whole else "办理结果"
    section = {**component, "label": label, "id": "review_section"}
    return {**section, "components": [_offered(part, outcomes, whole) for part in kept]}
