"""Addresses of the web, read strictly: what two programs could read differently is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import unquote, urlsplit

from engine.connectors.errors import BadInput

LONGEST = 4000
PORTS = {"https": 443, "http": 80}
_PRINTED = re.compile(r"[!-~]+")
_AMBIGUOUS = re.compile(r"[\"<>\\^`{|}]")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
#: `127.1`, `2130706433` and `0x7f.1` are addresses to some programs
_NUMERIC = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)")


@dataclass(frozen=True, kw_only=True)
class Url:
    """Where a request goes."""

    scheme: str
    host: str
    port: int
    #: path and query, as sent
    target: str = "/"

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def place(self) -> str:
        """The host as people write it, without path and query, which may tell about persons."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.place}{self.target}"


def parse(text: object) -> Url:
    """Read a URL with scheme and host; raises `BadInput` and says what is wrong with it."""
    if not isinstance(text, str) or not text:
        raise BadInput("网址应为文字，如 https://bank.example.com/accounts。")
    if len(text) > LONGEST:
        raise BadInput(f"网址超过 {LONGEST} 个字符。")
    if not _PRINTED.fullmatch(text) or _AMBIGUOUS.search(text):
        raise BadInput("网址里有不能出现的字符。中文和空格请放进 query 或 path 参数，由系统编码。")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise BadInput("网址的主机或端口写得不对。") from error
    if parts.scheme not in PORTS:
        raise BadInput("网址应以 https:// 开头。")
    if "@" in parts.netloc:
        raise BadInput("网址里不能写用户名和密码，请用 headers 里的 secret:名称。")
    if port == 0 or parts.netloc.endswith(":"):
        raise BadInput("网址的端口写得不对。")
    host = _host(parts.hostname or "")
    if "[" in parts.netloc and ":" not in host:
        raise BadInput("网址的 IPv6 地址写得不对。")
    return Url(
        scheme=parts.scheme, host=host, port=port or PORTS[parts.scheme], target=_target(parts.path, parts.query)
    )


def _host(text: str) -> str:
    host = text.lower().removesuffix(".")
    if ":" in host:
        return _version_6(host)
    if _NUMERIC.fullmatch(host):
        return _version_4(host)
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise BadInput("网址的主机名写得不对；中文域名请写成 xn-- 的形式。")
    return host


def _version_4(host: str) -> str:
    try:
        return str(IPv4Address(host))
    except AddressValueError as error:
        raise BadInput("网址的主机应为域名，或四段十进制的 IPv4 地址。") from error


def _version_6(host: str) -> str:
    try:
        address = IPv6Address(host)
    except AddressValueError as error:
        raise BadInput("网址的 IPv6 地址写得不对。") from error
    if address.scope_id:
        raise BadInput("网址的 IPv6 地址不能带网卡名。")
    return str(address)


def _target(path: str, query: str) -> str:
    """Path and query; a path that climbs would end elsewhere than the designer has written."""
    if any(unquote(segment).strip() in (".", "..") for segment in re.split(r"/|%2f|%5c", path, flags=re.IGNORECASE)):
        raise BadInput("网址的路径里不能有 . 或 .. 这样的段。")
    return (path or "/") + (f"?{query}" if query else "")
