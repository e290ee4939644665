"""Pages for people: HTML, Chinese, usable without scripts."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages import attachments, cases, demo, designer, lists, login, projects, start, tasks

router = APIRouter(include_in_schema=False)
for room in (login, lists, start, tasks, cases, projects, designer, attachments, demo):
    router.include_router(room.router)
