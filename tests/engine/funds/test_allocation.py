from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.funds.allocation import allocate, weights_of_shares
from engine.funds.money import round_half_up, show, to_fen, to_yuan


def test_example_c_splits_every_payment_by_the_shares() -> None:
    assert allocate(144_000_00, (60, 40)) == (86_400_00, 57_600_00)
    assert allocate(600_000_00, (60, 40)) == (360_000_00, 240_000_00)


def test_the_last_source_bears_the_tail() -> None:
    assert allocate(100_00, (1, 1, 1)) == (33_33, 33_33, 33_34)
    assert allocate(33_333_33, (60, 40)) == (20_000_00, 13_333_33)
    assert allocate(1, (50, 50)) == (1, 0)
    assert allocate(2, (1, 1, 1, 1)) == (1, 1, 0, 0)


def test_a_source_is_never_drawn_below_zero() -> None:
    assert allocate(100, (60, 40), left=(59, 100)) == (59, 41)
    assert allocate(100, (60, 40), left=(100, 10)) == (90, 10)


def test_more_than_all_sources_have_is_an_error() -> None:
    with pytest.raises(ValueError, match="left"):
        allocate(100, (1, 1), left=(50, 49))


@given(amount=st.integers(0, 10**12), weights=st.lists(st.integers(1, 10**6), min_size=1, max_size=6))
def test_the_parts_make_up_the_amount(amount: int, weights: list[int]) -> None:
    parts = allocate(amount, weights)

    assert sum(parts) == amount
    assert all(part >= 0 for part in parts)
    for part, weight in zip(parts[:-1], weights, strict=False):
        assert part <= round_half_up(Fraction(amount * weight, sum(weights)))


def test_shares_become_whole_weights() -> None:
    assert weights_of_shares((Fraction("0.6"), Fraction("0.4"))) == (3, 2)
    assert weights_of_shares((Fraction(1, 3), Fraction(2, 3))) == (1, 2)


def test_amounts_are_rounded_half_up_and_shown_with_separators() -> None:
    assert to_fen(Decimal("0.005")) == 1
    assert to_fen(Decimal("1234.5")) == 123450
    assert to_yuan(123450) == Decimal("1234.50")
    assert show(144_000_00) == "144,000.00 元"
