"""The work is accepted, its cost is audited, and in the end the retention is released."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, update

from engine.calendar import add_months
from engine.errors import Refused
from engine.funds import closing, projects, reckoning
from engine.funds.calculation import SettlementSum
from engine.funds.connectors.connector import past_day_or_today, project_of, standing_of, today
from engine.funds.connectors.request import check_end_of_work
from engine.funds.inputs import Inputs, refuse
from engine.funds.model import Project, ProjectStatus, Settlement
from engine.funds.money import show, to_fen, to_yuan
from engine.funds.reckoning import Standing
from engine.ports import Work


def record_acceptance(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """The county has accepted the work: from this day the warranty runs."""
    project = project_of(inputs, work)
    contract = projects.needed_contract(work.connection, project)
    if inputs.optional_text("quality_result") not in (None, "qualified"):
        refuse("quality_result", "质量结论不合格，不能记为验收合格")
    accepted_on = past_day_or_today(inputs, "accepted_on", work)
    completed_on = inputs.optional_day("complete_date")
    if completed_on is not None and accepted_on < completed_on:
        refuse("accepted_on", f"验收日期 {accepted_on} 早于完工日期 {completed_on}")
    warranty_end = add_months(accepted_on, contract.warranty_months)
    projects.change(
        work.connection,
        project.id,
        accepted_on=accepted_on,
        warranty_end=warranty_end,
        maintenance_body=inputs.optional_text("maintenance_body") or project.maintenance_body,
    )
    projects.move_on(work.connection, project, ProjectStatus.ACCEPTED)
    return {"accepted_on": accepted_on, "warranty_end": warranty_end}


def record_settlement(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """Put the audited cost on record, with the last payment or the claim that follows from it."""
    standing = standing_of(inputs, work)
    submitted, audited = _audited(inputs, standing)
    check_end_of_work(inputs, standing.project, standing.policy, today(work))
    _remove_earlier(work, standing.project)
    withheld = inputs.optional_money("withhold_this") or 0
    sums = reckoning.settlement(standing, audited, withhold=withheld)
    settlement_id = _insert(inputs, work, standing, sums, (submitted, audited, withheld))
    if sums.payable.payable == 0:
        projects.move_on(work.connection, standing.project, ProjectStatus.SETTLED)
    return {"settlement_id": settlement_id, **reckoning.settlement_sheet(standing, sums, submitted, audited)}


def _audited(inputs: Inputs, standing: Standing) -> tuple[int, int]:
    submitted, audited = inputs.money("submitted_amount"), inputs.money("audited_amount")
    if audited > submitted:
        refuse("audited_amount", f"审定金额 {show(audited)}不能超过送审金额 {show(submitted)}")
    limit = to_fen(standing.policy.number("settlement_audit_from"))
    if standing.contract.amount_fen >= limit and not inputs.given("audit_unit"):
        refuse("audit_unit", f"合同金额达到 {show(limit)}，结算必须经第三方审核")
    return submitted, audited


def _remove_earlier(work: Work, project: Project) -> None:
    """A settlement may be corrected until it has been acted upon."""
    earlier = projects.settlement_of(work.connection, project.id)
    if earlier is None:
        return
    acted = earlier.payable_fen > 0 and closing.settlement_paid(work.connection, earlier)
    if acted or (earlier.case_id != work.case.id and earlier.payable_fen <= 0):
        raise Refused(f"项目 {project.number} 已经结算，审定金额 {show(earlier.audited_fen)}。", project=project.id)
    work.connection.execute(delete(Settlement).where(Settlement.id == earlier.id))


def _insert(inputs: Inputs, work: Work, standing: Standing, sums: SettlementSum, amounts: tuple[int, int, int]) -> str:
    settlement_id = work.new_id()
    submitted, audited, withheld = amounts
    work.connection.execute(
        insert(Settlement).values(
            id=settlement_id,
            project_id=standing.project.id,
            case_id=work.case.id,
            submitted_fen=submitted,
            audited_fen=audited,
            audit_unit=inputs.optional_text("audit_unit"),
            final_fen=sums.final,
            retention_fen=sums.retention,
            withheld_fen=withheld,
            withheld_reason=inputs.optional_text("withhold_reason"),
            payable_fen=sums.payable.amount,
            repair_fen=0,
            settled_on=today(work),
        )
    )
    return settlement_id


def release_retention(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """The warranty is over: what repairs did not use may be paid (D14)."""
    standing = standing_of(inputs, work)
    project = standing.project
    _ensure_releasable(work, project)
    repair = inputs.optional_money("repair_cost") or 0
    if repair and inputs.optional_flag("issue_found") is False:
        refuse("repair_cost", "没有质量问题，不应有维修扣款")
    payable = reckoning.retention(work.connection, standing, repair=repair)
    work.connection.execute(update(Settlement).where(Settlement.project_id == project.id).values(repair_fen=repair))
    closing.close_if_done(work, project)
    return {
        **reckoning.retention_sheet(payable),
        "repair_cost": to_yuan(repair),
        "warranty_end": project.warranty_end,
    }


def _ensure_releasable(work: Work, project: Project) -> None:
    if project.warranty_end is None or today(work) < project.warranty_end:
        end = project.warranty_end or "（尚未验收）"
        raise Refused(f"质保期至 {end}，今天是 {today(work)}，不能释放质保金。", project=project.id)
    claim = projects.open_claim(work.connection, project.id)
    if claim is not None:
        raise Refused(f"追缴单 {claim.number} 还有 {show(claim.remaining_fen)}未退回，不能释放质保金。", claim=claim.id)
