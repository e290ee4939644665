"""Moving the demo's clock ahead."""

from __future__ import annotations

from datetime import timedelta
from itertools import takewhile

from fastapi import APIRouter
from starlette.responses import Response

from api.dependencies import FormOf, VisitOf
from api.pages.frame import redirect
from api.pages.login import local
from api.presentation.dates import write_moment
from engine.errors import NotFound
from engine.jobs.timers import fire_due_timers

router = APIRouter(include_in_schema=False)
_STEPS = {"1": 1, "7": 7, "30": 30, "365": 365}
#: a timer that fires may set another one that is due already
_ROUNDS = 50


@router.post("/demo/clock")
def advance(visit: VisitOf, form: FormOf) -> Response:
    """Let days pass at once, and everything that was due in them happen."""
    clock = visit.site.demo_clock
    days = _STEPS.get(str(form.get("days")))
    if clock is None or days is None:
        raise NotFound("只有演示环境可以快进时间，每次 1 天、7 天、30 天或 1 年。")
    clock.advance(timedelta(days=days))
    fired = sum(takewhile(bool, (fire_due_timers(visit.engine) for _ in range(_ROUNDS))))
    told = f"，{fired} 个公示、时限或定时计划到期" if fired else ""
    return redirect(
        local(str(form.get("back") or "/")), "info", f"演示时钟已快进到 {write_moment(clock.now())}{told}。"
    )
