"""The language itself, clause by clause of DMN 1.5, chapter 10."""

from __future__ import annotations

import pytest

from engine import feel


def text(expression: str, **context: object) -> str:
    return feel.text_of(feel.compile(expression)(context))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 3/2*2 - 2**3", "-4.0"),
        ("1/3", "0.3333333333333333333333333333333333"),
        (".10 * 30.00", "3.0000"),
        ("-4 ** 2", "16"),
        ("2 ** 3 ** 2", "64"),
        ("1.2e3", "1200"),
        ("1 / 0", "null"),
        ("0 ** -1", "null"),
        ("1e6144 * 10", "null"),
        ('"a" + "b"', "ab"),
        ('"a" - "b"', "null"),
        ('"a" + 1', "null"),
        ("--1", "1"),
        ('-"a"', "null"),
    ],
)
def test_arithmetic(expression: str, expected: str) -> None:
    assert text(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("true and null", "null"),
        ("false and null", "false"),
        ("true or null", "true"),
        ("false or null", "null"),
        ('true and "x"', "null"),
        ("not(null)", "null"),
        ("if null then 1 else 2", "2"),
        ("null = null", "true"),
        ("1 = null", "false"),
        ("1 != null", "true"),
        ('1 = "1"', "null"),
        ("null < 1", "null"),
        ('1 < "2"', "null"),
        ("[1, 2] = [1, 2.0]", "true"),
        ("{a: 1} = {a: 1, b: 2}", "false"),
        ("null between 1 and 2", "null"),
        ("every x in [true, null] satisfies x", "null"),
        ("some x in [] satisfies true", "false"),
        ("every x in [] satisfies false", "true"),
    ],
)
def test_three_valued_logic(expression: str, expected: str) -> None:
    assert text(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("5 in (<= 5)", "true"),
        ("5 in ((5..10])", "false"),
        ("5 in (4, 5, 6)", "true"),
        ("5 in (<5, >5)", "false"),
        ("5 in [1..10]", "true"),
        ("5 in ]5..10[", "false"),
        ("5 in != 5", "false"),
        ("5 in (? > 3)", "true"),
        ("[1, 2] in [[1, 2], [3]]", "true"),
        ('5 in range("[1..10]")', "true"),
        ("[10..1]", "null"),
        ("[1..10].end included", "true"),
        ("(< 10).start", "null"),
        ("[1..2] = [1..2]", "true"),
    ],
)
def test_ranges_and_membership(expression: str, expected: str) -> None:
    assert text(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("[1, 2, 3][-1]", "3"),
        ("[1, 2, 3][4]", "null"),
        ("[1, 2, 3][item > 1]", "[2, 3]"),
        ("[{x: 1, y: 2}, {x: null, y: 3}][x < 2]", "[{x: 1, y: 2}]"),
        ("[{x: 1}, {y: 2}].x", "[1, null]"),
        ("[{item: 1}, {item: 2}][item > 1]", "[{item: 2}]"),
        ("5[true]", "[5]"),
        ("5[1]", "5"),
        ("{a: 1, b: a + 1, c: {d: b}}.c.d", "2"),
        ('{"a b": 1, c: a b + 1}.c', "2"),
        ("{a+b: 1, c: a+b}.c", "1"),
        ("{a: 1, a: 2}", "null"),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", "[1, 1, 2, 6, 24]"),
        ("for i in 3..1 return i", "[3, 2, 1]"),
        ("for i in [1, 2], j in [i, 10] return i * j", "[1, 10, 4, 20]"),
        ('for d in @"2024-02-28"..@"2024-03-01" return d.day', "[28, 29, 1]"),
        ("for i in null return i", "null"),
        ("{f: function(n) if n < 2 then n else f(n - 1) + f(n - 2), r: f(10)}.r", "55"),
        ("{add: function(x) function(y) x + y, r: add(1)(2)}.r", "3"),
        ("(function(a, b) a - b)(b: 1, a: 3)", "2"),
        ('(function(a: number) a)("x")', "null"),
        ("(function(a: number) a)([1])", "1"),
        ("(function(f: function<number> -> number) f(1))(function(a) a + 1)", "2"),
        ("(function(f: function<number> -> number) f(1))(function(a) abs(a))", "1"),
        ("(function(f: function<number> -> number) f(1))(function(a: string) a)", "null"),
        ("{a+b: 1}.a+b", "1"),
        ('[{"a-b": 1}, {a-b: 2}].a-b', "[1, 2]"),
    ],
)
def test_lists_contexts_loops_and_functions(expression: str, expected: str) -> None:
    assert text(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 instance of number", "true"),
        ("null instance of number", "false"),
        ("null instance of Null", "true"),
        ("1 instance of Any", "true"),
        ('[1, "a"] instance of list<number>', "false"),
        ("[1, null] instance of list<number>", "true"),
        ("[1] instance of list", "null"),
        ("1 instance of money", "null"),
        ('{a: 1, b: "x"} instance of context<a: number>', "true"),
        ("{a: 1} instance of context<a: number, b: string>", "false"),
        ("[1..2] instance of range<number>", "true"),
        ("(function(a: number) a) instance of function<number> -> Any", "true"),
        ("(function(a: string) a) instance of function<string> -> string", "true"),
        ("(function(a: string) a + 1) instance of function<string> -> string", "false"),
        ("(function(a) if a then 1 else 2) instance of function<Any> -> number", "true"),
        ("(function() [1 = 1]) instance of function<> -> list<boolean>", "true"),
        ("(function(a) a ** 2) instance of function<Any> -> string", "false"),
        ('@"P1Y" instance of years and months duration', "true"),
        ('@"2024-01-01T00:00:00" instance of date and time', "true"),
    ],
)
def test_instance_of(expression: str, expected: str) -> None:
    assert text(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('@"2024-01-31" + @"P1M"', "2024-02-29"),
        ('@"2024-03-31" - @"P1M"', "2024-02-29"),
        ('@"2024-01-01" + @"PT36H"', "2024-01-02"),
        ('@"2024-01-01" - @"2023-12-31"', "P1D"),
        ('@"2024-01-01T00:00:00Z" - @"2024-01-01"', "PT0S"),
        ('@"2024-01-01T00:00:00" - @"2024-01-01T00:00:00Z"', "null"),
        ('@"23:00:00" + @"PT2H"', "01:00:00"),
        ('@"10:00:00+02:00" = @"08:00:00Z"', "true"),
        ('@"10:00:00" = @"10:00:00Z"', "false"),
        ('@"10:00:00" < @"11:00:00+08:00"', "true"),
        ('@"2021-03-28T01:30:00@Europe/Paris" + @"PT1H"', "2021-03-28T03:30:00@Europe/Paris"),
        ('@"P1Y" / @"P1M"', "12"),
        ('@"P1D" * 1.5', "P1DT12H"),
        ('@"P1Y" * 1.5', "P1Y6M"),
        ('@"999999999-12-31" + @"P1D"', "null"),
        ('@"9999-12-31" + @"P1D"', "10000-01-01"),
        ('@"2024-02-29".weekday', "4"),
        ('@"2024-02-29".hour', "null"),
        ('@"10:00:01.25".second', "1.25"),
        ('@"2024-01-01T10:00:00@Asia/Shanghai".time offset', "PT8H"),
        ('@"2024-01-01T10:00:00@Asia/Shanghai".timezone', "Asia/Shanghai"),
        ('@"-P1Y5M".months', "-5"),
        ('@"P1DT2H3M4.5S".seconds', "4.5"),
        ('@"nonsense"', "null"),
    ],
)
def test_dates_and_times(expression: str, expected: str) -> None:
    assert text(expression) == expected


