"""Payment orders of a case: finding them, changing them, and the caps that none may break."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from engine.clock import local_date
from engine.errors import Refused
from engine.funds import ledger, projects
from engine.funds.allocation import allocate
from engine.funds.inputs import refuse
from engine.funds.model import Payment, PaymentKind, PaymentShare, PaymentStatus, Project
from engine.funds.money import show
from engine.funds.reckoning import Standing
from engine.funds.records import every
from engine.ports import Work
from engine.serials import next_serial

#: put on record, nothing paid yet
OPEN = (PaymentStatus.PROPOSED, PaymentStatus.APPROVED)


def latest(work: Work, *statuses: PaymentStatus) -> Payment | None:
    """The case's last payment order in one of these states."""
    found = every(
        work.connection,
        Payment,
        Payment.case_id == work.case.id,
        Payment.status.in_(statuses),
        order=(Payment.number,),
    )
    return found[-1] if found else None


def needed(work: Work, message: str, *statuses: PaymentStatus) -> Payment:
    """The case's payment order in one of these states; refused where there is none."""
    payment = latest(work, *statuses)
    if payment is None:
        raise Refused(f"办件 {work.case.number} {message}。", case=work.case.id)
    return payment


def change(connection: Connection, payment_id: str, **values: Any) -> None:
    """Write facts of a payment order."""
    connection.execute(update(Payment).where(Payment.id == payment_id).values(**values))


def cancel_open(connection: Connection, case_id: str) -> None:
    """What a case has proposed and not paid is void."""
    connection.execute(
        update(Payment)
        .where(Payment.case_id == case_id, Payment.status.in_(OPEN))
        .values(status=PaymentStatus.CANCELED)
    )


def next_number(work: Work, project: Project) -> str:
    """The number of a new payment order: `ZF-330324-2026-00001`."""
    county, year = project.county_code[:6], local_date(work.now).year
    return f"ZF-{county}-{year}-{next_serial(work.connection, f'payment:{county}:{year}'):05d}"


def shares_of(connection: Connection, payment_id: str) -> Mapping[str, int]:
    """What each source bears of a payment."""
    rows = every(connection, PaymentShare, PaymentShare.payment_id == payment_id, order=(PaymentShare.position,))
    return {row.source: row.amount_fen for row in rows}


def split(connection: Connection, project: Project, amount: int) -> Mapping[str, int]:
    """A payment over the project's sources; none is drawn below what it has set aside."""
    sources = projects.sources_of(connection, project.id)
    left = ledger.left_by_source(connection, project.id)
    if amount > sum(left.values()):
        raise Refused(f"项目 {project.number} 的资金余额 {show(sum(left.values()))}不足以支付 {show(amount)}。")
    parts = allocate(amount, [row.weight for row in sources], [left.get(row.source, 0) for row in sources])
    return {row.source: part for row, part in zip(sources, parts, strict=True)}


def store_shares(connection: Connection, payment_id: str, parts: Mapping[str, int]) -> None:
    """Keep how a payment is split."""
    connection.execute(delete(PaymentShare).where(PaymentShare.payment_id == payment_id))
    rows = [
        {"payment_id": payment_id, "position": position, "source": source, "amount_fen": amount}
        for position, (source, amount) in enumerate(parts.items())
    ]
    connection.execute(insert(PaymentShare), rows)


def ensure_within(paid: int, amount: int, cap: int, path: str) -> None:
    """No payment takes a project beyond its cap (D02, D17 3 and 4)."""
    if paid + amount > cap:
        refuse(path, f"已付 {show(paid)}，本次 {show(amount)}，将超过上限 {show(cap)}")


def hard_cap(connection: Connection, standing: Standing, kind: PaymentKind) -> int:
    """What a project may ever have been paid at a stage, whatever was proposed (I-01)."""
    settled = projects.settlement_of(connection, standing.project.id)
    if settled is None:
        return standing.terms.ceiling
    final = min(settled.final_fen, standing.terms.ceiling)
    return final if kind == PaymentKind.RETENTION else final - settled.retention_fen
