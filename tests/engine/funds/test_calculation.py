from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.funds.calculation import Paid, Terms, advance, progress, recovered, retention, settlement
from engine.funds.money import to_fen

CAP = Decimal("0.80")
EXAMPLE_A = Terms(
    approved=500_000_00,
    contract=480_000_00,
    support_ratio=Decimal("1.0000"),
    advance_ratio=Decimal("0.30"),
    recovery_start=Decimal("0.30"),
    recovery_end=Decimal("0.80"),
    progress_ratio=Decimal("0.80"),
    retention_rate=Decimal("0.03"),
)


def pay(paid: Paid, amount: int, earned_value: int | None = None) -> Paid:
    return replace(
        paid, total=paid.total + amount, earned_value=paid.earned_value if earned_value is None else earned_value
    )


def test_example_a_is_exact_to_the_fen() -> None:
    first = advance(EXAMPLE_A, Paid())
    assert first.payable == 144_000_00
    paid = Paid(advance=first.payable, total=first.payable)

    amounts = []
    for earned_value in (240_000_00, 384_000_00, 480_000_00):
        due = progress(EXAMPLE_A, paid, earned_value, cap_ratio=CAP)
        amounts.append(due.payable)
        paid = pay(paid, due.payable, earned_value)
    assert amounts == [134_400_00, 28_800_00, 76_800_00]
    assert paid.total == 384_000_00

    final = settlement(EXAMPLE_A, paid, 470_000_00)
    assert (final.final, final.retention, final.payable.payable) == (470_000_00, 14_100_00, 71_900_00)
    paid = pay(paid, final.payable.payable)

    last = retention(EXAMPLE_A, paid, final=final.final, retained=final.retention)
    assert last.payable == 14_100_00
    assert pay(paid, last.payable).total == 470_000_00


def test_the_parts_of_the_first_progress_payment_explain_it() -> None:
    due = progress(EXAMPLE_A, Paid(advance=144_000_00, total=144_000_00), 240_000_00, cap_ratio=CAP)

    assert (due.gross, due.recovered_now, due.advance_outstanding) == (192_000_00, 57_600_00, 86_400_00)


def test_example_b_claims_back_what_the_audit_cut() -> None:
    final = settlement(EXAMPLE_A, Paid(advance=144_000_00, total=400_000_00), 390_000_00)

    assert final.retention == 11_700_00
    assert final.payable.amount == -21_700_00
    assert (final.payable.payable, final.payable.recoverable) == (0, 21_700_00)


@pytest.mark.parametrize(
    ("approved", "ratio", "contract", "ceiling"),
    [
        ("447500", "0.9000", "480000", "432000"),
        ("447500", "0.9000", "497230", "447500"),
        ("475000", "0.8130", "570000.01", "463410.01"),
        ("422440", "0.8500", "490000", "416500"),
    ],
)
def test_the_ceiling_is_the_lower_of_approval_and_supported_contract(
    approved: str, ratio: str, contract: str, ceiling: str
) -> None:
    terms = replace(
        EXAMPLE_A,
        approved=to_fen(Decimal(approved)),
        contract=to_fen(Decimal(contract)),
        support_ratio=Decimal(ratio),
    )

    assert terms.ceiling == to_fen(Decimal(ceiling))


def test_a_supported_share_applies_to_certified_value_too() -> None:
    terms = replace(EXAMPLE_A, approved=447_500_00, support_ratio=Decimal("0.9000"))

    first = advance(terms, Paid())
    assert first.payable == 129_600_00
    due = progress(terms, Paid(advance=first.payable, total=first.payable), 240_000_00, cap_ratio=CAP)
    assert due.payable == 172_800_00 - 51_840_00


def test_nothing_is_recovered_before_the_window_and_all_after_it() -> None:
    assert recovered(EXAMPLE_A, 144_000_00, 144_000_00) == 0
    assert recovered(EXAMPLE_A, 144_000_00, 400_000_00) == 144_000_00


def test_a_village_that_asks_for_less_gets_less_and_the_rest_next_time() -> None:
    paid = Paid(advance=144_000_00, total=144_000_00)

    assert progress(EXAMPLE_A, paid, 240_000_00, cap_ratio=CAP, requested=100_000_00).payable == 100_000_00
    paid = pay(paid, 100_000_00, 240_000_00)
    assert progress(EXAMPLE_A, paid, 384_000_00, cap_ratio=CAP).payable == 63_200_00


