"""Money paid too much is claimed back, and comes back (R21, F42)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, update

from engine.errors import Refused
from engine.funds import closing, ledger, projects
from engine.funds.allocation import allocate
from engine.funds.connectors.connector import past_day, policy_of, project_of, today
from engine.funds.inputs import Inputs, refuse
from engine.funds.ledger import Reason
from engine.funds.model import Project, RecoveryClaim, TransferKind
from engine.funds.money import show, to_yuan
from engine.funds.records import first
from engine.ports import Work
from engine.serials import next_serial


def claim_recovery(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """Claim back what a settlement shows was paid too much: a claim, never a negative payment."""
    project = project_of(inputs, work)
    _ensure_nothing_received(work, project)
    amount = _amount(inputs, work, project)
    _remove_earlier(work, project)
    claim_id, number = work.new_id(), _number(work, project)
    due_on = today(work) + timedelta(days=policy_of(work).count("recovery_days"))
    work.connection.execute(
        insert(RecoveryClaim).values(
            id=claim_id,
            number=number,
            project_id=project.id,
            case_id=work.case.id,
            amount_fen=amount,
            received_fen=0,
            reason=inputs.optional_text("reason") or "结算审定金额低于已付金额",
            claimed_on=today(work),
            due_on=due_on,
        )
    )
    return {"claim_id": claim_id, "claim_number": number, "amount": to_yuan(amount), "due_on": due_on}


def _ensure_nothing_received(work: Work, project: Project) -> None:
    """What has come back belongs to the first claim; a second one would claim it twice."""
    earlier = first(
        work.connection,
        RecoveryClaim,
        RecoveryClaim.project_id == project.id,
        RecoveryClaim.case_id == work.case.id,
        RecoveryClaim.received_fen > 0,
    )
    if earlier is not None:
        raise Refused(
            f"办件 {work.case.number} 的追缴单 {earlier.number} 已经到账 {show(earlier.received_fen)}，不能再次追缴。",
            claim=earlier.id,
        )


def _amount(inputs: Inputs, work: Work, project: Project) -> int:
    amount = inputs.optional_money("amount")
    if amount is None:
        settled = projects.settlement_of(work.connection, project.id)
        amount = -settled.payable_fen if settled else 0
    if amount <= 0:
        raise Refused(f"项目 {project.number} 没有超付，不需要追缴。", project=project.id)
    paid = projects.paid_of(work.connection, project.id).total
    if amount > paid:
        refuse("amount", f"追缴金额 {show(amount)}超过已付 {show(paid)}")
    return amount


def _remove_earlier(work: Work, project: Project) -> None:
    """The same case may correct its claim as long as nothing has come back."""
    work.connection.execute(
        delete(RecoveryClaim).where(
            RecoveryClaim.project_id == project.id,
            RecoveryClaim.case_id == work.case.id,
            RecoveryClaim.received_fen == 0,
        )
    )


def _number(work: Work, project: Project) -> str:
    county, year = project.county_code[:6], today(work).year
    return f"ZJ-{county}-{year}-{next_serial(work.connection, f'recovery:{county}:{year}'):05d}"


def record_recovery(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """Money has come back: it returns to the sources it came from."""
    project = project_of(inputs, work)
    claim = _claim(inputs, work, project)
    amount, day = inputs.money("amount_received"), past_day(inputs, "receive_date", work)
    if not 0 < amount <= claim.remaining_fen:
        refuse("amount_received", f"到账金额 {show(amount)}应大于零且不超过剩余应收 {show(claim.remaining_fen)}")
    remaining = claim.remaining_fen - amount
    work.connection.execute(
        update(RecoveryClaim)
        .where(RecoveryClaim.id == claim.id)
        .values(received_fen=claim.received_fen + amount, closed_on=None if remaining else day)
    )
    _give_back(work, project, claim, amount)
    closing.close_if_done(work, project)
    return {"remain": to_yuan(remaining)}


def _claim(inputs: Inputs, work: Work, project: Project) -> RecoveryClaim:
    claim_id = inputs.optional_text("claim_id")
    if claim_id is None:
        claim = projects.open_claim(work.connection, project.id)
    else:
        claim = first(
            work.connection, RecoveryClaim, RecoveryClaim.id == claim_id, RecoveryClaim.project_id == project.id
        )
    if claim is None or claim.closed_on is not None:
        raise Refused(f"项目 {project.number} 没有未了结的追缴单。", project=project.id)
    return claim


def _give_back(work: Work, project: Project, claim: RecoveryClaim, amount: int) -> None:
    sources = projects.sources_of(work.connection, project.id)
    parts = allocate(amount, [row.weight for row in sources])
    reason = Reason(kind=TransferKind.RECOVER, project_id=project.id, claim_id=claim.id)
    ledger.give_back(work, project, {row.source: part for row, part in zip(sources, parts, strict=True)}, reason)
