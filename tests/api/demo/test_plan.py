"""The published plan is read exactly."""

from __future__ import annotations

from decimal import Decimal

from api.demo.plan import plan_rows, row_of, yuan


def test_amounts_in_ten_thousands_become_whole_yuan() -> None:
    row = row_of("岩坦镇")

    assert (row.total_invest, row.support, row.self_raised) == (
        Decimal("499610.00"),
        Decimal("424660.00"),
        Decimal("74950.00"),
    )


def test_the_least_digit_of_the_plan_is_ten_yuan() -> None:
    assert yuan("0.001") == Decimal("10.00")


def test_every_row_belongs_to_a_village_of_the_demo() -> None:
    assert len({row.village_code for row in plan_rows()}) == 5
