"""The built-in functions: every example in their docstrings holds, and the corners the standard names."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from engine import feel
from engine.feel.builtins import BUILTINS

EXAMPLE = re.compile(r"`([^`]+ = [^`]+)`")


def examples() -> Iterator[str]:
    for builtin in BUILTINS.values():
        for overload in builtin.overloads:
            found = EXAMPLE.search(overload.call.__doc__ or "")
            if found and "…" not in found[1]:
                yield found[1]


def text(expression: str) -> str:
    return feel.text_of(feel.compile(expression)({}))


@pytest.mark.parametrize("example", sorted(set(examples())))
def test_the_example_of_a_docstring_holds(example: str) -> None:
    assert feel.compile(example)({}) is True


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('substring("foobar", 0)', "null"),
        ('substring("foobar", 3, 100)', "obar"),
        ('substring("foobar", 7)', "null"),
        ('substring("foobar", 3, 0)', "null"),
        ('substring("马头墙水库", 2, 2)', "头墙"),
        ('string length("\\U01F40Eab")', "3"),
        ('substring after("foo", "")', "foo"),
        ('split("a;b;c;;", ";")', '["a", "b", "c", "", ""]'),
        ('string join(["a", null, "c"], "X")', "aXc"),
        ('string join(["a", 1])', "null"),
        ('replace("abc", "(b)(c)", "$2$1")', "acb"),
        ('replace("abc", "x*", "-")', "null"),
        ('replace("a.b", ".", "$", "q")', "a$b"),
        ('matches("Ⅷ", "\\p{Nl}")', "true"),
        ('matches("水库", "^\\p{IsCJKUnifiedIdeographs}+$")', "true"),
        ('matches("a", "[z-a]")', "null"),
    ],
)
def test_strings(expression: str, expected: str) -> None:
    assert text(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("decimal(1, 2)", "1.00"),
        ("decimal(1234567, -3)", "1235000"),
        ("round half up(0.125, 2)", "0.13"),
        ("round half down(0.125, 2)", "0.12"),
        ("round up(-1.121, 2)", "-1.13"),
        ("floor(-1.56, 1)", "-1.6"),
        ("ceiling(-1.56, 1)", "-1.5"),
        ("modulo(-10.1, 4.5)", "3.4"),
        ("modulo(10.1, -4.5)", "-3.4"),
        ("modulo(1, 0)", "null"),
        ("sqrt(-1)", "null"),
        ("decimal(log(10), 10)", "2.3025850930"),
        ("decimal(exp(5), 10)", "148.4131591026"),
        ("even(5.5)", "false"),
    ],
)
def test_numbers(expression: str, expected: str) -> None:
    assert text(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("sum([])", "null"),
        ("sum([1, null])", "null"),
        ("mean([1, 2, 3])", "2"),
        ("max([])", "null"),
        ('min(["b", "a"])', "a"),
        ('min(1, "a")', "null"),
        ("mode([])", "[]"),
        ("stddev(47)", "null"),
        ("decimal(stddev(2, 4, 7, 5), 10)", "2.0816659995"),
        ("all([true, null])", "null"),
        ("any([null, true])", "true"),
        ("count(5)", "1"),
        ("count(null)", "null"),
        ("sublist([4, 5, 6], 2, 3)", "null"),
        ("sublist([4, 5, 6], -2)", "[5, 6]"),
        ("insert before([1], 3, 0)", "null"),
        ("distinct values([1, 1.0, [1], [1], null, null])", "[1, [1], null]"),
        ("sort([3, 1, 2])", "[1, 2, 3]"),
        ('sort(["a", 1])', "null"),
        ("list replace([1, 2], 3, 0)", "null"),
        ("append([], null)", "[null]"),
        ("concatenate([1], null)", "null"),
    ],
)
def test_lists(expression: str, expected: str) -> None:
    assert text(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('context put({x: 1, y: {a: 0}}, ["y", "a"], 2)', "{x: 1, y: {a: 2}}"),
        ('context put({x: 1}, ["y", "a"], 2)', "null"),
        ("context put({x: 1}, [], 2)", "null"),
        ('context([{key: "a", value: 1}, {key: "b"}])', "null"),
        ("context merge([{x: 1, y: 0}, {y: 2}])", "{x: 1, y: 2}"),
        ('get value({"a b": 1}, "a b")', "1"),
    ],
)
def test_contexts(expression: str, expected: str) -> None:
    assert text(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('range("[18..21)")', "[18..21)"),
        ('range("[2..)")', ">=2"),
        ('range("(..2)")', "<2"),
        ('range("[..]")', "null"),
        ('range("[1+1..3]")', "null"),
        ('range("[3..1]")', "null"),
        ('range("[-2..date(\\"2024-01-01\\")]")', "null"),
        ('range("[@\\"2024-01-01\\"..date(\\"2024-12-31\\")]")', "[2024-01-01..2024-12-31]"),
        ("includes([1..10), 10)", "false"),
        ("includes(>5, 10)", "true"),
        ("overlaps before([1..5), (1..5])", "true"),
        ("overlaps after((1..5], [1..5])", "true"),
        ("finishes((1..10], [1..10])", "true"),
        ("starts([1..10), [1..10])", "true"),
        ("meets([1..5), [5..10])", "false"),
        ('before("a", 1)', "null"),
        ("before(range: [1..10], point: 15)", "true"),
        ("before(point: 15, range: [1..10])", "false"),
        ("after(range: [11..20], point: 10)", "true"),
    ],
)
def test_ranges(expression: str, expected: str) -> None:
    assert text(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('number("1.000.000,01", ".", ",")', "1000000.01"),
        ('number("1e3")', "1000"),
        ('number("NaN")', "null"),
        ('date("2023-02-29")', "null"),
        ("date(2024, 2, 29)", "2024-02-29"),
        ('date("-0044-03-15")', "-0044-03-15"),
        ('time("10:00:00@Asia/Shanghai")', "10:00:00@Asia/Shanghai"),
        ('time(10, 0, 1.5, @"PT8H")', "10:00:01.5+08:00"),
        ('date and time("2024-02-29")', "2024-02-29T00:00:00"),
        ('date and time(@"2024-02-29", @"10:00:00Z")', "2024-02-29T10:00:00Z"),
        ('duration("P1Y14M")', "P2Y2M"),
        ('duration("P1DT25H61M")', "P2DT2H1M"),
        ('duration("P1Y1D")', "null"),
        ('duration("-PT0.5S")', "-PT0.5S"),
        ('years and months duration(@"2016-12-31", @"2017-02-28")', "P1M"),
        ('years and months duration(@"2017-02-28", @"2016-12-31")', "-P1M"),
        ('string([1.50, "a", null, @"2024-01-01", {"b c": [true]}])', '[1.50, "a", null, 2024-01-01, {b c: [true]}]'),
        ("string(null)", "null"),
        ("string(1e3)", "1000"),
    ],
)
def test_conversions(expression: str, expected: str) -> None:
    assert text(expression) == expected
