from __future__ import annotations

import pytest

from engine.errors import Invalid
from engine.ports import FormPort, FormTask
from forms import library
from forms.port import FormLibrary


def test_the_library_is_a_form_port() -> None:
    port: FormPort = FormLibrary()

    keys = port.keys()
    assert {"project_application", "review"} <= keys
    assert port.find("nothing") is None


def test_a_deployed_form_tells_its_key() -> None:
    assert FormLibrary().check(library.content("issue_form")) == "issue_form"

    with pytest.raises(Invalid):
        FormLibrary().check(b"<xml/>")


def test_a_submission_is_checked_against_the_pinned_form() -> None:
    form = FormLibrary().compose(None, {"agree": "同意"})
    task = FormTask(form=form, inputs={}, rights={}, context={})

    with pytest.raises(Invalid) as refusal:
        FormLibrary().validate(task, {"outcome": "agree"}, {})
    assert "opinion_text" in {problem.path for problem in refusal.value.problems}


def test_a_task_without_a_form_takes_nothing_but_an_outcome() -> None:
    task = FormTask(form=b"", inputs={}, rights={}, context={})

    assert FormLibrary().validate(task, {"outcome": "agree"}, {}) == {"outcome": "agree"}
    with pytest.raises(Invalid) as refusal:
        FormLibrary().validate(task, {"review": {"outcome": "agree"}}, {})
    assert [problem.path for problem in refusal.value.problems] == ["review"]
