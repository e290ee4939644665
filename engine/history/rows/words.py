"""What people call tables and columns, for the sentences of a verification."""

from __future__ import annotations

from collections.abc import Mapping

TABLES: Mapping[str, str] = {
    "process_instance": "办件登记",
    "user_task": "待办",
    "event_subscription": "等待的事件",
    "incident": "停滞点",
    "connector_call": "对外调用",
    "kept_message": "暂存的消息",
    "attachment": "附件登记",
    "org_unit": "单位",
    "person": "人员",
    "position": "任职",
    "delegation": "委托",
    "api_token": "接口令牌",
    "policy_profile": "政策参数",
    "deployment": "部署记录",
    "process_definition": "流程版本",
    "resource": "表单和决策表版本",
    "start_subscription": "自动发起的条件",
    "diagram_draft": "流程图草稿",
    "serial": "编号序列",
    "export": "导出记录",
}

COLUMNS: Mapping[str, str] = {
    "activity_id": "环节",
    "allowance": "期限工作日数",
    "assignee_id": "经办人",
    "attempts": "尝试次数",
    "bundle_digest": "固定版本",
    "closed_at": "结束时间",
    "completed_at": "办结时间",
    "completed_by": "办理人",
    "correlation": "关联值",
    "definition_id": "流程版本",
    "email": "邮箱",
    "due_at": "到期时间",
    "ended_at": "办结时间",
    "form_digest": "表单",
    "inputs": "带入内容",
    "instance_id": "所属办件",
    "item": "对应项",
    "name": "名称",
    "number": "编号",
    "on_behalf_of": "代谁办理",
    "opened_at": "打开时间",
    "outcome": "办理结果",
    "parent_id": "加签所属待办",
    "password_hash": "密码",
    "policy_id": "政策参数",
    "project_id": "项目",
    "region_code": "辖区",
    "result": "办结结果",
    "role": "岗位",
    "signers": "加签人数",
    "started_at": "发起时间",
    "started_by": "发起人",
    "status": "状态",
    "submission": "填写内容",
    "suspended_at": "挂起时间",
    "title": "标题",
    "tokens": "当前环节",
    "unit_code": "单位",
    "valid_from": "开始日期",
    "valid_to": "结束日期",
    "variables": "当前变量",
}


def column_name(column: str) -> str:
    """A column as people call it, with its name in the table."""
    return f"{COLUMNS[column]}（{column}）" if column in COLUMNS else f" {column} "
