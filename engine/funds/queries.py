"""Reads projects and their money for pages. Every read is limited to the regions the reader may see."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import ColumnElement, Connection, false, func, or_, select

from engine.errors import NotFound
from engine.funds import blocks, closing, ledger, payments, projects
from engine.funds.facts import FundsProjects
from engine.funds.model import (
    Account,
    AccountKind,
    Contract,
    Invoice,
    Payment,
    PaymentKind,
    PaymentStatus,
    Project,
    RecoveryClaim,
    Transfer,
)
from engine.funds.money import to_yuan
from engine.funds.records import every, first
from engine.funds.views import (
    CaseLine,
    ClaimLine,
    MoneySummary,
    PaymentLine,
    ProjectLine,
    ProjectView,
    SourceLine,
)
from engine.model import RUNNING, OrgUnit, ProcessDefinition, ProcessInstance
from engine.policy.parameters import Parameters
from engine.ports import StartBlock
from engine.queries.page import PAGE_SIZE, Page, page_of
from engine.rows import AnyRow, AnySelect

_STATUS_LABELS = {
    PaymentStatus.PROPOSED: "已提出",
    PaymentStatus.APPROVED: "已签批",
    PaymentStatus.PAID: "已支付",
    PaymentStatus.RETURNED: "已退票",
    PaymentStatus.CANCELED: "已作废",
}


def projects_page(
    connection: Connection,
    prefixes: Collection[str],
    *,
    search: str = "",
    status: str | None = None,
    page: int = 1,
    size: int = PAGE_SIZE,
) -> Page[ProjectLine]:
    """The projects of the reader's regions, newest first; `search` looks into number and name."""
    statement = _lines().where(_in_regions(prefixes))
    if search.strip():
        wanted = search.strip()
        statement = statement.where(
            or_(Project.name.contains(wanted, autoescape=True), Project.number.contains(wanted, autoescape=True))
        )
    if status:
        statement = statement.where(Project.status == status)
    rows, total = page_of(connection, statement.order_by(Project.created_at.desc(), Project.number.desc()), page, size)
    return Page(items=[_line(row) for row in rows], total=total, number=page, size=size)


def _in_regions(prefixes: Collection[str]) -> ColumnElement[bool]:
    """A reader without a region sees nothing."""
    return or_(false(), *[Project.region_code.startswith(prefix, autoescape=True) for prefix in prefixes])


def _lines() -> AnySelect:
    payee = (Account.kind == AccountKind.PAYEE) & (Account.owner == Project.id)
    return (
        select(
            Project.id,
            Project.number,
            Project.name,
            Project.region_code,
            OrgUnit.name.label("region_name"),
            Project.status,
            Project.suspended_reason,
            Project.approved_fen,
            Contract.amount_fen.label("contract_fen"),
            _moved(payee & (Transfer.to_account_id == Account.id)).label("received_fen"),
            _moved(payee & (Transfer.from_account_id == Account.id)).label("returned_fen"),
        )
        .join_from(Project, OrgUnit, OrgUnit.code == Project.region_code, isouter=True)
        .outerjoin(Contract, Contract.project_id == Project.id)
    )


def _moved(condition: ColumnElement[bool]) -> ColumnElement[int]:
    total = select(func.coalesce(func.sum(Transfer.amount_fen), 0)).select_from(Transfer, Account).where(condition)
    return total.correlate(Project).scalar_subquery()


def _line(row: AnyRow) -> ProjectLine:
    return ProjectLine(
        id=row.id,
        number=row.number,
        name=row.name,
        region_code=row.region_code,
        region_name=row.region_name or "",
        status=row.status,
        status_label=projects.label_of(row.status),
        suspended=row.suspended_reason is not None,
        approved=to_yuan(row.approved_fen),
        contract=None if row.contract_fen is None else to_yuan(row.contract_fen),
        paid=to_yuan(int(row.received_fen) - int(row.returned_fen)),
    )


def project_view(connection: Connection, project_id: str, prefixes: Collection[str]) -> ProjectView:
    """One project with its money, payments, claims and cases; outside the reader's regions it does not exist."""
    project = first(connection, Project, Project.id == project_id, _in_regions(prefixes))
    if project is None:
        raise NotFound("没有找到这个项目，它可能不属于您的辖区。", project=project_id)
    region_name = connection.scalar(select(OrgUnit.name).where(OrgUnit.code == project.region_code))
    invoices = connection.scalar(select(func.count()).where(Invoice.project_id == project_id))
    cases = cases_of(connection, project)
    return ProjectView(
        facts=FundsProjects().facts(connection, project_id),
        region_name=region_name or "",
        money=money_summary(connection, project),
        sources=_sources(connection, project),
        payments=_payments(connection, project_id, {case.id: case.number for case in cases}),
        claims=_claims(connection, project_id),
        cases=cases,
        invoices=invoices or 0,
    )


