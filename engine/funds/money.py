"""Amounts. Inside this room money is a whole number of fen; at its doors it is Decimal yuan; never a float."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

_FEN_PER_YUAN = 100


def round_half_up(value: Fraction | Decimal | int) -> int:
    """The nearest whole number, halves upwards (四舍五入)."""
    exact = Fraction(value)
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def to_fen(yuan: Decimal | int) -> int:
    """Yuan to fen, rounded half up."""
    return round_half_up(Fraction(yuan) * _FEN_PER_YUAN)


def to_yuan(fen: int) -> Decimal:
    """Fen to yuan with two decimals."""
    return Decimal(fen).scaleb(-2)


def share_of(fen: int, ratio: Decimal | Fraction) -> int:
    """A part of an amount, rounded half up to the fen."""
    return round_half_up(fen * Fraction(ratio))


def show(fen: int) -> str:
    """An amount as people read it: `144,000.00 元`."""
    return f"{to_yuan(fen):,.2f} 元"
