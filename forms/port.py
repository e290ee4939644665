"""The forms room as the engine sees it (`engine.ports.FormPort`): pinned bytes, and a check of what was submitted."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from forms import composition, library
from forms.errors import FieldError, FormNotFound, InvalidSubmission
from forms.samples import Sampler

#: long enough for every kind of answer
_OPINION = "试运行：经审核，所附材料和上一环节的意见已经核对，按此意见继续办理。"


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

    def fields(self, content: bytes) -> frozenset[str]:
        """The keys of the values a form submits."""
        return frozenset(library.parsed(content).fields)

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

    def sample(self, task: Task, outcome: str | None, now: datetime) -> Mapping[str, Any]:
        """Plausible values that would be kept; documents are only named. Raises `InvalidSubmission` where none suit."""
        if not task.form:
            return {}
        named: dict[str, Mapping[str, Any]] = {}
        sampler = Sampler(today=now.date(), context=task.context, attach=lambda name: _named(name, named))
        given = {composition.OUTCOME: outcome, "opinion_text": _OPINION} if outcome else {}
        form = library.parsed(task.form)
        fields = {key: value for key, value in given.items() if key in form.fields}
        submission = sampler.submission(form, inputs=task.inputs, overrides=fields, rights=task.rights)
        values = dict(self.validate(task, submission, named))
        values.pop(composition.OUTCOME, None)
        return values


def _named(name: str, named: dict[str, Mapping[str, Any]]) -> str:
    """The facts of a document that is only pretended."""
    digest = hashlib.sha256(f"{len(named)}:{name}".encode()).hexdigest()
    facts = {"id": digest[:32], "name": name, "sha256": digest, "size": 1024, "media_type": _media_type(name)}
    named[digest[:32]] = facts
    return digest[:32]


def _media_type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/pdf"


def _ensure_nothing_else(submission: Mapping[str, Any]) -> None:
    unknown = sorted(key[:60] for key in submission if key != composition.OUTCOME)
    if unknown:
        raise InvalidSubmission(tuple(FieldError(path=key, message=f"这个环节没有“{key}”这一项") for key in unknown))
