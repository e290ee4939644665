"""Headers on every answer, and a limit on every request's size."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        # bpmn-js positions its overlays with style attributes
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    )
)

_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}

#: what pages and answers hold is personal; a shared computer must not keep it
_PRIVATE = "no-store"
#: bundles are revalidated by their ETag
_STATIC = "no-cache"

MEGABYTE = 1024 * 1024
#: one document with its multipart frame
UPLOAD_LIMIT = 21 * MEGABYTE
#: a form sent without scripts carries its documents along
FORM_LIMIT = 128 * MEGABYTE
#: diagrams and decision tables; the engine itself refuses more than 2 MB of XML
DIAGRAM_LIMIT = 4 * MEGABYTE
OTHER_LIMIT = MEGABYTE


class TooLarge(HTTPException):
    """The request's body is longer than its address allows."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"提交的内容超过 {limit // MEGABYTE} MB，请压缩文件或分次提交。")


def limit_of(path: str) -> int:
    """How long the body of a request to an address may be."""
    if path in ("/attachments", "/api/v1/attachments"):
        return UPLOAD_LIMIT
    if path.startswith("/tasks/"):
        return FORM_LIMIT
    if path.startswith(("/designer", "/api/v1/process-definitions", "/api/v1/decisions", "/api/v1/deployments")):
        return DIAGRAM_LIMIT
    return OTHER_LIMIT


class BodyLimit:
    """Counts a request's bytes as they come and stops at the limit, whatever Content-Length promised."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = limit_of(scope["path"])
        received = _promised(Headers(scope=scope).get("content-length", ""), limit)

        async def counted() -> Message:
            nonlocal received
            if received > limit:
                raise TooLarge(limit)
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise TooLarge(limit)
            return message

        await self._app(scope, counted, send)


def _promised(length: str, limit: int) -> int:
    """What counts as received from the start: everything, when the sender announces too much."""
    return int(length[:18]) if length.isdecimal() and int(length[:18]) > limit else 0


class SecurityHeaders:
    """Adds the headers to every answer, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, receive, with_headers)


def protect(headers: MutableHeaders, path: str) -> None:
    """Add what every answer carries, unless the answer says otherwise."""
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", _STATIC if path.startswith("/static/") else _PRIVATE)
