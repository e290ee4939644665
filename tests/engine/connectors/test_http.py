"""Asking another system by HTTP: what is sent, and what comes back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.connectors.errors import AnswerUnusable, BadInput, PlaceNotAllowed, RefusedByReceiver
from engine.errors import Refused
from engine.interpreter import BpmnError
from engine.ports import ConnectorFailed, OutgoingCall

from .conftest import SECRET, Asking
from .webservers import WebServer, say

JSON = "application/json"


def test_the_answer_comes_back_as_values(ask: Asking, server: WebServer) -> None:
    body = '{"balance": 120000.10, "open": true, "since": null, "holders": ["石溪村"]}'.encode()
    server.answering = say(200, body, content_type=JSON, x_trace="7")

    results = ask(server)

    assert results["status"] == 200
    assert results["body"] == {"balance": Decimal("120000.10"), "open": True, "since": None, "holders": ["石溪村"]}
    assert results["headers"]["x-trace"] == "7"


def test_a_trace_goes_along(server: WebServer, call: OutgoingCall) -> None:
    Asking(replace(call, trace={"traceparent": "00-1-2-01"}))(server, headers={"traceparent": "of the diagram"})

    assert server.requests[0].headers["traceparent"] == "00-1-2-01"


def test_the_request_says_everything_and_which_call_it_is(ask: Asking, server: WebServer, call: OutgoingCall) -> None:
    ask(
        server,
        method="post",
        url=server.url("/accounts/{account}/payments?kind=a"),
        path={"account": "6222/01 甲"},
        query={"year": Decimal(2026), "tag": ["x y", "&"], "none": None},
        headers={"X-Day": date(2026, 11, 22), "Authorization": "Bearer secret:treasury"},
        body={"amount": Decimal("144000.50"), "day": date(2026, 11, 22), "within": timedelta(days=3)},
    )

    [received] = server.requests
    assert received.method == "POST"
    assert received.path == "/accounts/6222%2F01%20%E7%94%B2/payments?kind=a&year=2026&tag=x%20y&tag=%26"
    assert received.headers["idempotency-key"] == call.id
    assert received.headers["x-day"] == "2026-11-22"
    assert received.headers["authorization"] == f"Bearer {SECRET}"
    assert json.loads(received.body) == {"amount": 144000.5, "day": "2026-11-22", "within": "P3D"}


def test_a_path_never_climbs_out_of_what_is_written(ask: Asking, server: WebServer) -> None:
    with pytest.raises(BadInput, match="路径"):
        ask(server, url=server.url("/accounts/{account}"), path={"account": ".."})


def test_forms_and_text_are_sent_as_such(ask: Asking, server: WebServer) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    ask(server, method="PUT", headers=form, body={"a": "甲", "n": Decimal(7)})
    ask(server, method="PATCH", headers={"content-type": "text/plain"}, body="一行\n二行")
    ask(server, method="DELETE")

    assert [received.body.decode() for received in server.requests] == ["a=%E7%94%B2&n=7", "一行\n二行", ""]


def test_text_of_chinese_systems_is_read_and_other_content_is_nothing(ask: Asking, server: WebServer) -> None:
    server.answering = say(200, "已受理".encode("gbk"), content_type="text/plain; charset=GBK")
    assert ask(server)["body"] == "已受理"

    server.answering = say(200, b"%PDF", content_type="application/pdf")
    assert ask(server)["body"] is None

    server.answering = say(204)
    assert ask(server)["body"] is None


def test_statuses_of_the_business_can_be_caught(ask: Asking, server: WebServer) -> None:
    server.answering = say(404, '{"reason": "无此账户"}'.encode(), content_type=JSON)

    with pytest.raises(BpmnError) as caught:
        ask(server)

    assert caught.value.code == "http.404"
    assert "无此账户" in caught.value.message


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_what_may_go_better_later_is_tried_again(ask: Asking, server: WebServer, status: int) -> None:
    server.answering = say(status, retry_after="120")

    with pytest.raises(ConnectorFailed, match=str(status)) as caught:
        ask(server)

    assert caught.value.facts["retry_after"] == timedelta(minutes=2)


@pytest.mark.parametrize(
    ("said", "pause"),
    [
        ("Sun, 22 Nov 2026 04:01:30 GMT", timedelta(seconds=90)),
        ("Sun, 22 Nov 2020 04:01:30 GMT", timedelta()),
        ("9" * 400, timedelta(days=1)),
        ("soon", None),
        (f"Sun, 22 Nov {'9' * 30} 04:01:30 GMT", None),
    ],
)
def test_a_date_to_try_again_is_understood(ask: Asking, server: WebServer, said: str, pause: object) -> None:
    server.answering = say(503, retry_after=said)

    with pytest.raises(ConnectorFailed) as caught:
        ask(server)

    assert caught.value.facts["retry_after"] == pause


@pytest.mark.parametrize("status", [401, 403, 304])
def test_other_refusals_are_for_administrators(ask: Asking, server: WebServer, status: int) -> None:
    server.answering = say(status)

    with pytest.raises(RefusedByReceiver, match=str(status)):
        ask(server)


def test_a_diagram_may_judge_statuses_itself(ask: Asking, server: WebServer) -> None:
    server.answering = say(404)
    assert ask(server, accept_statuses=[Decimal(404)])["status"] == 404
    with pytest.raises(ConnectorFailed):
        ask(server, retry_statuses=Decimal(404))
    with pytest.raises(RefusedByReceiver):
        ask(server, error_statuses=[Decimal(409)])

    server.answering = say(200)
    with pytest.raises(BpmnError):
        ask(server, error_statuses=[Decimal(200)])


WRONG: list[dict[str, Any]] = [
    {"url": None},
    {"url": 7},
    {"adress": "x"},
    {"method": "TRACE"},
    {"method": 7},
    {"headers": ["a"]},
    {"headers": {"X-A": "a\r\nX-B: b"}},
    {"headers": {"X-A\r\nX-B": "b"}},
    {"headers": {"X A": "b"}},
    {"headers": {"X-A": "中文"}},
    {"headers": {"X-A": "x" * 9000}},
    {"headers": {"X-A": {"b": 1}}},
    {"headers": {"a": "1", "A": "2"}},
    {"headers": {f"x-{number}": "1" for number in range(60)}},
    *({"headers": {name: "x"}} for name in ("Host", "Content-Length", "transfer-encoding", "Idempotency-Key")),
    {"headers": {"Authorization": "secret:"}},
    {"headers": {"Authorization": "secret:Treasury!"}},
    {"query": "a=b"},
    {"query": {"a": {"b": 1}}},
    {"path": {"account": "7"}},
    {"body": {"a": 1}},
    {"method": "POST", "body": "x" * 2_000_000},
    {"timeout": 0},
    {"timeout": Decimal(1000)},
    {"timeout": "soon"},
    {"timeout": timedelta(days=3)},
    {"accept_statuses": ["200"]},
    {"accept_statuses": [Decimal("200.5")]},
    {"accept_statuses": Decimal(99)},
    {"accept_statuses": Decimal(404), "error_statuses": Decimal(404)},
]


@pytest.mark.parametrize("inputs", WRONG, ids=str)
def test_wrong_inputs_are_refused_when_the_work_is_asked_for(inputs: dict[str, Any], ask: Asking) -> None:
    connector = ask.connector("bank.example.com")

    with pytest.raises(BadInput):
        connector.check({"url": "https://bank.example.com/", **inputs})


def test_placeholders_stand_in_the_path_only(ask: Asking) -> None:
    with pytest.raises(BadInput, match="主机名之后"):
        ask.connector("*.example.com").check({"url": "https://{host}.example.com/", "path": {"host": "a"}})


def deep(levels: int) -> Any:
    value: Any = Decimal(1)
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("body", [deep(80), Decimal("NaN"), object(), {"f": len}])
def test_a_body_that_json_cannot_say_is_refused(body: Any, ask: Asking) -> None:
    with pytest.raises(Refused):
        ask.connector("a.cn").check({"url": "https://a.cn/", "method": "POST", "body": body})


def test_a_place_that_is_not_allowed_is_refused_when_the_work_is_asked_for(ask: Asking) -> None:
    connector = ask.connector("bank.example.com")

    connector.check({"url": "https://bank.example.com/accounts"})
    for url in ("https://evil.example.com/", "http://bank.example.com/", "https://bank.example.com:8443/"):
        with pytest.raises(PlaceNotAllowed):
            connector.check({"url": url})
    assert ask.resolved == []


ANSWERS = [
    b"{",
    b"",
    b"[1e999999999]",
    b"[1e9999999999999999999]",
    b'{"a": NaN}',
    b"[" * 5000,
    b"9" * 5000,
    b"\xff\xfe\x00",
    b"[" + b"1" * 300 + b"]",
]


@pytest.mark.parametrize("body", ANSWERS, ids=range(len(ANSWERS)))
def test_json_that_is_none_is_no_answer(ask: Asking, server: WebServer, body: bytes) -> None:
    server.answering = say(200, body, content_type=JSON)
    if not body:
        assert ask(server)["body"] is None
        return

    with pytest.raises(ConnectorFailed, match="JSON"):
        ask(server)


def test_nul_in_an_answer_is_replaced(ask: Asking, server: WebServer) -> None:
    server.answering = say(200, b'{"a\\u0000": "\\u0000b"}', content_type=JSON)

    assert ask(server)["body"] == {"a�": "�b"}


def test_half_characters_in_json_are_replaced(ask: Asking, server: WebServer) -> None:
    server.answering = say(200, b'{"a\\ud800": "\\udc00 \\ud83d\\ude00"}', content_type=JSON)

    assert ask(server)["body"] == {"a�": "� 😀"}


def test_an_answer_that_nobody_asked_to_compress_is_not_unpacked(ask: Asking, server: WebServer) -> None:
    server.answering = say(200, b"\x1f\x8b", content_encoding="gzip", content_type=JSON)

    with pytest.raises(AnswerUnusable, match="压缩"):
        ask(server)
