from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from lxml import html

from forms import rendering
from forms.errors import FieldError
from forms.views import Links

NAME = {"type": "textfield", "key": "name", "label": "名称", "validate": {"required": True, "minLength": 4}}
TOTAL = {"type": "number", "key": "total", "label": "合计", "properties": {"kind": "money"}}
KIND = {
    "type": "select",
    "key": "kind",
    "label": "种类",
    "values": [{"value": "road", "label": "道路"}, {"value": "water", "label": "水利"}],
}
LENGTH = {"type": "number", "key": "length", "label": "长度", "conditional": {"hide": '=kind != "road"'}}
ROWS = {"type": "dynamiclist", "path": "rows", "label": "明细", "components": [NAME, TOTAL]}
PHOTOS = {"type": "filepicker", "key": "photos", "label": "照片", "accept": ".jpg", "multiple": True}


def page(markup: str) -> Any:
    return html.fragment_fromstring(str(markup), create_parent="form")


def test_every_input_has_a_label_and_points_at_its_hint(draw: Any) -> None:
    tree = page(rendering.render(draw(NAME, TOTAL)))

    assert tree.xpath("//label[@for='f-name']")[0].text == "名称"
    assert tree.xpath("//input[@id='f-name']/@aria-describedby") == ["f-name-hint"]
    assert tree.xpath("//p[@id='f-name-hint']/text()") == ["不少于 4 字"]
    assert tree.xpath("//label[@for='f-total']/span/text()") == ["（选填）"]


def test_errors_stand_at_the_top_and_at_the_field(draw: Any) -> None:
    errors = (
        FieldError(path="rows.0.name", message="明细第 1 行：请填写名称"),
        FieldError(path="x", message="没有这一项"),
    )

    tree = page(rendering.render(draw(ROWS), {"rows": [{"total": "1.234"}]}, errors))
    assert tree.xpath("//div[@class='summary']//a/@href") == ["#f-rows-0-name"]
    assert tree.xpath("//div[@class='summary']//li")[1].text_content() == "没有这一项"
    assert "has-error" in tree.xpath("//input[@id='f-rows-0-name']/..")[0].get("class")
    assert tree.xpath("//input[@id='f-rows-0-total']/@value") == ["1.234"]


def test_what_was_typed_stays_even_where_it_is_wrong(draw: Any) -> None:
    tree = page(rendering.render(draw(NAME, TOTAL, KIND), {"name": '"><script>', "total": "很多", "kind": "road"}))

    assert tree.xpath("//input[@name='name']/@value") == ['"><script>']
    assert tree.xpath("//input[@name='total']/@value") == ["很多"]
    assert tree.xpath("//option[@selected]/@value") == ["road"]
    assert not tree.xpath("//script")


def test_kept_values_are_put_back_as_people_write_them(draw: Any) -> None:
    tree = page(rendering.render(draw(TOTAL), {"total": Decimal("144000")}))

    assert tree.xpath("//input[@name='total']/@value") == ["144,000.00"]


def test_a_condition_shows_and_hides_without_losing_what_was_typed(draw: Any) -> None:
    form = draw(KIND, LENGTH)

    hidden = page(rendering.render(form, {"kind": "water", "length": "12"}))
    assert hidden.xpath("//input[@name='length']/@type") == ["hidden"]
    shown = page(rendering.render(form, {"kind": "road", "length": "12"}))
    assert shown.xpath("//input[@name='length']/@value") == ["12"]
    assert shown.xpath("//input[@name='length']/@type") == ["text"]


def test_a_hidden_cell_of_a_row_keeps_what_was_typed(draw: Any) -> None:
    hidden = {**NAME, "key": "code", "conditional": {"hide": '=kind = "road"'}}
    form = draw({**ROWS, "components": [KIND, hidden]})

    tree = page(rendering.render(form, {"rows": [{"kind": "road", "code": "0330"}]}))
    assert tree.xpath("//input[@type='hidden'][@name='rows.0.code']/@value") == ["0330"]


def test_only_fields_that_others_depend_on_ask_the_server(draw: Any) -> None:
    tree = page(rendering.render(draw(KIND, LENGTH, NAME), links=Links(action="/tasks/1/form")))

    assert tree.xpath("//*[@hx-trigger]/@name") == ["kind"]
    assert tree.xpath("//select/@hx-swap") == ["innerMorph"]
    assert tree.xpath("//select/@hx-post") == ["/tasks/1/form"]


