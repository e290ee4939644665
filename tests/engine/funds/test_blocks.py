"""D17 as the project page and the start of a case see it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from engine.errors import Refused
from engine.funds.blocks import RULES, may_start
from engine.policy.parameters import Parameters, resolve

if TYPE_CHECKING:
    from conftest import Ledger


def codes(ledger: Ledger, process_key: str) -> list[str]:
    return [block.code for block in blocks(ledger, process_key)]


def blocks(ledger: Ledger, process_key: str) -> Any:
    assert ledger.project_id is not None
    policy = Parameters(resolve(ledger.settings))
    return may_start(ledger.connection, ledger.project_id, process_key, policy, ledger.today)


def test_a_project_just_issued_can_start_nothing(ledger: Ledger) -> None:
    ledger.approve()

    assert codes(ledger, "advance_payment") == ["not_filed", "no_contract"]
    assert all(blocks(ledger, key) for key in RULES)


def test_a_contract_without_start_report_and_notice_board_is_not_enough(ledger: Ledger) -> None:
    ledger.approve()
    ledger.call("file_project", receipt_no="HZ-1")
    ledger.contract(start_report=None, notice_board_photo=[])

    assert codes(ledger, "advance_payment") == ["no_start_report", "no_notice_board"]


def test_each_process_opens_when_its_turn_has_come(ledger: Ledger) -> None:
    ledger.prepare()
    assert codes(ledger, "advance_payment") == []
    assert codes(ledger, "progress_payment") == ["not_advanced"]
    assert codes(ledger, "completion_settlement") == []
    assert codes(ledger, "retention_release") == ["not_settled", "warranty_running"]

    ledger.advance()
    assert codes(ledger, "advance_payment") == ["already_advanced"]
    assert codes(ledger, "progress_payment") == []

    ledger.pay("settlement", ledger.settle("470000", "470000")["payable_calc"])
    ledger.end_case()
    assert codes(ledger, "completion_settlement") == ["already_settled"]
    assert [block.message for block in blocks(ledger, "retention_release")] == ["质保期至 2027-03-02，尚未届满"]

    ledger.today = date(2027, 3, 2)
    assert codes(ledger, "retention_release") == []
    ledger.case("retention_release")
    ledger.pay("retention", "14100")
    ledger.end_case()
    assert codes(ledger, "retention_release") == ["retention_gone"]


def test_a_running_payment_case_blocks_the_next_one_but_not_itself(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.case("advance_payment")

    assert codes(ledger, "advance_payment") == ["payment_running"]
    assert "上期款未到账" in blocks(ledger, "advance_payment")[0].message
    assert ledger.call("check_start", process_key="advance_payment") == {"blocks": []}


def test_a_case_that_may_not_go_on_is_refused_with_every_reason(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.case("progress_payment")
    ledger.call("suspend_payment", reason="质量事故")

    with pytest.raises(Refused, match="已暂停拨付：质量事故；尚未办理预拨"):
        ledger.call("check_start", process_key="progress_payment")


def test_a_project_at_its_cap_waits_for_acceptance(ledger: Ledger) -> None:
    ledger.prepare()
    ledger.advance()
    ledger.progress("480000")

    assert codes(ledger, "progress_payment") == ["cap_reached"]
    assert codes(ledger, "completion_settlement") == []


@pytest.mark.parametrize(
    ("approved", "changes", "process_key", "code"),
    [
        ("30000", {}, "advance_payment", "advance_barred"),
        ("30000", {}, "progress_payment", "progress_barred"),
        ("500000", {"reimburse_mode": "post_completion"}, "advance_payment", "advance_barred"),
        ("500000", {"reimburse_mode": "post_completion"}, "progress_payment", "progress_barred"),
        ("500000", {"reimburse_mode": "full_advance"}, "progress_payment", "progress_barred"),
        ("500000", {"applicant_type": "enterprise", "project_type": "production"}, "advance_payment", "advance_barred"),
    ],
)
def test_the_way_of_reimbursing_decides_what_is_paid_when(
    ledger: Ledger, approved: str, changes: dict[str, Any], process_key: str, code: str
) -> None:
    ledger.prepare(approved, approved, **changes)

    assert code in codes(ledger, process_key)


def test_a_project_without_advance_is_paid_by_progress_at_once(ledger: Ledger) -> None:
    ledger.prepare(applicant_type="enterprise", project_type="production")

    assert codes(ledger, "progress_payment") == []
    assert ledger.progress("240000")["payable_calc"] == 192_000


def test_a_project_paid_after_completion_is_paid_once(ledger: Ledger) -> None:
    ledger.prepare("30000", "29000")

    settled = ledger.settle("29000", "28500")
    ledger.pay("settlement", settled["payable_calc"])

    assert settled["payable_calc"] == 27_645


def test_other_processes_are_not_blocked(ledger: Ledger) -> None:
    ledger.approve()

    assert blocks(ledger, "city_inspection") == ()