def test_a_penalty_is_deducted_once_and_never_paid_later() -> None:
    paid = Paid(advance=144_000_00, total=144_000_00)
    due = progress(EXAMPLE_A, paid, 240_000_00, cap_ratio=CAP, withhold=10_000_00)
    assert due.payable == 124_400_00

    paid = replace(pay(paid, due.payable, 240_000_00), withheld=10_000_00)
    assert progress(EXAMPLE_A, paid, 384_000_00, cap_ratio=CAP).payable == 28_800_00
    assert settlement(EXAMPLE_A, paid, 470_000_00).payable.payable == 455_900_00 - 10_000_00 - paid.total


def test_a_penalty_taken_from_the_advance_is_not_paid_with_the_progress() -> None:
    due = advance(EXAMPLE_A, Paid(), withhold=1_000_00)
    assert (due.payable, due.withheld_now) == (143_000_00, 1_000_00)

    paid = Paid(advance=due.payable, total=due.payable, withheld=due.withheld_now)
    assert settlement(EXAMPLE_A, paid, 470_000_00).payable.payable == 455_900_00 - 144_000_00


def test_repairs_are_paid_from_the_retention() -> None:
    paid = Paid(advance=144_000_00, total=455_900_00)

    due = retention(EXAMPLE_A, paid, final=470_000_00, retained=14_100_00, repair=4_000_00)

    assert due.payable == 10_100_00


def test_an_audit_above_the_contract_does_not_raise_the_ceiling() -> None:
    assert settlement(EXAMPLE_A, Paid(), 490_000_00).final == 480_000_00


def ratios(low: int, high: int) -> st.SearchStrategy[Decimal]:
    return st.integers(low, high).map(lambda number: Decimal(number) / 10_000)


TERMS = st.builds(
    Terms,
    approved=st.integers(1, 500_000_000),
    contract=st.integers(1, 500_000_000),
    support_ratio=ratios(1, 10_000),
    advance_ratio=ratios(1_000, 5_000),
    recovery_start=ratios(0, 4_000),
    recovery_end=ratios(4_001, 10_000),
    progress_ratio=ratios(5_000, 10_000),
    retention_rate=ratios(0, 300),
)


@given(terms=TERMS, steps=st.lists(st.integers(0, 10_500), max_size=6), audited=st.integers(0, 12_000))
def test_a_project_is_never_paid_more_than_its_caps(terms: Terms, steps: list[int], audited: int) -> None:
    first = advance(terms, Paid())
    paid = Paid(advance=first.payable, total=first.payable)
    assert paid.total <= first.cap <= terms.ceiling

    for step in sorted(steps):
        due = progress(terms, paid, terms.contract * step // 10_000, cap_ratio=CAP)
        paid = pay(paid, due.payable, terms.contract * step // 10_000)
        assert paid.total <= max(due.cap, first.payable) <= terms.ceiling
    final = settlement(terms, paid, terms.contract * audited // 10_000)
    paid = pay(paid, final.payable.payable - final.payable.recoverable)
    paid = pay(paid, retention(terms, paid, final=final.final, retained=final.retention).payable)

    assert paid.total == final.final <= terms.ceiling <= terms.approved


@given(terms=TERMS, values=st.tuples(st.integers(0, 10_500), st.integers(0, 10_500)))
def test_more_certified_work_never_lowers_what_is_recovered(terms: Terms, values: tuple[int, int]) -> None:
    low, high = (terms.contract * value // 10_000 for value in sorted(values))

    assert 0 <= recovered(terms, 1_000_00, low) <= recovered(terms, 1_000_00, high) <= 1_000_00


@given(terms=TERMS, value=st.integers(0, 10_500), paid=st.integers(0, 10_000), requested=st.integers(0, 10**9))
def test_a_payment_is_never_negative_and_never_above_the_request(
    terms: Terms, value: int, paid: int, requested: int
) -> None:
    before = terms.ceiling * paid // 10_000
    due = progress(
        terms,
        Paid(advance=before, total=before),
        terms.contract * value // 10_000,
        cap_ratio=CAP,
        requested=requested,
    )

    assert 0 <= due.payable <= requested
