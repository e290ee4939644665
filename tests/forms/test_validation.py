from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from forms.definition import Form
from forms.errors import InvalidSubmission

NAME = {"type": "textfield", "key": "name", "label": "名称", "validate": {"required": True, "minLength": 2}}
TOTAL = {"type": "number", "key": "total", "label": "合计", "properties": {"kind": "money"}}
JOINT = {
    "type": "radio",
    "key": "joint",
    "label": "是否联建",
    "properties": {"kind": "boolean"},
    "values": [{"value": "true", "label": "是"}, {"value": "false", "label": "否"}],
}
PARTNER = {
    "type": "textfield",
    "key": "partner",
    "label": "联建村",
    "conditional": {"hide": "=joint != true"},
    "validate": {"required": True},
}
ROWS = {
    "type": "dynamiclist",
    "path": "rows",
    "label": "明细",
    "components": [
        {"type": "textfield", "key": "thing", "label": "内容", "validate": {"required": True}},
        {"type": "number", "key": "quantity", "label": "数量"},
        {"type": "number", "key": "price", "label": "单价", "properties": {"kind": "money"}},
        {
            "type": "number",
            "key": "amount",
            "label": "小计",
            "properties": {"kind": "money", "value": "=quantity * price"},
        },
    ],
}
PHOTOS = {
    "type": "filepicker",
    "key": "photos",
    "label": "照片",
    "accept": ".jpg",
    "multiple": True,
    "properties": {"minFiles": 2},
}


def errors_of(form: Form, submission: dict[str, Any], **given: Any) -> dict[str, str]:
    with pytest.raises(InvalidSubmission) as refusal:
        form.validate(submission, **given)
    return {error.path: error.message for error in refusal.value.errors}


def test_values_come_back_typed(draw: Any) -> None:
    form = draw(NAME, TOTAL, JOINT, {"type": "datetime", "key": "day", "dateLabel": "日期"})

    values = form.validate({"name": " 白水村 ", "total": "１２３，４５６．５", "joint": "false", "day": "2026-03-05"})
    assert values == {"name": "白水村", "total": Decimal("123456.50"), "joint": False, "day": date(2026, 3, 5)}


def test_a_missing_field_is_asked_for_by_its_label(draw: Any) -> None:
    assert errors_of(draw(NAME, TOTAL), {}) == {"name": "请填写名称"}


def test_too_short_a_text_says_how_much_is_there(draw: Any) -> None:
    assert errors_of(draw(NAME), {"name": "村"}) == {"name": "名称至少 2 字，现有 1 字"}


def test_an_unknown_field_is_refused_and_not_ignored(draw: Any) -> None:
    assert errors_of(draw(NAME), {"name": "白水", "approved": "true"}) == {"approved": "表单中没有“approved”这一项"}


def test_an_unknown_column_is_refused(draw: Any) -> None:
    assert "rows.0.extra" in errors_of(draw(ROWS), {"rows": [{"thing": "路", "extra": "1"}]})


def test_a_row_says_which_it_is(draw: Any) -> None:
    submission = {"rows": [{"thing": "路"}, {"thing": "桥", "price": "1.234"}]}

    assert errors_of(draw(ROWS), submission) == {"rows.1.price": "明细第 2 行：单价最多 2 位小数"}


def test_rows_left_blank_do_not_count_but_keep_the_others_in_place(draw: Any) -> None:
    form = draw(ROWS)

    assert form.validate({"rows": [{"thing": ""}, {"thing": "桥"}]}) == {"rows": [{"thing": "桥"}]}
    assert list(errors_of(form, {"rows": [{}, {"quantity": "2"}]})) == ["rows.1.thing"]


def test_a_figure_is_computed_and_may_only_be_echoed(draw: Any) -> None:
    form = draw(ROWS)
    row = {"thing": "路", "quantity": "3", "price": "0.335"}

    values = form.validate({"rows": [{**row, "price": "0.33"}]})
    assert values["rows"][0]["amount"] == Decimal("0.99")


def test_a_condition_hides_a_field_with_its_value(draw: Any) -> None:
    form = draw(JOINT, PARTNER)

    assert form.validate({"joint": "false", "partner": "邻村"}) == {"joint": False}
    assert errors_of(form, {"joint": "true"}) == {"partner": "请填写联建村"}


def test_a_field_may_be_required_only_sometimes(draw: Any) -> None:
    reason = {"type": "textarea", "key": "reason", "label": "理由", "properties": {"requiredIf": "=total > 100"}}
    form = draw(TOTAL, reason)

    assert form.validate({"total": "100"}) == {"total": Decimal("100.00")}
    assert errors_of(form, {"total": "100.01"}) == {"reason": "请填写理由"}


def test_a_rule_between_fields_speaks_at_its_field(draw: Any) -> None:
    rule = {
        "field": "total",
        "test": "=abs(sum(for row in rows return row.amount) - total) <= 1",
        "message": "与明细不符",
    }
    form = draw(TOTAL, ROWS, rules=[rule])
    rows = [{"thing": "路", "quantity": "2", "price": "50"}]

    assert form.validate({"total": "101.00", "rows": rows})["total"] == Decimal("101.00")
    assert errors_of(form, {"total": "101.01", "rows": rows}) == {"total": "与明细不符"}


