"""导入外部模型: upload a model of another tool, read what was done to it, and open the draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from api import designs, imports
from api.dependencies import FormOf, Visit, VisitOf
from api.errors import refusal_of
from api.imports import ImportedModel
from api.pages.frame import page
from engine.diagram import ChangeKind
from engine.documents import safe_name
from engine.errors import AnlanError, FieldProblem, Forbidden, Invalid

router = APIRouter(include_in_schema=False)
_LARGEST = 3 * 1024 * 1024
#: How the report is ordered: first what the designer has to do.
SECTIONS = (
    (ChangeKind.NEEDS_WORK, "需要处理", "amber"),
    (ChangeKind.DROPPED, "已去掉", "red"),
    (ChangeKind.TRANSLATED, "已翻译", "green"),
    (ChangeKind.KEPT, "原样保留", "blue"),
)


@router.get("/designer/import")
def import_page(request: Request, visit: VisitOf) -> Response:
    """Where a model is chosen."""
    visit.require(designs.DESIGNER)
    return _form(request, visit)


@router.post("/designer/import")
def import_upload(request: Request, visit: VisitOf, form: FormOf) -> Response:
    """Import, save as a draft, and report."""
    visit.require(designs.DESIGNER)
    try:
        name, content = _uploaded(form)
        model = imports.import_model(visit, content, replace=form.get("replace") == "yes", source=name)
    except Forbidden:
        raise
    except AnlanError as refused:
        refusal = refusal_of(refused)
        return _form(request, visit, status=refusal.status, refusal=refusal.document())
    return _report(request, visit, name, model)


def _uploaded(form: FormData) -> tuple[str, bytes]:
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid((FieldProblem(path="file", message="请选择一个 .bpmn 或 .xml 文件。"),))
    return safe_name(file.filename), file.file.read(_LARGEST)


def _form(request: Request, visit: Visit, status: int = 200, refusal: Mapping[str, Any] | None = None) -> Response:
    return page(request, "import.html", visit=visit, active="designer", status=status, refusal=refusal)


def _report(request: Request, visit: Visit, name: str, model: ImportedModel) -> Response:
    sections = [(label, colour, kind, model.of(kind)) for kind, label, colour in SECTIONS]
    return page(
        request,
        "import_report.html",
        visit=visit,
        active="designer",
        file=name,
        model=model,
        sections=sections,
        errors=[problem for problem in model.problems if problem["severity"] == "error"],
        warnings=[problem for problem in model.problems if problem["severity"] != "error"],
    )
