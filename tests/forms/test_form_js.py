from __future__ import annotations

import json
from typing import Any

import pytest

from forms.components import Group, Number, Rows
from forms.definition import Form
from forms.errors import InvalidForm, Misfit

#: half a character, which JSON can carry and no page can show
HALF = b'{"id": "demo", "components": [{"type": "text", "text": "\\ud800"}]}'


def problems_of(document: Any) -> list[str]:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(InvalidForm) as refusal:
        Form.parse(content)
    return [problem.message for problem in refusal.value.problems]


def drawn(*components: dict[str, Any], **own: Any) -> dict[str, Any]:
    return {"type": "default", "id": "demo", "components": list(components), "anlan": own}


def test_a_form_of_the_form_js_editor_is_read(draw: Any) -> None:
    amount = {"type": "number", "key": "amount", "label": "金额", "properties": {"kind": "money"}}
    form = draw(
        {
            "type": "group",
            "label": "明细",
            "components": [{"type": "dynamiclist", "path": "rows", "components": [amount]}],
        }
    )

    rows = form.fields["rows"]
    assert isinstance(form.components[0], Group)
    assert isinstance(rows, Rows)
    assert isinstance(rows.column("amount"), Number)


@pytest.mark.parametrize(
    ("component", "said"),
    [
        ({"type": "iframe", "id": "x"}, "不支持“iframe”类型的组件"),
        ({"type": "textfield", "key": "Bad Key"}, "小写英文字母"),
        ({"type": "textfield", "key": "policy"}, "系统保留的名称"),
        ({"type": "textfield", "key": "a", "validate": {"fancy": 1}}, "不支持的校验“fancy”"),
        ({"type": "textfield", "key": "a", "validate": {"pattern": "(a+)+"}}, "过于复杂"),
        ({"type": "textfield", "key": "a", "validate": {"pattern": "["}}, "正则表达式写错了"),
        ({"type": "select", "key": "a", "values": []}, "请列出可选项"),
        ({"type": "datetime", "key": "a", "subtype": "time"}, "只支持日期"),
        ({"type": "filepicker", "key": "a"}, "扩展名"),
        ({"type": "textfield", "key": "a", "conditional": {"hide": "=b = 1"}}, "表单里没有的“b”"),
        ({"type": "textfield", "key": "a", "conditional": {"hide": "=1 +"}}, "条件写错了"),
        ({"type": "group", "path": "nested", "components": []}, "分组不能带数据路径"),
        ({"type": "dynamiclist", "path": "a", "components": [{"type": "group", "components": []}]}, "只能放普通字段"),
        ({"type": "number", "key": "a", "validate": {"min": "many"}}, "不是数字"),
        ({"type": "number", "key": "a", "validate": {"min": "NaN"}}, "不是数字"),
        ({"type": "textfield", "key": "a", "validate": {"minLength": "²"}}, "不大于 100000 的整数"),
        ({"type": "textfield", "key": "a", "validate": {"minLength": "9" * 5000}}, "不大于 100000 的整数"),
    ],
)
def test_what_the_server_cannot_honour_is_refused(component: dict[str, Any], said: str) -> None:
    assert any(said in message for message in problems_of(drawn(component)))


def test_all_problems_are_named_at_once() -> None:
    assert len(problems_of(drawn({"type": "iframe"}, {"type": "html"}, {"type": "image"}))) == 3


def test_a_key_used_twice_is_refused() -> None:
    twice = drawn({"type": "textfield", "key": "a"}, {"type": "textarea", "key": "a"})

    assert problems_of(twice) == ["字段标识“a”重复"]


def test_a_rule_must_point_at_a_field_and_say_something() -> None:
    rules = [{"field": "b", "test": '=a = "x"', "message": ""}]

    messages = problems_of(drawn({"type": "textfield", "key": "a"}, rules=rules))
    assert any("没有的字段“b”" in message for message in messages)
    assert any("没有写提示" in message for message in messages)


def test_groups_do_not_nest_without_end() -> None:
    innermost: dict[str, Any] = {"type": "textfield", "key": "a"}
    for _ in range(300):
        innermost = {"type": "group", "components": [innermost]}

    assert problems_of(drawn(innermost)) == ["分组嵌套不能超过 8 层"]


def test_inputs_are_a_list_of_names() -> None:
    assert problems_of(drawn(inputs=5)) == ["anlan.inputs 应为名称的列表"]


def test_a_pattern_that_takes_for_ever_does_not_match(draw: Any) -> None:
    form = draw({"type": "textfield", "key": "a", "validate": {"pattern": "(a|a)*b"}})

    with pytest.raises(Misfit, match="格式不正确"):
        form.fields["a"].read("a" * 100)
    assert form.fields["a"].read("aab") == "aab"


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"components": 3}', HALF])
def test_what_is_no_form_is_refused(content: bytes) -> None:
    assert problems_of(content)


def test_a_form_beyond_one_megabyte_is_refused() -> None:
    assert problems_of(b" " * (1024 * 1024 + 1)) == ["表单文件不能超过 1 MB"]