def startable(
    connection: Connection, project_id: str, policy: Parameters, today: date
) -> Mapping[str, tuple[StartBlock, ...]]:
    """For every payment process the reasons why it cannot start now; an empty tuple means it can."""
    return {key: blocks.may_start(connection, project_id, key, policy, today) for key in blocks.RULES}


def money_summary(connection: Connection, project: Project) -> MoneySummary:
    """Where a project's money stands."""
    contract = projects.contract_of(connection, project.id)
    settlement = projects.settlement_of(connection, project.id)
    paid = projects.paid_of(connection, project.id)
    held = closing.retention_held(connection, settlement) if settlement else 0
    repairs = settlement.repair_fen if settlement else 0
    claim = projects.open_claim(connection, project.id)
    most = projects.payable_at_most(project, contract, settlement)
    return MoneySummary(
        approved=to_yuan(project.approved_fen),
        contract=to_yuan(contract.amount_fen) if contract else None,
        ceiling=to_yuan(projects.ceiling_of(project, contract)) if contract else None,
        paid=to_yuan(paid.total),
        withheld=to_yuan(paid.withheld),
        in_flight=to_yuan(_in_flight(connection, project.id)),
        retention=to_yuan(settlement.retention_fen if settlement else 0),
        retention_held=to_yuan(held),
        available=to_yuan(max(0, most - paid.total - paid.withheld - held - repairs)),
        recoverable=to_yuan(claim.remaining_fen if claim else 0),
    )


def _in_flight(connection: Connection, project_id: str) -> int:
    """Proposed or approved in a case that still runs."""
    total = connection.scalar(
        select(func.coalesce(func.sum(Payment.amount_fen), 0))
        .join(ProcessInstance, ProcessInstance.id == Payment.case_id)
        .where(
            Payment.project_id == project_id,
            Payment.status.in_((PaymentStatus.PROPOSED, PaymentStatus.APPROVED)),
            ProcessInstance.status.in_(RUNNING),
        )
    )
    return int(total or 0)


def _sources(connection: Connection, project: Project) -> tuple[SourceLine, ...]:
    left = ledger.left_by_source(connection, project.id)
    return tuple(
        SourceLine(source=row.source, approved=to_yuan(row.approved_fen), left=to_yuan(left.get(row.source, 0)))
        for row in projects.sources_of(connection, project.id)
    )


def _payments(connection: Connection, project_id: str, cases: Mapping[str, str]) -> tuple[PaymentLine, ...]:
    found = every(connection, Payment, Payment.project_id == project_id, order=(Payment.number,))
    return tuple(_payment(connection, payment, cases) for payment in found)


def _payment(connection: Connection, payment: Payment, cases: Mapping[str, str]) -> PaymentLine:
    parts = payments.shares_of(connection, payment.id)
    return PaymentLine(
        id=payment.id,
        number=payment.number,
        kind=payment.kind,
        kind_label=PaymentKind(payment.kind).label,
        status=payment.status,
        status_label=_STATUS_LABELS[PaymentStatus(payment.status)],
        amount=to_yuan(payment.amount_fen),
        shares={source: to_yuan(amount) for source, amount in parts.items()},
        case_id=payment.case_id,
        case_number=cases.get(payment.case_id, ""),
        proposed_on=payment.proposed_on,
        approved_on=payment.approved_on,
        paid_on=payment.paid_on,
        received_on=payment.received_on,
        voucher_no=payment.voucher_no,
        payee_name=payment.payee_name,
        return_reason=payment.return_reason,
    )


def _claims(connection: Connection, project_id: str) -> tuple[ClaimLine, ...]:
    found = every(connection, RecoveryClaim, RecoveryClaim.project_id == project_id, order=(RecoveryClaim.number,))
    return tuple(
        ClaimLine(
            number=claim.number,
            amount=to_yuan(claim.amount_fen),
            remaining=to_yuan(claim.remaining_fen),
            reason=claim.reason,
            due_on=claim.due_on,
            closed_on=claim.closed_on,
        )
        for claim in found
    )


def cases_of(connection: Connection, project: Project) -> tuple[CaseLine, ...]:
    """The cases of a project, the one that approved it first."""
    rows = connection.execute(
        select(ProcessInstance, ProcessDefinition.key, ProcessDefinition.name)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where((ProcessInstance.project_id == project.id) | (ProcessInstance.id == project.origin_case_id))
        .order_by(ProcessInstance.started_at, ProcessInstance.number)
    )
    return tuple(
        CaseLine(
            id=row.id,
            number=row.number,
            title=row.title,
            process_key=row.key,
            process_name=row.name,
            status=row.status,
            result=row.result,
            started_at=row.started_at,
            ended_at=row.ended_at,
        )
        for row in rows
    )
