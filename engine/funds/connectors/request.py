"""Checks a request before it is worked on: may the process run now, and is the request in order (D17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.errors import Refused
from engine.funds.blocks import blocks_of
from engine.funds.connectors.connector import ensure_not_suspended, policy_of, project_of, today
from engine.funds.connectors.payment import kind_of
from engine.funds.inputs import Inputs, refuse
from engine.funds.model import PaymentKind, Project
from engine.funds.payees import ensure_known_account, payee_of
from engine.policy.parameters import Parameters
from engine.ports import Work


def check_start(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """Refuse a case whose preconditions are not met, the case itself not counted."""
    project = project_of(inputs, work)
    blocks = blocks_of(
        work.connection,
        project,
        inputs.text("process_key"),
        policy_of(work),
        today(work),
        except_case=work.case.id,
    )
    if blocks:
        reasons = "；".join(block.message for block in blocks)
        raise Refused(f"现在还不能办理：{reasons}", blocks=[block.code for block in blocks])
    return {"blocks": []}


def check_request(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """Refuse a request that D17 forbids; only what the diagram hands over is looked at."""
    project, policy, kind = project_of(inputs, work), policy_of(work), kind_of(inputs)
    ensure_not_suspended(project)
    _check_signatures(inputs, policy)
    payee = payee_of(inputs)
    if not inputs.optional_flag("account_change_approved"):
        ensure_known_account(work.connection, project.id, payee)
    if inputs.optional_flag("quality_ok") is False:
        refuse("quality_ok", "质量不合格，整改合格后才能报账")
    if kind == PaymentKind.SETTLEMENT:
        check_end_of_work(inputs, project, policy, today(work))
    return {}


def _check_signatures(inputs: Inputs, policy: Parameters) -> None:
    signatures = inputs.optional_count("finance_group_signs")
    least = policy.count("finance_group_min")
    if signatures is not None and signatures < least:
        refuse("finance_group_signs", f"村理财小组签字 {signatures} 人，不得少于 {least} 人")


def check_end_of_work(inputs: Inputs, project: Project, policy: Parameters, day: date) -> None:
    """What must be true before a project is settled: accepted, wages paid, labour's part kept (D17 8, 13, 14)."""
    requested_on = inputs.optional_day("request_date") or day
    if project.accepted_on is not None and requested_on < project.accepted_on:
        refuse("request_date", f"报账日期 {requested_on} 早于验收日期 {project.accepted_on}")
    if inputs.optional_flag("wage_cleared") is False:
        refuse("wage_cleared", "农民工工资尚未结清，不能结算")
    labor, least = inputs.optional_ratio("labor_ratio"), policy.number("labor_ratio_min")
    if project.work_relief and labor is not None and labor < least:
        refuse("labor_ratio", f"劳务报酬占比 {labor:.2%}，以工代赈项目不得低于 {least:.2%}")
