"""Values as the replay shows them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from api.presentation.money import write_money, write_ratio
from api.presentation.replay import plain, script_data


def test_numbers_stay_readable_and_exact() -> None:
    assert plain({"a": Decimal("144000.00"), "b": Decimal("0.3"), "c": [True, None, "x"]}) == {
        "a": 144000,
        "b": 0.3,
        "c": [True, None, "x"],
    }
    assert plain(Decimal("12345678901234567.89")) == "12345678901234567.89"
    assert plain(date(2026, 3, 2)) == "2026-03-02"


def test_nothing_in_the_data_ends_the_script_element() -> None:
    assert "<" not in script_data("/x", [{"title": "</script><!--"}])


def test_sums_and_ratios() -> None:
    assert write_money(Decimal("144000")) == "144,000.00"
    assert write_money(None) == ""
    assert write_ratio(Decimal("0.8500")) == "85%"
    assert write_ratio(Decimal("0.03")) == "3%"
    assert write_ratio(Decimal("1")) == "100%"
