"""The mail server of this installation, where it has one."""

from __future__ import annotations

from collections.abc import Mapping

from engine.connectors.email import EmailConnector
from engine.errors import Refused
from engine.ports import Connector


def postman_of(connectors: Mapping[str, Connector]) -> EmailConnector:
    """Raises `Refused` where there is none."""
    connector = connectors.get(EmailConnector.type)
    if not isinstance(connector, EmailConnector):
        raise Refused("还没有设置邮件服务器，不能发邮件，请系统管理员设置 smtp。")
    return connector


def has_mail(connectors: Mapping[str, Connector]) -> bool:
    """Whether anybody can be written to."""
    connector = connectors.get(EmailConnector.type)
    return isinstance(connector, EmailConnector) and connector.is_configured


def ensure_mailable(connectors: Mapping[str, Connector], address: str) -> None:
    """Raises `Refused` where this installation cannot write to an address."""
    postman_of(connectors).check({"to": address, "subject": "通知", "text": "通知"})


def can_mail(connectors: Mapping[str, Connector], address: str | None) -> bool:
    """Whether it can."""
    if address is None:
        return False
    try:
        ensure_mailable(connectors, address)
    except Refused:
        return False
    return True
