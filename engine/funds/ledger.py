"""The ledger: fund source -> project -> payee. Balances are sums of transfers; nothing is ever changed or removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from engine.errors import Refused
from engine.funds.model import Account, AccountKind, Project, Transfer, TransferKind
from engine.funds.money import show
from engine.funds.records import every, first
from engine.ports import Work

#: a payee's account is not kept apart by source
ANY_SOURCE = ""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why money moves, and what it belongs to."""

    kind: TransferKind
    project_id: str
    payment_id: str | None = None
    claim_id: str | None = None


def account(work: Work, kind: AccountKind, owner: str, source: str = ANY_SOURCE) -> str:
    """The id of an account, opened when it is first needed."""
    known = first(work.connection, Account, Account.kind == kind, Account.owner == owner, Account.source == source)
    if known is not None:
        return known.id
    account_id = work.new_id()
    work.connection.execute(insert(Account).values(id=account_id, kind=kind, owner=owner, source=source))
    return account_id


def balance(connection: Connection, account_id: str) -> int:
    """What came in less what went out."""
    moved = func.coalesce(func.sum(Transfer.amount_fen), 0)
    received = connection.scalar(select(moved).where(Transfer.to_account_id == account_id))
    given = connection.scalar(select(moved).where(Transfer.from_account_id == account_id))
    return int(received or 0) - int(given or 0)


def move(work: Work, from_account: str, to_account: str, amount: int, reason: Reason) -> None:
    """Move money from one account to another."""
    if amount == 0:
        return
    work.connection.execute(
        insert(Transfer).values(
            id=work.new_id(),
            kind=reason.kind,
            at=work.now,
            from_account_id=from_account,
            to_account_id=to_account,
            amount_fen=amount,
            project_id=reason.project_id,
            case_id=work.case.id,
            payment_id=reason.payment_id,
            claim_id=reason.claim_id,
        )
    )


def allot(work: Work, project: Project, parts: Mapping[str, int]) -> None:
    """Set money of the county's sources aside for a project."""
    reason = Reason(kind=TransferKind.ALLOT, project_id=project.id)
    for source, amount in parts.items():
        county = account(work, AccountKind.SOURCE, project.county_code, source)
        move(work, county, account(work, AccountKind.PROJECT, project.id, source), amount, reason)


def pay(work: Work, project: Project, parts: Mapping[str, int], payment_id: str) -> None:
    """Pay from what was set aside; no source is overdrawn."""
    reason = Reason(kind=TransferKind.PAY, project_id=project.id, payment_id=payment_id)
    payee = account(work, AccountKind.PAYEE, project.id)
    for source, amount in parts.items():
        purse = account(work, AccountKind.PROJECT, project.id, source)
        left = balance(work.connection, purse)
        if amount > left:
            raise Refused(f"资金来源余额不足：剩余 {show(left)}，需要 {show(amount)}。", source=source)
        move(work, purse, payee, amount, reason)


def give_back(work: Work, project: Project, parts: Mapping[str, int], reason: Reason) -> None:
    """Take money back from the payee: a bank return or a recovered overpayment."""
    payee = account(work, AccountKind.PAYEE, project.id)
    for source, amount in parts.items():
        move(work, payee, account(work, AccountKind.PROJECT, project.id, source), amount, reason)


def release(work: Work, project: Project) -> None:
    """Return what a finished project did not use to its sources."""
    reason = Reason(kind=TransferKind.RELEASE, project_id=project.id)
    for source, left in left_by_source(work.connection, project.id).items():
        purse = account(work, AccountKind.PROJECT, project.id, source)
        move(work, purse, account(work, AccountKind.SOURCE, project.county_code, source), left, reason)


def paid_total(connection: Connection, project_id: str) -> int:
    """What a project has received, less what came back."""
    payee = first(connection, Account, Account.kind == AccountKind.PAYEE, Account.owner == project_id)
    return 0 if payee is None else balance(connection, payee.id)


def left_by_source(connection: Connection, project_id: str) -> Mapping[str, int]:
    """What each source has set aside for a project and was not paid yet."""
    purses = every(connection, Account, Account.kind == AccountKind.PROJECT, Account.owner == project_id)
    return {purse.source: balance(connection, purse.id) for purse in purses}
