"""Error events of other tools."""

from __future__ import annotations

import pytest


def event(reference):
    return f'<bpmn:endEvent id="e"><bpmn:errorEventDefinition errorRef="{reference}"/></bpmn:endEvent>'


@pytest.mark.parametrize(("code", "identifier"), [("tooLate", "tooLate"), ("123", "Error_123"), ("p", "Error_p")])
def test_a_code_without_a_definition_gets_one(code, identifier, imported):
    result = imported(event(code))

    assert result.part("e", "errorEventDefinition").get("errorRef") == identifier
    assert result.element(identifier).get("errorCode") == code
    assert [change.element_id for change in result.told("translated", "error")] == ["e"]


def test_two_events_share_the_definition(imported):
    result = imported(event("123") + event("123").replace('"e"', '"f"'))

    assert result.content.count(b'errorCode="123"') == 1
    assert result.part("f", "errorEventDefinition").get("errorRef") == "Error_123"


def test_a_defined_error_stays(imported):
    assert imported(event("late"), '<bpmn:error id="late" errorCode="1"/>').changes == ()
