"""Dates, durations and cycles as timers write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.diagram.iso8601 import Period, is_literal, is_slip, parse_cycle, parse_duration, parse_instant

BASE = datetime(2026, 1, 31, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "later"),
    [
        ("PT1H", BASE + timedelta(hours=1)),
        ("P1DT2H3M4.5S", BASE + timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
        ("P2W", BASE + timedelta(days=14)),
        ("P1M", datetime(2026, 2, 28, 1, 0, tzinfo=UTC)),
        ("P1Y1M", datetime(2027, 2, 28, 1, 0, tzinfo=UTC)),
        ("-P1D", BASE - timedelta(days=1)),
    ],
)
def test_a_duration_counts_from_an_instant(text, later):
    period = parse_duration(text)

    assert period is not None
    assert period.after(BASE) == later


@pytest.mark.parametrize("text", ["P", "PT", "P1", "1D", "P1H", "PT1D", "P1.5D", "", "P-1D", "P1DT"])
def test_what_is_no_duration_is_told(text):
    assert parse_duration(text) is None
    assert not is_literal(text)


def test_dates_are_meant_in_the_offices_zone():
    assert parse_instant("2026-03-01") == datetime(2026, 2, 28, 16, 0, tzinfo=UTC)
    assert parse_instant("2026-03-01T00:00:00Z") == datetime(2026, 3, 1, tzinfo=UTC)
    assert parse_instant("2026-13-01") is None
    assert parse_instant("0001-01-01T00:00:00+14:00") is None


@pytest.mark.parametrize("text", ["P9999Y", "P1H", "PT1D", "P1DT", "PT"])
def test_a_duration_gone_wrong_is_not_taken_for_a_name(text):
    assert is_slip(text)


@pytest.mark.parametrize("text", ["P5D", "P", "PERIOD", "P.days", "2026-03-01", "R3/PT1H"])
def test_names_and_durations_are_no_slips(text):
    assert not is_slip(text)


def test_cycles():
    assert parse_cycle("R3/PT1H").times == 3
    assert parse_cycle("R/P1D").times is None
    assert parse_cycle("R2/2026-03-01T00:00:00Z/P1D").start == datetime(2026, 3, 1, tzinfo=UTC)
    assert parse_cycle("R2/P1D").interval == Period(time=timedelta(days=1))
    assert parse_cycle("R2/PT0S") is None
    assert parse_cycle("0 9 * * *") is None
