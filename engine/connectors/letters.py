"""Letters that diagrams describe: who gets them, and what is in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage

from engine.connectors import json_values
from engine.connectors.errors import PlaceNotAllowed
from engine.connectors.parameters import Inputs
from engine.ports import OutgoingCall

#: strict on purpose: what mail systems could read in two ways is refused
ADDRESS = re.compile(
    r"[A-Za-z0-9_+&-]+(?:\.[A-Za-z0-9_+&-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}"
)
_LONGEST_ADDRESS, _MOST_RECEIVERS = 254, 50
_LONGEST_SUBJECT, _LONGEST_TEXT = 250, 200_000
_MOST_ATTACHMENTS = 20
_ID = re.compile(r"[0-9a-f]{32}")

#: whether an address may be written to
Admits = Callable[[str], bool]


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter as asked for."""

    to: Sequence[str]
    cc: Sequence[str]
    subject: str
    text: str
    #: ids of documents
    attachments: Sequence[str]

    @classmethod
    def read(cls, inputs: Inputs, admits: Admits) -> Letter:
        """Refuses what can never be sent."""
        to, cc = receivers(inputs, "to", admits), receivers(inputs, "cc", admits)
        if not to:
            inputs.refuse("to", "没有收件人")
        return cls(
            to=to,
            cc=[address for address in cc if address not in to],
            subject=_subject(inputs),
            text=json_values.well_formed(inputs.text("text", longest=_LONGEST_TEXT)),
            attachments=_attachments(inputs),
        )

    def message(self, sender: Address, call: OutgoingCall) -> EmailMessage:
        """The same bytes at every try, with a Message-ID by which a receiver's system can tell a repetition."""
        message = EmailMessage()
        message["From"] = sender
        message["To"] = ", ".join(self.to)
        if self.cc:
            message["Cc"] = ", ".join(self.cc)
        # As it stands: otherwise encoded words in it (RFC 2047) are read, and their line breaks begin new headers.
        message.set_raw("Subject", Header(self.subject, "utf-8", header_name="Subject").encode())
        message["Date"] = call.asked_at.astimezone(UTC)
        message["Message-ID"] = f"<{call.id}@{sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.text, cte="base64")
        self._attach(message, call)
        return message

    def _attach(self, message: EmailMessage, call: OutgoingCall) -> None:
        if not self.attachments:
            return
        for document in call.documents(self.attachments):
            kind, _, more = document.media_type.partition("/")
            name = document.name.replace("=?", "=_")
            message.add_attachment(document.content, maintype=kind, subtype=more, filename=name)
        # Otherwise the boundary is drawn at random, and a second try would not be the same letter.
        message.set_boundary(f"=_{call.id}")


def is_address(text: str) -> bool:
    """Whether it is written as an address that letters may go to."""
    return len(text) <= _LONGEST_ADDRESS and ADDRESS.fullmatch(text) is not None


def receivers(inputs: Inputs, name: str, admits: Admits) -> list[str]:
    """Addresses, each once."""
    found = []
    for text in inputs.texts(name, most=_MOST_RECEIVERS):
        local, at, domain = text.strip().rpartition("@")
        address = f"{local}{at}{domain.lower()}"
        if not is_address(address):
            inputs.refuse(name, f"里的 {text!r:.60} 不是邮箱地址")
        if not admits(address):
            raise PlaceNotAllowed(
                f"不能给 {address} 发邮件，它的域名不在允许的范围里，请改正，或请系统管理员加进设置 smtp.domains。"
            )
        found.append(address)
    return list(dict.fromkeys(found))


def _subject(inputs: Inputs) -> str:
    subject = inputs.text("subject", longest=_LONGEST_SUBJECT).strip()
    if not subject.isprintable():
        inputs.refuse("subject", "只能是一行文字")
    return subject


def _attachments(inputs: Inputs) -> list[str]:
    """Ids, or what a form keeps about documents."""
    given = inputs.value("attachments") or []
    found = given if isinstance(given, list | tuple) else [given]
    ids = [str(item.get("id") if isinstance(item, Mapping) else item) for item in found]
    if not all(_ID.fullmatch(id_) for id_ in ids) or len(ids) > _MOST_ATTACHMENTS:
        inputs.refuse("attachments", f"应为本办件的附件，不多于 {_MOST_ATTACHMENTS} 个")
    return list(dict.fromkeys(ids))
