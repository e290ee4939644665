"""The connector `webhook`: tells a named endpoint what happened, signed as Standard Webhooks describes."""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from engine.connectors import json_values
from engine.connectors.errors import BadConfiguration, NotConfigured, RefusedByReceiver
from engine.connectors.exchange import Exchange, Request
from engine.connectors.hosts import AllowedHost, AllowList
from engine.connectors.network import Deadline
from engine.connectors.parameters import Inputs, Parameter, shown
from engine.connectors.requests import LARGEST_BODY
from engine.connectors.urls import Url
from engine.diagram.lint.similar import hint
from engine.ports import ConnectorFailed, OutgoingCall

PREFIX = "whsec_"
#: bytes of a key, as the specification wants them
_SHORTEST_KEY, _LONGEST_KEY = 24, 64
_TYPE = re.compile(r"[a-z0-9_]+(?:[.-][a-z0-9_]+)*")
_SECONDS = 20

PARAMETERS = (
    Parameter(name="endpoint", required=True, help="接收方的名称，系统管理员在设置 webhooks 里登记，如 city"),
    Parameter(name="event", required=True, help="发生了什么，小写字母、数字、下划线和点，如 payment.approved"),
    Parameter(name="payload", help="内容，如 {project: project.name, amount: payment.amount}"),
)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A receiver."""

    name: str
    url: Url
    #: the newest first; a receiver that still has an older one accepts that
    keys: tuple[bytes, ...] = field(repr=False)
    #: addresses outside the open internet that its host may have
    host: AllowedHost


class WebhookConnector:
    """Does not wait: the case goes on, and what it tells is delivered in order."""

    type = "webhook"
    title = "告知别的系统"
    waits = False
    parameters = PARAMETERS

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint],
        exchange: Exchange,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._endpoints = endpoints
        self._exchange = exchange
        self._now = now

    def check(self, inputs: Mapping[str, Any]) -> None:
        """Refuse what can never be delivered."""
        read = Inputs(self.type, inputs, self.parameters)
        self._endpoint(read)
        _event(read)
        if len(json_values.text_of(read.value("payload"))) > LARGEST_BODY // 4:
            read.refuse("payload", "太长")

    def call(self, inputs: Mapping[str, Any], call: OutgoingCall) -> Mapping[str, Any]:
        read = Inputs(self.type, inputs, self.parameters)
        endpoint = self._endpoint(read)
        body = json_values.well_formed(_content(read, call)).encode()
        headers = {**call.trace, "content-type": "application/json"}
        headers |= signed(endpoint.keys, call.id, self._now(), body)
        request = Request(method="POST", url=endpoint.url, headers=headers, body=body)
        networks = AllowList([endpoint.host]).admit(endpoint.url)
        answer = self._exchange.send(request, networks, Deadline(_SECONDS))
        if 200 <= answer.status < 300:
            return {}
        if answer.status == 410:
            raise RefusedByReceiver(f"接收方“{endpoint.name}”不再接收（410）。", endpoint=endpoint.name)
        raise ConnectorFailed(
            f"接收方“{endpoint.name}”答复 {answer.status}。", retry_after=answer.retry_after(self._now())
        )

    def doubts(self, constants: Mapping[str, Any]) -> Sequence[str]:
        """What a designer should hear about values that are written in the diagram."""
        name, event = constants.get("endpoint"), constants.get("event")
        found = []
        if isinstance(name, str) and name not in self._endpoints:
            found.append(self._unknown(name))
        if event is not None and not (isinstance(event, str) and _TYPE.fullmatch(event)):
            found.append("连接器 webhook 的参数 event 应为小写字母、数字、下划线和点，如 payment.approved。")
        return tuple(found)

    def _endpoint(self, inputs: Inputs) -> Endpoint:
        name = inputs.text("endpoint", longest=100)
        if name not in self._endpoints:
            raise NotConfigured(self._unknown(name), endpoint=shown(name))
        return self._endpoints[name]

    def _unknown(self, name: str) -> str:
        question = hint(name, sorted(self._endpoints))
        return f"没有名为“{shown(name)}”的接收方，{question}请改正，或请系统管理员在设置 webhooks 里登记。"


def _event(inputs: Inputs) -> str:
    event = inputs.text("event", longest=100)
    if not _TYPE.fullmatch(event):
        inputs.refuse("event", "应为小写字母、数字、下划线和点，如 payment.approved")
    return event


def _content(inputs: Inputs, call: OutgoingCall) -> str:
    """The same bytes at every try, so that a receiver may compare them."""
    return json_values.text_of(
        {
            "type": _event(inputs),
            "timestamp": call.asked_at.astimezone(UTC),
            "case": call.case_number,
            "sequence": call.sequence,
            "data": inputs.value("payload"),
        }
    )


def signed(keys: tuple[bytes, ...], id_: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers by which a receiver knows who has sent a message, and that it is not an old one."""
    seconds = str(int(at.timestamp()))
    content = b".".join((id_.encode(), seconds.encode(), body))
    signatures = (b64encode(hmac.new(key, content, sha256).digest()).decode() for key in keys)
    return {
        "webhook-id": id_,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def key_of(secret: str) -> bytes:
    """The key that a `whsec_` secret writes in Base64."""
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True)
    except (NotBase64, ValueError) as error:
        raise BadConfiguration(_HOW) from error
    if not secret.startswith(PREFIX) or not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY:
        raise BadConfiguration(_HOW)
    return key


_HOW = (
    f"webhook 的密钥应为 {PREFIX} 加上 {_SHORTEST_KEY} 到 {_LONGEST_KEY} 个随机字节的 Base64，"
    "可以这样生成：echo whsec_$(head -c 32 /dev/urandom | base64)"
)
