"""Pages for people: HTML, Chinese, usable without scripts."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages import attachments, cases, demo, designer, incidents, lists, login, moves, projects, start, tasks

router = APIRouter(include_in_schema=False)
for room in (login, lists, start, tasks, moves, cases, incidents, projects, designer, attachments, demo):
    router.include_router(room.router)
