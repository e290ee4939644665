"""A contract is put on file (F09); from it follow the ceiling, the retention and the warranty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert

from engine.errors import Refused
from engine.funds import projects
from engine.funds.connectors.connector import past_day, policy_of, project_of
from engine.funds.inputs import Inputs, refuse
from engine.funds.model import Contract, Project, ProjectStatus
from engine.funds.money import show, to_fen, to_yuan
from engine.funds.records import first
from engine.policy.parameters import Parameters
from engine.ports import Work


def register_contract(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """Put a project's contract on file. Until something is paid it may be corrected."""
    project, policy = project_of(inputs, work), policy_of(work)
    _remove_earlier(work, project)
    contract = _contract(inputs, work, project, policy)
    columns = {column.key: getattr(contract, column.key) for column in Contract.__table__.columns}
    work.connection.execute(insert(Contract).values(**columns))
    started = contract.start_report and contract.notice_board
    projects.move_on(
        work.connection, project, ProjectStatus.UNDER_CONSTRUCTION if started else ProjectStatus.CONTRACTED
    )
    return {
        "contract_id": contract.id,
        "ceiling": to_yuan(projects.ceiling_of(project, contract)),
        "retention_rate": contract.retention_rate,
        "warranty_months": Decimal(contract.warranty_months),
    }


def _remove_earlier(work: Work, project: Project) -> None:
    earlier = projects.contract_of(work.connection, project.id)
    if earlier is None:
        return
    paid = projects.paid_of(work.connection, project.id).total
    if paid:
        raise Refused(
            f"项目 {project.number} 已按合同 {earlier.number} 付款 {show(paid)}，合同变更须走项目变更。",
            contract=earlier.id,
        )
    work.connection.execute(delete(Contract).where(Contract.id == earlier.id))


def _contract(inputs: Inputs, work: Work, project: Project, policy: Parameters) -> Contract:
    signed_on = _sign_date(inputs, work, project)
    return Contract(
        id=work.new_id(),
        project_id=project.id,
        county_code=project.county_code,
        number=_number(inputs, work, project),
        amount_fen=_amount(inputs, project),
        signed_on=signed_on,
        contractor=inputs.text("winner_name"),
        contractor_uscc=inputs.optional_text("winner_uscc"),
        procure_method=inputs.optional_text("procure_method"),
        supervise_unit=_supervise_unit(inputs, project, policy),
        retention_rate=_retention_rate(inputs, signed_on, policy),
        warranty_months=_warranty_months(inputs, policy),
        start_report=inputs.given("start_report"),
        notice_board=inputs.given("notice_board_photo"),
        case_id=work.case.id,
    )


def _number(inputs: Inputs, work: Work, project: Project) -> str:
    number = inputs.text("contract_no")
    other = first(work.connection, Contract, Contract.county_code == project.county_code, Contract.number == number)
    if other is not None:
        holder = projects.load(work.connection, other.project_id)
        refuse("contract_no", f"合同编号 {number} 已用于项目 {holder.number}（{holder.name}）")
    return number


def _amount(inputs: Inputs, project: Project) -> int:
    amount = inputs.money("contract_amount")
    if amount == 0:
        refuse("contract_amount", "合同金额应大于零")
    if amount > project.total_invest_fen:
        most = show(project.total_invest_fen)
        refuse("contract_amount", f"合同金额 {show(amount)}超过核定总投资 {most}，须先办理项目变更")
    return amount


def _sign_date(inputs: Inputs, work: Work, project: Project) -> date:
    signed_on = past_day(inputs, "sign_date", work)
    if signed_on < project.issued_on:
        refuse("sign_date", f"合同签订日期 {signed_on} 早于计划下达日期 {project.issued_on}")
    return signed_on


def _supervise_unit(inputs: Inputs, project: Project, policy: Parameters) -> str | None:
    unit = inputs.optional_text("supervise_unit")
    limit = to_fen(policy.number("supervision_from"))
    if unit is None and project.project_type.startswith("infra_") and inputs.money("contract_amount") >= limit:
        refuse("supervise_unit", f"工程类合同金额达到 {show(limit)}，必须有监理单位")
    return unit


def _retention_rate(inputs: Inputs, signed_on: date, policy: Parameters) -> Decimal:
    """D14: at most 3 % for contracts signed since August 2022."""
    most = inputs.optional_ratio("retention_rate_max")
    if most is None:
        recent = signed_on >= policy.day("retention_rule_from")
        most = policy.number("retention_rate_max" if recent else "retention_rate_max_old")
    rate = inputs.optional_ratio("retention_rate")
    rate = policy.number("retention_rate") if rate is None else rate
    if rate > most:
        refuse("retention_rate", f"质保金率 {rate:.2%} 超过上限 {most:.2%}")
    return rate


def _warranty_months(inputs: Inputs, policy: Parameters) -> int:
    least = policy.count("warranty_months")
    months = inputs.optional_count("warranty_months")
    months = least if months is None else months
    if months < least:
        refuse("warranty_months", f"缺陷责任期 {months} 个月，不得少于 {least} 个月")
    return months
