"""The connector `http`: asks another system, and the case waits for the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from engine.connectors import redirects
from engine.connectors.errors import BadInput, RefusedByReceiver
from engine.connectors.exchange import Answer, Exchange, Request
from engine.connectors.hosts import AllowList
from engine.connectors.network import Deadline
from engine.connectors.parameters import Inputs, Parameter
from engine.connectors.reading import Reading
from engine.connectors.requests import PLACEHOLDER, RequestWriter
from engine.connectors.secrets import Secrets
from engine.errors import Refused
from engine.interpreter import BpmnError
from engine.ports import ConnectorFailed, OutgoingCall

#: seconds
LONGEST_TIME = 120
#: Refusals of our credentials are for administrators, the other 4xx are answers that a diagram can deal with.
_ERRORS = frozenset(range(400, 500)) - {401, 403, 407, 408, 425, 429}
_TRY_AGAIN = frozenset({408, 425, 429, *range(500, 600)})

PARAMETERS = (
    Parameter(
        name="url", required=True, help="网址，如 https://bank.example.com/accounts/{account}；主机要在允许的名单里"
    ),
    Parameter(name="method", help="GET（不写就是它）、POST、PUT、PATCH 或 DELETE"),
    Parameter(name="path", help="网址里 {名称} 的值，自动编码，如 {account: payee.account}"),
    Parameter(name="query", help="查询参数，自动编码，如 {year: 2026}；值可以是 secret:名称"),
    Parameter(name="headers", help='请求头，如 {Authorization: "Bearer secret:treasury"}'),
    Parameter(name="body", help="要提交的内容，按 JSON 发送；请求头 Content-Type 写了表单或文本的，按表单或文本发送"),
    Parameter(name="timeout", help=f"最多等多少秒，不超过 {LONGEST_TIME}"),
    Parameter(name="accept_statuses", help="这些状态码也算办成，如 [404]"),
    Parameter(name="error_statuses", help='这些状态码是错误 "http.状态码"，由错误边界事件接住；不写是各种 4xx'),
    Parameter(name="retry_statuses", help="除 408、425、429 和各种 5xx 以外，这些状态码也要再试"),
)


@dataclass(frozen=True, kw_only=True)
class HttpSettings:
    """What the installation allows."""

    allow: AllowList = field(default_factory=AllowList)
    #: seconds, where the diagram does not say
    timeout: float = 30


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the statuses of answers mean to a diagram."""

    accepted: frozenset[int]
    errors: frozenset[int]
    retried: frozenset[int]

    @classmethod
    def read(cls, inputs: Inputs) -> Verdict:
        accepted, retried = inputs.statuses("accept_statuses"), inputs.statuses("retry_statuses")
        errors = inputs.statuses("error_statuses") if "error_statuses" in inputs else _ERRORS - accepted - retried
        if accepted & errors or accepted & retried or errors & retried:
            raise BadInput("连接器 http 的 accept_statuses、error_statuses、retry_statuses 里有同一个状态码。")
        chosen = accepted | errors
        return cls(
            accepted=accepted | (frozenset(range(200, 300)) - errors - retried),
            errors=errors,
            retried=retried | (_TRY_AGAIN - chosen),
        )


class HttpConnector:
    """Waits for the answer: {status, body, headers}."""

    type = "http"
    title = "向别的系统提问"
    waits = True
    parameters = PARAMETERS

    def __init__(
        self,
        settings: HttpSettings,
        secrets: Secrets,
        exchange: Exchange,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._secrets = secrets
        self._exchange = exchange
        self._now = now

    def check(self, inputs: Mapping[str, Any]) -> None:
        """Refuse what can never be sent: wrong inputs, places that are not allowed, secrets that are not there."""
        read = self._read(inputs)
        request = self._writer(read).request({})
        self._settings.allow.admit(request.url)
        Verdict.read(read)
        self._seconds(read)

    def call(self, inputs: Mapping[str, Any], call: OutgoingCall) -> Mapping[str, Any]:
        read = self._read(inputs)
        request = self._writer(read).request({**call.trace, "idempotency-key": call.id})
        deadline = Deadline(self._seconds(read))

        def send(step: Request) -> Answer:
            return self._exchange.send(step, self._settings.allow.admit(step.url), deadline)

        last, answer = redirects.follow(request, send)
        return self._judged(last, answer, Verdict.read(read))

    def doubts(self, constants: Mapping[str, Any]) -> Sequence[str]:
        """What a designer should hear about values that are written in the diagram."""
        if not isinstance(constants.get("url"), str):
            return ()
        given = {"url": PLACEHOLDER.sub("x", constants["url"]), "headers": constants.get("headers")}
        try:
            self._settings.allow.admit(self._writer(self._read(given)).request({}).url)
        except Refused as refusal:
            return (refusal.message,)
        return ()

    def _read(self, inputs: Mapping[str, Any]) -> Inputs:
        return Inputs(self.type, inputs, self.parameters)

    def _writer(self, inputs: Inputs) -> RequestWriter:
        return RequestWriter(inputs=inputs, secrets=self._secrets)

    def _seconds(self, inputs: Inputs) -> float:
        return inputs.seconds("timeout", default=self._settings.timeout, longest=LONGEST_TIME)

    def _judged(self, request: Request, answer: Answer, verdict: Verdict) -> Mapping[str, Any]:
        reading = Reading.of(answer, self._secrets)
        if answer.status in verdict.accepted:
            if reading.broken:
                raise ConnectorFailed(f"{request.url.place} 的答复不是正确的 JSON。", host=request.url.place)
            return {"status": Decimal(answer.status), "body": reading.body, "headers": reading.headers}
        told = f"{request.url.place} 答复 {answer.status}{reading.excerpt}"
        if answer.status in verdict.errors:
            raise BpmnError(f"http.{answer.status}", told)
        if answer.status in verdict.retried:
            raise ConnectorFailed(told, retry_after=answer.retry_after(self._now()))
        raise RefusedByReceiver(told, status=answer.status)
