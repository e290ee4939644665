"""The project as cases see it: its facts in expressions, whether a process may start for it or be withdrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from engine.funds import blocks, closing, payments, projects
from engine.funds.books import books_of
from engine.funds.model import Contract, Project, RecoveryClaim, Settlement
from engine.funds.money import to_yuan
from engine.funds.numbers import last_numbers
from engine.funds.payees import last_payee, payee_facts
from engine.funds.records import first
from engine.policy.parameters import Parameters
from engine.ports import StartBlock


class FundsProjects:
    """The project port of the engine."""

    def facts(self, connection: Connection, project_id: str) -> Mapping[str, Any]:
        """The `project` of expressions: plain values, amounts in yuan."""
        project = projects.load(connection, project_id)
        contract = projects.contract_of(connection, project_id)
        settlement = projects.settlement_of(connection, project_id)
        return {
            **_plain(project),
            **_money(connection, project, contract, settlement),
            "contract": _contract(contract),
            "settlement": _settlement(settlement),
            "claim": _claim(projects.open_claim(connection, project_id)),
            "payee": payee_facts(last_payee(connection, project_id)),
        }

    def start_blocks(
        self, connection: Connection, project_id: str, process_key: str, policy: Mapping[str, Any], today: date
    ) -> Sequence[StartBlock]:
        """Why the process cannot be started now."""
        return blocks.may_start(connection, project_id, process_key, Parameters(policy), today)

    def withdrawal_block(self, connection: Connection, case_id: str) -> str | None:
        """A settled project is handed over and archived by the case that settled it; no other can."""
        settled = first(connection, Settlement, Settlement.case_id == case_id)
        return "结算已经登记" if settled else None

    def case_ended(self, connection: Connection, case_id: str) -> None:
        """A payment order that a case has not paid is void with it."""
        payments.cancel_open(connection, case_id)

    def on_record(self, connection: Connection) -> Sequence[str]:
        """The ids of all projects."""
        return connection.scalars(select(Project.id)).all()

    def serials(self, connection: Connection) -> Mapping[str, int]:
        """The last number of each series."""
        return last_numbers(connection)

    def books(self, connection: Connection, project_id: str, *, lock: bool = False) -> Mapping[str, str]:
        """What is on record about a project, as digests."""
        return books_of(connection, project_id, lock=lock)


def _plain(project: Project) -> dict[str, Any]:
    return {
        "id": project.id,
        "number": project.number,
        "name": project.name,
        "status": project.status,
        "status_label": projects.label_of(project.status),
        "project_type": project.project_type,
        "applicant_type": project.applicant_type,
        "applicant_name": project.applicant_name,
        "build_site": project.build_site,
        "region_code": project.region_code,
        "reimburse_mode": project.reimburse_mode,
        "work_relief": project.work_relief,
        "qr_code": project.qr_code,
        "issue_doc_no": project.issue_doc_no,
        "issue_date": project.issued_on,
        "filing_receipt": project.filing_receipt,
        "filed_on": project.filed_on,
        "accepted_on": project.accepted_on,
        "warranty_end": project.warranty_end,
        "handed_over_on": project.handed_over_on,
        "maintenance_body": project.maintenance_body,
        "suspended": project.suspended_reason is not None,
    }


def _money(
    connection: Connection,
    project: Project,
    contract: Contract | None,
    settlement: Settlement | None,
) -> dict[str, Any]:
    paid = projects.paid_of(connection, project.id)
    held = closing.retention_held(connection, settlement) if settlement else 0
    repairs = settlement.repair_fen if settlement else 0
    limit = projects.payable_at_most(project, contract, settlement)
    return {
        "approved_amount": to_yuan(project.approved_fen),
        "total_invest": to_yuan(project.total_invest_fen),
        "support_ratio": project.support_ratio,
        "ceiling": to_yuan(projects.ceiling_of(project, contract)) if contract else None,
        "paid": to_yuan(paid.total),
        "advance_paid": to_yuan(paid.advance),
        "earned_value": to_yuan(paid.earned_value),
        "retention_held": to_yuan(held),
        "available": to_yuan(max(0, limit - paid.total - paid.withheld - held - repairs)),
    }


def _contract(contract: Contract | None) -> Mapping[str, Any] | None:
    if contract is None:
        return None
    return {
        "number": contract.number,
        "amount": to_yuan(contract.amount_fen),
        "sign_date": contract.signed_on,
        "contractor": contract.contractor,
        "supervise_unit": contract.supervise_unit,
        "retention_rate": contract.retention_rate,
        "warranty_months": contract.warranty_months,
    }


def _settlement(settlement: Settlement | None) -> Mapping[str, Any] | None:
    if settlement is None:
        return None
    return {
        "audited_amount": to_yuan(settlement.audited_fen),
        "final_fund": to_yuan(settlement.final_fen),
        "retention_amount": to_yuan(settlement.retention_fen),
        "repair_cost": to_yuan(settlement.repair_fen),
        "payable": to_yuan(settlement.payable_fen),
    }


def _claim(claim: RecoveryClaim | None) -> Mapping[str, Any] | None:
    if claim is None:
        return None
    return {
        "number": claim.number,
        "amount": to_yuan(claim.amount_fen),
        "remain": to_yuan(claim.remaining_fen),
        "due_on": claim.due_on,
    }
