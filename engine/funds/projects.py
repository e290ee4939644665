"""Finding projects, moving them on, and the terms under which one is paid."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, select, update

from engine.errors import NotFound, Refused
from engine.funds.calculation import Paid, Terms, ceiling
from engine.funds.ledger import paid_total
from engine.funds.model import (
    Contract,
    Payment,
    PaymentKind,
    PaymentStatus,
    Project,
    ProjectSource,
    ProjectStatus,
    RecoveryClaim,
    ReimburseMode,
    Settlement,
)
from engine.funds.money import show, to_fen
from engine.funds.records import every, first
from engine.policy.parameters import Parameters

_ORDER = tuple(ProjectStatus)


def load(connection: Connection, project_id: str, *, lock: bool = False) -> Project:
    """A project; `lock` makes payments of one project wait for each other."""
    project = first(connection, Project, Project.id == project_id, lock=lock)
    if project is None:
        raise NotFound("没有找到这个项目。", project=project_id)
    return project


def change(connection: Connection, project_id: str, **values: Any) -> None:
    """Write facts of a project."""
    connection.execute(update(Project).where(Project.id == project_id).values(**values))


def move_on(connection: Connection, project: Project, status: ProjectStatus) -> None:
    """A project never falls back to an earlier status."""
    if _ORDER.index(status) > _ORDER.index(ProjectStatus(project.status)):
        change(connection, project.id, status=status)


def sources_of(connection: Connection, project_id: str) -> tuple[ProjectSource, ...]:
    """The sources that pay for a project, in their order."""
    return every(connection, ProjectSource, ProjectSource.project_id == project_id, order=(ProjectSource.position,))


def contract_of(connection: Connection, project_id: str) -> Contract | None:
    """A project's contract, if it is on file."""
    return first(connection, Contract, Contract.project_id == project_id)


def needed_contract(connection: Connection, project: Project) -> Contract:
    """A project's contract, without which nothing can be computed."""
    contract = contract_of(connection, project.id)
    if contract is None:
        raise Refused(f"项目 {project.number} 还没有登记合同，不能计算付款。", project=project.id)
    return contract


def settlement_of(connection: Connection, project_id: str) -> Settlement | None:
    """A project's settlement, if there is one."""
    return first(connection, Settlement, Settlement.project_id == project_id)


def open_claim(connection: Connection, project_id: str) -> RecoveryClaim | None:
    """Money of a project that still has to come back."""
    claims = every(
        connection,
        RecoveryClaim,
        RecoveryClaim.project_id == project_id,
        RecoveryClaim.closed_on.is_(None),
        order=(RecoveryClaim.claimed_on, RecoveryClaim.number),
    )
    return claims[0] if claims else None


def terms_of(project: Project, contract: Contract, policy: Parameters) -> Terms:
    """What limits the payments of a project."""
    return Terms(
        approved=project.approved_fen,
        contract=contract.amount_fen,
        support_ratio=project.support_ratio,
        advance_ratio=advance_ratio(project, policy),
        recovery_start=policy.number("advance_recovery_start"),
        recovery_end=policy.number("advance_recovery_end"),
        progress_ratio=policy.number("progress_pay_ratio"),
        retention_rate=contract.retention_rate,
    )


def ceiling_of(project: Project, contract: Contract) -> int:
    """No more than this is ever paid (spec §6)."""
    return ceiling(project.approved_fen, project.support_ratio, contract.amount_fen)


def payable_at_most(project: Project, contract: Contract | None, settlement: Settlement | None) -> int:
    """The most a project may be paid in the end, by what is known of it today (I-01)."""
    most = ceiling_of(project, contract) if contract else project.approved_fen
    return min(most, settlement.final_fen) if settlement else most


def advance_ratio(project: Project, policy: Parameters) -> Decimal:
    """How much of the ceiling a project may get in advance (D02 rows 1 to 4)."""
    if advance_barred(project, policy) is not None:
        return Decimal(0)
    if project.reimburse_mode == ReimburseMode.FULL_ADVANCE:
        return Decimal(1)
    return policy.number("advance_ratio")


def advance_barred(project: Project, policy: Parameters) -> str | None:
    """Why a project gets nothing in advance at all, or None."""
    if is_industry(project, policy) and project.applicant_type in policy.keys("no_advance_applicants"):
        return "企业申报的产业类项目先建后补，不预拨"
    if project.reimburse_mode == ReimburseMode.FULL_ADVANCE:
        return None
    return one_off(project, policy)


def progress_barred(project: Project, policy: Parameters) -> str | None:
    """Why a project is not paid by progress, or None."""
    if project.reimburse_mode == ReimburseMode.FULL_ADVANCE:
        return "该项目已按全额预拨方式报账，不再按进度付款"
    return one_off(project, policy)


def one_off(project: Project, policy: Parameters) -> str | None:
    """Why a project is paid once, after completion, or None (D02 row 1)."""
    if project.reimburse_mode == ReimburseMode.POST_COMPLETION:
        return "该项目的报账方式是完工后报账，验收合格前不付款"
    limit = to_fen(policy.number("one_off_limit"))
    if project.approved_fen <= limit:
        return f"批复扶持额不超过 {show(limit)}，完工验收后一次报账"
    return None


def is_industry(project: Project, policy: Parameters) -> bool:
    """Whether a project counts as one of production rather than of public works."""
    return project.project_type in policy.keys("industry_types")


def paid_of(connection: Connection, project_id: str) -> Paid:
    """What a project has been paid so far."""
    paid = (Payment.project_id == project_id, Payment.status == PaymentStatus.PAID)
    sums = connection.execute(
        select(
            func.coalesce(func.sum(Payment.withheld_fen), 0).label("withheld"),
            func.coalesce(func.max(Payment.earned_value_fen), 0).label("earned_value"),
        ).where(*paid)
    ).one()
    advance = connection.scalar(
        select(func.coalesce(func.sum(Payment.amount_fen), 0)).where(*paid, Payment.kind == PaymentKind.ADVANCE)
    )
    return Paid(
        advance=int(advance or 0),
        total=paid_total(connection, project_id),
        withheld=int(sums.withheld),
        earned_value=int(sums.earned_value),
    )


def label_of(status: str) -> str:
    """A status in the words of screens."""
    return _LABELS[ProjectStatus(status)]


_LABELS: Mapping[ProjectStatus, str] = {
    ProjectStatus.APPROVED: "已下达",
    ProjectStatus.FILED: "已报备",
    ProjectStatus.CONTRACTED: "已签合同",
    ProjectStatus.UNDER_CONSTRUCTION: "在建",
    ProjectStatus.ACCEPTED: "已验收",
    ProjectStatus.SETTLED: "已结算",
    ProjectStatus.WARRANTY: "质保期",
    ProjectStatus.CLOSED: "已结清",
}
