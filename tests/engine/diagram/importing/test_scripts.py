"""Script tasks of other tools."""

from __future__ import annotations

import pytest


def task(script, attributes=""):
    return f'<bpmn:scriptTask id="a" {attributes}><bpmn:script>{script}</bpmn:script></bpmn:scriptTask>'


@pytest.mark.parametrize(
    ("attributes", "script", "ours"),
    [
        ("", "x = 'a' if y == 1 else None", 'x = if y = 1 then "a" else null'),
        ("", "x = {'a': [1, 2]}\ny += 1", "x = {a: [1, 2]}\ny = y + (1)"),
        ("", "# why\nitems.append(x)  # what", "items = append(items, x)"),
        ("", "order['total'] = len(items) * 2", "order.total = (if items instance of string then string length(items)"),
        ('scriptFormat="JavaScript"', "next();", "// next();"),
        (
            "",
            "new = [x['y'] for x in rows if x['x'] &gt; 1]",
            "new = for x in rows[some x in [item] satisfies x.x > 1]",
        ),
        ('scriptFormat="python"', "x = True", "x = true"),
        ('scriptFormat="javascript"', "execution.setVariable('x', a &amp;&amp; !b);", "x = a and b != true"),
        ('scriptFormat="javascript"', "this.environment.variables.x = 1; next();", "x = 1"),
        ('scriptFormat="groovy"', 'def x = a + 1\nexecution.setVariable("y", x)', "x = a + 1\ny = x"),
        ('scriptFormat="groovy" camunda:resultVariable="x"', "return a * 2", "x = a * 2"),
        ('scriptFormat="juel" camunda:resultVariable="x"', "${a == 'b'}", 'x = a = "b"'),
    ],
)
def test_a_short_script_becomes_lines_of_feel(attributes, script, ours, imported):
    result = imported(task(script, attributes))

    assert (result.text("a", "script") or "").startswith(ours)
    assert result.element("a").get("scriptFormat") == "feel"


@pytest.mark.parametrize(
    "script",
    [
        "import os",
        "if x == 1:\n    y = 2",
        "print(x)",
        "x = open('f').read()",
        "x, y = 1, 2",
        "del x",
        "for a in b: c = 1",
    ],
)
def test_another_script_needs_work(script, imported):
    result = imported(task(script))

    assert result.content == result.before
    assert [change.element_id for change in result.told("needs-work", "script")] == ["a"]


@pytest.mark.parametrize("attributes", ["", 'scriptFormat="feel"'])
def test_a_script_of_ours_stays(attributes, imported):
    assert imported(task("x = 1\ny = x + 1", attributes)).changes == ()


def test_a_zeebe_script_moves_to_its_standard_place(imported):
    result = imported(
        '<bpmn:scriptTask id="a"><bpmn:extensionElements><zeebe:script expression="= b + 1" resultVariable="x"/>'
        "</bpmn:extensionElements></bpmn:scriptTask>"
    )

    assert result.text("a", "script") == "x = b + 1"
    assert b"zeebe:script" not in result.content
