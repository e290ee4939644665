"""The worked examples of spec §6, through the connectors and the ledger."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, func, select

from engine.errors import Refused
from engine.funds.model import Account, AccountKind, Transfer
from engine.funds.queries import project_view

if TYPE_CHECKING:
    from conftest import Ledger


def yuan(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def test_example_a_pays_to_the_fen_from_advance_to_retention(ledger: Ledger) -> None:
    ledger.prepare(approved="500000", contract="480000")

    assert ledger.advance()["paid"] == yuan("144,000.00")
    amounts = [ledger.progress(value)["payable_calc"] for value in ("240000", "384000", "480000")]
    assert amounts == [yuan("134,400.00"), yuan("28,800.00"), yuan("76,800.00")]
    assert ledger.facts()["paid"] == yuan("384,000.00")

    settled = ledger.settle("475000", "470000")
    assert (settled["payable"], settled["retention_amount"]) == (yuan("71,900.00"), yuan("14,100.00"))
    ledger.pay("settlement", settled["payable_calc"])
    assert ledger.facts()["paid"] == yuan("455,900.00")
    ledger.call("hand_over", receiver="陈庄村", handover_date=ledger.today, maintenance_body="陈庄村委会")
    ledger.end_case()

    ledger.today = date(2027, 3, 2)
    ledger.case("retention_release")
    release = ledger.call("release_retention")["release_amount"]
    assert release == yuan("14,100.00")
    ledger.pay("retention", release)
    assert ledger.facts()["paid"] == yuan("470,000.00")
    assert ledger.facts()["status"] == "closed"


def test_example_b_turns_an_overpayment_into_a_claim(ledger: Ledger) -> None:
    ledger.settings = {"cap_before_acceptance": "0.85"}
    ledger.prepare(approved="500000", contract="480000")
    ledger.advance()
    ledger.progress("240000")
    ledger.case("progress_payment")
    ledger.settings = {"cap_before_acceptance": "0.85", "progress_pay_ratio": "0.85"}
    ledger.pay("progress", "121600", verified_value="480000")
    assert ledger.facts()["paid"] == yuan("400,000.00")
    ledger.end_case()

    settled = ledger.settle("400000", "390000")
    assert settled["payable"] == yuan("-21,700.00")
    assert (settled["payable_calc"], settled["recoverable"]) == (0, yuan("21,700.00"))
    claim = ledger.call("claim_recovery")

    assert claim["amount"] == yuan("21,700.00")
    assert claim["due_on"] == date(2026, 4, 1)


def test_example_c_splits_every_payment_over_the_sources(ledger: Ledger) -> None:
    shares = [
        {"source": "support_fund_project", "share": Decimal("0.60")},
        {"source": "county_matching", "share": Decimal("0.40")},
    ]
    ledger.prepare(approved="600000", contract="599999.99", sources=shares)

    paid = ledger.advance()

    assert paid["paid"] == yuan("180,000.00")
    assert [share["amount"] for share in paid["shares"]] == [yuan("108,000.00"), yuan("72,000.00")]
    ledger.case("progress_payment")
    odd = ledger.pay("progress", "33333.33", verified_value="300000")
    assert [share["amount"] for share in odd["shares"]] == [yuan("20,000.00"), yuan("13,333.33")]


def test_every_transfer_has_two_sides_and_the_ledger_sums_to_zero(ledger: Ledger, connection: Connection) -> None:
    ledger.prepare()
    ledger.advance()

    def total(kind: AccountKind, side: object) -> int:
        return connection.scalar(
            select(func.coalesce(func.sum(Transfer.amount_fen), 0))
            .join(Account, Account.id == side)
            .where(Account.kind == kind)
        )

    assert total(AccountKind.SOURCE, Transfer.from_account_id) == 500_000_00
    assert total(AccountKind.PAYEE, Transfer.to_account_id) == 144_000_00
    assert (
        total(AccountKind.PROJECT, Transfer.to_account_id) - total(AccountKind.PROJECT, Transfer.from_account_id)
        == 356_000_00
    )


def test_money_that_comes_back_closes_the_claim_and_returns_to_its_sources(ledger: Ledger) -> None:
    ledger.prepare(approved="500000", contract="480000")
    ledger.advance()
    ledger.progress("480000")
    settled = ledger.settle("380000", "380000")
    assert settled["payable"] == yuan("-15,400.00")
    ledger.call("claim_recovery")
    ledger.call("hand_over", receiver="村", handover_date=ledger.today, maintenance_body="村委会")
    ledger.end_case()

    ledger.today = date(2027, 3, 2)
    ledger.case("retention_release")
    with pytest.raises(Refused, match=r"15,400\.00 元未退回"):
        ledger.call("release_retention")
    assert ledger.call("record_recovery", amount_received="5400", receive_date=ledger.today)["remain"] == 10_000
    assert ledger.call("record_recovery", amount_received="10000", receive_date=ledger.today)["remain"] == 0
    ledger.pay("retention", ledger.call("release_retention")["release_amount"])

    assert ledger.facts()["paid"] == yuan("380,000.00")
    assert ledger.facts()["status"] == "closed"


def test_what_a_closed_project_did_not_use_returns_to_its_source(ledger: Ledger, connection: Connection) -> None:
    ledger.settings = {"retention_rate": "0"}
    project_id = ledger.prepare()
    ledger.advance()
    settled = ledger.settle("470000", "470000")
    ledger.pay("settlement", settled["payable_calc"])
    ledger.call("hand_over", receiver="村", handover_date=ledger.today, maintenance_body="村委会")

    view = project_view(connection, project_id, {"330324"})

    assert view.facts["status"] == "closed"
    assert view.sources[0].left == 0
