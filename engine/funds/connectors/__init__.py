"""What service tasks may do with money. All of it happens inside the transaction of the command."""

from __future__ import annotations

from engine.funds.connectors import (
    calculation,
    contract,
    invoice,
    payment,
    project,
    recovery,
    report,
    request,
    settlement,
)
from engine.funds.connectors.connector import FundsConnector

CONNECTORS: tuple[FundsConnector, ...] = (
    FundsConnector("funds.approve_project", project.approve_project),
    FundsConnector("funds.file_project", project.file_project),
    FundsConnector("funds.suspend_payment", project.suspend_payment),
    FundsConnector("funds.resume_payment", project.resume_payment),
    FundsConnector("funds.hand_over", project.hand_over),
    FundsConnector("funds.register_contract", contract.register_contract),
    FundsConnector("funds.check_start", request.check_start),
    FundsConnector("funds.check_request", request.check_request),
    FundsConnector("funds.register_invoices", invoice.register_invoices),
    FundsConnector("funds.calculate_advance", calculation.calculate_advance),
    FundsConnector("funds.calculate_progress", calculation.calculate_progress),
    FundsConnector("funds.calculate_settlement", calculation.calculate_settlement),
    FundsConnector("funds.calculate_retention", calculation.calculate_retention),
    FundsConnector("funds.propose_payment", payment.propose_payment),
    FundsConnector("funds.approve_payment", payment.approve_payment),
    FundsConnector("funds.pay", payment.pay),
    FundsConnector("funds.return_payment", payment.return_payment),
    FundsConnector("funds.confirm_receipt", payment.confirm_receipt),
    FundsConnector("funds.cancel_payment", payment.cancel_payment),
    FundsConnector("funds.record_acceptance", settlement.record_acceptance),
    FundsConnector("funds.record_settlement", settlement.record_settlement),
    FundsConnector("funds.release_retention", settlement.release_retention),
    FundsConnector("funds.claim_recovery", recovery.claim_recovery),
    FundsConnector("funds.record_recovery", recovery.record_recovery),
    FundsConnector("funds.paid_in_period", report.paid_in_period),
)
