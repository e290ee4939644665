"""Follows redirects as far as the settings allow, and forgets credentials on the way to another host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urljoin

from engine.connectors import urls
from engine.connectors.errors import BadInput, PlaceNotAllowed, RefusedByReceiver
from engine.connectors.exchange import Answer, Request
from engine.connectors.urls import Url

MOST = 3
_KEEP_METHOD = frozenset({307, 308})
_REDIRECTS = frozenset({301, 302, 303}) | _KEEP_METHOD
#: what another host may know of a request
_FOR_ANYBODY = frozenset({"accept", "accept-language", "idempotency-key"})


def follow(request: Request, send: Callable[[Request], Answer]) -> tuple[Request, Answer]:
    """The last request and its answer; `send` checks each place that it is led to."""
    answer = send(request)
    for _ in range(MOST):
        if not leads_on(answer):
            return request, answer
        request = _next(request, answer)
        answer = send(request)
    if leads_on(answer):
        raise RefusedByReceiver(f"{request.url.place} 一再转到别的地址，超过 {MOST} 次。", host=request.url.place)
    return request, answer


def leads_on(answer: Answer) -> bool:
    """Whether an answer is a redirect."""
    return answer.status in _REDIRECTS and "location" in answer.headers


def _next(request: Request, answer: Answer) -> Request:
    url = _target(request, answer.headers["location"])
    if request.url.scheme == "https" and url.scheme != "https":
        raise PlaceNotAllowed(f"{request.url.place} 转到了不加密的地址 {url.place}。", host=url.place)
    if request.method != "GET" and answer.status in (301, 302):
        raise RefusedByReceiver(
            f"{request.url.place} 把 {request.method} 请求转到 {url.place}，不清楚要不要再提交一次，请改用新的网址。",
            host=url.place,
        )
    if answer.status == 303:
        request = replace(request, method="GET", body=b"")
    return replace(request, url=url) if url.origin == request.url.origin else _for_stranger(request, url)


def _target(request: Request, location: str) -> Url:
    try:
        return urls.parse(urljoin(str(request.url), location.strip()))
    except (BadInput, ValueError) as error:
        raise RefusedByReceiver(f"{request.url.place} 转到了一个读不懂的地址。", host=request.url.place) from error


def _for_stranger(request: Request, url: Url) -> Request:
    """What was meant for one host is not told to another."""
    if request.body:
        raise PlaceNotAllowed(
            f"{request.url.place} 要把提交的内容转给另一个主机 {url.place}，没有转交。", host=url.place
        )
    headers = {name: value for name, value in request.headers.items() if name in _FOR_ANYBODY}
    return replace(request, url=url, headers=headers)
