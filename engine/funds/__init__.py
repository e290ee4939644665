"""The money: what a project may be paid, what it was paid, and from which source (spec §6, D02, D14, D17)."""

from __future__ import annotations

from engine.funds.connectors import CONNECTORS
from engine.funds.connectors.connector import FundsConnector
from engine.funds.facts import FundsProjects

__all__ = ["FundsConnector", "FundsProjects", "fund_connectors"]


def fund_connectors() -> tuple[FundsConnector, ...]:
    """Every connector of this room, for the composition root."""
    return CONNECTORS
