"""One JSON line for each request and each warning: no names, no contents, no query strings."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from traceback import format_tb
from typing import Any

from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG = logging.getLogger("anlan.requests")


class JsonLines(logging.Formatter):
    """Records as JSON; what `extra` brings as `facts` becomes members of their own."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = type(record.exc_info[1]).__name__
            line["traceback"] = "".join(_places(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False)


def _places(error: BaseException | None) -> Iterator[str]:
    """Where an error came from, and what had caused it; its message may name what people have written."""
    while error is not None:
        yield from format_tb(error.__traceback__)
        yield f"{type(error).__name__}\n"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def log_json() -> None:
    """Let everything that is logged be JSON on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # Its lines hold whole addresses, in which people search for names.
    logging.getLogger("uvicorn.access").disabled = True


class RequestLog:
    """ASGI middleware that logs the route of a request, never its parameters."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            milliseconds = round((time.perf_counter() - began) * 1000, 1)
            facts = {"method": scope["method"], "route": route_of(scope), "status": status, "ms": milliseconds}
            _LOG.info("request", extra={"facts": facts})


def route_of(scope: Scope) -> str:
    """The address with names in place of ids, such as `/tasks/{task_id}`."""
    # What FastAPI keeps of a route in an included router has the router's prefix; the route alone has not.
    route = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    if route is not None:
        return str(getattr(route, "path", ""))
    application = scope.get("app")
    for known in getattr(application, "routes", ()):
        if known.matches(scope)[0] is Match.FULL:
            return str(getattr(known, "path", ""))
    return "unknown"