def test_rows_have_buttons_that_work_without_scripts(draw: Any) -> None:
    tree = page(rendering.render(draw(ROWS), {"rows": [{}, {}]}))

    assert tree.xpath("//button[@name='_action']/@value") == ["refresh", "del:rows.0", "del:rows.1", "add:rows"]
    assert all(button.get("formnovalidate") is not None for button in tree.xpath("//button"))


def test_stored_files_travel_as_hidden_ids(draw: Any, photo: Any) -> None:
    tree = page(rendering.render(draw(PHOTOS), {"photos": ["p1", "lost"]}, attachments={"p1": photo("p1")}))

    assert tree.xpath("//input[@type='hidden'][@name='photos']/@value") == ["p1"]
    assert tree.xpath("//li/a/@href") == ["/attachments/p1"]
    assert tree.xpath("//input[@type='file']/@data-upload") == ["/attachments"]
    assert tree.xpath("//li/button/@value") == ["remove:photos.p1"]


def test_documents_of_an_earlier_step_are_there_again(draw: Any, photo: Any) -> None:
    rows = {**ROWS, "components": [{**PHOTOS, "key": "proof"}]}
    form = draw(PHOTOS, rows)
    inputs = {"photos": [photo("p1")], "rows": [{"proof": [photo("p2")]}]}

    tree = page(rendering.render(form, inputs=inputs))
    assert tree.xpath("//input[@type='hidden']/@value") == ["p1", "1", "p2"]
    sent = {"photos": "p1", "rows": [{"proof": "p2"}]}
    assert form.validate(sent, inputs=inputs)["photos"][0]["name"] == "现场.jpg"


@pytest.mark.parametrize("size", ["abc", None, {"a": 1}])
def test_what_only_looks_like_a_document_is_not_shown(draw: Any, photo: Any, size: Any) -> None:
    inputs = {"photos": [{**photo("p1"), "size": size}]}

    assert page(rendering.render(draw(PHOTOS), inputs=inputs)).xpath("//li/a") == []


@pytest.mark.parametrize(
    ("component", "formula"),
    [
        (PHOTOS, '"x"'),
        (PHOTOS, '[{id: "x"}]'),
        ({"type": "number", "key": "a"}, "10**300"),
        ({"type": "textfield", "key": "a", "properties": {"format": "names"}}, "5"),
        ({"type": "checklist", "key": "a", "values": [{"value": "x"}]}, '"x"'),
    ],
)
def test_a_formula_that_does_not_suit_its_field_gives_nothing(draw: Any, component: Any, formula: str) -> None:
    own = {**component.get("properties", {}), "value": formula}
    form = draw({**component, "properties": own})

    assert rendering.render(form)
    assert form.validate({}).get(component["key"]) in (None, [])


def test_hidden_documents_are_carried_as_ids(draw: Any, photo: Any) -> None:
    form = draw(KIND, {**PHOTOS, "conditional": {"hide": '=kind != "road"'}})

    tree = page(rendering.render(form, inputs={"photos": [photo("p1")]}))
    assert tree.xpath("//input[@type='hidden'][@name='photos']/@value") == ["p1"]


def test_a_read_only_field_is_no_input(draw: Any) -> None:
    form = draw({**TOTAL, "readonly": True}, NAME)
    tree = page(rendering.render(form, inputs={"total": Decimal(1), "name": "白水"}, rights={"name": "read"}))

    assert [output.text.strip() for output in tree.xpath("//output")] == ["1.00", "白水"]
    assert not tree.xpath("//input[@type='text']")


def test_a_hidden_field_is_not_on_the_page(draw: Any) -> None:
    assert "合计" not in rendering.render(draw(TOTAL, NAME), rights={"total": "hide"})


def test_a_submitted_form_is_shown_as_it_was(draw: Any, photo: Any) -> None:
    form = draw({"type": "group", "label": "基本", "components": [TOTAL, KIND, NAME]}, ROWS, PHOTOS)
    kept = {
        "total": Decimal("144000"),
        "kind": "road",
        "rows": [{"name": "<b>路</b>", "total": Decimal(1)}],
        "photos": [photo("p1")],
    }

    tree = page(rendering.render_read_only(form, kept))
    assert [part.text_content().strip() for part in tree.xpath("//section//dd")] == ["144,000.00", "道路"]
    assert tree.xpath("//td[@data-label='名称']")[0].text_content() == "<b>路</b>"
    assert tree.xpath("//a/@href") == ["/attachments/p1"]
    assert not tree.xpath("//input")


def test_ids_are_unique_on_a_page(draw: Any) -> None:
    tree = page(rendering.render(draw(NAME, ROWS, KIND, PHOTOS), {"rows": [{}, {}]}))

    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
