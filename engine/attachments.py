"""Which documents a submission may refer to: the actor's own uploads and those already in the case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import or_, select, update

from engine.model import Attachment
from engine.unit_of_work import UnitOfWork


def attachments_in(work: UnitOfWork, instance_id: str, submission: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The facts of every document named in a submission that this actor may use in this case, by id."""
    ids = set(_ids(submission))
    if not ids:
        return {}
    rows = work.connection.execute(
        select(Attachment).where(
            Attachment.id.in_(ids),
            or_(
                Attachment.instance_id == instance_id,
                Attachment.instance_id.is_(None) & (Attachment.uploaded_by == work.actor.person_id),
            ),
        )
    )
    return {
        row.id: {
            "id": row.id,
            "name": row.name,
            "sha256": row.digest,
            "size": row.size,
            "media_type": row.media_type,
        }
        for row in rows
    }


def bind_attachments(work: UnitOfWork, instance_id: str, attachments: Mapping[str, Mapping[str, Any]]) -> None:
    """Make documents part of the case, readable by all who may read it."""
    if not attachments:
        return
    work.connection.execute(
        update(Attachment)
        .where(Attachment.id.in_(attachments), Attachment.instance_id.is_(None))
        .values(instance_id=instance_id)
    )


def _ids(value: Any) -> Iterable[str]:
    """Every 32-digit id anywhere in a submission; whether a field may hold it is the form's concern."""
    if isinstance(value, str):
        if len(value) == 32:
            yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _ids(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _ids(item)
