from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection

from engine.errors import NotFound
from engine.funds import FundsProjects
from engine.funds.queries import project_view, projects_page, startable
from engine.policy.parameters import Parameters, resolve

if TYPE_CHECKING:
    from conftest import Ledger

YONGJIA, WENCHENG = {"330324"}, {"330328"}


def test_a_reader_sees_the_projects_of_the_own_regions_only(ledger: Ledger, connection: Connection) -> None:
    project_id = ledger.prepare()

    assert projects_page(connection, YONGJIA).total == 1
    assert projects_page(connection, {"330324103201"}).total == 1
    assert projects_page(connection, WENCHENG).total == 0
    assert projects_page(connection, ()).total == 0
    with pytest.raises(NotFound):
        project_view(connection, project_id, WENCHENG)


def test_the_list_is_searched_by_name_and_number_and_shows_what_was_paid(
    ledger: Ledger, connection: Connection
) -> None:
    ledger.prepare()
    ledger.advance()
    ledger.prepare(name="护岸工程")

    assert projects_page(connection, YONGJIA, search="护岸").total == 1
    assert projects_page(connection, YONGJIA, search="%").total == 0
    [line] = projects_page(connection, YONGJIA, search="陈庄村").items
    assert (line.contract, line.paid, line.status_label) == (480_000, 144_000, "在建")


def test_pages_are_cut_and_counted(ledger: Ledger, connection: Connection) -> None:
    for _ in range(3):
        ledger.approve()

    page = projects_page(connection, YONGJIA, page=2, size=2)

    assert (len(page.items), page.total, page.pages) == (1, 3, 2)


def test_the_money_of_a_project_adds_up(ledger: Ledger, connection: Connection) -> None:
    project_id = ledger.prepare()
    ledger.advance()
    settled = ledger.settle("470000", "470000")
    ledger.call("propose_payment", pay_stage="settlement", payable_approved=settled["payable_calc"])

    money = project_view(connection, project_id, YONGJIA).money

    assert (money.approved, money.contract, money.ceiling) == (500_000, 480_000, 480_000)
    assert money.retention == money.retention_held == 14_100
    assert money.in_flight == money.available == Decimal("311900.00")
    assert money.paid + money.available + money.retention_held == 470_000


def test_a_page_shows_payments_with_their_sources_and_all_cases(ledger: Ledger, connection: Connection) -> None:
    project_id = ledger.prepare()
    ledger.advance()

    view = project_view(connection, project_id, YONGJIA)

    [payment] = view.payments
    assert (payment.kind_label, payment.status_label, payment.amount) == ("预拨", "已支付", 144_000)
    assert payment.shares == {"support_fund_project": 144_000}
    assert payment.case_number
    assert [case.process_key for case in view.cases] == ["project_approval", "advance_payment"]


def test_a_page_knows_what_may_be_started(ledger: Ledger, connection: Connection) -> None:
    project_id = ledger.prepare()

    offers = startable(connection, project_id, Parameters(resolve()), ledger.today)

    assert [key for key, reasons in offers.items() if not reasons] == ["advance_payment", "completion_settlement"]


def test_what_an_ended_case_has_not_paid_is_void(ledger: Ledger, connection: Connection) -> None:
    project_id = ledger.prepare()
    ledger.case("advance_payment")
    ledger.call("propose_payment", pay_stage="advance", payable_approved="144000")

    FundsProjects().case_ended(connection, ledger.case_id)

    assert [payment.status for payment in project_view(connection, project_id, YONGJIA).payments] == ["canceled"]
