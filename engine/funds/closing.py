"""When everything is paid, handed over and claimed back, a project is closed and its rest returns to the sources."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from engine.funds import ledger, projects
from engine.funds.model import Payment, PaymentKind, PaymentStatus, Project, ProjectStatus, Settlement
from engine.ports import Work


def retention_released(connection: Connection, project_id: str) -> int:
    """How much of the retention was paid."""
    paid = connection.scalar(
        select(func.coalesce(func.sum(Payment.amount_fen), 0)).where(
            Payment.project_id == project_id,
            Payment.kind == PaymentKind.RETENTION,
            Payment.status == PaymentStatus.PAID,
        )
    )
    return int(paid or 0)


def retention_held(connection: Connection, settlement: Settlement) -> int:
    """What is still retained, less what repairs have used."""
    released = retention_released(connection, settlement.project_id)
    return max(0, settlement.retention_fen - settlement.repair_fen - released)


def settlement_paid(connection: Connection, settlement: Settlement) -> bool:
    """Whether nothing of the settlement is left to pay."""
    if settlement.payable_fen <= 0:
        return True
    paid = connection.scalar(
        select(func.count()).where(
            Payment.project_id == settlement.project_id,
            Payment.kind == PaymentKind.SETTLEMENT,
            Payment.status == PaymentStatus.PAID,
        )
    )
    return bool(paid)


def close_if_done(work: Work, project: Project) -> None:
    """Close a project once nothing is left to do for it."""
    connection = work.connection
    project = projects.load(connection, project.id)
    settled = projects.settlement_of(connection, project.id)
    if settled is None or project.handed_over_on is None or not settlement_paid(connection, settled):
        return
    if retention_held(connection, settled) or projects.open_claim(connection, project.id):
        return
    projects.move_on(connection, project, ProjectStatus.CLOSED)
    ledger.release(work, project)
