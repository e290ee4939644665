"""The JSON API under /api/v1."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute

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

#: of every request that changes something; a key is its person's, so logging in has none
_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 120},
    "description": "每次意图一个新值；没有收到答复，就用同一个值再发一次，得到第一次的答复，不会办两次。",
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
    for route in room.router.routes:
        if isinstance(route, APIRoute) and route.methods != {"GET"} and route.endpoint is not session.log_in:
            route.openapi_extra = {**(route.openapi_extra or {}), "parameters": [_KEY]}
    router.include_router(room.router)
