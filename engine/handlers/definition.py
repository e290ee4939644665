"""Deploying diagrams, decision tables and forms: checked together, stored all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import delete, func, insert, literal, select, update

from engine import diagram, dmn
from engine.cases.starting import facts_of_region, region_without_starter, start_roles
from engine.catalogue import catalogue
from engine.commands import DeployedDefinition, DeploymentResource, DeploymentResult, DeployResources, SaveDiagramDraft
from engine.definitions import digest_of, latest_definition, store_blob
from engine.diagram import DiagramRefused, Problem, Severity
from engine.diagram.elements import Process
from engine.errors import FieldProblem, Invalid, Refused
from engine.history.images import images
from engine.messaging.start_subscriptions import subscribe
from engine.model import Deployment, DiagramDraft, ProcessDefinition, Resource, StartSubscription
from engine.unit_of_work import UnitOfWork


@dataclass
class _Parcel:
    """The resources of one deployment, by what they are."""

    diagrams: list[tuple[Process, bytes]] = field(default_factory=list)
    #: (kind, key, content)
    others: list[tuple[str, str, bytes]] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def deploy_resources(work: UnitOfWork, command: DeployResources) -> DeploymentResult:
    """Deploy what is new or changed; a diagram with an error refuses the whole deployment."""
    parcel = _unpack(work, command.resources)
    _add_shipped_forms(work, parcel)
    _check_diagrams(work, parcel)
    deployment_id = work.new_id()
    work.connection.execute(
        insert(Deployment).values(
            id=deployment_id, deployed_at=work.now, deployed_by=work.actor.person_id, note=command.note
        )
    )
    resources = [key for kind, key, content in parcel.others if _store(work, deployment_id, kind, key, content)]
    stored = [_store_definition(work, deployment_id, process, content) for process, content in parcel.diagrams]
    definitions = tuple(definition for definition in stored if definition is not None)
    work.record(
        "definitions",
        "Deployed",
        input={"resources": {item.name: digest_of(item.content) for item in command.resources}, "note": command.note},
        outcome={
            "definitions": [f"{item.key}:{item.version}" for item in definitions],
            "resources": resources,
            "digests": _digests(work, deployment_id),
            **images(
                work.connection,
                (Deployment, Deployment.id == deployment_id),
                (ProcessDefinition, ProcessDefinition.deployment_id == deployment_id),
                (Resource, Resource.deployment_id == deployment_id),
                (StartSubscription, StartSubscription.key.in_([item.key for item in definitions])),
            ),
        },
    )
    return DeploymentResult(definitions=definitions, resources=tuple(resources), warnings=tuple(parcel.warnings))


def _digests(work: UnitOfWork, deployment_id: str) -> dict[str, str]:
    """What is new, by kind, key and version: whoever changes it later is found out."""
    definitions = select(literal("process"), ProcessDefinition.key, ProcessDefinition.version, ProcessDefinition.digest)
    resources = select(Resource.kind, Resource.key, Resource.version, Resource.digest)
    rows = [
        *work.connection.execute(definitions.where(ProcessDefinition.deployment_id == deployment_id)),
        *work.connection.execute(resources.where(Resource.deployment_id == deployment_id)),
    ]
    return {f"{kind}:{key}:{version}": digest for kind, key, version, digest in rows}


def _unpack(work: UnitOfWork, resources: Sequence[DeploymentResource]) -> _Parcel:
    parcel = _Parcel()
    for resource in resources:
        match PurePosixPath(resource.name).suffix.lower():
            case ".bpmn" | ".xml":
                _unpack_diagram(parcel, resource)
            case ".dmn":
                model = _read_model(resource)
                parcel.others.extend(("decision", key, resource.content) for key in model.decision_ids)
            case ".json":
                parcel.others.append(("form", work.tools.forms.check(resource.content), resource.content))
            case _:
                raise Refused(f"不认识“{resource.name}”：只能部署流程图（.bpmn）、决策表（.dmn）和表单（.json）。")
    return parcel


def _unpack_diagram(parcel: _Parcel, resource: DeploymentResource) -> None:
    read = diagram.read(resource.content)
    if read.main is None:
        raise DiagramRefused(diagram.lint(resource.content))
    parcel.diagrams.extend((process, resource.content) for process in read.startable)


def _read_model(resource: DeploymentResource) -> dmn.DecisionModel:
    try:
        model = dmn.read(resource.content)
    except dmn.ModelRefused as refusal:
        raise Invalid((FieldProblem(path=resource.name, message=str(refusal), line=refusal.line),)) from refusal
    if not model.decision_ids:
        raise Invalid((FieldProblem(path=resource.name, message="文件里没有决策表。"),))
    if model.problems:
        raise Invalid(
            tuple(
                FieldProblem(path=resource.name, message=str(problem), element_id=problem.element, line=problem.line)
                for problem in model.problems
            )
        )
    return model


def _add_shipped_forms(work: UnitOfWork, parcel: _Parcel) -> None:
    """Forms of the library that the diagrams use are deployed with them, never over a form deployed before."""
    included = {key for kind, key, _ in parcel.others if kind == "form"}
    included |= set(work.connection.scalars(select(Resource.key).where(Resource.kind == "form")))
    for process, _ in parcel.diagrams:
        for _scope, node in process.scope.walk():
            key = node.extension.get("formKey")
            content = work.tools.forms.find(key) if key and key not in included else None
            if key and content is not None:
                included.add(key)
                parcel.others.append(("form", key, content))


def _check_diagrams(work: UnitOfWork, parcel: _Parcel) -> None:
    """Everything found in any of the diagrams is told at once, warnings too."""
    known = _catalogue(work, parcel)
    contents = dict.fromkeys(content for _, content in parcel.diagrams)
    problems = [problem for content in contents for problem in diagram.lint(content, known)]
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise DiagramRefused(problems)
    parcel.warnings.extend(problems)


def _catalogue(work: UnitOfWork, parcel: _Parcel) -> diagram.Catalogue | None:
    """What diagrams may refer to; a library session has no catalogue and only warns."""
    if not work.tools.forms.keys():
        return None
    processes = [process.id for process, _ in parcel.diagrams]
    return catalogue(work.connection, work.tools, resources=parcel.others, processes=processes)


def _store(work: UnitOfWork, deployment_id: str, kind: str, key: str, content: bytes) -> bool:
    last = work.connection.execute(
        select(Resource.version, Resource.digest)
        .where(Resource.kind == kind, Resource.key == key)
        .order_by(Resource.version.desc())
        .limit(1)
    ).one_or_none()
    digest = store_blob(work.connection, content)
    if last is not None and last.digest == digest:
        return False
    version = last.version + 1 if last else 1
    work.connection.execute(
        insert(Resource).values(kind=kind, key=key, version=version, digest=digest, deployment_id=deployment_id)
    )
    return True


def _store_definition(
    work: UnitOfWork, deployment_id: str, process: Process, content: bytes
) -> DeployedDefinition | None:
    digest = store_blob(work.connection, content)
    newest = work.connection.scalar(
        select(func.max(ProcessDefinition.version)).where(ProcessDefinition.key == process.id)
    )
    unchanged = work.connection.scalar(
        select(ProcessDefinition.id).where(
            ProcessDefinition.key == process.id,
            ProcessDefinition.version == newest,
            ProcessDefinition.digest == digest,
        )
    )
    if unchanged is not None:
        return None
    definition = DeployedDefinition(
        id=work.new_id(), key=process.id, version=(newest or 0) + 1, name=process.name or process.id
    )
    work.connection.execute(
        insert(ProcessDefinition).values(
            id=definition.id,
            key=definition.key,
            version=definition.version,
            name=definition.name,
            digest=digest,
            deployment_id=deployment_id,
            start_roles=list(start_roles(process)),
            needs_project=process.extension.get("subject") == "project",
        )
    )
    work.connection.execute(delete(DiagramDraft).where(DiagramDraft.key == definition.key))
    _subscribe(work, process, renewed=newest is not None)
    return definition


def _subscribe(work: UnitOfWork, process: Process, *, renewed: bool) -> None:
    stored = latest_definition(work.connection, process.id)

    def facts() -> Mapping[str, Any]:
        return facts_of_region(work, region_without_starter(work, stored))

    subscribe(work, stored.id, process, facts, renewed=renewed)


def save_diagram_draft(work: UnitOfWork, command: SaveDiagramDraft) -> None:
    """Keep a draft under its key; it must be readable XML within the limits, nothing more."""
    diagram.read(command.content)
    content = {"content": command.content, "saved_at": work.now, "saved_by": work.actor.person_id}
    changed = work.connection.execute(update(DiagramDraft).where(DiagramDraft.key == command.key).values(**content))
    if changed.rowcount == 0:
        work.connection.execute(insert(DiagramDraft).values(key=command.key, **content))
    work.record(
        "definitions",
        "DraftSaved",
        input={"key": command.key, "digest": digest_of(command.content), "note": command.note},
        outcome=images(work.connection, (DiagramDraft, DiagramDraft.key == command.key)),
    )
