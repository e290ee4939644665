"""Invoices: one may be used once, whatever the project (I-09, D17 5)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, select

from engine.errors import FieldProblem, Invalid
from engine.funds import projects
from engine.funds.connectors.connector import project_of, today
from engine.funds.inputs import Inputs, refuse
from engine.funds.model import Contract, Invoice, Payment, PaymentStatus, Project
from engine.funds.money import show, to_yuan
from engine.model import RUNNING, ProcessInstance
from engine.ports import Work

#: an electronic invoice has one number of 20 digits; older ones have a code of 10 or 12 and a number of 8
_ELECTRONIC_DIGITS = 20


@dataclass(frozen=True, kw_only=True)
class InvoiceLine:
    """One row of the list as it was filled in."""

    path: str
    key: str
    code: str
    number: str
    amount: int
    issued_on: date | None
    seller: str | None


@dataclass(frozen=True, kw_only=True)
class InvoiceUser:
    """The case that has used an invoice."""

    case_number: str
    project_number: str


def register_invoices(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """Take the invoices of a case into use; the same case may correct its own."""
    project = project_of(inputs, work)
    lines = _lines(inputs)
    problems = [*_repeated(lines), *_late(lines, today(work)), *_used_elsewhere(lines, work)]
    if problems:
        raise Invalid(tuple(problems), problems[0].message)
    total = sum(line.amount for line in lines)
    _check_total(inputs, total)
    _replace(work, project, lines)
    warnings = list(_warnings(lines, projects.contract_of(work.connection, project.id)))
    return {"invoices": len(lines), "total": to_yuan(total), "warnings": warnings}


def invoice_key(code: str, number: str) -> str:
    """Code and number as one text: full-width digits, spaces and hyphens make no difference."""
    code, number = _plain(code), _plain(number)
    return number if len(number) == _ELECTRONIC_DIGITS else code + number


def _plain(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum())


def _lines(inputs: Inputs) -> tuple[InvoiceLine, ...]:
    path = inputs.optional_text("path") or "invoice_list"
    rows = inputs.rows("invoice_list")
    if not rows:
        refuse(path, "至少要有一张发票")
    return tuple(_line(Inputs(row, f"{path}.{index}."), f"{path}.{index}.invoice_no") for index, row in enumerate(rows))


def _line(row: Inputs, path: str) -> InvoiceLine:
    code, number = row.optional_text("invoice_code") or "", row.text("invoice_no")
    return InvoiceLine(
        path=path,
        key=invoice_key(code, number),
        code=code,
        number=number,
        amount=row.money("amount"),
        issued_on=row.optional_day("issue_date"),
        seller=row.optional_text("seller"),
    )


def _repeated(lines: Sequence[InvoiceLine]) -> Iterator[FieldProblem]:
    seen: set[str] = set()
    for line in lines:
        if line.key in seen:
            yield FieldProblem(
                path=line.path, message=f"发票 {line.code} {line.number} 在清单中重复".replace("  ", " ")
            )
        seen.add(line.key)


def _late(lines: Sequence[InvoiceLine], day: date) -> Iterator[FieldProblem]:
    for line in lines:
        if line.issued_on is not None and line.issued_on > day:
            yield FieldProblem(path=line.path, message=f"发票 {line.number} 的开票日期 {line.issued_on} 晚于今天")


def _used_elsewhere(lines: Sequence[InvoiceLine], work: Work) -> Iterator[FieldProblem]:
    users = users_of(work.connection, [line.key for line in lines], work.case.id)
    for line in lines:
        user = users.get(line.key)
        if user is not None:
            message = (
                f"发票 {line.number} 已在办件 {user.case_number}（项目 {user.project_number}）中使用，不能重复报账"
            )
            yield FieldProblem(path=line.path, message=message)


def users_of(connection: Connection, keys: Sequence[str], case_id: str) -> Mapping[str, InvoiceUser]:
    """Which other cases hold these invoices. A case that ended without a payment holds none."""
    paid = exists().where(Payment.case_id == Invoice.case_id, Payment.status == PaymentStatus.PAID)
    ended = ProcessInstance.status.is_not(None) & (ProcessInstance.status.not_in(RUNNING))
    statement = (
        select(Invoice.key, ProcessInstance.number.label("case_number"), Project.number.label("project_number"))
        .join(Project, Project.id == Invoice.project_id)
        .outerjoin(ProcessInstance, ProcessInstance.id == Invoice.case_id)
        .where(Invoice.key.in_(keys), Invoice.case_id != case_id, ~ended | paid)
    )
    return {
        key: InvoiceUser(case_number=case or "", project_number=project)
        for key, case, project in connection.execute(statement)
    }


def _check_total(inputs: Inputs, total: int) -> None:
    requested = inputs.optional_money("amount_requested")
    if requested is not None and total < requested:
        refuse("amount_requested", f"发票合计 {show(total)}，少于申请金额 {show(requested)}")


def _replace(work: Work, project: Project, lines: Sequence[InvoiceLine]) -> None:
    """The case's own earlier rows go, and those of cases that no longer hold them."""
    keys = [line.key for line in lines]
    work.connection.execute(delete(Invoice).where((Invoice.case_id == work.case.id) | Invoice.key.in_(keys)))
    rows = [
        {
            "key": line.key,
            "project_id": project.id,
            "case_id": work.case.id,
            "code": line.code,
            "number": line.number,
            "amount_fen": line.amount,
            "issued_on": line.issued_on,
            "seller": line.seller,
        }
        for line in lines
    ]
    work.connection.execute(insert(Invoice), rows)


def _warnings(lines: Sequence[InvoiceLine], contract: Contract | None) -> Iterator[str]:
    """What an auditor would ask about, without being forbidden (I-10, I-11)."""
    if contract is None:
        return
    for line in lines:
        if line.seller and line.seller != contract.contractor:
            yield f"发票 {line.number} 的销方“{line.seller}”不是合同承包方“{contract.contractor}”"
        if line.issued_on is not None and line.issued_on < contract.signed_on:
            yield f"发票 {line.number} 的开票日期 {line.issued_on} 早于合同签订日 {contract.signed_on}"
