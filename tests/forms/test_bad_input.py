"""Whatever is sent, the answer is a message at a field; and whatever was drafted can be shown again."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import values
from engine.policy.parameters import resolve
from forms import library, rendering
from forms.composition import compose
from forms.errors import InvalidForm, InvalidSubmission
from forms.submission import decode, from_json

CONTEXT = {"policy": resolve()}
FORMS = {
    key: compose(library.load(key), outcomes={"agree": "同意", "reject": "不予同意"})
    for key in ("project_application", "reimbursement_form", "stage_settlement_form", "county_intake_form")
}
#: half a character, a control character, a change of direction
ODD = ["\ud800", "\x00", "\u202e"]
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.sampled_from(ODD)
nonsense = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(sorted(FORMS))


def names_in(key: str) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(FORMS[key].fields)) | st.text(max_size=8) | st.sampled_from([*ODD, "a.²", "a.².b"])


@settings(max_examples=150, deadline=None)
@given(keys.flatmap(lambda key: st.tuples(st.just(key), st.dictionaries(names_in(key), nonsense, max_size=5))))
def test_any_json_gets_messages_and_can_be_shown(case: tuple[str, dict[str, Any]]) -> None:
    form, sent = FORMS[case[0]], from_json(case[1]).values

    with suppress(InvalidSubmission):
        assert values.dumps(form.validate(sent, context=CONTEXT))
    page = rendering.render(form, sent, context=CONTEXT)
    assert page.encode()


@settings(max_examples=150, deadline=None)
@given(keys, st.lists(st.tuples(st.from_regex(r"[a-z_]{1,12}(\.[0-9]{1,5}(\.[a-z_]{1,12})?)?"), st.text()), max_size=8))
def test_any_names_of_a_browser_get_messages_and_can_be_shown(key: str, pairs: list[tuple[str, str]]) -> None:
    form = FORMS[key]
    submission = decode(pairs).pressed(form)

    with suppress(InvalidSubmission):
        form.validate(submission.values, context=CONTEXT)
    assert rendering.render(form, submission.values, context=CONTEXT)


@settings(max_examples=100, deadline=None)
@given(nonsense, nonsense, st.sampled_from(["type", "key", "label", "validate", "properties", "values", "conditional"]))
def test_a_form_of_nonsense_is_refused_or_read(inner: Any, own: Any, name: str) -> None:
    component = {"type": "select", "key": "a", "values": [{"value": "x"}], name: inner}
    with suppress(InvalidForm):
        library.parsed(json.dumps({"id": "demo", "components": [component, inner], "anlan": own}).encode())


@settings(max_examples=100, deadline=None)
@given(keys.flatmap(lambda key: st.tuples(st.just(key), st.dictionaries(names_in(key), nonsense, max_size=5))))
def test_whatever_a_diagram_brings_the_form_opens(case: tuple[str, dict[str, Any]]) -> None:
    form, inputs = FORMS[case[0]], from_json(case[1]).values

    assert rendering.render(form, inputs=inputs, context=CONTEXT)
    with suppress(InvalidSubmission):
        form.validate({}, inputs=inputs, context=CONTEXT)
