"""The web application: routers for programs, pages for people, on an engine it is given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from api import error_handlers, pages, routers
from api.dependencies import Site
from api.monitoring import health
from api.monitoring.logs import RequestLog
from api.monitoring.metrics import Metrics
from api.security import BodyLimit, SecurityHeaders
from api.settings import Settings
from api.waiting import WaitingRoom
from engine.jobs.workers import worker_of
from engine.process_engine import ProcessEngine

_ABOUT = """水库移民扶持项目审批引擎的接口。The API of the Anlan approval engine.

先用 `POST /api/v1/session` 登录，之后带上会话 Cookie；凡是会改动内容的请求还要带请求头 `X-CSRF-Token`。
外部系统用机器账号的令牌：`Authorization: Bearer …`，不用登录，也不用 CSRF 令牌。
出错时返回 `application/problem+json`。"""


def create_app(engine: ProcessEngine, settings: Settings, *, timers: bool = True) -> FastAPI:
    """Put the application together. With `timers` a worker fires what is due while the application runs."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.waiting_room.close_on_signal()
        worker = worker_of(engine) if timers else None
        if worker:
            worker.start()
        try:
            yield
        finally:
            if worker:
                worker.stop()
            engine.database.dispose()

    app = FastAPI(
        title="安澜 Anlan",
        version="1",
        description=_ABOUT,
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.site = Site(engine=engine, settings=settings)
    app.state.metrics = Metrics(engine)
    app.state.waiting_room = WaitingRoom()
    app.add_middleware(BodyLimit)
    app.add_middleware(SecurityHeaders)
    if settings.telemetry:
        from api.monitoring.tracing import trace_requests

        trace_requests(app, engine)
    if settings.json_logs:
        app.add_middleware(RequestLog)
    error_handlers.install(app)
    app.include_router(routers.router)
    app.include_router(pages.router)
    app.include_router(health.router)
    app.mount("/static", StaticFiles(directory=str(files("api") / "static")), name="static")
    return app
