"""Diagrams, decision tables and forms on disk, ready to be deployed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from engine.commands import DeploymentResource
from engine.errors import Refused

#: the only kinds of file a deployment knows
SUFFIXES = (".bpmn", ".dmn", ".json")


def resources_in(path: Path) -> tuple[DeploymentResource, ...]:
    """A file, or everything deployable below a folder."""
    if not path.is_dir() and not path.is_file():
        raise Refused(f"没有找到“{path}”，请检查路径。")
    found = tuple(_walk(path, "")) if path.is_dir() else (_resource(path, path.name),)
    if not found:
        raise Refused(f"“{path}”里没有可以部署的文件（.bpmn、.dmn、.json）。")
    return found


def shipped_resources() -> tuple[DeploymentResource, ...]:
    """The processes that come with the product; their forms are added by the deployment itself."""
    return tuple(_walk(files("bpmn"), ""))


def _walk(folder: Traversable, prefix: str) -> Iterator[DeploymentResource]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = f"{prefix}{entry.name}"
        if entry.is_dir():
            yield from _walk(entry, f"{name}/")
        elif entry.name.endswith(SUFFIXES):
            yield _resource(entry, name)


def _resource(entry: Traversable, name: str) -> DeploymentResource:
    return DeploymentResource(name=name, content=entry.read_bytes())
