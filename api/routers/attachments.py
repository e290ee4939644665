"""Documents."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.dependencies import FormOf, VisitOf
from api.documents import attachment_response
from api.pages.attachments import uploaded
from api.routers.bodies import FILE
from api.schemas.attachments import AttachmentShown

router = APIRouter(prefix="/attachments", tags=["附件 attachments"])


@router.post("", status_code=201, summary="上传 Upload", openapi_extra=FILE)
def upload(visit: VisitOf, form: FormOf) -> AttachmentShown:
    """字段名 file，最大 20 MB；PDF、JPG、PNG、Word、Excel、MP4。"""
    return AttachmentShown.model_validate(uploaded(visit, form.get("file")))


@router.get("/{attachment_id}", summary="下载 Download", response_class=Response)
def download(visit: VisitOf, attachment_id: str) -> Response:
    """本人上传的，或可以查看的办件里的。"""
    return attachment_response(visit, attachment_id)
