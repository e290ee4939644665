from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine import values
from engine.policy.parameters import resolve
from forms import library, rendering
from forms.composition import compose
from forms.errors import FormNotFound, InvalidSubmission
from forms.samples import Sampler
from forms.submission import decode, flatten, typed

TODAY = date.today()
CONTEXT: Mapping[str, Any] = {"policy": resolve()}
KEYS = sorted(library.keys())
MAIN_PATH = (
    "F02 F03 F03f F04 F04i F04d F04f F04t F05 F06 F07 F08 F09 F10 F10p F10f F10r F12 F12c F20 F21 F22 F23 F24 F25 F26 "
    "F30 F31 F32 F33 F33m F34 F35 F36 F37 F38 F39"
)


class Documents(dict[str, Any]):
    """Stands for the attachment store: whatever is attached is there."""

    def attach(self, name: str) -> str:
        self[name] = {"id": name, "name": name, "sha256": "0" * 64, "size": 10, "media_type": "image/jpeg"}
        return name


def filled(key: str, *, full: bool = False, **overrides: Any) -> dict[str, Any]:
    """The values kept of a sample of a library form."""
    documents, form = Documents(), library.load(key)
    documents.attach("票.pdf")
    sampler = Sampler(today=TODAY, context=CONTEXT, attach=documents.attach, full=full)
    inputs = {**sampler.inputs(form), **overrides.pop("inputs", {})}
    sent = decode(flatten(sampler.submission(form, inputs=inputs, overrides=overrides))).values
    return form.validate(sent, inputs=inputs, attachments=documents, context=CONTEXT)


def errors_of(key: str, **overrides: Any) -> dict[str, str]:
    with pytest.raises(InvalidSubmission) as refusal:
        filled(key, **overrides)
    return {error.path: error.message for error in refusal.value.errors}


def test_every_form_number_of_the_main_path_is_there() -> None:
    assert set(MAIN_PATH.split()) <= {library.load(key).code for key in KEYS}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("full", [False, True])
def test_a_sample_of_every_form_is_valid_and_shown_again(key: str, full: bool) -> None:
    kept = filled(key, full=full)

    assert values.loads(values.dumps(kept)) == kept
    assert "<section" in rendering.render_read_only(library.load(key), kept) or not kept


@pytest.mark.parametrize("key", KEYS)
def test_what_was_kept_can_be_submitted_again_after_a_return(key: str) -> None:
    documents, form = Documents(), library.load(key)
    sampler = Sampler(today=TODAY, context=CONTEXT, attach=documents.attach, full=True)
    inputs = sampler.inputs(form)
    kept = form.validate(sampler.submission(form, inputs=inputs), inputs=inputs, attachments=documents, context=CONTEXT)

    again = decode(flatten(typed(form, kept))).values
    assert form.validate(again, inputs={**kept, **inputs}, context=CONTEXT) == kept


@pytest.mark.parametrize("key", KEYS)
def test_every_form_opens_empty(key: str) -> None:
    page = rendering.render(library.load(key), context=CONTEXT)

    assert "None" not in page
    assert "undefined" not in page


@pytest.mark.parametrize("key", KEYS)
def test_every_form_names_itself_and_its_sources_in_chinese(key: str) -> None:
    form = library.load(key)

    assert form.title != key
    assert form.code
    assert form.key == key
    assert all(not field.label.isascii() for field in form.fields.values())


@pytest.mark.parametrize("key", KEYS)
def test_the_form_js_editor_finds_every_id_once(key: str) -> None:
    document = json.loads(library.content(key))

    ids = list(ids_in(document))
    assert document["id"] == key
    assert len(ids) == len(set(ids))


def ids_in(document: Mapping[str, Any]) -> Iterator[str]:
    for component in document.get("components", ()):
        yield component["id"]
        yield from ids_in(component)


def test_an_unknown_form_is_not_found() -> None:
    with pytest.raises(FormNotFound):
        library.load("../secrets")


def test_the_application_adds_up() -> None:
    said = errors_of("project_application", total_invest="500000.00", src_migrant_fund="400000.00")

    assert said == {"total_invest": "总投资应等于移民资金、行业资金、自筹、贷款与投工投劳折资之和"}


