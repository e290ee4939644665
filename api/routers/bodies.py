"""Bodies that are no JSON: XML, and files."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from api.dependencies import FormOf, VisitOf
from engine.commands import DeploymentResource
from engine.documents import safe_name
from engine.errors import FieldProblem, Invalid

_LARGEST = 3 * 1024 * 1024


async def read_xml(request: Request, visit: VisitOf) -> bytes:
    """The body as it is; the engine judges whether it is XML. The sender is known before anything is read."""
    content = await request.body()
    if not content.strip():
        raise Invalid((FieldProblem(path="body", message="没有收到内容，请把 XML 放在请求体里。"),))
    return content


def read_resources(visit: VisitOf, form: FormOf) -> tuple[DeploymentResource, ...]:
    """The files of a multipart body, under whatever names."""
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile) and value.filename]
    if not files:
        raise Invalid((FieldProblem(path="files", message="请选择要部署的文件（.bpmn、.dmn、.json）。"),))
    return tuple(
        DeploymentResource(name=safe_name(file.filename or ""), content=file.file.read(_LARGEST)) for file in files
    )


XmlBody = Annotated[bytes, Depends(read_xml)]
ResourcesBody = Annotated[tuple[DeploymentResource, ...], Depends(read_resources)]

#: how OpenAPI describes them
XML: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/xml": {"schema": {"type": "string"}}}}
}
FILES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            }
        },
    }
}
FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
