"""Pages for people: HTML, Chinese, usable without scripts."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages import (
    attachments,
    audit,
    cases,
    demo,
    designer,
    exports,
    incidents,
    lists,
    login,
    migrations,
    moves,
    notifications,
    projects,
    schedules,
    start,
    tasks,
)

router = APIRouter(include_in_schema=False)
for room in (
    login,
    lists,
    notifications,
    start,
    tasks,
    moves,
    cases,
    incidents,
    projects,
    migrations,
    designer,
    schedules,
    attachments,
    audit,
    exports,
    demo,
):
    router.include_router(room.router)
