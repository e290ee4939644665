"""Passwords and keys: named in diagrams and settings, known only here."""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote, quote_plus

from engine.connectors.errors import BadInput, NotConfigured, PlaceNotAllowed
from engine.connectors.hosts import AllowList
from engine.connectors.urls import Url

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
#: `secret:treasury`, or after the scheme of an Authorization header
_REFERENCE = re.compile(r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9-]*) )?secret:(?P<name>\S*)")
MASK = "（密）"
_PERCENT = re.compile(r"%[0-9A-F]{2}")
#: what is shorter cannot be told from ordinary text
_SHORTEST = 6


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A value and the hosts it may be sent to."""

    name: str
    value: str = field(repr=False)
    hosts: AllowList = field(default_factory=AllowList)


class Secrets:
    """All secrets of an installation by name."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._secrets = {secret.name: secret for secret in secrets}
        self._writings = _writings_of(secret.value for secret in self._secrets.values())

    def __repr__(self) -> str:
        return f"Secrets({', '.join(sorted(self._secrets))})"

    def value(self, name: str) -> str:
        """What a name stands for, for the installation's own use."""
        if name not in self._secrets:
            raise NotConfigured(f"没有名为“{name}”的密钥，请系统管理员在设置 secrets 里加上。", secret=name)
        return self._secrets[name].value

    def filled(self, text: str, url: Url) -> str:
        """A header or parameter as it is sent: a reference to a secret gives way to its value, for its hosts only."""
        reference = _REFERENCE.fullmatch(text)
        if reference is None:
            return text
        scheme, name = reference["scheme"], reference["name"]
        if not NAME.fullmatch(name):
            raise BadInput("secret: 后面应为密钥的名称，由小写字母、数字和下划线组成。")
        value = self.value(name)
        if url not in self._secrets[name].hosts:
            raise PlaceNotAllowed(
                f"密钥“{name}”不能发给 {url.place}，请系统管理员核对设置 secrets.{name}.hosts。", secret=name
            )
        if scheme and scheme.lower() == "basic":
            value = b64encode(value.encode()).decode()
        return f"{scheme} {value}" if scheme else value

    def masked(self, text: str) -> str:
        """What another system has said without our own secrets, should it repeat one."""
        return self._writings.sub(MASK, text) if self._secrets else text


def _writings_of(values: Iterable[str]) -> re.Pattern[str]:
    """However an answer may write some values; what is longer is looked for first."""
    found = {written for value in values for part in _parts(value) for written in _writings(part)}
    return re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True))) or r"(?!)")


def _parts(value: str) -> tuple[str, ...]:
    """A secret, and of `user:password` the password."""
    return tuple(part for part in (value, value.partition(":")[2]) if len(part) >= _SHORTEST)


def _writings(value: str) -> Iterator[str]:
    """As it is, as in a header, in an address, in HTML and in JSON."""
    content = value.encode()
    yield from (value, b64encode(content).decode(), urlsafe_b64encode(content).decode())
    for written in (quote(value), quote(value, safe=""), quote_plus(value)):
        yield from (written, _PERCENT.sub(lambda found: found[0].lower(), written))
    yield from (escape(value), json.dumps(value)[1:-1], json.dumps(value)[1:-1].replace("/", r"\/"))
