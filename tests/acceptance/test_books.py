"""Rows of money that were changed behind the engine's back are found, in whatever column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from api.demo.story import EXAMPLE_A
from engine.history.findings import Finding, Kind
from engine.history.verification import verify
from engine.model.base import Base

from ..tampering import Tamperer

_FORGERIES = {
    "an amount that was paid": "update transfer set amount_fen = amount_fen + 1 where kind = 'pay'",
    "a transfer that is gone": "delete from transfer where kind = 'pay'",
    "another payee": "update payment set bank_account = '6228000000000000000'",
    "a payment that was not made": "update payment set status = 'approved' where status = 'paid'",
    "another source": "update payment_share set source = 'policy_loan'",
    "an account that belongs to another": "update account set owner = 'somebody' where kind = 'payee'",
    "a dearer contract": "update contract set amount_fen = amount_fen + 100",
    "more support": "update project set approved_fen = approved_fen + 100",
    "a source that bears more": "update project_source set weight = weight + 1",
    "a settlement that no case made": "insert into settlement select 's', id, origin_case_id, 1, 1, null, 1, 0, 0,"
    " null, 1, 0, issued_on from project",
    "a project that no case made": "insert into project select 'p', 'XM-X', name, project_type, applicant_type,"
    " applicant_name, build_site, region_code, county_code, status, reimburse_mode, approved_fen, total_invest_fen,"
    " support_ratio, work_relief, 'qr', issue_doc_no, issued_on, null, null, null, null, null, null, null, null, 'c',"
    " created_at from project",
}


def _findings(project: Any) -> Sequence[Finding]:
    engine = project.desk.engine
    with engine.database.read() as connection:
        return verify(connection, engine.tools).findings


def _forge(project: Any, statement: str) -> None:
    with project.desk.engine.database.write() as connection:
        assert connection.exec_driver_sql(statement).rowcount
        connection.commit()


@pytest.mark.parametrize("how", _FORGERIES)
def test_forged_rows_of_money_are_found(project_at: Callable[[str], Any], how: str) -> None:
    project = project_at("advanced")
    assert not _findings(project)

    _forge(project, _FORGERIES[how])

    # Beside the books, a number that no series has given is told by its row.
    told = {Kind.BOOKS, Kind.ROW} if "XM-X" in _FORGERIES[how] else {Kind.BOOKS}
    assert {finding.kind for finding in _findings(project)} == told


def test_a_forged_row_is_found_although_commands_came_after_it(project_at: Callable[[str], Any]) -> None:
    project = project_at("advanced")
    _forge(project, "update payment set payee_name = '某某公司'")

    project.backstage().progress(EXAMPLE_A, project.id, Decimal("240000.00"))

    assert {finding.kind for finding in _findings(project)} == {Kind.BOOKS}


_MONEY = (
    *("account", "contract", "invoice", "payment", "payment_share", "project", "project_source"),
    *("recovery_claim", "settlement", "transfer"),
)


def test_every_column_about_money_is_compared(project_at: Callable[[str], Any]) -> None:
    project = project_at("built")
    tamperer = Tamperer(project.desk.engine)
    found = {
        str(column): tamperer.findings_of(column) for name in _MONEY for column in Base.metadata.tables[name].columns
    }

    assert [name for name, findings in found.items() if findings == []] == []
    empty = {name.split(".")[0] for name, findings in found.items() if findings is None}
    assert empty <= {"recovery_claim", "settlement"}
