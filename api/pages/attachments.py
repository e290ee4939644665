"""Documents: stored when they are chosen, and handed out as downloads only."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from api.dependencies import FormOf, Visit, VisitOf
from api.documents import attachment_response, store
from engine.errors import FieldProblem, Invalid

router = APIRouter(include_in_schema=False)


@router.post("/attachments")
def upload(visit: VisitOf, form: FormOf) -> Response:
    """Store one document; the page's script names it in the form it belongs to."""
    return JSONResponse(uploaded(visit, form.get("file")), 201)


@router.get("/attachments/{attachment_id}")
def download(visit: VisitOf, attachment_id: str) -> Response:
    """Hand a document out to whoever may read its case."""
    return attachment_response(visit, attachment_id)


def uploaded(visit: Visit, file: object) -> dict[str, Any]:
    """The facts of the document that came as `file`."""
    if not isinstance(file, UploadFile):
        raise Invalid((FieldProblem(path="file", message="请选择要上传的文件。"),))
    stored = store(visit, file)
    return {"id": stored.id, "name": stored.name, "size": stored.size, "sha256": stored.sha256}
