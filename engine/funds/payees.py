"""Who receives a payment and how (I-52): persons by social card, villages by their account, firms directly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.funds.inputs import Inputs, refuse
from engine.funds.model import Payment, PaymentStatus
from engine.funds.records import every

_METHODS = {
    "village": "village_account",
    "contractor": "direct_to_contractor",
    "supplier": "direct_to_contractor",
    "person": "one_card",
}
_METHOD_LABELS = {"village_account": "付村账户", "direct_to_contractor": "直接付施工、供货单位", "one_card": "一卡通"}
_PAYEE_LABELS = {"village": "村集体", "contractor": "施工单位", "supplier": "供货单位", "person": "个人"}
_UNMATCHED = "unmatched"
_MATCHED = "matched"


@dataclass(frozen=True, kw_only=True)
class Payee:
    """A receiver and the account to pay to; None where a diagram did not say."""

    type: str | None
    name: str | None
    bank_name: str | None
    bank_account: str | None
    pay_method: str | None


def payee_of(inputs: Inputs) -> Payee:
    """Read the payee; the way of paying must fit who it is, and the account must have been verified."""
    payee = Payee(
        type=inputs.optional_text("payee_type"),
        name=inputs.optional_text("payee_name"),
        bank_name=inputs.optional_text("bank_name"),
        bank_account=inputs.optional_text("bank_account"),
        pay_method=inputs.optional_text("pay_method"),
    )
    _check_method(payee)
    if inputs.optional_text("bank_verified") == _UNMATCHED:
        refuse("bank_verified", "收款账户核验不一致，不能付款")
    return payee


def _check_method(payee: Payee) -> None:
    if payee.type is None or payee.pay_method is None:
        return
    fitting = _METHODS.get(payee.type)
    if fitting is not None and payee.pay_method != fitting:
        who, how = _PAYEE_LABELS[payee.type], _METHOD_LABELS[fitting]
        refuse("pay_method", f"收款方是{who}，支付方式应为“{how}”")


def last_payee(connection: Connection, project_id: str) -> Payment | None:
    """The payment that was made last: its receiver is the one the next claim is for."""
    paid = every(
        connection,
        Payment,
        Payment.project_id == project_id,
        Payment.status == PaymentStatus.PAID,
        Payment.bank_account.is_not(None),
        order=(Payment.paid_on, Payment.number),
    )
    return paid[-1] if paid else None


def payee_facts(payment: Payment | None) -> Mapping[str, Any] | None:
    """The `project.payee` of expressions, by the keys of the forms; null before the first payment."""
    if payment is None:
        return None
    return {
        "payee_type": payment.payee_type,
        "payee_name": payment.payee_name,
        "bank_name": payment.bank_name,
        "bank_account": payment.bank_account,
        "bank_verified": _MATCHED,
    }


def ensure_known_account(connection: Connection, project_id: str, payee: Payee) -> None:
    """A payee's account stays the one that was paid before, unless the change was approved (F26)."""
    if payee.name is None or payee.bank_account is None:
        return
    paid = every(
        connection,
        Payment,
        Payment.project_id == project_id,
        Payment.status == PaymentStatus.PAID,
        Payment.payee_name == payee.name,
        Payment.bank_account.is_not(None),
        order=(Payment.number,),
    )
    if paid and paid[-1].bank_account != payee.bank_account:
        refuse("bank_account", f"收款账号与备案的 {paid[-1].bank_account} 不一致，变更账号须经审批")
