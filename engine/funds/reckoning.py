"""What a project may be paid at a stage, from what is on record: one sum for the form, the proposal and the pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Connection

from engine.errors import Refused
from engine.funds import calculation, projects
from engine.funds.calculation import Paid, Payable, SettlementSum, Terms
from engine.funds.inputs import refuse
from engine.funds.model import Contract, PaymentKind, Project
from engine.funds.money import share_of, show, to_fen, to_yuan
from engine.policy.parameters import Parameters

_FOUR_DECIMALS = Decimal("0.0001")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """All that a calculation reads about one project."""

    project: Project
    contract: Contract
    terms: Terms
    paid: Paid
    policy: Parameters

    @classmethod
    def of(cls, connection: Connection, project: Project, policy: Parameters) -> Standing:
        """Read it; refused while no contract is on file."""
        contract = projects.needed_contract(connection, project)
        return cls(
            project=project,
            contract=contract,
            terms=projects.terms_of(project, contract, policy),
            paid=projects.paid_of(connection, project.id),
            policy=policy,
        )


def advance(
    standing: Standing, *, cap_ratio: Decimal | None, withhold: int = 0, requested: int | None = None
) -> Payable:
    """The advance a project may get; nothing where its kind of project gets none."""
    barred = projects.advance_barred(standing.project, standing.policy)
    ratio = Decimal(0) if barred else cap_ratio
    return calculation.advance(standing.terms, standing.paid, ratio=ratio, withhold=withhold, requested=requested)


def needs_meeting(standing: Standing, amount: int) -> bool:
    """Whether an advance must be decided by a meeting (D01 row 8, S1-54)."""
    limit = to_fen(standing.policy.number("full_advance_limit"))
    return standing.project.reimburse_mode == "full_advance" and amount > limit


def progress(
    standing: Standing, earned_value: int, *, cap_ratio: Decimal | None, withhold: int, requested: int | None
) -> Payable:
    """The progress payment for certified value."""
    _check_value(standing, earned_value)
    ratio = standing.policy.number("cap_before_acceptance") if cap_ratio is None else cap_ratio
    if projects.progress_barred(standing.project, standing.policy):
        ratio = Decimal(0)
    return calculation.progress(
        standing.terms, standing.paid, earned_value, cap_ratio=ratio, withhold=withhold, requested=requested
    )


def _check_value(standing: Standing, earned_value: int) -> None:
    """Certified value never falls and hardly exceeds the contract (I-17)."""
    before, contract = standing.paid.earned_value, standing.contract.amount_fen
    if earned_value < before:
        refuse("verified_value", f"累计产值 {show(earned_value)}小于上期已认可的 {show(before)}，产值只能增加")
    most = share_of(contract, 1 + standing.policy.number("earned_value_tolerance"))
    if earned_value > most:
        refuse("verified_value", f"累计产值 {show(earned_value)}超过合同额 {show(contract)}允许的上限 {show(most)}")


def settlement(standing: Standing, audited: int, *, withhold: int) -> SettlementSum:
    """The last reckoning, once the county has accepted the work."""
    if standing.project.accepted_on is None:
        raise Refused(f"项目 {standing.project.number} 尚未通过县级验收，不能结算。", project=standing.project.id)
    return calculation.settlement(standing.terms, standing.paid, audited, withhold=withhold)


def retention(connection: Connection, standing: Standing, *, repair: int) -> Payable:
    """The retention still to be paid."""
    settled = projects.settlement_of(connection, standing.project.id)
    if settled is None:
        raise Refused(f"项目 {standing.project.number} 尚未结算，没有可以释放的质保金。", project=standing.project.id)
    if repair > settled.retention_fen:
        refuse("repair_cost", f"维修扣款 {show(repair)}超过质保金 {show(settled.retention_fen)}")
    return calculation.retention(
        standing.terms, standing.paid, final=settled.final_fen, retained=settled.retention_fen, repair=repair
    )


def sheet(kind: PaymentKind, payable: Payable) -> dict[str, Any]:
    """The calculation under the keys of the payment review form (F21), in yuan."""
    return {
        "pay_stage": kind.value,
        "ceiling": to_yuan(payable.ceiling),
        "cap": to_yuan(payable.cap),
        "paid_before": to_yuan(payable.paid_before),
        "gross": to_yuan(payable.gross),
        "recover_this": to_yuan(payable.recovered_now),
        "recovered_total": to_yuan(payable.recovered_total),
        "advance_outstanding": to_yuan(payable.advance_outstanding),
        "withhold_this": to_yuan(payable.withheld_now),
        "payable_calc": to_yuan(payable.payable),
        "ratio_after": ratio_between(payable.paid_before + payable.payable, payable.ceiling),
    }


def retention_sheet(payable: Payable) -> Mapping[str, Any]:
    """The retention under the keys of its release form (F39) and the payment review form (F21)."""
    return {
        **sheet(PaymentKind.RETENTION, payable),
        "retention_amount": to_yuan(payable.gross),
        "release_amount": to_yuan(payable.payable),
    }


def ratio_between(part: int, whole: int) -> Decimal:
    """A share with four decimals."""
    if whole == 0:
        return Decimal(0)
    return in_basis_points(Decimal(part) / Decimal(whole))


def in_basis_points(ratio: Decimal) -> Decimal:
    """A share rounded to four decimals."""
    return ratio.quantize(_FOUR_DECIMALS, ROUND_HALF_UP)


def settlement_sheet(standing: Standing, sums: SettlementSum, submitted: int, audited: int) -> Mapping[str, Any]:
    """The settlement under the keys of the audit form (F34) and the payment review form (F21)."""
    return {
        **sheet(PaymentKind.SETTLEMENT, sums.payable),
        "submitted_amount": to_yuan(submitted),
        "audited_amount": to_yuan(audited),
        "cut_rate": ratio_between(submitted - audited, submitted),
        "final_fund": to_yuan(sums.final),
        "retention_rate": standing.contract.retention_rate,
        "retention_amount": to_yuan(sums.retention),
        "payable": to_yuan(sums.payable.amount),
        "recoverable": to_yuan(sums.payable.recoverable),
    }
