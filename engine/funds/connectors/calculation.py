"""What may be paid now, computed for the form that finance signs (F21, F34, F39). Nothing is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.funds import closing, reckoning
from engine.funds.connectors.connector import standing_of
from engine.funds.inputs import Inputs, refuse
from engine.funds.model import PaymentKind
from engine.funds.money import show, to_yuan
from engine.ports import Work


def calculate_advance(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """The advance (P04 a7)."""
    standing = standing_of(inputs, work)
    payable = reckoning.advance(
        standing, cap_ratio=inputs.optional_ratio("cap_ratio"), requested=inputs.optional_money("requested")
    )
    return {
        **reckoning.sheet(PaymentKind.ADVANCE, payable),
        "advance_ratio": reckoning.ratio_between(payable.cap, payable.ceiling),
        "needs_collective_decision": reckoning.needs_meeting(standing, payable.payable),
    }


def calculate_progress(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """The progress payment for the certified value so far (P05 g9)."""
    standing = standing_of(inputs, work)
    earned_value = inputs.money("verified_value")
    payable = reckoning.progress(
        standing,
        earned_value,
        cap_ratio=inputs.optional_ratio("cap_ratio"),
        withhold=inputs.optional_money("withhold_this") or 0,
        requested=inputs.optional_money("requested"),
    )
    return {
        **reckoning.sheet(PaymentKind.PROGRESS, payable),
        "earned_value": to_yuan(earned_value),
        "progress": reckoning.ratio_between(earned_value, standing.contract.amount_fen),
        "needs_collective_decision": False,
    }


def calculate_settlement(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """The last payment or, below zero, the claim (P06 c7)."""
    standing = standing_of(inputs, work)
    audited = inputs.money("audited_amount")
    submitted = inputs.optional_money("submitted_amount")
    submitted = audited if submitted is None else submitted
    if audited > submitted:
        refuse("audited_amount", f"审定金额 {show(audited)}不能超过送审金额 {show(submitted)}")
    sums = reckoning.settlement(standing, audited, withhold=inputs.optional_money("withhold_this") or 0)
    return reckoning.settlement_sheet(standing, sums, submitted, audited)


def calculate_retention(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """The retention that is left to pay (P06b)."""
    standing = standing_of(inputs, work)
    repair = inputs.optional_money("repair_cost") or 0
    payable = reckoning.retention(work.connection, standing, repair=repair)
    return {
        **reckoning.retention_sheet(payable),
        "released_before": to_yuan(closing.retention_released(work.connection, standing.project.id)),
        "repair_cost": to_yuan(repair),
        "warranty_end": standing.project.warranty_end,
    }
