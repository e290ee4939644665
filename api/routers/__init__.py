"""The JSON API under /api/v1."""

from __future__ import annotations

from fastapi import APIRouter

from api.routers import (
    attachments,
    audit,
    calls,
    decisions,
    delegations,
    exports,
    incidents,
    machine_accounts,
    messages,
    moves,
    policy_profiles,
    process_definitions,
    process_instances,
    projects,
    schedules,
    session,
    user_tasks,
)
from api.schemas.common import ProblemDocument

_PROBLEM = {"model": ProblemDocument, "content": {"application/problem+json": {}}}
_ANSWERS = {
    401: {**_PROBLEM, "description": "没有登录"},
    403: {**_PROBLEM, "description": "没有权限，或缺少 CSRF 令牌"},
    404: {**_PROBLEM, "description": "没有找到，或不在您的辖区"},
    409: {**_PROBLEM, "description": "已被别人办理，或按规定不能这样办理"},
    422: {**_PROBLEM, "description": "内容有误"},
}

router = APIRouter(prefix="/api/v1", responses=_ANSWERS)  # type: ignore[arg-type]
for room in (
    session,
    user_tasks,
    process_instances,
    moves,
    incidents,
    calls,
    messages,
    process_definitions,
    schedules,
    decisions,
    attachments,
    projects,
    policy_profiles,
    delegations,
    machine_accounts,
    audit,
    exports,
):
    router.include_router(room.router)
