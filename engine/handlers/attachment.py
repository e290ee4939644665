"""Keeping uploaded documents."""

from __future__ import annotations

from sqlalchemy import insert

from engine.commands import StoreAttachment, StoredAttachment
from engine.documents import media_type_of, safe_name
from engine.errors import Refused
from engine.history.images import images
from engine.model import Attachment
from engine.unit_of_work import UnitOfWork


def store_attachment(work: UnitOfWork, command: StoreAttachment) -> StoredAttachment:
    """Store a document that is of a known kind; it belongs to its uploader until a case refers to it."""
    if work.tools.attachments is None:
        raise Refused("系统没有配置附件存储，请联系系统管理员。")
    name = safe_name(command.name)
    media_type = media_type_of(name, command.content)
    stored = StoredAttachment(
        id=work.new_id(),
        name=name,
        sha256=work.tools.attachments.put(command.content),
        size=len(command.content),
        media_type=media_type,
    )
    work.connection.execute(
        insert(Attachment).values(
            id=stored.id,
            digest=stored.sha256,
            name=stored.name,
            media_type=stored.media_type,
            size=stored.size,
            uploaded_by=work.actor.person_id,
            uploaded_at=work.now,
        )
    )
    told = {"id": stored.id, "name": stored.name, "sha256": stored.sha256, "size": stored.size}
    work.record(
        f"person:{work.actor.person_id}",
        "AttachmentStored",
        input=told,
        outcome=images(work.connection, (Attachment, Attachment.id == stored.id)),
    )
    return stored
