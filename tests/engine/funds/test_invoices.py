from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from engine.errors import Invalid
from engine.funds.connectors.invoice import invoice_key

if TYPE_CHECKING:
    from conftest import Ledger

ONE = {"invoice_code": "033002100111", "invoice_no": "12345678", "amount": "100000", "seller": "永嘉县路桥公司"}
TWO = {**ONE, "invoice_no": "12345679", "amount": "34400"}


def register(ledger: Ledger, *rows: Mapping[str, Any], **inputs: Any) -> Mapping[str, Any]:
    return ledger.call("register_invoices", invoice_list=list(rows), **inputs)


def problems(ledger: Ledger, *rows: Mapping[str, Any], **inputs: Any) -> Mapping[str, str]:
    with pytest.raises(Invalid) as refused:
        register(ledger, *rows, **inputs)
    return {problem.path: problem.message for problem in refused.value.problems}


@pytest.fixture
def used(ledger: Ledger) -> str:
    """The number of a paid case that has used the first invoice."""
    ledger.prepare()
    ledger.case("advance_payment")
    register(ledger, ONE)
    ledger.pay("advance", "144000")
    number = f"AJ-{ledger.issued:04d}"
    ledger.end_case()
    return number


def test_an_invoice_used_by_another_case_is_refused_at_its_row(ledger: Ledger, used: str) -> None:
    project_number = ledger.facts()["number"]
    ledger.prepare()
    ledger.case("progress_payment")

    found = problems(ledger, TWO, ONE)

    assert list(found) == ["invoice_list.1.invoice_no"]
    assert "发票 12345678 已在办件 AJ-" in found["invoice_list.1.invoice_no"]
    assert f"（项目 {project_number}）" in found["invoice_list.1.invoice_no"]


@pytest.mark.parametrize(
    "row",
    [
        {"invoice_code": " 033002100111", "invoice_no": "1234-5678"},
        {"invoice_code": "０３３００２１００１１１", "invoice_no": "１２３４５６７８"},
        {"invoice_code": None, "invoice_no": "03300210011112345678"},
    ],
)
def test_writing_a_number_differently_makes_no_difference(ledger: Ledger, used: str, row: dict[str, Any]) -> None:
    ledger.case("progress_payment")

    assert "不能重复报账" in problems(ledger, {**ONE, **row})["invoice_list.0.invoice_no"]


def test_an_invoice_twice_in_one_list_is_refused_at_the_second_row(ledger: Ledger) -> None:
    ledger.prepare()

    found = problems(ledger, ONE, TWO, ONE, path="request.invoices")

    assert found == {"request.invoices.2.invoice_no": "发票 033002100111 12345678 在清单中重复"}


def test_a_case_may_correct_its_own_list(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.case("progress_payment")
    register(ledger, ONE)

    assert register(ledger, ONE, TWO)["total"] == 134_400


def test_a_case_refused_without_payment_gives_its_invoices_free(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.case("progress_payment")
    register(ledger, ONE)
    ledger.end_case()
    ledger.case("progress_payment")

    assert register(ledger, ONE)["invoices"] == 1


def test_a_list_must_cover_the_amount_asked_for(ledger: Ledger) -> None:
    ledger.prepare()

    found = problems(ledger, ONE, amount_requested="100000.01")

    assert found == {"amount_requested": "发票合计 100,000.00 元，少于申请金额 100,000.01 元"}


def test_an_invoice_from_the_future_is_refused(ledger: Ledger) -> None:
    ledger.prepare()

    assert "晚于今天" in problems(ledger, {**ONE, "issue_date": date(2026, 3, 3)})["invoice_list.0.invoice_no"]


def test_a_row_without_a_number_is_refused_at_its_field(ledger: Ledger) -> None:
    ledger.prepare()

    assert "必须填写" in problems(ledger, {"amount": "1"})["invoice_list.0.invoice_no"]


def test_what_auditors_ask_about_is_a_warning(ledger: Ledger) -> None:
    ledger.prepare()

    result = register(ledger, {**ONE, "seller": "别的公司", "issue_date": date(2026, 3, 1)})

    assert len(result["warnings"]) == 2


def test_an_electronic_number_stands_alone() -> None:
    assert invoice_key("033002100111", "26332000000012345678") == "26332000000012345678"
