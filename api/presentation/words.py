"""Chinese words for what the engine names in English."""

from __future__ import annotations

from collections.abc import Mapping

#: what an event of the history is called
EVENTS: Mapping[str, str] = {
    "ProcessStarted": "发起",
    "TaskClaimed": "签收",
    "TaskReleased": "放回",
    "TaskCompleted": "办理",
    "TimerFired": "到期",
    "MessageCorrelated": "收到",
    "ProcessWithdrawn": "撤销",
    "Deployed": "部署",
    "PolicyPublished": "发布政策参数",
    "Delegated": "委托",
}

CASE_STATUS: Mapping[str, str] = {"active": "办理中", "completed": "已办结", "terminated": "已撤销"}
#: an end may be a refusal as well as an approval, so its colour takes no side
CASE_COLOURS: Mapping[str, str] = {"active": "blue", "completed": "grey", "terminated": "amber"}
TASK_STATUS: Mapping[str, str] = {"created": "待办理", "completed": "已办理", "canceled": "已取消"}

#: outcomes that turn a case back or end it, wherever they occur (spec §3.2)
NEGATIVE_OUTCOMES = frozenset({"return_for_correction", "return_to_previous", "reject", "refuse_reimbursement"})

#: what messages are called that people may deliver to a case
MESSAGES: Mapping[str, str] = {"objection_received": "收到异议"}
#: what such a message tells
MESSAGE_FIELDS: Mapping[str, str] = {
    "objector_type": "异议人身份",
    "objector_contact": "姓名与联系方式",
    "objection_text": "异议内容",
    "evidence_files": "证据材料",
}


def event_word(type_: str) -> str:
    """The word for an event type; its own name where there is none."""
    return EVENTS.get(type_, type_)
