"""Passwords and keys: named in diagrams and settings, known only here."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from engine.connectors.errors import BadInput, NotConfigured, PlaceNotAllowed
from engine.connectors.hosts import AllowList
from engine.connectors.urls import Url

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
#: `secret:treasury`, or after the scheme of an Authorization header
_REFERENCE = re.compile(r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9-]*) )?secret:(?P<name>\S*)")
MASK = "（密）"
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
        for secret in self._secrets.values():
            for written in _writings(secret.value):
                text = text.replace(written, MASK)
        return text


def _writings(value: str) -> tuple[str, ...]:
    return (value, b64encode(value.encode()).decode(), quote(value)) if len(value) >= _SHORTEST else ()
