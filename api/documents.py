"""Uploaded documents on their way in and out."""

from __future__ import annotations

from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.responses import Response

from api.dependencies import Visit
from engine.commands import StoreAttachment, StoredAttachment
from engine.documents import MAX_SIZE
from engine.errors import NotFound
from engine.queries.case import attachment_view


def store(visit: Visit, file: UploadFile) -> StoredAttachment:
    """Keep a document. One byte more than allowed is read, so that the engine can refuse it by its size."""
    content = file.file.read(MAX_SIZE + 1)
    return visit.engine.execute(StoreAttachment(actor=visit.actor, name=file.filename or "", content=content))


def attachment_response(visit: Visit, attachment_id: str) -> Response:
    """A document as a download: it is never shown inside our own pages' origin."""
    attachments = visit.engine.tools.attachments
    with visit.reading() as connection:
        row = attachment_view(connection, visit.viewer, attachment_id)
    if attachments is None:
        raise NotFound("没有找到这个附件。")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "ETag": f'"{row.digest}"',
    }
    return Response(attachments.get(row.digest), media_type=row.media_type, headers=headers)
