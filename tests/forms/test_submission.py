from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.submission import Press, decode, flatten, from_json, initial, typed

ROWS = {
    "type": "dynamiclist",
    "path": "rows",
    "label": "明细",
    "properties": {"maxRows": 3},
    "components": [{"type": "textfield", "key": "thing", "label": "内容"}],
}
keys = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True)
rows = st.lists(st.dictionaries(keys, st.text(min_size=1), min_size=1), min_size=1, max_size=4)


@dataclass
class Upload:
    filename: str


def test_dotted_names_are_nested_in_order() -> None:
    sent = [("rows.2.thing", "c"), ("name", "白水"), ("rows.0.thing", "a"), ("_csrf", "t"), ("csrf_token", "t")]

    assert decode(sent).values == {"name": "白水", "rows": [{"thing": "a"}, {"thing": "c"}]}


@given(st.dictionaries(keys, st.text(min_size=1) | rows))
def test_what_is_flattened_is_nested_back(values: dict[str, Any]) -> None:
    assert decode(flatten(values)).values == values


def test_a_name_sent_several_times_is_a_list() -> None:
    assert decode([("kinds", "a"), ("kinds", "b"), ("one", "a")]).values == {"kinds": ["a", "b"], "one": "a"}


def test_the_button_tells_what_was_pressed() -> None:
    assert decode([]).press is Press.SUBMIT
    assert decode([("_action", "draft")]).press is Press.DRAFT
    assert decode([("_action", "rubbish")]).press is Press.REFRESH


def test_the_row_buttons_add_and_delete(draw: Any) -> None:
    form = draw(ROWS)
    sent = [("rows.0.thing", "a"), ("rows.1.thing", "b")]

    assert decode([*sent, ("_action", "add:rows")]).pressed(form).values["rows"] == [{"thing": "a"}, {"thing": "b"}, {}]
    assert decode([*sent, ("_action", "del:rows.0")]).pressed(form).values["rows"] == [{"thing": "b"}]
    assert decode([*sent, ("_action", "del:rows.99")]).pressed(form).values["rows"] == [{"thing": "a"}, {"thing": "b"}]
    assert decode([*sent, ("_action", "add:elsewhere")]).pressed(form).values == decode(sent).values


def test_no_more_rows_than_the_form_allows(draw: Any) -> None:
    sent = [(f"rows.{place}.thing", "x") for place in range(3)]

    assert len(decode([*sent, ("_action", "add:rows")]).pressed(draw(ROWS)).values["rows"]) == 3


def test_chosen_files_join_those_stored_before(draw: Any) -> None:
    sent = [("photos", "old"), ("photos", Upload("b.jpg")), ("rows.0.proof", Upload("c.pdf")), ("none", Upload(""))]

    submission = decode(sent)
    assert set(submission.uploads) == {"photos", "rows.0.proof"}

    after = submission.with_uploaded({"photos": ["new"], "rows.0.proof": ["p"]})
    assert after.values["photos"] == ["old", "new"]
    assert not after.uploads


def test_a_file_of_a_row_reaches_its_row() -> None:
    submission = decode([("rows.0._row", "1"), ("rows.0.proof", Upload("c.pdf"))])

    assert submission.with_uploaded({"rows.0.proof": ["p"]}).values == {"rows": [{"proof": ["p"]}]}


def test_a_stored_file_can_be_removed(draw: Any) -> None:
    sent = [("photos", "a"), ("photos", "b"), ("_action", "remove:photos.a")]

    assert decode(sent).pressed(draw(ROWS)).values["photos"] == ["b"]


def test_huge_indexes_and_odd_names_do_no_harm() -> None:
    sent = [("rows.99999999.thing", "x"), ("rows.-1.thing", "x"), ("a.b", "x"), ("rows.٣.thing", "x"), ("", "x")]

    assert set(decode(sent).values) == {"rows.99999999.thing", "rows.-1.thing", "a.b", "rows.٣.thing", ""}


@pytest.mark.parametrize("place", ["²", "9" * 5000, "-1"])
def test_a_button_for_a_row_that_cannot_be_does_nothing(draw: Any, place: str) -> None:
    sent = [("rows.0.thing", "x"), ("_action", f"remove:rows.{place}.thing.b")]

    assert decode(sent).pressed(draw(ROWS)).values["rows"] == [{"thing": "x"}]


def test_numbers_of_a_program_become_exact() -> None:
    sent = from_json({"total": 0.1, "rows": [{"count": 3}], "yes": True, "none": None}).values

    assert sent == {"total": Decimal("0.1"), "rows": [{"count": Decimal(3)}], "yes": True, "none": None}


def test_a_form_opens_with_defaults_what_the_task_brings_and_a_first_row(draw: Any) -> None:
    name = {"type": "textfield", "key": "name", "label": "名称", "defaultValue": "无"}
    form = draw(name, {**name, "key": "other"}, ROWS)

    assert initial(form, {"other": "带出"}) == {"name": "无", "other": "带出", "rows": [{}]}


def test_answers_in_fixed_rows_are_put_back(draw: Any) -> None:
    item = {"type": "textfield", "key": "thing", "label": "材料", "readonly": True}
    note = {"type": "textfield", "key": "note", "label": "说明"}
    form = draw({**ROWS, "allowAddRemove": False, "components": [item, note]})

    assert initial(form, {"rows": [{"thing": "申报书", "note": "缺页"}]}) == {"rows": [{"note": "缺页"}]}


@given(st.decimals(min_value=0, max_value="99999999.99", places=2), st.booleans())
def test_kept_values_can_be_sent_again(total: Decimal, yes: bool) -> None:
    from forms.definition import Form

    form = Form.parse(
        b'{"id": "demo", "components": [{"type": "number", "key": "total", "properties": {"kind": "money"}},'
        b' {"type": "radio", "key": "yes", "properties": {"kind": "boolean"},'
        b' "values": [{"value": "true", "label": "Y"}, {"value": "false", "label": "N"}]}]}'
    )
    kept = form.validate({"total": total, "yes": yes})

    assert form.validate(decode(flatten(typed(form, kept))).values) == kept
