"""Which case a message is meant for: the name and the correlation value agree (BPMN 2.0.2 §8.4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import literal, or_, select

from engine.errors import Conflict
from engine.interpreter import WaitKind
from engine.model import RUNNING, EventSubscription, ProcessInstance
from engine.model.base import ProcessValue
from engine.rows import AnyRow
from engine.unit_of_work import UnitOfWork

_SHOWN = 3
#: longer whole numbers are written with an exponent
_DIGITS = 25


def key_of(value: Any) -> Any:
    """A correlation value as it is stored and compared: equal numbers are written the same way."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = Decimal(value)
        is_count = number.adjusted() < _DIGITS and number == number.to_integral_value()
        return number.quantize(Decimal(1)) if is_count else number.normalize()
    if isinstance(value, Mapping):
        return {name: key_of(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [key_of(item) for item in value]
    return value


def receiver_of(
    work: UnitOfWork,
    name: str,
    correlation: Any,
    *,
    instance_id: str | None = None,
    within: tuple[str, ...] | None = None,
) -> AnyRow | None:
    """The wait a message is for, the oldest of its case; refused when more than one case waits for it.

    A wait that names no value takes any message of its name, if no other wait names this very value.
    """
    waiting = _waits_for(work, name, key_of(correlation))
    found = [row for row in waiting if instance_id in (None, row.instance_id) and is_within(row.region_code, within)]
    exact = [row for row in found if row.correlation is not None] or found
    cases = sorted({row.number for row in exact})
    if len(cases) > 1:
        shown = "、".join(cases[:_SHOWN]) + ("等" if len(cases) > _SHOWN else "")
        raise Conflict(
            f"有 {len(cases)} 个办件（{shown}）都在等待消息“{name}”，无法确定送给哪一个，请在消息上指明关联值。",
            name=name,
        )
    return min(exact, key=lambda row: (len(row.wait_id), row.wait_id), default=None)


def _waits_for(work: UnitOfWork, name: str, key: Any) -> list[AnyRow]:
    wanted = [literal(value, ProcessValue()) for value in ((key, None) if key is not None else (None,))]
    return list(
        work.connection.execute(
            select(EventSubscription, ProcessInstance.number, ProcessInstance.status, ProcessInstance.region_code)
            .join(ProcessInstance, ProcessInstance.id == EventSubscription.instance_id)
            .where(
                EventSubscription.kind == WaitKind.MESSAGE,
                EventSubscription.name == name,
                ProcessInstance.status.in_(RUNNING),
                or_(*(EventSubscription.correlation == value for value in wanted)),
            )
            .order_by(EventSubscription.instance_id)
        )
    )


def listeners_of(work: UnitOfWork, name: str, within: tuple[str, ...] | None = None) -> list[str]:
    """The cases that wait for a signal, in the order of their ids."""
    rows = work.connection.execute(
        select(EventSubscription.instance_id, ProcessInstance.region_code)
        .join(ProcessInstance, ProcessInstance.id == EventSubscription.instance_id)
        .where(EventSubscription.kind == WaitKind.SIGNAL, EventSubscription.name == name)
        .distinct()
        .order_by(EventSubscription.instance_id)
    )
    return [row.instance_id for row in rows if is_within(row.region_code, within)]


def is_within(region_code: str, prefixes: tuple[str, ...] | None) -> bool:
    """Whether a region is one that a sender may reach."""
    return prefixes is None or region_code.startswith(prefixes)