def test_the_support_ratio_of_the_application_is_computed() -> None:
    application = filled("project_application", total_invest="497230.00", src_self_raise="49730.00")

    assert application["support_ratio"] == Decimal("0.9000")


def test_a_project_off_the_pool_gives_its_reason() -> None:
    assert errors_of("project_application", reserve_no="", off_pool_reason="水毁") == {
        "off_pool_reason": "库外申报理由至少 30 字，现有 2 字"
    }


def test_a_large_project_needs_the_villagers_representatives() -> None:
    inputs = {"total_invest": Decimal("500000.01")}

    assert "resolution_type" in errors_of("village_resolution_form", inputs=inputs, resolution_type="two_committees")


@pytest.mark.parametrize(("present", "votes", "at"), [("19", "15", "reps_present"), ("20", "10", "votes_for")])
def test_a_resolution_needs_presence_and_a_majority(present: str, votes: str, at: str) -> None:
    said = errors_of("village_resolution_form", reps_total="30", reps_present=present, votes_for=votes)

    assert list(said) == [at]


def test_a_notice_is_never_shorter_than_the_rule() -> None:
    said = errors_of("public_notice_form", inputs={"min_notice_days": Decimal(7)}, notice_days="6")

    assert said == {"notice_days": "公示天数不能少于 7 天"}


def test_the_advance_cannot_exceed_the_ceiling() -> None:
    inputs = {"ceiling": Decimal(480000), "advance_ratio": Decimal("0.3"), "advance_max": Decimal(144000)}

    assert filled("advance_request_form", inputs=inputs)["advance_amount"] == Decimal("144000.00")
    assert "advance_amount" in errors_of("advance_request_form", inputs=inputs, advance_amount="144,000.01")


def test_three_persons_of_the_finance_group_sign() -> None:
    said = errors_of("advance_request_form", finance_group_signs="张三、李四")

    assert said == {"finance_group_signs": "村理财小组签字至少 3 人"}


def test_the_earned_value_is_the_sum_of_the_work_done() -> None:
    inputs = {"contract_amount": Decimal(480000)}

    report = filled("progress_report_form", inputs=inputs, earned_value="240000")
    assert report["earned_value"] == Decimal("240000.00")


def test_an_invoice_cannot_be_listed_twice() -> None:
    invoice = {
        "invoice_type": "digital",
        "invoice_no": "26330000000000000001",
        "amount": "5000",
        "tax": "0",
        "issue_date": TODAY.isoformat(),
        "seller": "某公司",
        "photo": ["票.pdf"],
    }

    said = errors_of("reimbursement_form", invoice_list=[invoice, invoice])
    assert said == {"invoice_list": "发票清单里有重复的发票"}


def test_the_settlement_of_example_b_is_negative() -> None:
    inputs = {
        "approved_fund": Decimal(500000),
        "support_ratio": Decimal(1),
        "contract_amount": Decimal(480000),
        "paid_before": Decimal(400000),
        "retention_rate": Decimal("0.03"),
    }

    audit = filled("settlement_audit_form", inputs=inputs, audited_amount="390000", submitted_amount="400000")
    assert (audit["retention_amount"], audit["payable"]) == (Decimal("11700.00"), Decimal("-21700.00"))


def test_retention_is_not_released_before_its_time() -> None:
    tomorrow = date.fromordinal(TODAY.toordinal() + 1)

    said = errors_of("retention_release_form", inputs={"warranty_end": tomorrow})
    assert "不能提前释放" in said["issue_found"]


def test_a_chosen_county_decides_how_many_photos() -> None:
    context = {"policy": resolve({"photos": {"progress": "8"}})}
    documents, form = Documents(), library.load("progress_report_form")
    sampler = Sampler(today=TODAY, context=context, attach=documents.attach)
    inputs = sampler.inputs(form)

    with pytest.raises(InvalidSubmission) as refusal:
        form.validate(sampler.submission(form, inputs=inputs), inputs=inputs, attachments=documents, context=context)
    assert [error.message for error in refusal.value.errors] == ["进度照片至少 8 张"]


def test_a_task_with_outcomes_asks_for_opinion_and_signature() -> None:
    form = compose(library.load("town_review_form"), outcomes={"agree": "同意", "return_for_correction": "退回补正"})

    assert {"outcome", "opinion_text", "conflict_declaration", "e_signature", "visit_date"} <= form.fields.keys()
