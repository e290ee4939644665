"""A project comes to be, is filed with the city, suspended, resumed and handed over."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import insert

from engine.errors import Refused
from engine.funds import closing, ledger, projects
from engine.funds.allocation import allocate, weights_of_shares
from engine.funds.connectors.connector import past_day, past_day_or_today, policy_of, project_of
from engine.funds.inputs import Inputs, refuse
from engine.funds.model import FundSource, Project, ProjectSource, ProjectStatus, ReimburseMode
from engine.funds.money import show, to_yuan
from engine.funds.reckoning import in_basis_points, ratio_between
from engine.funds.records import first
from engine.offices.roles import Level, unit_at
from engine.ports import Work
from engine.serials import next_serial

#: finer shares than these would make weights too long to store
_SHARE_DECIMALS = 8
#: owners' shares are computed from what each invested and rounded
_SHARE_TOLERANCE = Decimal("0.001")
#: six-cornered brackets around the year (spec §0.4)
_DOC_NO = re.compile(r"[\u4e00-\u9fa5A-Za-z]+〔(19|20)\d{2}〕\d+号")


@dataclass(frozen=True, kw_only=True)
class SourcePart:
    """What one source bears of a project."""

    source: FundSource
    weight: int
    amount: int


def approve_project(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """Issue a project: it gets its number, and its sources set the money aside."""
    approved, total = inputs.money("approved_amount"), inputs.money("total_invest")
    if not 0 < approved <= total:
        refuse("approved_amount", f"扶持额 {show(approved)}应大于零且不超过核定总投资 {show(total)}")
    earlier = first(work.connection, Project, Project.origin_case_id == work.case.id)
    if earlier is not None:
        return _approved_before(inputs, work, earlier, (approved, total))
    parts = _parts(inputs, approved)
    project = _new_project(inputs, work, approved, total)
    _insert(work, project, parts)
    ledger.allot(work, project, {part.source: part.amount for part in parts})
    return _approved(project, parts)


def _approved(project: Project, parts: Sequence[SourcePart]) -> Mapping[str, Any]:
    return {
        "project_id": project.id,
        "project_number": project.number,
        "qr_code": project.qr_code,
        "approved_amount": to_yuan(project.approved_fen),
        "support_ratio": project.support_ratio,
        "sources": [{"source": part.source.value, "amount": to_yuan(part.amount)} for part in parts],
    }


def _approved_before(inputs: Inputs, work: Work, earlier: Project, amounts: tuple[int, int]) -> Mapping[str, Any]:
    """A case that was taken back across its issue may confirm it; it sets no money aside twice and changes nothing."""
    if amounts == (earlier.approved_fen, earlier.total_invest_fen) and _doc_no(inputs) == earlier.issue_doc_no:
        parts = _parts(inputs, earlier.approved_fen)
        known = {row.source: row.approved_fen for row in projects.sources_of(work.connection, earlier.id)}
        if known == {part.source.value: part.amount for part in parts}:
            return _approved(earlier, parts)
    raise Refused(
        f"办件 {work.case.number} 已经下达项目 {earlier.number}（扶持额 {show(earlier.approved_fen)}，"
        f"{earlier.issue_doc_no}），不能重复下达；要改变金额、来源或文号的，请办理项目变更。",
        project=earlier.id,
    )


def _new_project(inputs: Inputs, work: Work, approved: int, total: int) -> Project:
    region = str(work.case.region["code"])
    issued_on = _issue_date(inputs, work)
    number = _number(work, unit_at(region, Level.COUNTY), issued_on)
    return Project(
        id=work.new_id(),
        number=number,
        name=inputs.text("name"),
        project_type=inputs.text("project_type"),
        applicant_type=inputs.text("applicant_type"),
        applicant_name=inputs.optional_text("applicant_name") or "",
        build_site=inputs.optional_text("build_site_address") or "",
        region_code=region,
        county_code=unit_at(region, Level.COUNTY),
        status=ProjectStatus.APPROVED,
        reimburse_mode=_mode(inputs),
        approved_fen=approved,
        total_invest_fen=total,
        support_ratio=_support_ratio(inputs, approved, total),
        work_relief=bool(inputs.optional_flag("work_relief_flag")),
        qr_code=f"{number}-{work.new_id()[:8]}",
        issue_doc_no=_doc_no(inputs),
        issued_on=issued_on,
        origin_case_id=work.case.id,
        created_at=work.now,
    )


def _support_ratio(inputs: Inputs, approved: int, total: int) -> Decimal:
    """Given as case data, or the approved share of the investment; in basis points (spec §0.4)."""
    given = inputs.optional_number("support_ratio")
    if given is None:
        return ratio_between(approved, total)
    ratio = in_basis_points(given)
    if not 0 < ratio <= 1:
        refuse("support_ratio", f"扶持比例应大于 0 且不超过 100%，现为 {given:.2%}")
    return ratio


def _number(work: Work, county: str, issued_on: date) -> str:
    prefix = policy_of(work).text("project_prefix")
    serial = next_serial(work.connection, f"project:{county}:{issued_on.year}")
    return f"{prefix}-{issued_on.year}-{serial:04d}"


def _mode(inputs: Inputs) -> ReimburseMode:
    try:
        return ReimburseMode(inputs.text("reimburse_mode"))
    except ValueError:
        refuse("reimburse_mode", f"没有“{inputs.text('reimburse_mode')}”这种报账方式")


def _doc_no(inputs: Inputs) -> str:
    number = inputs.text("issue_doc_no")
    if not _DOC_NO.fullmatch(number):
        refuse("issue_doc_no", f"文号应形如“永移办〔2026〕12号”，现为“{number}”")
    return number


def _issue_date(inputs: Inputs, work: Work) -> date:
    """A project is issued after its county notice has run out (I-04)."""
    issued_on = past_day(inputs, "issue_date", work)
    notice_end = inputs.optional_day("notice_end")
    if notice_end is not None and issued_on < notice_end + timedelta(days=1):
        refuse("issue_date", f"下达日期 {issued_on} 应晚于公示截止日 {notice_end}")
    return issued_on


def _parts(inputs: Inputs, approved: int) -> tuple[SourcePart, ...]:
    """The sources by share or by amount; a single source needs neither."""
    rows = _source_rows(inputs)
    names = [_source(row) for row in rows]
    if len(set(names)) != len(names):
        refuse("sources", "同一资金来源只能填一行")
    weights = _weights(rows, approved)
    amounts = allocate(approved, weights)
    return tuple(
        SourcePart(source=name, weight=weight, amount=amount)
        for name, weight, amount in zip(names, weights, amounts, strict=True)
    )


def _source_rows(inputs: Inputs) -> Sequence[Mapping[str, Any]]:
    keys = inputs.optional_list("sources")
    if keys and all(isinstance(key, str) for key in keys):
        if len(keys) > 1:
            refuse("sources", "有几个资金来源时，须填写每个来源的比例或金额")
        return [{"source": keys[0], "share": Decimal(1)}]
    return inputs.rows("sources") or refuse("sources", "至少要有一个资金来源（每元支付都要有来源）")


def _source(row: Mapping[str, Any]) -> FundSource:
    try:
        return FundSource(str(row.get("source")))
    except ValueError:
        refuse("sources", f"没有“{row.get('source')}”这个资金来源")


def _weights(rows: Sequence[Mapping[str, Any]], approved: int) -> tuple[int, ...]:
    """By share where shares are given: amounts may still be those of an earlier, higher proposal."""
    shares = [Inputs(row).optional_number("share") for row in rows]
    if None in shares:
        return _amounts(rows, approved)
    total = sum(share or Decimal(0) for share in shares)
    if total != 1 or any(not share or share != round(share, _SHARE_DECIMALS) for share in shares):
        refuse("sources", f"各来源比例合计 {total:.2%}，应为 100%，且每个来源大于零")
    return weights_of_shares([Fraction(share or 0) for share in shares])


def _amounts(rows: Sequence[Mapping[str, Any]], approved: int) -> tuple[int, ...]:
    amounts = tuple(Inputs(row).optional_money("amount") or 0 for row in rows)
    if sum(amounts) != approved or 0 in amounts:
        refuse("sources", f"各来源金额合计 {show(sum(amounts))}，应等于扶持额 {show(approved)}，且每个来源大于零")
    return amounts


def _insert(work: Work, project: Project, parts: Sequence[SourcePart]) -> None:
    columns = {column.key: getattr(project, column.key) for column in Project.__table__.columns}
    work.connection.execute(insert(Project).values(**columns))
    rows = [
        {
            "project_id": project.id,
            "position": position,
            "source": part.source,
            "weight": part.weight,
            "approved_fen": part.amount,
        }
        for position, part in enumerate(parts)
    ]
    work.connection.execute(insert(ProjectSource), rows)


def file_project(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """Record the city's receipt: filing is no approval, but without it nothing is paid (S1-30)."""
    project, receipt = project_of(inputs, work), inputs.text("receipt_no")
    if project.filing_receipt not in (None, receipt):
        raise Refused(f"项目 {project.number} 已经报备，回执号 {project.filing_receipt}。", project=project.id)
    filed_on = past_day_or_today(inputs, "filed_on", work)
    projects.change(work.connection, project.id, filing_receipt=receipt, filed_on=filed_on)
    projects.move_on(work.connection, project, ProjectStatus.FILED)
    return {"filed_on": filed_on}


