"""How a refusal reaches its reader: problem+json for programs, a page for people."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.errors import Refusal, Unauthenticated, Unavailable, refusal_of
from api.pages.frame import refusal_page
from api.security import protect
from engine import feel
from engine.errors import AnlanError, NotComputable
from engine.store.outages import FOR_OPERATORS, outage_of

_LOG = logging.getLogger(__name__)

_SENTENCES: Mapping[int, str] = {
    400: "提交的内容无法识别，请返回刷新页面后再试。",
    404: "没有这个页面。地址可能输错了，或者内容已被删除。",
    405: "这个地址不支持这种操作。",
    500: "系统出错了，您的操作没有完成，也没有改动任何内容。请稍后再试；如果一直这样，请联系系统管理员。",
}


def install(app: FastAPI) -> None:
    """Let every error end in one of the two forms."""
    app.add_exception_handler(AnlanError, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(DBAPIError, _on_outage)
    app.add_exception_handler(OSError, _on_outage)
    app.add_exception_handler(feel.FeelError, _on_expression)
    app.add_exception_handler(Exception, _on_fault)


def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, AnlanError)
    if isinstance(error, Unauthenticated) and request.method == "GET" and not wants_json(request):
        return RedirectResponse(f"/login?next={quote(_local(request))}", status_code=303)
    return answer(request, refusal_of(error))


def _local(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = [{"path": _path(item["loc"]), "message": _sentence(item)} for item in error.errors()]
    said = "；".join(f"{problem['path']}：{problem['message']}" for problem in problems[:5])
    refusal = Refusal(status=422, code="invalid-request", detail=f"请求的内容有误。{said}", problems=list(problems))
    return answer(request, refusal)


def _path(location: tuple[Any, ...]) -> str:
    return ".".join(_printable(part) for part in location[1:]) or _printable(location[0])


def _printable(part: object) -> str:
    return str(part)[:60].encode("utf-8", "replace").decode("utf-8")


#: pydantic's kinds of error, in our users' language
_KINDS: Mapping[str, str] = {
    "missing": "缺少这一项",
    "json_invalid": "不是合法的 JSON",
    "extra_forbidden": "没有这一项",
    "string_type": "应为文字",
    "string_unicode": "含有无法识别的字符",
    "string_too_long": "太长",
    "string_too_short": "太短",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "date_from_datetime_parsing": "应为日期，例如 2026-03-02",
    "date_parsing": "应为日期，例如 2026-03-02",
    "dict_type": "应为对象",
    "model_attributes_type": "应为 JSON 对象",
}


def _sentence(item: Mapping[str, Any]) -> str:
    return _KINDS.get(str(item["type"]), "不符合要求")


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in error.detail)
    detail = error.detail if chinese else _SENTENCES.get(error.status_code, "请求没有完成，请稍后再试。")
    refusal = Refusal(status=error.status_code, code=f"http-{error.status_code}", detail=detail)
    response = answer(request, refusal)
    response.headers.update(error.headers or {})
    return response


def _on_outage(request: Request, error: Exception) -> Response:
    """What the machine does not give is told as such; anything else is a fault of ours."""
    outage = outage_of(error)
    if outage is None:
        raise error
    _LOG.error("%s", FOR_OPERATORS[outage])
    return answer(request, refusal_of(Unavailable.by(outage)))


def _on_expression(request: Request, error: Exception) -> Response:
    """A form that is shown reads its conditions outside of any command."""
    return answer(request, refusal_of(NotComputable(f"表达式无法计算：{error}，请联系流程设计员。")))


def _on_fault(request: Request, error: Exception) -> Response:
    """A fault of ours. The server logs it after this; here it only gets a decent answer."""
    response = answer(request, Refusal(status=500, code="fault", detail=_SENTENCES[500]))
    protect(response.headers, request.url.path)
    return response


def wants_json(request: Request) -> bool:
    """Programs and scripts read problem+json, people a page."""
    accepted = request.headers.get("accept", "")
    return request.url.path.startswith("/api/") or ("json" in accepted and "html" not in accepted)


def answer(request: Request, refusal: Refusal) -> Response:
    """A refusal as its reader expects it."""
    if wants_json(request):
        return JSONResponse(refusal.document(), refusal.status, media_type="application/problem+json")
    return refusal_page(request, refusal)
