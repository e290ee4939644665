"""Whatever is typed and whatever it reads: a FEEL value or a FEEL error comes out, soon."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress
from datetime import UTC
from time import thread_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import feel
from engine.feel.builtins import BUILTINS
from engine.feel.values import KINDS

WORDS = [
    *("a", "b.c", "item", "partial", "?", "x y", "1", "0", "-1", "2.5", "1e6000", '"s"', '"\\uD800"', "null", "true"),
    *('@"2024-02-29"', '@"P1D"', '@"P1Y"', '@"10:00:00Z"', '@"2024-01-01T00:00:00@Asia/Shanghai"', "[1,2]", "{a: 1}"),
    *("+", "-", "*", "/", "**", "=", "!=", "<", ">=", "in", "between", "and", "or", "if", "then", "else", "for"),
    *(
        "return",
        "some",
        "every",
        "satisfies",
        "instance of",
        "function(a)",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "..",
    ),
    *(".", "list<number>", "not", *sorted(BUILTINS)),
]
TEXTS = st.one_of(st.text(max_size=30), st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(),
    st.floats(),
    st.text(max_size=5),
    st.dates(),
    st.times(),
    st.datetimes(timezones=st.one_of(st.none(), st.just(UTC))),
    st.timedeltas(),
    st.builds(feel.YearsMonthsDuration, months=st.integers(-(10**6), 10**6)),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b", "c", "item", "x y"]), inner, max_size=3)
    ),
    max_leaves=8,
)
CONTEXTS = st.dictionaries(st.sampled_from(["a", "b", "x y", "?"]), VALUES)


def kinds_of(value: Any) -> set[type]:
    if isinstance(value, list):
        return {list}.union(*map(kinds_of, value))
    if isinstance(value, dict):
        return {dict}.union(*map(kinds_of, value.values()))
    return {type(value)}


@settings(max_examples=400, deadline=None)
@given(TEXTS, CONTEXTS)
def test_any_text_gives_a_feel_value_or_a_feel_error(text: str, context: dict[str, Any]) -> None:
    try:
        value = feel.compile(text)(context)
    except feel.FeelError:
        return

    assert all(kind in KINDS or issubclass(kind, feel.Function) for kind in kinds_of(value))
    feel.text_of(value)


@settings(max_examples=200, deadline=None)
@given(TEXTS, VALUES, CONTEXTS)
def test_any_cell_gives_true_false_null_or_a_feel_error(text: str, value: Any, context: dict[str, Any]) -> None:
    try:
        assert feel.unary_tests(text)(value, context) in (True, False, None)
    except feel.FeelError:
        return


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(BUILTINS)), st.lists(VALUES, max_size=4))
def test_any_arguments_of_a_built_in_give_a_feel_value_or_a_feel_error(name: str, arguments: list[Any]) -> None:
    names = ["a", "b", "c", "d"][: len(arguments)]
    try:
        value = feel.compile(f"{name}({', '.join(names)})")(dict(zip(names, arguments, strict=True)))
    except feel.FeelError:
        return

    assert all(kind in KINDS or issubclass(kind, feel.Function) for kind in kinds_of(value))


HOSTILE = {
    "nested brackets": "(" * 5000 + "1" + ")" * 5000,
    "nested lists": "[" * 5000 + "]" * 5000,
    "nested functions": "function(a) " * 1000 + "1",
    "nested tests": "1 in (" * 1000 + "1" + ")" * 1000,
    "nested conditions": "if " * 1000 + "1",
    "many negations": "-" * 5000 + "1",
    "long sum": "+".join(["1"] * 9000),
    "long path": "a" + ".b" * 5000,
    "many calls": "f" + "()" * 5000,
    "huge loop": "for a in 1..100000, b in 1..100000 return a",
    "loop in loop": "for a in 1..1000 return for b in 1..1000 return for c in 1..1000 return 1",
    "huge range": "count(for a in 1..1000000000 return a)",
    "days of ages": 'for a in @"-999999999-01-01"..@"999999999-01-01" return a',
    "quantified loops": "every a in 1..100000, b in 1..100000 satisfies a > 0",
    "filtered loops": "(for a in 1..90000 return a)[count((for b in 1..1000 return b)[item > 1]) > 0]",
    "endless recursion": "{f: function(n) f(n + 1), r: f(1)}.r",
    "recursion that doubles": "{f: function(n) if n = 0 then 1 else f(n - 1) + f(n - 1), r: f(50)}.r",
    "mutual calls": "(function(f) f(f))(function(f) f(f))",
    "string that doubles": '{a: "x", b: for i in 1..100 return if i = 1 then a else partial[-1] + partial[-1]}.b',
    "list that doubles": "for i in 1..100 return if i = 1 then [1] else concatenate(partial[-1], partial[-1])",
    "shared lists": "{" + "a0: [1, 1], " + ", ".join(f"a{i}: [a{i - 1}, a{i - 1}]" for i in range(1, 50)) + "}.a49",
    "shared lists as text": "string({"
    + "a0: [1], "
    + ", ".join(f"a{i}: [a{i - 1}, a{i - 1}]" for i in range(1, 50))
    + "})",
    "shared lists compared": "{f: function(x) [x, x], a: "
    + ", b: ".join("f(" * 18 + "1" + ")" * 18 for _ in range(2))
    + ", c: a = b}.c",
    "deep value": "for i in 1..10000 return [partial[-1]]",
    "flatten deep": "flatten(for i in 1..5000 return [partial[-1]])",
    "power": "9 ** 9 ** 9 ** 9",
    "power of fractions": "for i in 1..100000 return 1.0000001 ** 123456.789",
    "exponents": "for i in 1..100000 return exp(i) + log(i)",
    "huge numbers": "1e6144 * 1e6144",
    "whole of a huge number": "modulo(1e6144, 7) + floor(1e6144) + odd(1e6144)",
    "join": 'string join(for i in 1..90000 return "xxxxxxxxxxxxxxxxxxxx", "yyyyyyyyyyyyy")',
    "exponential pattern": f'matches("{"a" * 50}", "(a+)+b")',
    "pattern in a loop": f'for i in 1..1000 return matches("{"a" * 30}b{"a" * 30}", "(a|a)*c")',
    "replacement that grows": f'replace("{"a" * 5000}", "a", "{"b" * 5000}")',
    "counted pattern": 'matches("a", "((((a{1000}){1000}){1000}){1000})")',
    "sort that lies": "sort((for i in 1..50000 return i), function(x, y) true)",
    "distinct lists": "distinct values(for i in 1..20000 return [i])",
    "put in a loop": "for i in 1..90000 return context put({a: 1}, string(i), partial)",
    "index in a loop": "for i in 1..50000 return index of(partial, i)",
    "long name": "a " * 9000,
    "unclosed comment": "/*" * 5000,
    "unclosed string": '"' + "\\\\" * 9000,
}


def _effort(text: str) -> float:
    """The work an expression makes, as the processor time of this thread."""
    started = thread_time()
    with suppress(feel.FeelError):
        feel.compile(text)({})
    return thread_time() - started


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_expression_costs_no_more_than_a_loop_that_uses_all_its_steps(text: str) -> None:
    loop = max(_effort("for i in 1..100000 return i + 1 + 1") for _ in range(2))

    # The least of three: garbage collection of the whole test run is not the expression's work.
    assert min(_effort(text) for _ in range(3)) < 5 * loop


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_expression_stays_small(text: str) -> None:
    tracemalloc.start()
    with suppress(feel.FeelError):
        feel.compile(text)({})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 50 * 1024 * 1024
