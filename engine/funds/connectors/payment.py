"""A payment order is proposed, approved, paid, returned by the bank, received or cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import insert

from engine.errors import Refused
from engine.funds import closing, ledger, payments, projects, reckoning
from engine.funds.calculation import Payable
from engine.funds.connectors.connector import (
    ensure_not_suspended,
    past_day,
    policy_of,
    project_of,
    standing_of,
    today,
)
from engine.funds.inputs import Inputs, refuse
from engine.funds.ledger import Reason
from engine.funds.model import Payment, PaymentKind, PaymentStatus, Project, ProjectStatus, TransferKind
from engine.funds.money import show, to_yuan
from engine.funds.payees import Payee, payee_of
from engine.funds.reckoning import Standing
from engine.funds.records import first
from engine.ports import Work

#: the levels of D01 at which a meeting decides
_MEETINGS = ("county_meeting", "county_leading_group")


def kind_of(inputs: Inputs) -> PaymentKind:
    """The stage a diagram names."""
    try:
        return PaymentKind(inputs.text("pay_stage"))
    except ValueError:
        refuse("pay_stage", f"没有“{inputs.text('pay_stage')}”这个支付阶段")


def propose_payment(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """Put a payment order on record after computing again what may be paid; nothing moves yet."""
    kind, standing = kind_of(inputs), standing_of(inputs, work)
    ensure_not_suspended(standing.project)
    _ensure_unpaid(work)
    payable = _payable(kind, inputs, work, standing)
    amount = inputs.money("payable_approved")
    _check_amount(amount, payable)
    # A new proposal of the case takes the place of its last one.
    payments.cancel_open(work.connection, work.case.id)
    payment_id = _insert(kind, inputs, work, standing, payable, amount)
    parts = payments.split(work.connection, standing.project, amount)
    payments.store_shares(work.connection, payment_id, parts)
    payment = payments.needed(work, "没有付款单", PaymentStatus.PROPOSED)
    return {
        "payment_id": payment.id,
        "payment_number": payment.number,
        "amount": to_yuan(amount),
        "shares": _shares(parts),
        "needs_collective_decision": payment.needs_meeting,
    }


def _ensure_unpaid(work: Work) -> None:
    """One case pays once: a case that was returned or moved back across its payment does not pay again."""
    paid = payments.latest(work, PaymentStatus.PAID)
    if paid is not None:
        raise Refused(
            f"办件 {work.case.number} 已于 {paid.paid_on} 支付 {show(paid.amount_fen)}（付款单 {paid.number}），"
            "不能再次付款；付错的先登记退票或追缴，没有付错的请系统管理员把办件移动到付款之后的环节。",
            payment=paid.id,
        )


def _payable(kind: PaymentKind, inputs: Inputs, work: Work, standing: Standing) -> Payable:
    withhold = inputs.optional_money("withhold_this")
    cap_ratio = inputs.optional_ratio("cap_ratio")
    if kind == PaymentKind.ADVANCE:
        return reckoning.advance(standing, cap_ratio=cap_ratio, withhold=withhold or 0)
    if kind == PaymentKind.PROGRESS:
        value = inputs.money("verified_value")
        return reckoning.progress(standing, value, cap_ratio=cap_ratio, withhold=withhold or 0, requested=None)
    settled = projects.settlement_of(work.connection, standing.project.id)
    if settled is None:
        raise Refused(f"项目 {standing.project.number} 还没有结算审定，不能支付{kind.label}。")
    if kind == PaymentKind.SETTLEMENT:
        withhold = settled.withheld_fen if withhold is None else withhold
        return reckoning.settlement(standing, settled.audited_fen, withhold=withhold).payable
    _ensure_warranty_over(standing.project, work)
    return reckoning.retention(work.connection, standing, repair=settled.repair_fen)


def _ensure_warranty_over(project: Project, work: Work) -> None:
    """D14: the retention is never paid early (I-20)."""
    if project.warranty_end is None or today(work) < project.warranty_end:
        raise Refused(f"质保期至 {project.warranty_end}，今天是 {today(work)}，不能释放质保金。", project=project.id)


def _check_amount(amount: int, payable: Payable) -> None:
    if amount == 0:
        refuse("payable_approved", "本次没有可付金额，不能提出付款")
    payments.ensure_within(payable.paid_before, amount, payable.cap, "payable_approved")
    if amount > payable.payable:
        refuse("payable_approved", f"核定应付 {show(amount)}超过系统计算的应付 {show(payable.payable)}")


def _insert(kind: PaymentKind, inputs: Inputs, work: Work, standing: Standing, payable: Payable, amount: int) -> str:
    project, payment_id = standing.project, work.new_id()
    payee = payee_of(inputs)
    work.connection.execute(
        insert(Payment).values(
            id=payment_id,
            number=payments.next_number(work, project),
            project_id=project.id,
            county_code=project.county_code,
            case_id=work.case.id,
            kind=kind,
            status=PaymentStatus.PROPOSED,
            amount_fen=amount,
            cap_fen=payable.cap,
            earned_value_fen=inputs.money("verified_value") if kind == PaymentKind.PROGRESS else 0,
            withheld_fen=payable.withheld_now,
            remark=inputs.optional_text("withhold_reason") or inputs.optional_text("lower_reason"),
            needs_meeting=kind == PaymentKind.ADVANCE and reckoning.needs_meeting(standing, amount),
            computation=reckoning.sheet(kind, payable),
            proposed_on=today(work),
            **_payee_columns(payee),
        )
    )
    return payment_id


def _payee_columns(payee: Payee) -> dict[str, str | None]:
    return {
        "payee_type": payee.type,
        "payee_name": payee.name,
        "bank_name": payee.bank_name,
        "bank_account": payee.bank_account,
        "pay_method": payee.pay_method,
    }


def approve_payment(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """Record that the order was signed at the level D01 asks for."""
    payment = payments.needed(work, "没有待签批的付款单", PaymentStatus.PROPOSED)
    level = inputs.optional_text("sign_level")
    if payment.needs_meeting and level not in _MEETINGS:
        refuse("sign_level", f"全额预拨 {show(payment.amount_fen)}须经集体决策")
    payments.change(
        work.connection, payment.id, status=PaymentStatus.APPROVED, approved_on=today(work), sign_level=level
    )
    return {"payment_id": payment.id, "approved_on": today(work)}


def pay(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """Record that the treasury has paid. Every cap is checked again, here and now."""
    paid = payments.latest(work, PaymentStatus.PAID)
    if paid is not None:
        return _paid_before(inputs, work, paid)
    payment = payments.needed(work, "没有已签批的付款单，不能支付", PaymentStatus.APPROVED)
    project = projects.load(work.connection, payment.project_id, lock=True)
    _ensure_payable(project)
    standing = Standing.of(work.connection, project, policy_of(work))
    pay_date = _pay_date(inputs, work, payment, standing)
    _check_paid_amount(inputs, payment)
    cap = min(payment.cap_fen, payments.hard_cap(work.connection, standing, PaymentKind(payment.kind)))
    payments.ensure_within(standing.paid.total, payment.amount_fen, cap, "pay_amount")
    parts = payments.shares_of(work.connection, payment.id)
    ledger.pay(work, project, parts, payment.id)
    payments.change(
        work.connection,
        payment.id,
        status=PaymentStatus.PAID,
        paid_on=pay_date,
        voucher_no=_voucher(inputs, work, payment),
    )
    return _after_payment(work, project, standing, payment, parts)


def _paid_before(inputs: Inputs, work: Work, paid: Payment) -> Mapping[str, Any]:
    """The case was taken back across its payment: the same receipt is no second payment, another one is refused."""
    _check_paid_amount(inputs, paid)
    given = (inputs.text("voucher_no"), inputs.day("pay_date"))
    if given != (paid.voucher_no, paid.paid_on):
        refuse(
            "voucher_no",
            f"付款单 {paid.number} 已经支付（凭证号 {paid.voucher_no}，{paid.paid_on}），不能再次支付；"
            "请按已登记的凭证号和日期填写，付错的先登记退票",
        )
    project = projects.load(work.connection, paid.project_id, lock=True)
    total = projects.paid_of(work.connection, project.id).total
    standing = Standing.of(work.connection, project, policy_of(work))
    return {
        "payment_id": paid.id,
        "paid": to_yuan(total),
        "available": to_yuan(max(0, standing.terms.ceiling - total)),
        "shares": _shares(payments.shares_of(work.connection, paid.id)),
    }


def _ensure_payable(project: Project) -> None:
    ensure_not_suspended(project)
    if project.filed_on is None:
        raise Refused(f"项目 {project.number} 尚未向市级报备，不得支付。", project=project.id)


def _pay_date(inputs: Inputs, work: Work, payment: Payment, standing: Standing) -> date:
    """Not before the approval, not before the contract, and no retention before its warranty is over (I-04, I-20)."""
    pay_date = past_day(inputs, "pay_date", work)
    if payment.approved_on is not None and pay_date < payment.approved_on:
        refuse("pay_date", f"支付日期 {pay_date} 早于签批日期 {payment.approved_on}")
    if pay_date < standing.contract.signed_on:
        refuse("pay_date", f"支付日期 {pay_date} 早于合同签订日期 {standing.contract.signed_on}")
    warranty_end = standing.project.warranty_end
    if payment.kind == PaymentKind.RETENTION and (warranty_end is None or pay_date < warranty_end):
        refuse("pay_date", f"质保期至 {warranty_end}，支付日期 {pay_date} 早于到期日")
    return pay_date


def _check_paid_amount(inputs: Inputs, payment: Payment) -> None:
    amount = inputs.money("pay_amount")
    if amount != payment.amount_fen:
        refuse("pay_amount", f"实付 {show(amount)}应等于核定应付 {show(payment.amount_fen)}")


def _voucher(inputs: Inputs, work: Work, payment: Payment) -> str:
    voucher = inputs.text("voucher_no")
    other = first(
        work.connection,
        Payment,
        Payment.county_code == payment.county_code,
        Payment.voucher_no == voucher,
        Payment.id != payment.id,
    )
    if other is not None:
        refuse("voucher_no", f"凭证号 {voucher} 已用于付款单 {other.number}")
    return voucher


def _after_payment(
    work: Work, project: Project, standing: Standing, payment: Payment, parts: Mapping[str, int]
) -> Mapping[str, Any]:
    if payment.kind == PaymentKind.SETTLEMENT:
        projects.move_on(work.connection, project, ProjectStatus.SETTLED)
    closing.close_if_done(work, project)
    paid = standing.paid.total + payment.amount_fen
    return {
        "payment_id": payment.id,
        "paid": to_yuan(paid),
        "available": to_yuan(max(0, standing.terms.ceiling - paid)),
        "shares": _shares(parts),
    }


def return_payment(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """The bank sent a payment back; what the ledger moved is moved back."""
    payment = payments.needed(work, "没有可退票的付款单", PaymentStatus.APPROVED, PaymentStatus.PAID)
    project = projects.load(work.connection, payment.project_id, lock=True)
    if payment.status == PaymentStatus.PAID:
        reason = Reason(kind=TransferKind.RETURN, project_id=project.id, payment_id=payment.id)
        ledger.give_back(work, project, payments.shares_of(work.connection, payment.id), reason)
    payments.change(
        work.connection, payment.id, status=PaymentStatus.RETURNED, return_reason=inputs.text("return_reason")
    )
    return {"payment_id": payment.id}


def confirm_receipt(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """The payee confirms what arrived (F23)."""
    payment = payments.needed(work, "没有已支付的付款单", PaymentStatus.PAID)
    amount, day = inputs.money("receive_amount"), past_day(inputs, "receive_date", work)
    if amount != payment.amount_fen:
        refuse("receive_amount", f"实收 {show(amount)}应等于实付 {show(payment.amount_fen)}")
    if payment.paid_on is not None and day < payment.paid_on:
        refuse("receive_date", f"到账日期 {day} 早于支付日期 {payment.paid_on}")
    payments.change(
        work.connection,
        payment.id,
        received_on=day,
        receipt_no=inputs.optional_text("official_receipt_no"),
        village_ledger_no=inputs.optional_text("village_ledger_no"),
    )
    return {"payment_id": payment.id}


def cancel_payment(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """Reimbursement is refused (拒付): the order is void; another case may ask again."""
    project_of(inputs, work)
    payment = payments.latest(work, *payments.OPEN)
    if payment is not None:
        payments.change(
            work.connection,
            payment.id,
            status=PaymentStatus.CANCELED,
            remark=inputs.optional_text("reason") or payment.remark,
        )
    return {}


def _shares(parts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"source": source, "amount": to_yuan(amount)} for source, amount in parts.items()]
