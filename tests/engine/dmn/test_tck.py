"""The part of the DMN Technology Compatibility Kit at hand, one test per case; values are compared with their types."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from lxml import etree

from engine import dmn, feel
from engine.feel.temporal import parse_date, parse_date_and_time, parse_duration, parse_time

SUITE = Path(__file__).resolve().parents[4] / "shared" / "suites" / "dmn-tck"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
#: The kit computes in double precision and states irrational numbers to eight decimals or more.
TOLERANCE = Decimal("0.00000001")


class Case(NamedTuple):
    """One result node of one test case."""

    file: Path
    id: str
    ask: str
    inputs: dict[str, Any]
    node: str
    expected: Any


def local(element: etree._Element) -> str:
    return etree.QName(element).localname


def parts(element: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in element if isinstance(child.tag, str) and local(child) == name]


def value_of(element: etree._Element) -> Any:
    """The value an `expected`, `inputNode`, `component` or `item` holds."""
    if parts(element, "component"):
        return {component.get("name"): value_of(component) for component in parts(element, "component")}
    for listed in parts(element, "list"):
        return None if listed.get(NIL) == "true" else [value_of(item) for item in parts(listed, "item")]
    for value in parts(element, "value"):
        return simple_value(value)
    return None


def simple_value(element: etree._Element) -> Any:
    if element.get(NIL) in ("true", "1"):
        return None
    kind = (element.get(TYPE) or "xsd:string").rpartition(":")[2]
    text = element.text or ""
    return READERS[kind](text if kind == "string" else text.strip())


READERS = {
    "string": str,
    "boolean": lambda text: text in ("true", "1"),
    "decimal": Decimal,
    "double": Decimal,
    "integer": Decimal,
    "date": parse_date,
    "time": parse_time,
    "dateTime": parse_date_and_time,
    "duration": parse_duration,
}


def cases() -> Iterator[Any]:
    for file in sorted(SUITE.glob("compliance-level-*/*/*-test-*.xml")):
        root = etree.parse(file).getroot()
        (model,) = parts(root, "modelName")
        for case in parts(root, "testCase"):
            inputs = {str(node.get("name")): value_of(node) for node in parts(case, "inputNode")}
            for result in parts(case, "resultNode"):
                node = str(result.get("name"))
                expected = value_of(parts(result, "expected")[0]) if parts(result, "expected") else None
                ask = case.get("invocableName") or node
                found = Case(file.parent / (model.text or ""), str(case.get("id")), ask, inputs, node, expected)
                yield pytest.param(found, id=f"{file.parent.name}-{found.id}-{node}".replace(" ", "_"))


def decimals(number: Decimal) -> int:
    return -int(number.as_tuple().exponent)


@cache
def model(file: Path) -> dmn.DecisionModel:
    return dmn.read(file)


def agree(expected: Any, actual: Any) -> bool:
    """Equal in type and value; a datum without zone does not equal one with a zone."""
    if isinstance(expected, Decimal) and isinstance(actual, Decimal):
        irrational = decimals(actual) > 12 and decimals(expected) >= 8
        return actual == expected or (irrational and abs(actual - expected) < TOLERANCE)
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(agree, expected, actual))
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(agree(expected[key], actual[key]) for key in expected)
    if isinstance(expected, date | time | timedelta | datetime):
        return isinstance(actual, type(expected)) and feel.text_of(expected) == feel.text_of(actual)
    return type(expected) is type(actual) and bool(expected == actual)


@pytest.mark.skipif(not SUITE.is_dir(), reason="the DMN TCK is not beside this checkout")
@pytest.mark.parametrize("case", list(cases()))
def test_case_of_the_kit(case: Case) -> None:
    outcome = model(case.file).explain(case.ask, case.inputs)

    assert agree(case.expected, outcome.value), f"expected {case.expected!r}, got {outcome.value!r}: {outcome.reasons}"
