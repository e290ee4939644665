"""`/healthz`, `/readyz` and `/metrics`, for supervisors and load balancers."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, PlainTextResponse, Response

from api.dependencies import SiteOf
from api.monitoring.metrics import Metrics
from engine.store.migration import is_newest

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def alive() -> Response:
    """The process answers; whether it can work is told by `/readyz`."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def ready(site: SiteOf) -> Response:
    """Whether the database answers and has every migration."""
    try:
        newest = is_newest(site.engine.database)
    except SQLAlchemyError:
        return JSONResponse({"status": "unavailable", "database": "unreachable"}, 503)
    if not newest:
        return JSONResponse({"status": "unavailable", "database": "not migrated"}, 503)
    return JSONResponse({"status": "ok", "database": "ok"})


@router.get("/metrics")
def metrics(request: Request, site: SiteOf) -> Response:
    """Figures for Prometheus: open in a demo, otherwise with the token that operators have set."""
    if not site.settings.demo and not _holds_token(request, site.settings.metrics_token):
        return PlainTextResponse("Not Found", 404)
    figures: Metrics = request.app.state.metrics
    return Response(figures.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _holds_token(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())
