"""Whatever a case asks for, the books keep I-01, I-02 and I-62."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select

from engine.errors import AnlanError
from engine.funds.model import Payment, PaymentShare, PaymentStatus
from engine.funds.money import to_yuan
from engine.funds.projects import sources_of

if TYPE_CHECKING:
    from conftest import Ledger

AMOUNTS = st.integers(40_000_00, 900_000_00).map(to_yuan)


@settings(max_examples=15, deadline=None)
@given(
    approved=AMOUNTS,
    extra=st.integers(0, 300_000_00).map(to_yuan),
    contract=st.integers(1, 100),
    share=st.integers(1, 99),
    asked=st.lists(st.tuples(st.integers(0, 105), st.integers(0, 60)), max_size=4),
)
def test_no_order_of_requests_breaks_the_caps(
    tables: Engine,
    open_ledger: Callable[[Connection], Ledger],
    approved: Decimal,
    extra: Decimal,
    contract: int,
    share: int,
    asked: list[tuple[int, int]],
) -> None:
    with tables.connect() as connection:
        ledger = open_ledger(connection)
        sources = [
            {"source": "support_fund_project", "share": Decimal(share) / 100},
            {"source": "county_matching", "share": Decimal(100 - share) / 100},
        ]
        total = approved + extra
        ledger.prepare(str(approved), str(max(total * contract / 100, Decimal(1))), total_invest=total, sources=sources)
        ledger.advance()
        for value, amount in asked:
            _try_progress(ledger, value, amount)

        facts = ledger.facts()
        assert facts["paid"] <= Decimal("0.80") * facts["ceiling"] + Decimal("0.01")
        assert facts["ceiling"] <= approved
        _check_sources(ledger)


def _try_progress(ledger: Ledger, value: int, amount: int) -> None:
    """Ask for a share of the contract, whether it is due or not."""
    contract = ledger.facts()["contract"]["amount"]
    ledger.case("progress_payment")
    try:
        ledger.pay("progress", str(contract * amount / 100), verified_value=str(contract * value / 100))
    except AnlanError:
        ledger.call("cancel_payment")
    ledger.end_case()


def _check_sources(ledger: Ledger) -> None:
    rows = ledger.connection.execute(
        select(PaymentShare.source, func.sum(PaymentShare.amount_fen))
        .join(Payment, Payment.id == PaymentShare.payment_id)
        .where(Payment.status == PaymentStatus.PAID, Payment.project_id == ledger.project_id)
        .group_by(PaymentShare.source)
    )
    drawn = dict(rows.all())
    assert sum(drawn.values()) == ledger.facts()["paid"] * 100
    assert ledger.project_id is not None
    for source in sources_of(ledger.connection, ledger.project_id):
        assert drawn[source.source] <= source.approved_fen
