"""A column type for shares: exact in every database."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Dialect, Integer
from sqlalchemy.types import TypeDecorator

_BASIS_POINTS = 10_000


class Ratio(TypeDecorator[Decimal]):
    """A share with four decimals, kept as whole basis points (spec §0.4)."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        points = value * _BASIS_POINTS
        if points != points.to_integral_value():
            raise ValueError(f"a ratio has at most four decimals: {value}")
        return int(points)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-4)
