"""Why a payment is blocked: the seventeen clauses of D17."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

Decide = Callable[..., Any]

SOUND: dict[str, dict[str, Any]] = {
    "standing": {
        "filed": True,
        "noticed": True,
        "approved": True,
        "has_contract": True,
        "in_annual_plan": True,
        "change_pending": False,
        "suspended": False,
        "previous_received": True,
    },
    "payment": {
        "stage": "settlement",
        "paid_before": Decimal("384000.00"),
        "amount": Decimal("71900.00"),
        "cap_ratio": Decimal("0.97"),
        "bank_verified": "matched",
    },
    "papers": {
        "invoice_problems": [],
        "outside_approval": False,
        "finance_group_signs": 3,
        "request_date": date(2026, 9, 1),
        "requested_at": datetime(2026, 9, 1, 9, 0),
        "town_signed_at": datetime(2026, 9, 1, 9, 0),
        "dept_sealed": True,
    },
    "completion": {
        "accepted_on": date(2026, 9, 1),
        "work_relief": True,
        "labor_ratio": Decimal("0.15"),
        "wage_cleared": True,
    },
    "terms": {
        "approved_fund": Decimal(500000),
        "support_ratio": Decimal(1),
        "contract_amount": Decimal(480000),
        "audited_amount": Decimal(470000),
    },
}


def with_change(path: str, value: Any) -> dict[str, dict[str, Any]]:
    facts = deepcopy(SOUND)
    group, name = path.split(".")
    facts[group][name] = value
    return facts


def test_a_sound_settlement_is_not_blocked(decide: Decide) -> None:
    assert decide("payment_block", **SOUND) == []


def test_what_is_not_said_is_not_judged(decide: Decide) -> None:
    assert decide("payment_block") == []


@pytest.mark.parametrize(
    ("path", "value", "clause", "code"),
    [
        ("standing.filed", False, 1, "not_filed"),
        ("standing.noticed", False, 1, "not_noticed"),
        ("standing.approved", False, 1, "not_approved"),
        ("standing.has_contract", False, 2, "no_contract"),
        ("payment.amount", Decimal("71900.01"), 3, "over_cap"),
        ("papers.invoice_problems", ["duplicate"], 5, "invoice_duplicate"),
        ("papers.invoice_problems", ["expired"], 5, "invoice_expired"),
        ("papers.invoice_problems", ["wrong_title"], 5, "invoice_wrong_title"),
        ("papers.outside_approval", True, 6, "outside_approval"),
        ("papers.finance_group_signs", 2, 7, "too_few_signs"),
        ("papers.request_date", date(2026, 8, 31), 8, "before_acceptance"),
        ("completion.accepted_on", None, 8, "before_acceptance"),
        ("papers.town_signed_at", datetime(2026, 9, 1, 8, 59, 59), 9, "signed_before_request"),
        ("standing.change_pending", True, 10, "change_pending"),
        ("payment.bank_verified", "unmatched", 11, "account_unverified"),
        ("payment.bank_verified", "unverified", 11, "account_unverified"),
        ("standing.suspended", True, 12, "suspended"),
        ("completion.labor_ratio", Decimal("0.1499"), 13, "labor_ratio"),
        ("completion.wage_cleared", False, 14, "wage_unpaid"),
        ("standing.in_annual_plan", False, 15, "not_in_plan"),
        ("papers.dept_sealed", False, 16, "no_dept_seal"),
        ("standing.previous_received", False, 17, "previous_not_received"),
    ],
)
def test_each_clause_blocks(decide: Decide, path: str, value: Any, clause: int, code: str) -> None:
    found = decide("payment_block", **with_change(path, value))

    assert [(item["clause"], item["code"]) for item in found] == [(clause, code)]


def test_beyond_the_ceiling_two_clauses_block(decide: Decide) -> None:
    facts = with_change("payment.cap_ratio", Decimal(1))
    facts["payment"]["amount"] = Decimal("86000.00")
    assert decide("payment_block", **facts) == []

    facts["payment"]["amount"] = Decimal("86000.01")
    assert [item["clause"] for item in decide("payment_block", **facts)] == [3, 4]


@pytest.mark.parametrize(
    ("changes", "ceiling"),
    [
        ({}, "470000.00"),
        ({"audited_amount": None}, "480000.00"),
        ({"audited_amount": None, "contract_amount": None}, "500000"),
        ({"approved_fund": Decimal(460000)}, "460000"),
        ({"support_ratio": Decimal("0.3333"), "contract_amount": Decimal("100.10")}, "33.36"),
    ],
)
def test_the_ceiling_is_the_least_of_what_was_approved_contracted_and_audited(
    decide: Decide, changes: dict[str, Any], ceiling: str
) -> None:
    assert decide("payment_ceiling", terms={**SOUND["terms"], **changes}) == Decimal(ceiling)


def test_labour_and_acceptance_are_asked_for_when_the_project_is_settled(decide: Decide) -> None:
    facts = with_change("payment.stage", "progress")
    facts["completion"] = {"accepted_on": None, "work_relief": True, "labor_ratio": Decimal(0), "wage_cleared": False}

    assert decide("payment_block", **facts) == []
    facts["payment"]["stage"] = "completion"
    assert [item["code"] for item in decide("payment_block", **facts)] == ["wage_unpaid"]


def test_a_clause_tells_people_why(decide: Decide) -> None:
    [found] = decide("payment_block", **with_change("standing.suspended", True))

    assert found["message"] == "项目已暂停拨付"