def test_a_rule_for_each_row_speaks_in_the_row(draw: Any) -> None:
    rule = {"field": "rows.quantity", "each": "rows", "test": "=quantity <= 10", "message": '="最多 " + string(10)'}
    form = draw(ROWS, rules=[rule])

    submission = {"rows": [{"thing": "路", "quantity": "10"}, {"thing": "桥", "quantity": "11"}]}
    assert errors_of(form, submission) == {"rows.1.quantity": "明细第 2 行：最多 10"}


def test_a_rule_over_a_wrong_field_waits_until_it_is_mended(draw: Any) -> None:
    form = draw(TOTAL, NAME, rules=[{"field": "name", "test": "=total > 5", "message": "太少"}])

    assert errors_of(form, {"total": "x", "name": "白水"}) == {"total": "合计应为数字，例如 1280.00"}


def test_the_policy_of_the_county_decides(draw: Any) -> None:
    rule = {"field": "total", "test": "=total <= policy.limit", "message": '="不超过 " + string(policy.limit) + " 元"'}
    form = draw(TOTAL, rules=[rule])

    policy = {"policy": {"limit": Decimal(30000)}}
    assert errors_of(form, {"total": "30000.01"}, context=policy) == {"total": "不超过 30000 元"}


def test_a_read_only_value_comes_from_the_task_and_cannot_be_changed(draw: Any) -> None:
    form = draw({**TOTAL, "readonly": True})
    inputs = {"total": Decimal("100.00")}

    assert form.validate({}, inputs=inputs) == inputs
    assert form.validate({"total": "100"}, inputs=inputs) == inputs
    assert "不能修改" in errors_of(form, {"total": "200"}, inputs=inputs)["total"]


def test_rights_decide_who_may_write_read_or_see(draw: Any) -> None:
    form = draw(NAME, TOTAL)
    inputs = {"name": "白水", "total": Decimal(5)}

    assert form.validate({"total": "7"}, inputs=inputs, rights={"name": "read"})["name"] == "白水"
    assert "不能修改" in errors_of(form, {"name": "黑水"}, inputs=inputs, rights={"name": "read"})["name"]
    assert "无权" in errors_of(form, {"name": "白水", "total": "7"}, rights={"total": "hide"})["total"]
    assert form.validate({}, inputs=inputs, rights={"*": "hide"}) == {}


def test_attachments_are_looked_up_and_kept_with_their_facts(draw: Any, photo: Any) -> None:
    stored = {"p1": photo("p1"), "p2": photo("p2")}

    kept = draw(PHOTOS).validate({"photos": ["p1", "p2"]}, attachments=stored)["photos"]
    assert [fact["id"] for fact in kept] == ["p1", "p2"]
    assert kept[0]["size"] == Decimal(2048)


def test_attachments_that_do_not_exist_fit_or_suffice_are_refused(draw: Any, photo: Any) -> None:
    form = draw(PHOTOS)
    stored = {"p1": photo("p1"), "exe": photo("exe", "病毒.exe")}

    assert "找不到" in errors_of(form, {"photos": ["other"]}, attachments=stored)["photos"]
    assert "病毒.exe" in errors_of(form, {"photos": ["p1", "exe"]}, attachments=stored)["photos"]
    assert errors_of(form, {"photos": "p1"}, attachments=stored) == {"photos": "照片至少上传 2 个，现有 1 个"}


def test_fixed_rows_take_answers_but_no_more_rows(draw: Any) -> None:
    result = {"type": "select", "key": "result", "label": "结果", "values": [{"value": "ok", "label": "齐全"}]}
    item = {"type": "textfield", "key": "thing", "label": "材料", "readonly": True}
    preset = {"preset": [{"thing": "申报书"}, {"thing": "决议"}]}
    form = draw({**ROWS, "allowAddRemove": False, "properties": preset, "components": [item, result]})

    values = form.validate({"rows": [{"result": "ok"}, {"thing": "决议", "result": "ok"}]})
    assert values["rows"][1] == {"thing": "决议", "result": "ok"}
    assert "行是固定的" in errors_of(form, {"rows": [{}, {}, {}]})["rows"]
    assert "不能修改" in errors_of(form, {"rows": [{"thing": "别的"}]})["rows.0.thing"]


@pytest.mark.parametrize(
    "raw",
    [{"a": 1}, [1, 2], [True], "x" * 300, "\x00", -1, 10**400, float("nan"), [[]], {"rows": {}}],
)
def test_nonsense_of_any_kind_is_refused_with_a_message(draw: Any, raw: Any) -> None:
    from forms.submission import from_json

    form = draw(
        {**NAME, "validate": {"required": True, "maxLength": 100}},
        {**TOTAL, "validate": {"min": 0, "max": 10}},
        JOINT,
        {"type": "datetime", "key": "day", "dateLabel": "日期"},
        {**NAME, "key": "persons", "properties": {"format": "names"}, "validate": {}},
    )

    for key in ("total", "joint", "day", "persons", "name"):
        if key in ("name", "persons") and isinstance(raw, str) and raw.isprintable():
            continue
        assert all(errors_of(form, dict(from_json({"name": "白水", key: raw}).values)).values())


def test_half_a_character_is_refused(draw: Any) -> None:
    assert "不能识别" in errors_of(draw(NAME), {"name": "白水\ud800"})["name"]


def test_errors_come_in_the_order_of_the_page(draw: Any) -> None:
    form = draw(NAME, ROWS, {**TOTAL, "validate": {"required": True}})

    submission = {"rows": [{"quantity": str(place)} for place in range(11)]}
    paths = list(errors_of(form, submission))
    assert paths[:2] == ["name", "rows.0.thing"]
    assert paths[-2:] == ["rows.10.thing", "total"]
