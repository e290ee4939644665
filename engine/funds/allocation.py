"""Splits an amount over a project's fund sources (spec §6, example C)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from engine.funds.money import round_half_up


def allocate(amount: int, weights: Sequence[int], left: Sequence[int] | None = None) -> tuple[int, ...]:
    """Parts in fen by weight, rounded half up, the tail on the last source.

    `left` is what each source still has: none is drawn below zero, another one then bears the difference.
    """
    limits = list(left) if left is not None else [amount] * len(weights)
    if sum(limits) < amount:
        raise ValueError(f"the sources have {sum(limits)} left, {amount} is to be paid")
    parts, rest, total = [], amount, sum(weights)
    for weight, limit in zip(weights[:-1], limits[:-1], strict=True):
        part = min(round_half_up(Fraction(amount * weight, total)), limit, rest)
        parts.append(part)
        rest -= part
    parts.append(min(rest, limits[-1]))
    return _spread(parts, limits, rest - parts[-1])


def _spread(parts: list[int], limits: list[int], rest: int) -> tuple[int, ...]:
    """Give what the last source cannot bear to the ones before it."""
    for index in reversed(range(len(parts))):
        extra = min(rest, limits[index] - parts[index])
        parts[index] += extra
        rest -= extra
    return tuple(parts)


def weights_of_shares(shares: Sequence[Fraction]) -> tuple[int, ...]:
    """Whole-number weights in the proportion of the shares."""
    denominator = lcm(*(share.denominator for share in shares))
    return tuple(int(share * denominator) for share in shares)
