"""What a case has asked of the outside, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from api.presentation.dates import write_moment
from api.presentation.incidents import input_lines
from engine.model import CallStatus
from engine.queries.calls import CallView

#: connectors that ship with the product
CONNECTORS: Mapping[str, str] = {"http": "网络接口", "email": "电子邮件", "webhook": "网络通知"}
_COLOURS: Mapping[str, str] = {
    CallStatus.OPEN: "blue",
    CallStatus.KEPT: "amber",
    CallStatus.FAILED: "red",
    CallStatus.ANSWERED: "green",
    CallStatus.RESOLVED: "grey",
    CallStatus.WITHDRAWN: "grey",
}


@dataclass(frozen=True, kw_only=True)
class CallLine:
    """A line of the part of the case page."""

    name: str
    receiver: str
    status: str
    colour: str
    #: what is worth knowing beside the status
    note: str
    asked: str
    #: for those who look after incidents: what was sent
    inputs: tuple[tuple[str, str], ...]


def call_lines(calls: Iterable[CallView], now: datetime, *, in_full: bool) -> tuple[CallLine, ...]:
    """The calls of a case as its page shows them."""
    return tuple(
        CallLine(
            name=call.name or call.element_id,
            receiver=receiver_of(call.connector, call.topic),
            status=_status(call, now),
            colour=_COLOURS[CallStatus(call.status)],
            note=_note(call, now),
            asked=write_moment(call.asked_at),
            inputs=tuple(input_lines(call.inputs)) if in_full else (),
        )
        for call in calls
    )


def receiver_of(connector: str, topic: str | None) -> str:
    """Who is asked."""
    return f"外部程序（{topic}）" if topic is not None else CONNECTORS.get(connector, connector)


def _status(call: CallView, now: datetime) -> str:
    waited = call.waited_for
    match CallStatus(call.status):
        case CallStatus.ANSWERED:
            return "已答复" if waited else "已送达"
        case CallStatus.FAILED:
            return "停滞"
        case CallStatus.KEPT:
            return "答复已收下"
        case CallStatus.RESOLVED:
            return "人工处理" if waited else "已跳过"
        case CallStatus.WITHDRAWN:
            return "不再需要"
    if call.locked_until is not None and call.locked_until > now:
        return "正在办理"
    return "等待重试" if call.attempts else ("等待答复" if waited else "等待送出")


def _note(call: CallView, now: datetime) -> str:
    if call.status == CallStatus.KEPT:
        return "办件挂起期间收到，恢复办理时继续。"
    if call.status == CallStatus.FAILED:
        return f"{call.error or ''}（试了 {call.attempts} 次）"
    if call.status == CallStatus.OPEN and call.attempts and call.next_at is not None:
        return f"{call.error or ''}（试了 {call.attempts} 次，{write_moment(call.next_at)} 再试）"
    return write_moment(call.closed_at)
