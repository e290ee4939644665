"""Makes the request that a diagram's inputs describe; nothing in them can change more than they are meant to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from engine.connectors import json_values, urls
from engine.connectors.errors import BadInput
from engine.connectors.exchange import Request
from engine.connectors.parameters import Inputs, shown
from engine.connectors.secrets import Secrets
from engine.connectors.urls import Url

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LARGEST_BODY = 1_000_000
_MOST_HEADERS, _LONGEST_HEADER = 50, 8000
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[\t -~]*")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
#: scheme and host of a URL, where nothing is filled in
_ORIGIN = re.compile(r"[^/?#{}]*://[^/?#{}]*(?:[/?#].*)?")
#: what the connection itself says, and what says which call it is
_OURS = frozenset(
    (
        *("accept-encoding", "connection", "content-length", "expect", "host", "idempotency-key", "keep-alive"),
        *("proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"),
    )
)
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class RequestWriter:
    """Reads inputs into a request, with the secrets filled in."""

    inputs: Inputs
    secrets: Secrets

    def url(self) -> Url:
        """Where to, with everything filled in."""
        text = self.inputs.text("url", longest=urls.LONGEST)
        try:
            bare = urls.parse(self._with_path(text))
            query = urlencode(list(self._query(bare)), quote_via=quote)
            return urls.parse(f"{bare}{'&' if '?' in bare.target else '?'}{query}") if query else bare
        except BadInput as error:
            raise BadInput(f"连接器 http 的参数 url、path 或 query：{error.message}") from error

    def request(self, more: Mapping[str, str]) -> Request:
        url, method = self.url(), self.inputs.choice("method", METHODS, "GET")
        headers = {**self._headers(url), **more}
        body = self._body(method, headers)
        return Request(method=method, url=url, headers=headers, body=body)

    def _with_path(self, text: str) -> str:
        """The URL's `{name}` replaced by the values of `path`."""
        values = self.inputs.context("path")
        wanted = set(PLACEHOLDER.findall(text))
        if wanted and not _ORIGIN.fullmatch(text):
            raise BadInput("{} 只能写在主机名之后的路径里。")
        if wanted != set(values):
            odd = "、".join(sorted(shown(str(name)) for name in wanted ^ set(values)))
            raise BadInput(f"网址里的 {{名称}} 和 path 里的名称应一一对应，现在 {odd} 只在一处。")
        return PLACEHOLDER.sub(lambda found: self._segment(found[1], values[found[1]]), text)

    def _segment(self, name: str, value: Any) -> str:
        text = _text(value)
        if not text:
            self.inputs.refuse("path", f"里的 {name} 没有值")
        return quote(text, safe="")

    def _query(self, url: Url) -> Iterator[tuple[str, str]]:
        for name, value in self.inputs.context("query").items():
            for item in value if isinstance(value, list | tuple) else [value]:
                if item is not None:
                    yield _text(name), self.secrets.filled(_text(item), url)

    def _headers(self, url: Url) -> dict[str, str]:
        given = {name: value for name, value in self.inputs.context("headers").items() if value is not None}
        if len(given) > _MOST_HEADERS:
            self.inputs.refuse("headers", f"多于 {_MOST_HEADERS} 个")
        headers: dict[str, str] = {}
        for name, value in given.items():
            lower = str(name).lower()
            if not _TOKEN.fullmatch(str(name)) or lower in headers:
                self.inputs.refuse("headers", f"里的名称 {name!r:.40} 写得不对或者重复")
            if lower in _OURS:
                self.inputs.refuse("headers", f"不能设置 {name}，它由系统填写")
            headers[lower] = self._header(lower, _text(value).strip(), url)
        return headers

    def _header(self, name: str, text: str, url: Url) -> str:
        filled = self.secrets.filled(text, url)
        if not _VALUE.fullmatch(filled) or len(filled) > _LONGEST_HEADER:
            self.inputs.refuse("headers", f"里的 {name} 只能是不太长的一行英文字母、数字和符号，中文请先编码")
        return filled

    def _body(self, method: str, headers: dict[str, str]) -> bytes:
        if "body" not in self.inputs:
            return b""
        if method == "GET":
            self.inputs.refuse("body", "在 GET 请求里不能有，请用 query")
        kind = headers.setdefault("content-type", f"{_JSON}; charset=utf-8").partition(";")[0].strip().lower()
        body = _encoded(self.inputs.value("body"), kind)
        if len(body) > LARGEST_BODY:
            self.inputs.refuse("body", f"超过 {LARGEST_BODY // 1_000_000} MB")
        return body


def _encoded(value: Any, kind: str) -> bytes:
    """What is sent, by its content type: a form, text as it is, otherwise JSON."""
    if kind == _FORM and isinstance(value, Mapping):
        pairs = [(_text(name), _text(item)) for name, item in value.items() if item is not None]
        return urlencode(pairs).encode()
    if isinstance(value, str) and not is_json(kind):
        return _bytes(value)
    return _bytes(json_values.text_of(value))


def is_json(kind: str) -> bool:
    """Whether a media type is JSON or one of its dialects (RFC 6839)."""
    return kind == _JSON or kind.endswith("+json")


def _bytes(text: str) -> bytes:
    return json_values.well_formed(text).encode()


def _text(value: Any) -> str:
    return json_values.well_formed(json_values.plain_text(value))
