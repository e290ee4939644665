"""How much may be paid now: advance, progress, settlement, retention (spec §6). Pure; every amount is in fen."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from engine.funds.money import round_half_up, share_of


def ceiling(approved: int, support_ratio: Decimal, contract: int) -> int:
    """min(approved, ratio x contract)."""
    return min(approved, share_of(contract, support_ratio))


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What limits the payments of one project: its approval, its contract and the county's ratios."""

    approved: int
    contract: int
    support_ratio: Decimal
    advance_ratio: Decimal
    #: shares of the contract's value between which the advance is recovered
    recovery_start: Decimal
    recovery_end: Decimal
    progress_ratio: Decimal
    retention_rate: Decimal

    @property
    def ceiling(self) -> int:
        """No more than this is ever paid."""
        return ceiling(self.approved, self.support_ratio, self.contract)


@dataclass(frozen=True, kw_only=True)
class Paid:
    """What a project has been paid so far, less what came back."""

    advance: int = 0
    total: int = 0
    #: penalties already deducted; they are not paid later
    withheld: int = 0
    #: certified value up to the last progress payment
    earned_value: int = 0

    @property
    def beyond_advance(self) -> int:
        """Paid for work, as against in advance."""
        return self.total - self.advance


@dataclass(frozen=True, kw_only=True)
class Payable:
    """The outcome of a calculation, with the parts that explain it."""

    ceiling: int
    #: what the project may have been paid in total after this payment
    cap: int
    paid_before: int
    #: negative only in a settlement: that much was paid too much
    amount: int
    gross: int = 0
    recovered_total: int = 0
    recovered_now: int = 0
    withheld_now: int = 0
    advance_outstanding: int = 0

    @property
    def payable(self) -> int:
        """What may be paid, never negative."""
        return max(0, self.amount)

    @property
    def recoverable(self) -> int:
        """What must be claimed back."""
        return max(0, -self.amount)


@dataclass(frozen=True, kw_only=True)
class SettlementSum:
    """The last reckoning of a project after its audit."""

    final: int
    retention: int
    payable: Payable


def advance(
    terms: Terms, paid: Paid, *, ratio: Decimal | None = None, withhold: int = 0, requested: int | None = None
) -> Payable:
    """A share of the ceiling before work is certified; `ratio` overrides the county's (D02)."""
    entitled = share_of(terms.ceiling, terms.advance_ratio if ratio is None else ratio)
    amount = _least(entitled - paid.total - withhold, requested)
    return Payable(
        ceiling=terms.ceiling,
        cap=entitled,
        paid_before=paid.total,
        amount=max(0, amount),
        gross=entitled,
        withheld_now=withhold,
        advance_outstanding=paid.advance + max(0, amount),
    )


def recovered(terms: Terms, advance_paid: int, earned_value: int) -> int:
    """R(p): how much of the advance is recovered once work of a value is certified."""
    start, end = Fraction(terms.recovery_start), Fraction(terms.recovery_end)
    done = (Fraction(earned_value, terms.contract) - start) / (end - start)
    return round_half_up(advance_paid * min(max(done, Fraction(0)), Fraction(1)))


def progress(
    terms: Terms,
    paid: Paid,
    earned_value: int,
    *,
    cap_ratio: Decimal,
    withhold: int = 0,
    requested: int | None = None,
) -> Payable:
    """A share of the certified value, less the advance recovered and what was paid for work before."""
    gross = share_of(earned_value, Fraction(terms.progress_ratio) * Fraction(terms.support_ratio))
    back = recovered(terms, paid.advance, earned_value)
    due = gross - back - paid.beyond_advance - paid.withheld - withhold
    cap = min(share_of(terms.ceiling, cap_ratio), terms.ceiling)
    amount = _least(min(due, cap - paid.total), requested)
    return Payable(
        ceiling=terms.ceiling,
        cap=cap,
        paid_before=paid.total,
        amount=max(0, amount),
        gross=gross,
        recovered_total=back,
        recovered_now=max(0, back - recovered(terms, paid.advance, paid.earned_value)),
        withheld_now=withhold,
        advance_outstanding=paid.advance - back,
    )


def settlement(terms: Terms, paid: Paid, audited: int, *, withhold: int = 0) -> SettlementSum:
    """The audited value's support less retention, penalties and everything paid; below zero it is claimed back."""
    final = min(terms.ceiling, share_of(audited, terms.support_ratio))
    retained = share_of(final, terms.retention_rate)
    cap = final - retained
    payable = Payable(
        ceiling=terms.ceiling,
        cap=cap,
        paid_before=paid.total,
        amount=cap - paid.withheld - withhold - paid.total,
        gross=final,
        recovered_total=paid.advance,
        withheld_now=withhold,
    )
    return SettlementSum(final=final, retention=retained, payable=payable)


def retention(terms: Terms, paid: Paid, *, final: int, retained: int, repair: int = 0) -> Payable:
    """What was retained, less the cost of repairs; never more than the final support still leaves."""
    left = final - paid.withheld - paid.total
    return Payable(
        ceiling=terms.ceiling,
        cap=final,
        paid_before=paid.total,
        amount=max(0, min(retained - repair, left)),
        gross=retained,
        recovered_total=paid.advance,
    )


def _least(entitled: int, requested: int | None) -> int:
    return entitled if requested is None else min(entitled, requested)
