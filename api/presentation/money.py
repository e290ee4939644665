"""Sums as offices write them."""

from __future__ import annotations

from decimal import Decimal


def write_money(value: Decimal | int | None) -> str:
    """144,000.00"""
    return "" if value is None else f"{Decimal(value):,.2f}"


def write_ratio(value: Decimal | None) -> str:
    """85%"""
    if value is None:
        return ""
    percent = (value * 100).quantize(Decimal("0.01")).normalize()
    return f"{percent:f}%"
