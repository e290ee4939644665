"""Writing to people by a mail server of this machine."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from email.header import decode_header
from email.headerregistry import Address
from threading import Event, Thread
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import AuthResult

from engine.connectors import mail_connections
from engine.connectors.email import EmailConnector, MailSettings, Security
from engine.connectors.errors import BadInput, NotConfigured, PlaceNotAllowed, RefusedByReceiver
from engine.connectors.secrets import Secret, Secrets
from engine.ports import ConnectorFailed, Document, OutgoingCall

from .mailboxes import Postbox

LETTER = {
    "to": "zhang@shixi.example.gov.cn",
    "subject": "已核准：石溪村供水管网改造",
    "text": "请到系统里查看。\n.\n安澜",
}
PASSWORD = "word-of-the-mail-server"


def protected(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def connector(port: int, security: Security = Security.NONE, **more: Any) -> EmailConnector:
    settings = MailSettings(
        host="127.0.0.1",
        port=port,
        security=security,
        sender=Address(display_name="安澜", addr_spec="anlan@example.gov.cn"),
        domains=("example.gov.cn", "*.example.gov.cn"),
        **more,
    )
    return EmailConnector(settings, Secrets([Secret(name="mail", value=PASSWORD)]))


def test_a_letter_arrives(mail_server: Callable[..., int], postbox: Postbox, call: OutgoingCall) -> None:
    assert connector(mail_server()).call({**LETTER, "cc": ["li@example.gov.cn"]}, call) == {}

    [letter], [envelope] = postbox.letters, postbox.envelopes
    assert letter["subject"] == LETTER["subject"]
    assert letter["from"] == "安澜 <anlan@example.gov.cn>"
    assert (letter["to"], letter["cc"]) == ("zhang@shixi.example.gov.cn", "li@example.gov.cn")
    assert letter.get_content() == "请到系统里查看。\n.\n安澜\n"
    assert letter["auto-submitted"] == "auto-generated"
    assert envelope.rcpt_tos == ["zhang@shixi.example.gov.cn", "li@example.gov.cn"]


def test_a_second_try_can_be_recognised(mail_server: Callable[..., int], postbox: Postbox, call: OutgoingCall) -> None:
    port = mail_server()
    for _ in range(2):
        connector(port).call(LETTER, call)

    first, second = postbox.letters
    assert first["message-id"] == second["message-id"] == f"<{call.id}@example.gov.cn>"
    assert first.as_bytes() == second.as_bytes()


def test_a_letter_with_papers_is_the_same_at_every_try(
    mail_server: Callable[..., int], postbox: Postbox, call: OutgoingCall
) -> None:
    paper = Document(name="决议.pdf", media_type="application/pdf", content=b"%PDF" * 1000)
    port, with_paper = mail_server(), replace(call, documents=lambda ids: [paper])
    for _ in range(2):
        connector(port).call({**LETTER, "attachments": "a" * 32}, with_paper)

    first, second = postbox.letters
    assert first.as_bytes() == second.as_bytes()
    assert [part.get_filename() for part in first.iter_attachments()] == ["决议.pdf"]
    assert first.get_body().get_content() == "请到系统里查看。\n.\n安澜\n"


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?a=0D=0ABcc:_evil@example.com?=",
        "=?utf-8?b?DQpCY2M6IGV2aWxAZXhhbXBsZS5jb20NCg0KaQ==?= 石溪村",
        "=?utf-8?q?=0A=0Abody?=",
        "=?x",
        "石溪村 =?us-ascii?q?=00?= " + "长" * 200,
    ],
)
def test_encoded_words_in_a_subject_are_no_headers(
    mail_server: Callable[..., int], postbox: Postbox, call: OutgoingCall, subject: str
) -> None:
    connector(mail_server()).call({**LETTER, "subject": subject}, call)

    [letter], [envelope] = postbox.letters, postbox.envelopes
    [(written, _)] = next(decode_header(value) for name, value in letter.raw_items() if name == "Subject")
    assert written.decode() == subject
    assert letter["bcc"] is None
    assert letter.get_content() == "请到系统里查看。\n.\n安澜\n"
    assert max(map(len, envelope.content.splitlines())) <= 78


def test_encoded_words_in_the_name_of_a_paper_are_no_headers(
    mail_server: Callable[..., int], postbox: Postbox, call: OutgoingCall
) -> None:
    name = "=?utf-8?q?=0D=0AX-Evil:_1=0D=0A=0D=0A?=.pdf"
    paper = Document(name=name, media_type="application/pdf", content=b"%PDF")
    with_paper = replace(call, documents=lambda ids: [paper])

    connector(mail_server()).call({**LETTER, "attachments": "a" * 32}, with_paper)

    [part] = postbox.letters[0].iter_attachments()
    assert (part["x-evil"], part.get_content()) == (None, b"%PDF")
    assert str(part.get_filename()).endswith("?=.pdf")


WRONG: list[dict[str, Any]] = [
    {"to": None},
    {"to": []},
    {"to": 7},
    {"to": "zhang"},
    {"to": "zhang@example.gov.cn\r\nBcc: evil@example.com"},
    {"to": "zhang@example.gov.cn, li@example.gov.cn"},
    {"to": "<zhang@example.gov.cn>"},
    {"to": '"a b"@example.gov.cn'},
    {"to": "zhang@[127.0.0.1]"},
    {"to": "张@example.gov.cn"},
    {"to": "x" * 300 + "@example.gov.cn"},
    {"to": [f"a{number}@example.gov.cn" for number in range(60)]},
    {"cc": {"a": "b"}},
    {"subject": None},
    {"subject": ""},
    {"subject": "a\r\nBcc: evil@example.com"},
    {"subject": "a\nb"},
    {"subject": "x" * 300},
    {"text": None},
    {"text": 7},
    {"text": "x" * 300_000},
    {"bcc": "evil@example.com"},
    {"attachments": "x"},
    {"attachments": [7]},
    {"attachments": {"name": "a.pdf"}},
    {"attachments": [f"{number:032x}" for number in range(30)]},
    {"from": "evil@example.com"},
]


@pytest.mark.parametrize("inputs", WRONG, ids=range(len(WRONG)))
def test_wrong_inputs_are_refused_when_the_letter_is_asked_for(inputs: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        connector(25).check({**LETTER, **inputs})


@pytest.mark.parametrize("address", ["a@example.com", "a@evil-example.gov.cn", "a@example.gov.cn.evil.com"])
def test_only_allowed_domains_are_written_to(address: str) -> None:
    with pytest.raises(PlaceNotAllowed, match=r"smtp\.domains"):
        connector(25).check({**LETTER, "cc": address})


def test_without_a_mail_server_nobody_is_written_to() -> None:
    with pytest.raises(NotConfigured, match="smtp"):
        EmailConnector(None, Secrets()).check(LETTER)


def test_a_receiver_that_does_not_exist_is_an_incident_and_nobody_gets_half_of_it(
    mail_server: Callable[..., int], postbox: Postbox, call: OutgoingCall
) -> None:
    postbox.answers["li@example.gov.cn"] = "550 5.1.1 no such user"

    with pytest.raises(RefusedByReceiver, match=r"li@example.gov.cn：550"):
        connector(mail_server()).call({**LETTER, "cc": "li@example.gov.cn"}, call)

    assert postbox.letters == []


@pytest.mark.parametrize("where", ["li@example.gov.cn", "data"])
def test_a_busy_server_is_asked_again(
    mail_server: Callable[..., int], postbox: Postbox, call: OutgoingCall, where: str
) -> None:
    postbox.answers[where] = "451 4.7.1 greylisted"

    with pytest.raises(ConnectorFailed, match="451"):
        connector(mail_server()).call({**LETTER, "cc": "li@example.gov.cn"}, call)

    assert postbox.letters == []


def test_what_the_server_refuses_for_good_is_an_incident(
    mail_server: Callable[..., int], postbox: Postbox, call: OutgoingCall
) -> None:
    postbox.answers["data"] = "554 5.7.1 spam"

    with pytest.raises(RefusedByReceiver, match="554"):
        connector(mail_server()).call(LETTER, call)


def test_a_rude_farewell_does_not_send_a_letter_twice(
    mail_server: Callable[..., int], postbox: Postbox, call: OutgoingCall
) -> None:
    postbox.answers["quit"] = "421 4.3.0 too late"

    assert connector(mail_server()).call(LETTER, call) == {}


def test_a_server_that_is_away_may_be_back_later(call: OutgoingCall) -> None:
    with pytest.raises(ConnectorFailed, match="连接"):
        connector(1).call(LETTER, call)


# The server does not see that TLS came first, and complains.
PROTECTED = pytest.mark.filterwarnings("ignore:Requiring AUTH", "ignore:auth_required")


@PROTECTED
@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_the_password_goes_over_an_encrypted_connection_only(
    mail_server: Callable[..., int], postbox: Postbox, call: OutgoingCall, authority: trustme.CA, security: Security
) -> None:
    postbox.password = PASSWORD
    context = protected(authority)
    more = {"tls_context": context, "require_starttls": True} if security is Security.STARTTLS else {"tls": context}
    port = mail_server(authenticator=postbox.authenticate, auth_required=True, auth_require_tls=False, **more)

    connector(port, security, user="anlan", password="mail", tls=trusting(authority)).call(LETTER, call)

    assert postbox.logins == [(b"anlan", PASSWORD.encode())]
    assert len(postbox.letters) == 1


def test_a_server_without_encryption_is_not_told_the_password(
    mail_server: Callable[..., int], postbox: Postbox, call: OutgoingCall
) -> None:
    with pytest.raises(RefusedByReceiver, match="加密"):
        connector(mail_server(), Security.STARTTLS, user="anlan", password="mail").call(LETTER, call)

    assert postbox.logins == []


def test_a_server_that_cannot_prove_who_it_is_is_told_nothing(
    mail_server: Callable[..., int], postbox: Postbox, call: OutgoingCall, authority: trustme.CA
) -> None:
    with pytest.raises(RefusedByReceiver, match="证书"):
        connector(mail_server(tls_context=protected(authority)), Security.STARTTLS).call(LETTER, call)

    assert postbox.letters == []


@PROTECTED
def test_a_wrong_password_is_told_without_it(
    mail_server: Callable[..., int], postbox: Postbox, call: OutgoingCall, authority: trustme.CA
) -> None:
    port = mail_server(
        protected(authority), authenticator=lambda *_: AuthResult(success=False, handled=False), auth_require_tls=False
    )

    with pytest.raises(RefusedByReceiver, match="登录：535") as caught:
        connector(port, Security.TLS, user="anlan", password="mail", tls=trusting(authority)).call(LETTER, call)

    assert PASSWORD not in repr(caught.value)


@pytest.mark.parametrize("security", [Security.NONE, Security.STARTTLS, Security.TLS])
def test_a_mail_server_that_drips_does_not_hold_a_worker(
    call: OutgoingCall, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, security: Security
) -> None:
    monkeypatch.setattr(mail_connections, "LONGEST", 0.5)
    tls = protected(authority) if security is Security.TLS else None

    with dripping(tls) as port, pytest.raises(ConnectorFailed, match="中断"):
        connector(port, security, tls=trusting(authority)).call(LETTER, call)


@contextmanager
def dripping(tls: ssl.SSLContext | None) -> Iterator[int]:
    """A mail server whose greeting has no end."""
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listening.accept()
        connection = connection if tls is None else tls.wrap_socket(connection, server_side=True)
        with connection, suppress(OSError):
            while not over.wait(0.05):
                connection.sendall(b"220-wait\r\n")

    over, thread = Event(), Thread(target=drip)
    thread.start()
    with listening:
        yield int(listening.getsockname()[1])
        over.set()
        thread.join()
