"""What is on record about the money of a project, as digests that the history keeps and a verification compares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlalchemy.orm import aliased

from engine import values
from engine.funds.model import (
    Account,
    Contract,
    Invoice,
    Payment,
    PaymentShare,
    Project,
    ProjectSource,
    RecoveryClaim,
    Settlement,
    Transfer,
)
from engine.history.digests import digest_of
from engine.model.base import Base

_OWNED: tuple[type[Base], ...] = (ProjectSource, Contract, Settlement, Payment, Invoice, RecoveryClaim)


def books_of(connection: Connection, project_id: str, *, lock: bool = False) -> Mapping[str, str]:
    """Table -> digest of all rows about a project; a table without any is left out.

    `lock` keeps others from changing them until the command ends.
    """
    if lock:
        connection.execute(select(Project.id).where(Project.id == project_id).with_for_update())
    read = ((name, connection.execute(statement).all()) for name, statement in _statements(project_id))
    return {name: digest_of(values.dumps([list(row) for row in rows])) for name, rows in read if rows}


def _statements(project_id: str) -> Iterator[tuple[str, Select[Any]]]:
    """How the rows of each table are read, in the order of their keys."""
    yield "project", select(Project.__table__).where(Project.id == project_id)
    for model in _OWNED:
        table = model.__table__
        yield model.__tablename__, select(table).where(table.c.project_id == project_id).order_by(*table.primary_key)
    shares = select(PaymentShare.__table__).join(Payment, Payment.id == PaymentShare.payment_id)
    yield (
        "payment_share",
        shares.where(Payment.project_id == project_id).order_by(PaymentShare.payment_id, PaymentShare.position),
    )
    own = select(Account.__table__).where(Account.owner == project_id)
    yield "account", own.order_by(Account.id)
    yield "transfer", _transfers().where(Transfer.project_id == project_id).order_by(Transfer.id)


def _transfers() -> Select[Any]:
    """Transfers with whose accounts they join: those of the sources belong to no single project."""
    giving, receiving = aliased(Account), aliased(Account)
    columns = (*Transfer.__table__.columns, giving.kind, giving.owner, giving.source)
    return (
        select(*columns, receiving.kind, receiving.owner, receiving.source)
        .outerjoin(giving, giving.id == Transfer.from_account_id)
        .outerjoin(receiving, receiving.id == Transfer.to_account_id)
    )
