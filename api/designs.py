"""What designers do with diagrams and decision tables, for pages and programs alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from api.dependencies import Visit
from api.errors import problem_document
from engine import diagram
from engine.catalogue import catalogue
from engine.commands import DeploymentResource, DeploymentResult, DeployResources, SaveDiagramDraft
from engine.connectors.parameters import GuidedConnector
from engine.diagram import DiagramRefused
from engine.diagram.topics import EXTERNAL
from engine.errors import NotFound
from engine.offices.roles import ROLES
from engine.ports import Connector
from engine.queries.definition import definition_diagram, definitions, draft
from engine.queries.resource import process_names, resources
from forms import library
from forms.errors import FormNotFound

DESIGNER = "process_designer"


def process_key(content: bytes) -> str:
    """The id of a diagram's process; a diagram without a proper one is refused."""
    read = diagram.read(content)
    unnamed = [problem for problem in read.problems if problem.code in ("no-process-id", "process-id")]
    if read.main is None or unnamed:
        raise DiagramRefused(unnamed or diagram.lint(content))
    return read.main.id


def problems_of(visit: Visit, content: bytes) -> list[dict[str, Any]]:
    """Everything the lint finds, as data."""
    with visit.reading() as connection:
        found = diagram.lint(content, catalogue(connection, visit.engine.tools))
    return [dict(problem_document(problem)) for problem in found]


def save_draft(visit: Visit, content: bytes) -> str:
    """Keep an unfinished diagram under its process' key."""
    visit.require(DESIGNER)
    key = process_key(content)
    visit.engine.execute(SaveDiagramDraft(actor=visit.actor, key=key, content=content))
    return key


def deploy(visit: Visit, resources: Sequence[DeploymentResource], note: str = "") -> DeploymentResult:
    """Deploy everything together, all or none."""
    visit.require(DESIGNER)
    return visit.engine.execute(DeployResources(actor=visit.actor, resources=tuple(resources), note=note[:500]))


def newest_version(connection: Connection, key: str) -> int:
    """The number of a process' newest version."""
    versions = [item.version for item in definitions(connection) if item.key == key]
    if not versions:
        raise NotFound(f"没有名为“{key}”的流程。", key=key)
    return max(versions)


def diagram_of(connection: Connection, key: str, version: str) -> bytes:
    """A version's diagram, or the draft."""
    if version == "draft":
        kept = draft(connection, key)
        if kept is None:
            raise NotFound(f"流程“{key}”没有草稿。", key=key)
        content: bytes = kept["content"]
        return content
    number = int(version) if version.isdecimal() and len(version) < 10 else 0
    return definition_diagram(connection, key, number)


def pick_lists(connection: Connection, visit: Visit) -> dict[str, list[dict[str, Any]]]:
    """What the editor offers to choose from."""
    known = catalogue(connection, visit.engine.tools)
    return {
        "forms": [{"key": key, "name": form_title(key)} for key in sorted(known.forms or ())],
        "roles": [{"key": role.key, "name": role.name} for role in ROLES.values()],
        "decisions": [{"key": key, "name": name} for key, name in decision_titles(connection, visit).items()],
        "connectors": [*map(_connector, sorted(visit.engine.tools.connectors.items())), _EXTERNAL],
        "processes": [{"key": key, "name": name} for key, name in process_names(connection).items()],
    }


#: a topic is to follow
_EXTERNAL = {"key": EXTERNAL, "name": "由外部程序办理"}


def _connector(named: tuple[str, Connector]) -> dict[str, Any]:
    """A connector with the parameters that it describes."""
    key, connector = named
    if not isinstance(connector, GuidedConnector):
        return {"key": key, "name": ""}
    return {"key": key, "name": connector.title, "parameters": [asdict(item) for item in connector.parameters]}


def form_title(key: str) -> str:
    """What a form of the library is called."""
    try:
        return library.load(key).title
    except FormNotFound:
        return key


def decision_titles(connection: Connection, visit: Visit) -> dict[str, str]:
    """What each decision is called in its newest version."""
    definitions = visit.engine.tools.definitions
    titles: dict[str, str] = {}
    for item in resources(connection, "decision"):
        if item.key not in titles:
            model = definitions.decision_model(connection, item.digest)
            titles[item.key] = dict(zip(model.decision_ids, model.decisions, strict=True))[item.key]
    return titles
