"""Decision models: what designers draw, what they are told, what the history can record."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine import dmn

LIMITS = [
    ('"road"', "< 500000", '"town"'),
    ('"road"', ">= 500000", '"county"'),
    ("-", "[500000..2000000)", '"county", "city"'),
]


def model(content: str, name: str = "测试", imports: Any = ()) -> dmn.DecisionModel:
    return dmn.read(document(content, name), imports)


def document(content: str, name: str = "测试") -> bytes:
    return (
        f'<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="{name}" namespace="urn:{name}">'
        f"{content}</definitions>"
    ).encode()


def text(content: str) -> str:
    return f"<text>{content.replace('<', '&lt;')}</text>"


def decision(logic: str, name: str = "d", requirements: str = "", of: str = "") -> str:
    variable = f'<variable name="{name}" typeRef="{of}"/>' if of else ""
    return f'<decision id="{name}" name="{name}">{variable}{requirements}{logic}</decision>'


def literal(expression: str) -> str:
    return f"<literalExpression>{text(expression)}</literalExpression>"


def table(
    rules: list[tuple[str, ...]], attributes: str = "", inputs: tuple[str, ...] = ("kind", "amount"), output: str = ""
) -> str:
    columns = "".join(f"<input><inputExpression>{text(name)}</inputExpression></input>" for name in inputs)
    rows = ""
    for number, rule in enumerate(rules, 1):
        cells = "".join(f"<inputEntry>{text(cell)}</inputEntry>" for cell in rule[: len(inputs)])
        results = "".join(f"<outputEntry>{text(cell)}</outputEntry>" for cell in rule[len(inputs) :])
        rows += f'<rule id="r{number}">{cells}{results}</rule>'
    return f"<decisionTable {attributes}>{columns}{output or '<output/>'}{rows}</decisionTable>"


def required(name: str, kind: str = "Decision") -> str:
    requirement = "knowledgeRequirement" if kind == "Knowledge" else "informationRequirement"
    return f'<{requirement}><required{kind} href="#{name}"/></{requirement}>'


def decide(rules: list[tuple[str, ...]], attributes: str, output: str = "", **inputs: Any) -> Any:
    return model(decision(table(rules, attributes, ("x",), output))).evaluate("d", inputs)


RULES = [("> 1", "10"), ("> 2", "30"), ("> 3", "20")]
PRIORITIES = f"<output><outputValues>{text('30, 20, 10')}</outputValues></output>"


@pytest.mark.parametrize(
    ("attributes", "output", "expected"),
    [
        ('hitPolicy="UNIQUE"', "", None),
        ('hitPolicy="ANY"', "", None),
        ('hitPolicy="FIRST"', "", 10),
        ('hitPolicy="PRIORITY"', PRIORITIES, 30),
        ('hitPolicy="RULE ORDER"', "", [10, 30, 20]),
        ('hitPolicy="OUTPUT ORDER"', PRIORITIES, [30, 20, 10]),
        ('hitPolicy="COLLECT"', "", [10, 30, 20]),
        ('hitPolicy="COLLECT" aggregation="SUM"', "", 60),
        ('hitPolicy="COLLECT" aggregation="MIN"', "", 10),
        ('hitPolicy="COLLECT" aggregation="MAX"', "", 30),
        ('hitPolicy="COLLECT" aggregation="COUNT"', "", 3),
    ],
)
def test_hit_policies(attributes: str, output: str, expected: Any) -> None:
    assert decide(RULES, attributes, output, x=4) == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [('hitPolicy="UNIQUE"', None), ('hitPolicy="COLLECT"', []), ('hitPolicy="COLLECT" aggregation="COUNT"', 0)],
)
def test_no_rule_matches(attributes: str, expected: Any) -> None:
    assert decide(RULES, attributes, x=0) == expected


def test_the_default_output_stands_in_when_no_rule_matches() -> None:
    output = f"<output><defaultOutputEntry>{text('-1')}</defaultOutputEntry></output>"

    assert decide(RULES, "", output, x=0) == -1


def test_unique_reports_the_rules_that_overlap() -> None:
    outcome = model(decision(table(RULES, "", ("x",)))).explain("d", {"x": 3})

    assert outcome.value is None
    assert "第 1、2 条规则" in outcome.reasons[-1].message


def test_any_reports_results_that_differ() -> None:
    outcome = model(decision(table(RULES, 'hitPolicy="ANY"', ("x",)))).explain("d", {"x": 3})

    assert "结果不一致" in outcome.reasons[-1].message


def test_an_outcome_tells_the_rules_that_matched_and_what_they_read() -> None:
    outcome = model(decision(table(LIMITS[:2]))).explain("d", {"kind": "road", "amount": Decimal("500000.00")})

    assert outcome.value == "county"
    assert outcome.rules == ((2, "r2"),)
    assert outcome.inputs == {"kind": "road", "amount": Decimal("500000.00")}


@pytest.mark.parametrize(("amount", "level"), [("499999.99", "town"), ("500000.00", "county")])
def test_boundaries_are_exact(amount: str, level: str) -> None:
    assert model(decision(table(LIMITS[:2]))).evaluate("d", {"kind": "road", "amount": Decimal(amount)}) == level


def test_several_outputs_make_a_context() -> None:
    output = '<output name="level" typeRef="string"/><output name="days" typeRef="number"/>'

    found = model(decision(table([("-", '"town"', "10")], "", ("x",), output))).evaluate("d", {"x": 1})

    assert found == {"level": "town", "days": 10}


def test_a_value_outside_the_input_values_gives_null() -> None:
    logic = table([("-", "1")], "", ("x",)).replace("</input>", f"<inputValues>{text('1, 2')}</inputValues></input>")

    assert model(decision(logic)).evaluate("d", {"x": 1}) == 1
    assert model(decision(logic)).evaluate("d", {"x": 3}) is None


def test_required_decisions_are_evaluated_and_recorded() -> None:
    base = decision(literal("amount * 2"), "doubled")

    outcome = model(base + decision(literal("doubled + 1"), "d", required("doubled"))).explain("d", {"amount": 2})

    assert outcome.value == 5
    assert [required.decision for required in outcome.required] == ["doubled"]


def test_a_circle_of_requirements_ends_in_null() -> None:
    first = decision(literal("b"), "a", required("b"))
    second = decision(literal("a"), "b", required("a"))

    assert model(first + second).evaluate("a", {}) is None


def boxed(kind: str, variable: str = "", **parts: str) -> str:
    attributes = f'iteratorVariable="{variable}"' if variable else ""
    inner = "".join(f"<{name.rstrip('_')}>{literal(part)}</{name.rstrip('_')}>" for name, part in parts.items())
    return f"<{kind} {attributes}>{inner}</{kind}>"


def entry(logic: str, name: str = "") -> str:
    variable = f'<variable name="{name}"/>' if name else ""
    return f"<contextEntry>{variable}{logic}</contextEntry>"


FACTORIAL = (
    '<functionDefinition><formalParameter name="n" typeRef="number"/>'
    f"{literal('if n = 0 then 1 else n * f(n - 1)')}</functionDefinition>"
)


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (boxed("conditional", if_="x > 1", then="1", else_="2"), 1),
        (boxed("filter", in_="[1, 2, 3]", match="item < x"), [1]),
        (boxed("filter", in_="[{a: 1}, {a: 5}]", match="a > x"), [{"a": 5}]),
        (boxed("for", "i", in_="[1..3]", return_="i * x"), [2, 4, 6]),
        (boxed("for", "i", in_="[1, 2, 3]", return_="i + count(partial)"), [1, 3, 5]),
        (boxed("for", "i", in_="null", return_="i"), None),
        (boxed("some", "i", in_="[1, 3]", satisfies="i > x"), True),
        (boxed("every", "i", in_="[1, 3]", satisfies="i > x"), False),
        (f"<list>{literal('x')}{literal('x + 1')}</list>", [2, 3]),
        (
            f'<relation><column name="a"/><column name="b"/><row>{literal("x")}{literal("x + 1")}</row></relation>',
            [{"a": 2, "b": 3}],
        ),
        (f"<context>{entry(literal('x * 10'), '单 价')}{entry(literal('单 价 + 1'))}</context>", 21),
        (f"<context>{entry(literal('x'), 'a')}{entry(literal('a + 1'), 'b')}</context>", {"a": 2, "b": 3}),
        (f"<context>{entry(FACTORIAL, 'f')}{entry(literal('f(5)'))}</context>", 120),
    ],
)
def test_boxed_expressions(logic: str, expected: Any) -> None:
    assert model(decision(logic)).evaluate("d", {"x": 2}) == expected


def test_business_knowledge_is_called_by_name_and_checks_its_arguments() -> None:
    knowledge = (
        '<businessKnowledgeModel id="bkm" name="管理 费"><variable name="管理 费" typeRef="number"/><encapsulatedLogic>'
        f'<formalParameter name="造价" typeRef="number"/>{literal("造价 * 0.01")}'
        "</encapsulatedLogic></businessKnowledgeModel>"
    )
    found = model(knowledge + decision(literal("管理 费(amount)"), "d", required("bkm", "Knowledge")))

    assert found.problems == ()
    assert found.evaluate("d", {"amount": 100}) == 1
    assert found.evaluate("d", {"amount": "many"}) is None


FUNCTION_TYPE = (
    '<itemDefinition name="sum"><functionItem outputTypeRef="number"><parameters name="n" typeRef="number"/>'
    "</functionItem></itemDefinition>"
)
SUCCESSOR = f'<formalParameter name="n" typeRef="number"/>{literal("n + 1")}'


@pytest.mark.parametrize("of", ["", "number", "sum"])
def test_the_type_of_a_function_names_its_result_or_the_function(of: str) -> None:
    variable = f'<variable name="f" typeRef="{of}"/>' if of else '<variable name="f"/>'
    knowledge = f'<businessKnowledgeModel id="f" name="f">{variable}<encapsulatedLogic>{SUCCESSOR}</encapsulatedLogic>'
    service = f'<decisionService id="s" name="s">{variable}<outputDecision href="#two"/></decisionService>'
    called = decision(literal("f(1)"), "two", required("f", "Knowledge"))
    function = f"<contextEntry>{variable}<functionDefinition>{SUCCESSOR}</functionDefinition></contextEntry>"
    boxed = decision(f"<context>{function}{entry(literal('f(2)'))}</context>", "three")

    found = model(f"{FUNCTION_TYPE}{knowledge}</businessKnowledgeModel>{service}{called}{boxed}")

    assert [found.evaluate(name, {"n": 0}) for name in ("f", "s", "two", "three")] == [1, 2, 2, 3]


def test_a_decision_service_takes_input_data_and_then_input_decisions() -> None:
    service = (
        '<inputData id="a" name="a"><variable name="a" typeRef="number"/></inputData>'
        '<decisionService id="s" name="s"><outputDecision href="#out"/><encapsulatedDecision href="#out"/>'
        '<inputDecision href="#b"/><inputData href="#a"/></decisionService>'
    )
    found = model(
        service
        + decision(literal("1"), "b", of="number")
        + decision(literal("a * 10 + b"), "out", required("a", "Input") + required("b"))
        + decision(literal("s(2, 3)"), "caller", required("s", "Knowledge"))
    )

    assert found.evaluate("caller", {}) == 23
    assert found.evaluate("s", {"a": 2, "b": 5}) == 25
    assert found.evaluate("s", {"a": 2}) is None


TYPES = (
    '<itemDefinition name="等级"><typeRef>string</typeRef><allowedValues><text>"A","B"</text></allowedValues>'
    "</itemDefinition>"
    '<itemDefinition name="project"><itemComponent name="grade"><typeRef>等级</typeRef></itemComponent>'
    '<itemComponent name="amounts" isCollection="true"><typeRef>number</typeRef></itemComponent></itemDefinition>'
)


@pytest.mark.parametrize(
    ("value", "passes"),
    [
        ({"grade": "A", "amounts": [1, 2]}, True),
        ({"grade": "C", "amounts": []}, False),
        ({"grade": "A", "amounts": ["x"]}, False),
        ({"grade": None, "amounts": []}, True),
    ],
)
def test_item_definitions_check_what_is_given(value: Any, passes: bool) -> None:
    data = '<inputData id="p" name="p"><variable name="p" typeRef="project"/></inputData>'

    found = model(TYPES + data + decision(literal("p != null"), "d", required("p", "Input"))).evaluate(
        "d", {"p": value}
    )

    assert found is passes


IMPORT = '<import name="lib" namespace="urn:库" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'


def test_a_file_is_imported_by_namespace_and_its_elements_are_named_with_the_import() -> None:
    library = document(TYPES + decision(literal("limit * 2"), "上限"), "库")
    importing = IMPORT + decision(literal("lib.上限 + 1"), "d", required("上限").replace("#", "urn:库#"))

    for imports in ([library], {"urn:库": library}, library, iter([library])):
        found = model(importing, imports=imports)
        assert found.problems == ()
        assert found.evaluate("d", {"limit": 4}) == 9
        assert found.evaluate("lib.上限", {"limit": 4}) == 8


def test_a_missing_import_is_a_problem_not_a_crash() -> None:
    for imports in ((), None):
        assert "找不到引用的决策文件" in model(IMPORT, imports=imports).problems[0].message


def test_a_cell_that_does_not_compile_is_a_problem_with_its_line() -> None:
    found = model("\n" + decision("\n" + table([("> (", "1")], "", ("x",))))

    assert [(problem.line, problem.element) for problem in found.problems] == [(3, "d")]
    assert found.evaluate("d", {"x": 1}) is None


def test_an_unknown_decision_is_named() -> None:
    with pytest.raises(dmn.DecisionNotFound, match="没有名为“x”的决策"):
        model(decision(literal("1"))).evaluate("x")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'<!DOCTYPE definitions [<!ENTITY a "b">]><definitions/>', "DOCTYPE"),
        (b"<definitions", "不是正确的 XML"),
        (b"<html/>", "不是 DMN"),
        (b"<definitions>" + b"<a>" * 70 + b"</a>" * 70 + b"</definitions>", "过大"),
        (b"<definitions>" + b"<a/>" * 20_001 + b"</definitions>", "过大"),
        (b"<definitions>" + b" " * (2 * 1024 * 1024) + b"</definitions>", "2 MB"),
    ],
)
def test_dangerous_or_foreign_files_are_refused(content: bytes, message: str) -> None:
    with pytest.raises(dmn.ModelRefused, match=message):
        dmn.read(content)


def test_a_file_imports_only_from_its_own_folder(tmp_path: Path) -> None:
    inside = tmp_path / "models"
    inside.mkdir()
    (tmp_path / "secret.dmn").write_bytes(document("", "库"))
    importing = IMPORT.replace("/>", ' locationURI="../secret.dmn"/>')
    (inside / "m.dmn").write_bytes(document(importing))

    assert dmn.read(inside / "m.dmn").imports == {}


@pytest.mark.parametrize("rule", [('"road"',), ('"road"', "< 5"), ('"road"', "< 5", '"town"', '"county"')])
@pytest.mark.parametrize("policy", ["UNIQUE", "PRIORITY"])
def test_a_rule_that_lacks_a_cell_is_told(rule: tuple[str, ...], policy: str) -> None:
    values = text('"town", "county"')
    output = f"<output><outputValues>{values}</outputValues></output>"
    found = model(decision(table([LIMITS[0], rule], f'hitPolicy="{policy}"', output=output)))

    assert ["第 2 条规则应有 2 个条件、1 个结果" in problem.message for problem in found.problems] == [True]
    found.evaluate("d", {"kind": "road", "amount": Decimal(1)})
