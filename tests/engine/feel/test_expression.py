"""What hosts see: compile errors with their place, references, reasons of nulls, the clock, threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine import feel


def test_a_syntax_error_says_where_it_is_and_what_was_expected() -> None:
    with pytest.raises(feel.FeelSyntaxError) as caught:
        feel.compile("金额 > 1\n and (2 +")

    assert (caught.value.line, caught.value.column) == (2, 10)
    assert "表达式" in caught.value.expected
    assert str(caught.value).startswith("第2行第10列：应为表达式")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("金额（元）", "请改用半角符号 ("),
        ("level = “town”", '请改用半角符号 "'),
        ("if a then b", "应为else"),
        ("[1, 2", "应为]"),
        ('"没有结束', "没有结束的文字"),
        ("for x of xs return x", "应为in"),
        ("1 2", "应为运算符或表达式的结尾"),
        ("a..b", "应为运算符或表达式的结尾"),
        ("import os", "运算符"),
    ],
)
def test_common_slips_are_explained(text: str, hint: str) -> None:
    if text == "import os":
        assert feel.compile(text)({}) is None
        return
    with pytest.raises(feel.FeelSyntaxError) as caught:
        feel.compile(text)

    assert hint in str(caught.value)


def test_a_leading_equals_sign_is_skipped() -> None:
    assert feel.compile("= 1 + 1")({}) == Decimal(2)


def test_references_are_the_paths_that_are_read() -> None:
    expression = feel.compile("application.total_invest >= policy.limit and some r in rows satisfies r.amount > 0")

    assert set(expression.references) == {("application", "total_invest"), ("policy", "limit"), ("rows",)}


def test_built_in_functions_are_no_references() -> None:
    assert feel.compile("count(rows) + sum(rows.amount)").references == (("rows",), ("rows", "amount"))


def test_a_host_function_that_is_called_is_a_reference_and_can_be_told_from_data() -> None:
    expression = feel.compile('decide("sla", {step: step}).days')

    assert expression.references == (("decide",), ("step",))
    assert callable(feel.Function(("name", "inputs"), lambda name, inputs: {}))


def test_the_reasons_of_a_null_can_be_asked_for() -> None:
    value, reasons = feel.compile('total + "元"').explain({"total": 3})

    assert value is None
    assert [(reason.message, reason.offset) for reason in reasons] == [("不能计算：number + string", 6)]


def test_a_missing_name_is_null_and_named_in_the_reason() -> None:
    value, reasons = feel.compile("application.amount > 1").explain({"application": {}})

    assert value is None
    assert "amount" in reasons[0].message


def test_attributes_of_python_objects_cannot_be_reached() -> None:
    for text in ("a.__class__", "a.upper", "a.real", "date.today"):
        assert feel.compile(text)({"a": "x"}) is None


def test_foreign_objects_are_refused() -> None:
    with pytest.raises(feel.FeelValueRefused):
        feel.compile("a")({"a": object()})


def test_host_numbers_become_decimals() -> None:
    assert feel.compile("a")({"a": 0.1}) == Decimal("0.1")
    assert feel.compile("a")({"a": [1, {"b": 2}]}) == [Decimal(1), {"b": Decimal(2)}]
    assert feel.compile("a")({"a": float("nan")}) is None


def test_the_clock_is_the_hosts() -> None:
    with feel.clock(datetime(2026, 3, 1, 12, tzinfo=UTC)):
        assert feel.compile("string(today()) + string(now())")({}) == "2026-03-012026-03-01T12:00:00Z"


def test_expressions_are_shared_by_threads() -> None:
    expression = feel.compile("sum(for i in 1..n return i * factor)")

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: expression({"n": n, "factor": 2}), range(1, 200)))

    assert results == [Decimal(n * (n + 1)) for n in range(1, 200)]


def test_an_evaluation_inside_a_host_function_counts_on_the_same_meter() -> None:
    inner = feel.compile("count(for i in 1..1000 return i)")
    function = feel.Function((), lambda: inner({}))

    with pytest.raises(feel.FeelLimitExceeded):
        feel.compile("for i in 1..1000 return f()")({"f": function})


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("-", None, True),
        ("", 1, True),
        ("< 500000", Decimal("499999.99"), True),
        ("< 500000", 500000, False),
        ("[500000..2000000)", 500000, True),
        ('"town", "county"', "county", True),
        ('not("town", "county")', "county", False),
        ("null", None, True),
        ("not(null)", 1, True),
        ("< 5", None, None),
        ("? > limit", 6, True),
        ("limit", 5, True),
        ("[1, 2, 3]", 2, True),
        ("true", False, False),
        ("false", False, True),
        ('contains(?, "水库")', "马头水库", True),
        ("limit > 3", "anything", True),
    ],
)
def test_unary_tests(cell: str, value: object, expected: bool | None) -> None:
    assert feel.unary_tests(cell)(value, {"limit": 5}) is expected
