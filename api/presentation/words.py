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
    "SignalReceived": "收到信号",
    "MessageUndelivered": "消息无人接收",
    "MessageRefused": "消息未能办理",
    "TimerFailed": "定时未能执行",
    "CallAnswered": "收到答复",
    "CallRefused": "对方不予办理",
    "CallPostponed": "没有办成，稍后再试",
    "CallFailed": "没有办成，停滞",
    "CallDelivered": "送达",
    "CallAnswerKept": "先收下答复",
    "CallAnsweredLate": "答复来迟",
    "IncidentRetried": "重试停滞点",
    "IncidentResolved": "处理停滞点",
    "ProcessWithdrawn": "撤销",
    "TaskTransferred": "转办",
    "TaskDelegated": "委派",
    "TaskResolved": "交回委派",
    "SignersAdded": "加签",
    "SignerRemoved": "减签",
    "TaskSubmitted": "办理",
    "TaskSigned": "签署",
    "TaskReturned": "退回",
    "TaskRecalled": "拿回",
    "ProcessSuspended": "挂起",
    "ProcessResumed": "恢复",
    "ProcessTerminated": "终止",
    "ProcessMoved": "移动",
    "ProcessMigrated": "迁移",
    "Deployed": "部署",
    "PolicyPublished": "发布政策参数",
    "Delegated": "委托",
    "AttachmentStored": "上传附件",
    "DraftSaved": "保存流程图草稿",
    "OrganisationRegistered": "登记机构和人员",
    "CheckpointMade": "生成检查点",
    "MachineRegistered": "登记机器账号",
    "TokenIssued": "签发令牌",
    "TokenRevoked": "撤销令牌",
}

CASE_STATUS: Mapping[str, str] = {
    "active": "办理中",
    "suspended": "已挂起",
    "completed": "已办结",
    "terminated": "已终止",
}
#: an end may be a refusal as well as an approval, so its colour takes no side
CASE_COLOURS: Mapping[str, str] = {"active": "blue", "suspended": "red", "completed": "grey", "terminated": "amber"}
TASK_STATUS: Mapping[str, str] = {
    "planned": "待经办人提交",
    "created": "待办理",
    "submitted": "待会签",
    "completed": "已办理",
    "canceled": "已取消",
}

#: outcomes that turn a case back or end it, wherever they occur (spec §3.2)
NEGATIVE_OUTCOMES = frozenset({"return_for_correction", "return_to_previous", "reject", "refuse_reimbursement"})

#: events that turn a case back, stop or end it
NEGATIVE_EVENTS = frozenset(
    {"ProcessWithdrawn", "ProcessTerminated", "ProcessSuspended", "TaskReturned", "CallRefused", "CallFailed"}
)

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
