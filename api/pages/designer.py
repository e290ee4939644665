"""流程设计: definitions with their versions, the editors, and deployment."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from api import designs
from api.dependencies import FormOf, Visit, VisitOf
from api.errors import refusal_of
from api.pages import imports
from api.pages.cases import diagram_response
from api.pages.frame import page, redirect
from engine.commands import DeploymentResource
from engine.documents import safe_name
from engine.errors import AnlanError, FieldProblem, Forbidden, Invalid
from engine.queries.definition import definitions, draft, drafts
from engine.queries.resource import process_names, resource_content, resources

router = APIRouter(include_in_schema=False)
# Its addresses would otherwise be taken for keys of processes.
router.include_router(imports.router)
_LARGEST = 3 * 1024 * 1024


@router.get("/designer")
def designer_page(request: Request, visit: VisitOf) -> Response:
    """Every process with its versions and its running cases."""
    visit.require(designs.DESIGNER)
    return _overview(request, visit)


@router.post("/designer/upload")
def upload(request: Request, visit: VisitOf, form: FormOf) -> Response:
    """A diagram becomes a draft or is deployed at once; decision tables and forms are deployed."""
    visit.require(designs.DESIGNER)
    try:
        found = _uploaded(form)
        if form.get("_action") == "deploy" or not found.name.endswith((".bpmn", ".xml")):
            return _deployed(visit, found, str(form.get("note") or ""))
        key = designs.save_draft(visit, found.content)
    except Forbidden:
        raise
    except AnlanError as refused:
        refusal = refusal_of(refused)
        return _overview(request, visit, status=refusal.status, refusal=refusal.document())
    return redirect(f"/designer/{key}?version=draft", "success", "已存为草稿，检查无误后可以部署。")


@router.get("/designer/new")
def new_diagram(request: Request, visit: VisitOf) -> Response:
    """An empty sheet."""
    visit.require(designs.DESIGNER)
    return _editor(request, visit, title="新建流程", source="", name="new.bpmn")


@router.get("/designer/decisions/{key}")
def decision_editor(request: Request, visit: VisitOf, key: str, version: str = "") -> Response:
    """A decision table in its editor."""
    visit.require(designs.DESIGNER)
    source = f"/designer/decisions/{key}/diagram?version={version}"
    with visit.reading() as connection:
        _decision(connection, key, version)
        title = designs.decision_titles(connection, visit)[key]
    return page(request, "decision.html", visit=visit, active="designer", key=key, title=title, source=source)


@router.get("/designer/decisions/{key}/diagram")
def decision_diagram(visit: VisitOf, key: str, version: str = "") -> Response:
    """A decision table's XML."""
    with visit.reading() as connection:
        content = _decision(connection, key, version)
    return diagram_response(content, "decision.dmn")


@router.get("/designer/{key}")
def diagram_editor(request: Request, visit: VisitOf, key: str, version: str = "") -> Response:
    """A version or the draft in the editor; without a version the draft, if there is one."""
    visit.require(designs.DESIGNER)
    with visit.reading() as connection:
        if not version:
            version = "draft" if draft(connection, key) else str(designs.newest_version(connection, key))
        designs.diagram_of(connection, key, version)
        name = process_names(connection).get(key, key)
    label = "草稿" if version == "draft" else f"第 {version} 版"
    return _editor(
        request,
        visit,
        title=f"{name} · {label}",
        source=f"/designer/{key}/diagram?version={version}",
        name=f"{key}.bpmn",
    )


@router.get("/designer/{key}/diagram")
def diagram_xml(visit: VisitOf, key: str, version: str) -> Response:
    """A version's or the draft's XML, for the editor and as a download."""
    if version == "draft":
        visit.require(designs.DESIGNER)
    with visit.reading() as connection:
        content = designs.diagram_of(connection, key, version)
    return diagram_response(content, f"{key}-{version}.bpmn")


def _decision(connection: Any, key: str, version: str) -> bytes:
    number = int(version) if version.isdecimal() and len(version) < 10 else None
    return resource_content(connection, "decision", key, number)


def _uploaded(form: FormData) -> DeploymentResource:
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid((FieldProblem(path="file", message="请选择一个 .bpmn、.dmn 或 .json 文件。"),))
    return DeploymentResource(name=safe_name(file.filename).lower(), content=file.file.read(_LARGEST))


def _deployed(visit: Visit, resource: DeploymentResource, note: str) -> Response:
    result = designs.deploy(visit, [resource], note)
    made = "、".join(f"{item.name}第 {item.version} 版" for item in result.definitions)
    if not made and not result.resources:
        return redirect("/designer", "info", "内容与最新版本相同，没有产生新版本。")
    told = made or f"“{resource.name}”"
    return redirect("/designer", "success", f"已部署：{told}。正在办理的办件仍按原来的版本办。")


def _overview(request: Request, visit: Visit, status: int = 200, refusal: Mapping[str, Any] | None = None) -> Response:
    with visit.reading() as connection:
        versions = definitions(connection)
        tables = resources(connection, "decision")
        sheets = resources(connection, "form")
        titles = designs.decision_titles(connection, visit)
        kept = [(key, draft(connection, key)) for key in drafts(connection)]
    return page(
        request,
        "designer.html",
        visit=visit,
        active="designer",
        status=status,
        refusal=refusal,
        processes=[(key, list(group)) for key, group in groupby(versions, key=lambda item: item.key)],
        decisions=[(titles[key], next(group)) for key, group in groupby(tables, key=lambda item: item.key)],
        forms=[(designs.form_title(key), next(group)) for key, group in groupby(sheets, key=lambda item: item.key)],
        drafts=kept,
    )


def _editor(request: Request, visit: Visit, *, title: str, source: str, name: str) -> Response:
    return page(request, "editor.html", visit=visit, active="designer", title=title, source=source, name=name)
