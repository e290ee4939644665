from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.policy.parameters import resolve
from forms import library
from forms.composition import compose, compose_content
from forms.errors import InvalidSubmission
from forms.samples import Sampler

OUTCOMES = {"agree": "同意", "return_for_correction": "退回补正", "reject": "不予同意"}
CONTEXT = {"policy": resolve()}
SIGNED = {"conflict_declaration": "true", "e_signature": "王建国"}
LONG = "经审核，申报材料缺少资金自筹证明，请一次性补齐后再报。"


def errors_of(form: Any, submission: dict[str, Any], **given: Any) -> dict[str, str]:
    with pytest.raises(InvalidSubmission) as refusal:
        form.validate(submission, context=CONTEXT, **given)
    return {error.path: error.message for error in refusal.value.errors}


def test_the_outcomes_are_the_tasks_own() -> None:
    form = compose(library.load("signature_form"), outcomes={"agree": "签发", "decline": "不签发"})

    assert [option.label for option in form.fields["outcome"].options] == ["签发", "不签发"]  # type: ignore[attr-defined]


def test_without_outcomes_a_form_stays_as_it_is() -> None:
    content = library.content("payment_receipt_form")

    assert compose_content(content, outcomes={}) == content


def test_composing_twice_gives_the_same_bytes() -> None:
    content = library.content("town_review_form")

    assert compose_content(content, outcomes=OUTCOMES) == compose_content(content, outcomes=OUTCOMES)


def test_a_form_may_ask_for_the_outcome_alone() -> None:
    form = compose(library.load("village_resolution_form"), outcomes={"agree": "通过", "reject": "未通过"})

    assert "outcome" in form.fields
    assert "opinion_text" not in form.fields


def test_a_task_without_a_form_of_its_own_gets_the_review_fields() -> None:
    form = library.parsed(compose_content(None, outcomes=OUTCOMES))

    sent = {"outcome": "agree", "opinion_text": "情况属实，同意按程序上报。", **SIGNED}
    assert form.validate(sent, context=CONTEXT)["outcome"] == "agree"


def test_naming_the_review_form_itself_gives_the_same() -> None:
    named = compose_content(library.content("review"), outcomes=OUTCOMES)

    assert named == compose_content(None, outcomes=OUTCOMES)


def test_a_return_names_what_is_missing_and_needs_nothing_else_of_the_form() -> None:
    form = compose(library.load("town_review_form"), outcomes=OUTCOMES)
    sent = {"outcome": "return_for_correction", "opinion_text": LONG, **SIGNED}

    assert list(errors_of(form, sent)) == ["missing_items"]
    kept = form.validate({**sent, "missing_items": [{"item": "自筹证明"}]}, context=CONTEXT)
    assert kept["missing_items"] == [{"item": "自筹证明"}]


def test_what_is_filled_in_must_be_right_even_in_a_return() -> None:
    form = compose(library.load("town_review_form"), outcomes=OUTCOMES)
    sent = {"outcome": "return_for_correction", "opinion_text": LONG, "suggest_fund": "很多", **SIGNED}

    assert "suggest_fund" in errors_of(form, {**sent, "missing_items": [{"item": "自筹证明"}]})


def test_a_rejection_states_its_legal_basis_and_at_least_twenty_characters() -> None:
    form = compose(library.load("signature_form"), outcomes=OUTCOMES)

    said = errors_of(form, {"outcome": "reject", "opinion_text": "不符合规定，不予同意。", **SIGNED})
    assert said == {"opinion_text": "退回、不予同意的，意见不少于 20 字", "legal_basis": "请填写依据条款"}


def test_an_agreement_needs_the_whole_form() -> None:
    form = compose(library.load("town_review_form"), outcomes=OUTCOMES)

    said = errors_of(form, {"outcome": "agree", "opinion_text": "情况属实，同意按程序上报。", **SIGNED})
    assert {"visit_date", "visitors", "visit_photos", "suggest_fund"} <= said.keys()


def test_a_duplicate_project_cannot_be_agreed_to() -> None:
    form, documents = compose(library.load("town_review_form"), outcomes=OUTCOMES), {}

    def attach(name: str) -> str:
        documents[name] = {"id": name, "name": name, "sha256": "", "size": 1, "media_type": "image/jpeg"}
        return name

    sampler = Sampler(today=date.today(), context=CONTEXT, attach=attach)
    sent = sampler.submission(form, overrides={"dup_check_result": "duplicate"})
    assert errors_of(form, sent, attachments=documents) == {"dup_check_result": "核查为重复项目的，不能同意"}


def test_the_signature_is_the_actors_own_name() -> None:
    form = library.parsed(compose_content(None, outcomes=OUTCOMES))
    sent = {"outcome": "agree", "opinion_text": "情况属实，同意按程序上报。", **SIGNED}

    with pytest.raises(InvalidSubmission, match="有误"):
        form.validate(sent, context={**CONTEXT, "actor": {"name": "李秀英"}})
