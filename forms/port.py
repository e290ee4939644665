"""The forms room as the engine sees it (`engine.ports.FormPort`): pinned bytes, and a check of what was submitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from forms import composition, library
from forms.errors import FieldError, FormNotFound, InvalidSubmission


class Task(Protocol):
    """What must be known about the task whose form is submitted (`engine.ports.FormTask`)."""

    @property
    def form(self) -> bytes: ...
    @property
    def inputs(self) -> Mapping[str, Any]: ...
    @property
    def rights(self) -> Mapping[str, str]: ...
    @property
    def context(self) -> Mapping[str, Any]: ...


class FormLibrary:
    """The shipped forms and those deployed with a process."""

    def keys(self) -> frozenset[str]:
        return library.keys()

    def find(self, key: str) -> bytes | None:
        try:
            return library.content(key)
        except FormNotFound:
            return None

    def check(self, content: bytes) -> str:
        """The key of a form to be deployed; raises `InvalidForm` when it is not one we can render."""
        return library.parsed(content).key

    def compose(self, form: bytes | None, outcomes: Mapping[str, str]) -> bytes:
        return composition.compose_content(form, outcomes=outcomes)

    def validate(
        self, task: Task, submission: Mapping[str, Any], attachments: Mapping[str, Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """The values to keep. A task without a form takes nothing but an outcome."""
        if not task.form:
            _ensure_nothing_else(submission)
            return dict(submission)
        form = library.parsed(task.form)
        return form.validate(
            submission, inputs=task.inputs, rights=task.rights, attachments=attachments, context=task.context
        )


def _ensure_nothing_else(submission: Mapping[str, Any]) -> None:
    unknown = sorted(key[:60] for key in submission if key != composition.OUTCOME)
    if unknown:
        raise InvalidSubmission(tuple(FieldError(path=key, message=f"这个环节没有“{key}”这一项") for key in unknown))