def suspend_payment(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """Stop all payments of a project (signal payment.suspend of P03b)."""
    project = project_of(inputs, work)
    projects.change(work.connection, project.id, suspended_reason=inputs.text("reason"))
    return {"suspended": True}


def resume_payment(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """Let payments go on."""
    project = project_of(inputs, work)
    if project.suspended_reason is None:
        raise Refused(f"项目 {project.number} 没有暂停拨付，不需要恢复。", project=project.id)
    projects.change(work.connection, project.id, suspended_reason=None)
    return {"suspended": False}


def hand_over(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """Record to whom the asset goes and who maintains it (F37); without a maintainer nothing is handed over."""
    project = project_of(inputs, work)
    handed_over_on = past_day(inputs, "handover_date", work)
    if project.accepted_on is None or handed_over_on < project.accepted_on:
        refuse("handover_date", f"移交日期 {handed_over_on} 不能早于验收日期 {project.accepted_on or '（尚未验收）'}")
    _check_owner_shares(inputs)
    projects.change(
        work.connection,
        project.id,
        handed_over_on=handed_over_on,
        receiver=inputs.text("receiver"),
        maintenance_body=inputs.optional_text("maintenance_body")
        or project.maintenance_body
        or refuse("maintenance_body", "没有管护主体，不能移交"),
    )
    projects.move_on(work.connection, project, ProjectStatus.WARRANTY)
    closing.close_if_done(work, project)
    return {"handed_over_on": handed_over_on}


def _check_owner_shares(inputs: Inputs) -> None:
    """Owners' shares make up the whole (I-37)."""
    given = [Inputs(row).optional_number("share") for row in inputs.rows("owner_shares")]
    shares = [share for share in given if share is not None]
    total = sum(shares, Decimal(0))
    if shares and abs(total - 1) > _SHARE_TOLERANCE:
        refuse("owner_shares", f"权属份额合计 {total:.2%}，应为 100%")
