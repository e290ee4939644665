"""Process definitions: read, check, draft, deploy."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api import designs, imports
from api.dependencies import Visit, VisitOf
from api.errors import problem_document
from api.pages.cases import diagram_response
from api.routers.bodies import FILES, XML, ResourcesBody, XmlBody
from api.schemas.definitions import (
    Catalogue,
    ChangeShown,
    DefinitionShown,
    Deployed,
    DeploymentShown,
    DraftImported,
    DraftSaved,
    Findings,
)
from engine.commands import DeployedDefinition, DeploymentResource, DeploymentResult
from engine.queries.definition import definitions

router = APIRouter(tags=["流程定义 process definitions"])


@router.get("/process-definitions", summary="流程和版本 Versions")
def list_definitions(visit: VisitOf) -> list[DefinitionShown]:
    """每个流程的全部版本，新版本在前。"""
    with visit.reading() as connection:
        return [DefinitionShown.model_validate(item) for item in definitions(connection)]


@router.post("/process-definitions", status_code=201, summary="部署流程图 Deploy a diagram", openapi_extra=XML)
def deploy_diagram(visit: VisitOf, content: XmlBody, response: Response) -> Deployed:
    """有错误就不部署，problems 里写明元素和行号；内容没有变化时返回 200。"""
    visit.require(designs.DESIGNER)
    key = designs.process_key(content)
    result = designs.deploy(visit, [DeploymentResource(name=f"{key}.bpmn", content=content)])
    deployed = _deployed(visit, result, key)
    response.status_code = 200 if deployed.unchanged else 201
    return deployed


@router.post("/deployments", status_code=201, summary="一起部署多个文件 Deploy files together", openapi_extra=FILES)
def deploy_files(visit: VisitOf, files: ResourcesBody, note: str = "") -> DeploymentShown:
    """流程图（.bpmn）、决策表（.dmn）和表单（.json）一起部署，全部成功或全部不部署。"""
    result = designs.deploy(visit, files, note)
    made = [_made(definition) for definition in result.definitions]
    return DeploymentShown(definitions=made, resources=list(result.resources))


@router.post("/process-definitions/lint", summary="检查流程图 Lint", openapi_extra=XML)
def lint(visit: VisitOf, content: XmlBody) -> Findings:
    """只检查，不保存。"""
    visit.require(designs.DESIGNER)
    return Findings(problems=designs.problems_of(visit, content))


@router.put("/process-definitions/draft", summary="保存草稿 Save a draft", openapi_extra=XML)
def save_draft(visit: VisitOf, content: XmlBody) -> DraftSaved:
    """存在流程图自己的标识下；能读出来就可以保存，问题只作提示。"""
    key = designs.save_draft(visit, content)
    return DraftSaved(key=key, problems=designs.problems_of(visit, content))


@router.post("/process-definitions/import", summary="导入外部模型 Import a foreign model", openapi_extra=XML)
def import_model(visit: VisitOf, content: XmlBody, replace: bool = False) -> DraftImported:
    """别的工具画的流程图改写后存为草稿，不部署。已有别的草稿时返回 409，replace=true 则替换它。"""
    model = imports.import_model(visit, content, replace=replace)
    changes = [ChangeShown.model_validate(change) for change in model.changes]
    return DraftImported(key=model.key, problems=model.problems, changes=changes)


@router.get("/process-definitions/{key}/versions/{version}/diagram", summary="流程图 Diagram", response_class=Response)
def read_diagram(visit: VisitOf, key: str, version: str) -> Response:
    """version 是版本号，或者 draft。"""
    if version == "draft":
        visit.require(designs.DESIGNER)
    with visit.reading() as connection:
        return diagram_response(designs.diagram_of(connection, key, version), "diagram.bpmn")


@router.get("/catalogue", summary="可引用的表单、岗位、决策表 Catalogue")
def read_catalogue(visit: VisitOf) -> Catalogue:
    """流程图里可以引用的标识。"""
    with visit.reading() as connection:
        return Catalogue.model_validate(designs.pick_lists(connection, visit))


def _deployed(visit: Visit, result: DeploymentResult, key: str) -> Deployed:
    warnings = [dict(problem_document(warning)) for warning in result.warnings]
    for definition in result.definitions:
        return _made(definition).model_copy(update={"problems": warnings})
    with visit.reading() as connection:
        version = designs.newest_version(connection, key)
    return Deployed(key=key, version=version, url=_url(key, version), problems=warnings, unchanged=True)


def _made(definition: DeployedDefinition) -> Deployed:
    url = _url(definition.key, definition.version)
    return Deployed(key=definition.key, version=definition.version, url=url, problems=[])


def _url(key: str, version: int) -> str:
    return f"/designer/{key}?version={version}"
