"""The connector `email`: writes to people, and the case goes on."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.policy import SMTP
from enum import StrEnum
from typing import Any

from engine.connectors.errors import NotConfigured, RefusedByReceiver
from engine.connectors.letters import Letter, receivers
from engine.connectors.mail_connections import TimedConnection, TimedTLSConnection
from engine.connectors.parameters import Inputs, Parameter
from engine.connectors.secrets import Secrets
from engine.errors import Refused
from engine.ports import ConnectorFailed, OutgoingCall

_SECONDS = 30

PARAMETERS = (
    Parameter(name="to", required=True, help="收件人的邮箱，一个或列表；域名要在允许的范围里"),
    Parameter(name="cc", help="抄送，一个或列表"),
    Parameter(name="subject", required=True, help="标题，一行"),
    Parameter(name="text", required=True, help="正文"),
    Parameter(name="attachments", help="本办件的附件，一个或列表，合起来不超过 10 MB"),
)


class Security(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class MailSettings:
    """The mail server and who may be written to."""

    host: str
    port: int
    security: Security
    sender: Address
    #: `example.gov.cn`, or `*.example.gov.cn` for all below it
    domains: tuple[str, ...]
    user: str = ""
    #: the name of a secret
    password: str = ""
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    def admits(self, address: str) -> bool:
        domain = address.rpartition("@")[2]
        return any(
            domain.endswith(allowed[1:]) if allowed.startswith("*.") else domain == allowed for allowed in self.domains
        )


class EmailConnector:
    """Does not wait. A second try has the same Message-ID, so that a receiver's system can drop it."""

    type = "email"
    title = "发邮件"
    waits = False
    parameters = PARAMETERS

    def __init__(self, settings: MailSettings | None, secrets: Secrets) -> None:
        self._settings = settings
        self._secrets = secrets

    @property
    def is_configured(self) -> bool:
        """Whether there is a mail server."""
        return self._settings is not None

    def check(self, inputs: Mapping[str, Any]) -> None:
        """Refuse what can never be sent: no receiver, receivers outside the allowed domains, a subject of two lines."""
        self._letter(inputs)

    def call(self, inputs: Mapping[str, Any], call: OutgoingCall) -> Mapping[str, Any]:
        settings, letter = self._configured(), self._letter(inputs)
        content = letter.message(settings.sender, call).as_bytes(policy=SMTP)
        with _told(settings), self._connected(settings) as server:
            _hand_over(server, settings.sender.addr_spec, [*letter.to, *letter.cc], content)
        return {}

    def doubts(self, constants: Mapping[str, Any]) -> Sequence[str]:
        """What a designer should hear about values that are written in the diagram."""
        if self._settings is None:
            return ("连接器 email 还没有设置邮件服务器，请系统管理员设置 smtp。",)
        try:
            for name in ("to", "cc"):
                if name in constants:
                    receivers(Inputs(self.type, {name: constants[name]}, _LENIENT), name, self._settings.admits)
        except Refused as refusal:
            return (refusal.message,)
        return ()

    def _letter(self, inputs: Mapping[str, Any]) -> Letter:
        admits = self._configured().admits
        return Letter.read(Inputs(self.type, inputs, self.parameters), admits)

    def _configured(self) -> MailSettings:
        if self._settings is None:
            raise NotConfigured("还没有设置邮件服务器，不能发邮件，请系统管理员设置 smtp。")
        return self._settings

    @contextmanager
    def _connected(self, settings: MailSettings) -> Iterator[smtplib.SMTP]:
        name = settings.sender.domain
        if settings.security is Security.TLS:
            server: smtplib.SMTP = TimedTLSConnection(
                settings.host, settings.port, name, timeout=_SECONDS, context=settings.tls
            )
        else:
            server = TimedConnection(settings.host, settings.port, name, timeout=_SECONDS)
        try:
            if settings.security is Security.STARTTLS:
                server.starttls(context=settings.tls)
            if settings.user:
                server.login(settings.user, self._secrets.value(settings.password))
            yield server
        finally:
            # What the server has taken is sent, however the farewell goes.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()


_LENIENT = tuple(Parameter(name=parameter.name, help=parameter.help) for parameter in PARAMETERS)


def _hand_over(server: smtplib.SMTP, sender: str, receivers: Sequence[str], content: bytes) -> None:
    """All receivers or none: who has it already would get it again with the next try."""
    server.ehlo_or_helo_if_needed()
    _accepted(*server.mail(sender), f"发件人 {sender}")
    for receiver in receivers:
        _accepted(*server.rcpt(receiver), f"收件人 {receiver}")
    _accepted(*server.data(content), "邮件")


def _accepted(code: int, answer: bytes, about: str) -> None:
    if not 200 <= code < 300:
        raise _refusal(code, answer, about)


def _refusal(code: int, answer: bytes | str, about: str) -> Exception:
    """RFC 5321 §4.2.1: 5xx is for good, 4xx for now."""
    text = answer if isinstance(answer, str) else answer.decode("utf-8", "replace")
    message = f"邮件服务器不接受{about}：{code} {' '.join(text.split())[:200]}"
    return RefusedByReceiver(message) if 500 <= code < 600 else ConnectorFailed(message)


@contextmanager
def _told(settings: MailSettings) -> Iterator[None]:
    """Faults in words: what may go better later, and what will not."""
    place = f"{settings.host}:{settings.port}"
    try:
        yield
    except smtplib.SMTPResponseException as error:
        about = "登录" if isinstance(error, smtplib.SMTPAuthenticationError) else "连接"
        raise _refusal(error.smtp_code, error.smtp_error, about) from error
    except smtplib.SMTPNotSupportedError as error:
        raise RefusedByReceiver(f"邮件服务器 {place} 不支持设置里要求的加密或登录方式。") from error
    except ssl.SSLCertVerificationError as error:
        raise RefusedByReceiver(f"邮件服务器 {place} 的证书不可信（{error.verify_message}）。") from error
    except (smtplib.SMTPException, OSError) as error:
        raise ConnectorFailed(f"和邮件服务器 {place} 的连接没有建立，或者中断了。") from error
