from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from engine.errors import Refused
from engine.funds import ledger as books
from engine.funds import projects
from engine.funds.model import AccountKind, Transfer

if TYPE_CHECKING:
    from conftest import Ledger


def test_a_source_is_not_overdrawn(ledger: Ledger, connection: Connection) -> None:
    project = projects.load(connection, ledger.prepare())

    with pytest.raises(Refused, match=r"剩余 500,000\.00 元，需要 500,000\.01 元"):
        books.pay(ledger.work(), project, {"support_fund_project": 500_000_01}, "payment")


def test_an_account_is_opened_once(ledger: Ledger) -> None:
    work = ledger.work()

    assert books.account(work, AccountKind.PAYEE, "p") == books.account(work, AccountKind.PAYEE, "p")


def test_a_transfer_of_nothing_or_less_cannot_be_stored(ledger: Ledger, connection: Connection) -> None:
    ledger.prepare()
    row = {"kind": "pay", "at": ledger.now, "from_account_id": "a", "to_account_id": "b", "project_id": "p"}

    with pytest.raises(IntegrityError, match="ck_transfer_amount"):
        connection.execute(insert(Transfer).values(id="t", case_id="c", amount_fen=-1, **row))
