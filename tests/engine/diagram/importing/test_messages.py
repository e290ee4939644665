"""Messages of other tools."""

from __future__ import annotations


def message(key, name="paid"):
    return (
        f'<bpmn:message id="m" name="{name}"><bpmn:extensionElements><zeebe:subscription correlationKey="{key}"/>'
        "</bpmn:extensionElements></bpmn:message>"
    )


def test_a_zeebe_correlation_key_becomes_ours(imported):
    assert imported("", message("= order.id")).own("m") == {"correlation": "order.id"}


def test_a_correlation_key_that_is_not_feel_needs_work(imported):
    assert imported("", message("= for")).told("needs-work", "correlation")


def test_a_computed_message_name_is_translated(imported):
    assert imported("", message("= a", "= kind")).told("translated", "computed-name")


def test_a_computed_signal_name_is_translated(imported):
    assert imported("", '<bpmn:signal id="x" name="alert-${kind}"/>').told("translated", "computed-name")
