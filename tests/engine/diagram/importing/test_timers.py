"""Timers of other tools."""

from __future__ import annotations

import pytest


def event(kind, text, attributes=""):
    return (
        f'<bpmn:intermediateCatchEvent id="a"><bpmn:timerEventDefinition><bpmn:{kind} {attributes}>{text}</bpmn:{kind}>'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )


@pytest.mark.parametrize(
    ("kind", "text", "ours"),
    [
        ("timeDuration", "${wait}", "wait"),
        ("timeDuration", "PT${hours}H", '"PT" + string(hours) + "H"'),
        ("timeDuration", '"PT1H"', "PT1H"),
        ("timeDuration", "timedelta(days=2, hours=3)", "P2DT3H"),
        ("timeCycle", '"R3/PT1H"', "R3/PT1H"),
        ("timeDate", "${dateTime().plusDays(1).toDate()}", 'now() + duration("P1D")'),
    ],
)
def test_a_timer_is_translated(kind, text, ours, imported):
    result = imported(event(kind, text))

    assert result.text("a", kind) == ours
    assert [change.element_id for change in result.told("translated", "timer")] == ["a"]


@pytest.mark.parametrize(
    ("kind", "text"), [("timeDuration", "PT1H"), ("timeDuration", "= wait"), ("timeCycle", "R/P1D")]
)
def test_iso_8601_and_feel_stay(kind, text, imported):
    assert imported(event(kind, text)).changes == ()


@pytest.mark.parametrize("text", ["0 0/5 * * * ?", "${bean.wait()}", "P1X"])
def test_another_timer_needs_work(text, imported):
    result = imported(event("timeCycle", text))

    assert result.content == result.before
    assert text in result.told("needs-work", "timer")[0].message


def test_a_timer_that_is_plain_iso_8601_names_no_language(imported):
    result = imported(event("timeDuration", "PT2H", 'language="http://www.w3.org/1999/XPath"'))

    assert dict(result.part("a", "timeDuration").attrib) == {}
    assert result.told("translated", "language")
