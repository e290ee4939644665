"""Bytes that a program deploys, told apart by what they are."""

from __future__ import annotations

import re

from engine import diagram
from engine.commands import DeploymentResource
from engine.errors import FieldProblem, Invalid

#: The namespace of the root element, whatever comes before it.
_DECISIONS = re.compile(rb"<(?:[\w.-]+:)?definitions\b[^>]*/spec/DMN/")


def resource(content: object, number: int) -> DeploymentResource:
    """A diagram or a decision model under the name that problems are reported with."""
    if isinstance(content, str):
        content = content.encode()
    if not isinstance(content, bytes):
        message = f"第 {number} 个文件应为 bytes，不能是 {type(content).__name__}。"
        raise Invalid((FieldProblem(path=f"contents.{number - 1}", message=message),), message)
    return DeploymentResource(name=f"{number}{'.dmn' if _DECISIONS.search(content) else '.bpmn'}", content=content)


def process_keys(resources: tuple[DeploymentResource, ...]) -> tuple[str, ...]:
    """The keys of the processes in a deployment, as they can be started."""
    diagrams = (diagram.read(item.content) for item in resources if item.name.endswith(".bpmn"))
    return tuple(dict.fromkeys(process.id for read in diagrams for process in read.startable))