def test_names_of_several_words_are_found_in_the_scope() -> None:
    expression = feel.compile("合同 金额 - 已付-金额 > 0 and in service", names=("已付-金额", "in service"))

    assert expression({"合同 金额": 3, "已付-金额": 2, "in service": True}) is True


@pytest.mark.parametrize("name", ["for sale", "if only", "some thing", "every day", "in service", "true north"])
def test_a_known_name_may_begin_with_a_keyword(name: str) -> None:
    assert feel.compile(f"if {name} > 1 then {name} else 0", [name])({name: 2}) == 2


def test_a_variable_hides_a_built_in_function_only_where_it_is_not_called() -> None:
    assert text("count([1, 2]) + count", count=5) == "7"


def test_a_host_function_is_called_like_any_other() -> None:
    decide = feel.Function(("name", "inputs"), lambda name, inputs: {"days": len(inputs)})

    assert text('decide("期限", {a: 1}).days', decide=decide) == "1"
    assert text('decide(inputs: {a: 1, b: 2}, name: "期限").days', decide=decide) == "2"


def test_comments_and_line_breaks_are_skipped() -> None:
    assert text("1 + /* 金额 */ 1 // 合计\n + 1") == "3"


def test_a_cell_that_says_true_does_not_take_null_for_true() -> None:
    assert feel.unary_tests("true")(None, {}) is not True
    assert feel.unary_tests("true")(True, {}) is True
    assert feel.unary_tests("? = null or ?")(None, {}) is True
