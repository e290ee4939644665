"""Decision tables: deployed and read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api import designs
from api.dependencies import VisitOf
from api.pages.cases import diagram_response
from api.routers.bodies import XML, XmlBody
from api.schemas.definitions import DecisionDeployed
from engine import dmn
from engine.commands import DeploymentResource
from engine.queries.resource import resource_content, resources

router = APIRouter(prefix="/decisions", tags=["决策表 decisions"])

Version = Annotated[int, Path(ge=1, le=2**31 - 1, description="版本号")]


@router.post("", status_code=201, summary="部署决策表 Deploy a decision table", openapi_extra=XML)
def deploy_decision(visit: VisitOf, content: XmlBody) -> DecisionDeployed:
    """只影响以后发起的办件。"""
    designs.deploy(visit, [DeploymentResource(name="decision.dmn", content=content)])
    key = dmn.read(content).decision_ids[0]
    with visit.reading() as connection:
        version = max(item.version for item in resources(connection, "decision") if item.key == key)
    return DecisionDeployed(key=key, version=version, url=f"/designer/decisions/{key}?version={version}")


@router.get("/{key}/versions/{version}", summary="决策表 Decision table", response_class=Response)
def read_decision(visit: VisitOf, key: str, version: Version) -> Response:
    """DMN XML。"""
    with visit.reading() as connection:
        content = resource_content(connection, "decision", key, version)
    return diagram_response(content, "decision.dmn")
