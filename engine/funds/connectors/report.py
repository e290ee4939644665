"""What the books tell a report: payments of a region in a period, to the fen (S1-65, I-31)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from engine.errors import Refused
from engine.funds.inputs import Inputs
from engine.funds.model import Payment, PaymentStatus, Project
from engine.funds.money import to_yuan
from engine.offices.roles import region_prefix
from engine.ports import Work


def paid_in_period(inputs: Inputs, work: Work) -> Mapping[str, Any]:
    """How much was paid for the projects of a region from one day to another; what the bank sent back is not."""
    region = inputs.optional_text("region") or str(work.case.region["code"])
    prefix, reach = region_prefix(region), region_prefix(str(work.case.region["code"]))
    if prefix is None or reach is None or not prefix.startswith(reach):
        raise Refused(f"办件 {work.case.number} 不能查询辖区 {region} 的支付。", region=region)
    found = work.connection.execute(
        select(func.coalesce(func.sum(Payment.amount_fen), 0), func.count())
        .join(Project, Project.id == Payment.project_id)
        .where(
            Project.region_code.startswith(prefix),
            Payment.status == PaymentStatus.PAID,
            Payment.paid_on.between(inputs.day("first_day"), inputs.day("last_day")),
        )
    ).one()
    return {"paid": to_yuan(int(found[0])), "payments": int(found[1])}
