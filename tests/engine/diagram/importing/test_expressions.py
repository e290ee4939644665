"""Expressions of other tools, and the FEEL that means the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import feel
from engine.diagram.importing import expressions
from engine.diagram.importing.expressions import Dialect, Untranslatable

JUEL = [
    ("${approved}", "approved"),
    ("#{approved}", "approved"),
    ("${!approved}", "approved != true"),
    ("${not approved}", "approved != true"),
    ("${!(a == b)}", "a != b"),
    ("${!(a && b)}", "(a and b) != true"),
    ("${a == 'b' && c > 3}", 'a = "b" and c > 3'),
    ("${a eq 'x' or b ne 5}", 'a = "x" or b != 5'),
    ("${a lt 1 || b ge 2.50}", "a < 1 or b >= 2.50"),
    ("${order.total >= 100}", "order.total >= 100"),
    ("${order['total'] le 5}", "order.total <= 5"),
    ("${order['the total'] == 5}", 'get value(order, "the total") = 5'),
    ("${items[0].name == 'n'}", 'items[1].name = "n"'),
    ("${x == null}", "x = null"),
    ("${empty x}", 'list contains([null, "", [], {}], x)'),
    ("${not empty x}", 'not(list contains([null, "", [], {}], x))'),
    ("${(a + b) * c - -d}", "(a + b) * c - -d"),
    ("${a - (b - c)}", "a - (b - c)"),
    ("${a div b}", "a / b"),
    ("${a % 2 == 0}", "modulo(a, 2) = 0"),
    ("${vip ? 'a' : 'b'}", 'if vip then "a" else "b"'),
    ("${execution.getVariable('foo') == 'bar'}", 'foo = "bar"'),
    ("${execution.hasVariable('foo')}", "foo != null"),
    ("${vars:eq(amount, 3)}", "amount = 3"),
    ("${variables:notEmpty(items)}", 'not(list contains([null, "", [], {}], items))'),
    ("${items.size() > 2}", "count(items) > 2"),
    ("${name.equals('a')}", 'name = "a"'),
    ("${name.startsWith('a')}", 'starts with(name, "a")'),
    ("${order.getCustomer().isVip()}", "order.customer.vip"),
    ("${nrOfCompletedInstances/nrOfInstances >= 0.6}", "numberOfCompletedInstances / numberOfInstances >= 0.6"),
    ("${dateTime().plusDays(3).toDate()}", 'now() + duration("P3D")'),
    ("${environment.variables.input <= 50}", "input <= 50"),
    ("${environment.output.x.y}", "x.y"),
    ("${loopCounter == 0}", "loopCounter - 1 = 0"),
]
PYTHON = [
    ("choice == 'Yes' and not late", 'choice = "Yes" and list contains([null, false, 0, "", [], {}], late)'),
    ("len(order.keys()) == 0", "count(get entries(order).key) = 0"),
    ("[x['y'] for x in rows]", "for x in rows return x.y"),
    ("any(x > 1 for x in rows) and y", "(some x in rows satisfies x > 1) and y"),
    ("not a == b", "a != b"),
    ("x is None", "x = null"),
    ("x is not None", "x != null"),
    ("x == True", "x = true"),
    ("x in ['a', 'b']", 'list contains(["a", "b"], x)'),
    ("x not in ('a', 'b')", 'not(list contains(["a", "b"], x))'),
    ("order['total'] != 3", "order.total != 3"),
    ("order.get('total') != 3", "order.total != 3"),
    ("items[-1] == 1 and True", "items[-1] = 1 and true"),
    ("0 < x == y", "0 < x and x = y"),
    ("0 < x <= 9", "0 < x and x <= 9"),
    ("a if b else None", "if b then a else null"),
    ("x // 2 == 3", "floor(x / 2) = 3"),
    ("str(x) == '1'", 'string(x) = "1"'),
    ("name.lower() == 'a'", 'lower case(name) = "a"'),
]
OTHERS = [
    ("next(null, this.environment.variables.input <= 50);", "input <= 50"),
    ("environment.variables.a === 'b' || !done", 'a = "b" or done != true'),
    ("return approved == true;", "approved = true"),
    ("bpmn:getDataObject('clarified') = 'yes'", 'clarified = "yes"'),
    ("not(bpmn:getDataObject('approved'))", "approved != true"),
]


@pytest.mark.parametrize(("foreign", "ours"), [*JUEL, *PYTHON, *OTHERS])
def test_an_expression_of_a_simple_shape_is_translated(foreign: str, ours: str) -> None:
    assert expressions.condition(foreign) == ours


@pytest.mark.parametrize(
    "text", ["= x > 3", "x > 3 and y = 1", "some r in risks satisfies r = 1", '= not(contains(a, "b"))']
)
def test_feel_stays_as_it_is(text: str) -> None:
    assert expressions.condition(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "${service.check(order)}",
        "${execution.processBusinessKey == 'a'}",
        "${a} == ${b}",
        "${",
        "${}",
        "${a[i]}",
        "Service Level == 'Premium'",
        "__import__('os').system('id')",
        "{x for x in y}",
        "lambda: 1",
        "f'{x}'",
        "= for",
        "next(null, new Date() > 1)",
        "a = b = c ==",
        "((" * 30 + "x" + "))" * 30,
        "${" + "a+" * 3000 + "a}",
    ],
)
def test_what_has_no_simple_shape_is_not_guessed_at(text: str) -> None:
    with pytest.raises(Untranslatable):
        expressions.condition(text)


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("plain", '"plain"'),
        ("${x}", "x"),
        ("PT${n}H", '"PT" + string(n) + "H"'),
        ("Hello ${a.b}, #{c}", '"Hello " + string(a.b) + ", " + string(c)'),
        ('say "x"', '"say \\"x\\""'),
    ],
)
def test_a_text_with_expressions_in_it_is_put_together(text: str, ours: str) -> None:
    assert expressions.template(text) == ours


@pytest.mark.parametrize(
    ("text", "values", "value"),
    [
        ("${tags.contains('a')}", {"tags": ["a", "b"]}, True),
        ("${tags.contains('a')}", {"tags": "xay"}, True),
        ("${not empty tags}", {"tags": "x"}, True),
        ("${empty tags}", {"tags": None}, True),
        ("len(tags) == 2", {"tags": ["a", "b"]}, True),
        ("len(tags) == 2", {"tags": "ab"}, True),
        ("x in tags", {"x": "a", "tags": ["a"]}, True),
        ("not tags", {"tags": []}, True),
        ("not tags", {"tags": "x"}, False),
        ("${!done}", {}, True),
        ("[x['n'] for x in rows if x['n'] > 1]", {"rows": [{"n": 1}, {"n": 2}]}, [2]),
        ("all(x in ['a'] for x in tags)", {"tags": ["a", "b"]}, False),
    ],
)
def test_what_depends_on_the_value_is_decided_by_the_value(text: str, values: dict[str, object], value: object) -> None:
    assert feel.compile(expressions.condition(text))(values) == value


@given(st.text(alphabet="ab1 '\"()[]{}$#!=<>&|+-*/%.,?:;\\\nnotinsrealse", max_size=40), st.sampled_from(Dialect))
def test_any_text_is_translated_to_feel_or_refused(text: str, dialect: Dialect) -> None:
    try:
        written = expressions.value(text, dialect)
    except Untranslatable:
        return
    assert expressions.is_feel(written)


@given(st.text(alphabet="ab1 '\"()[]{}$#!=<>&|.,?:", max_size=40))
def test_any_condition_is_translated_once_and_for_all(text: str) -> None:
    try:
        written = expressions.condition(text)
    except Untranslatable:
        return
    assert expressions.condition(written) == written
