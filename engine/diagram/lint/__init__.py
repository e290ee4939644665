"""The deploy-time lint: what deploys, executes as BPMN says; what does not, is refused with a sentence."""

from __future__ import annotations

from lxml import etree

from engine.diagram import document, reader
from engine.diagram.elements import Diagram
from engine.diagram.lint import (
    attributes,
    choices,
    connectors,
    dataflow,
    endings,
    expressions,
    files,
    references,
    soundness,
    standard,
    structure,
    support,
    vendors,
)
from engine.diagram.lint.catalogue import Catalogue, ConnectorGuide
from engine.diagram.problems import DiagramRefused, Problem, Severity

__all__ = ["Catalogue", "ConnectorGuide", "lint"]


def lint(content: bytes, catalogue: Catalogue | None = None) -> list[Problem]:
    """All problems, errors first. Without a catalogue nothing is known about roles, forms and the like."""
    try:
        root = document.parse(content)
    except DiagramRefused as refused:
        return list(refused.problems)
    found = _check(root, reader.from_root(root), catalogue)
    return sorted(dict.fromkeys(found), key=lambda problem: (problem.severity is Severity.WARNING, problem.line or 0))


def _check(root: etree._Element, diagram: Diagram, catalogue: Catalogue | None) -> list[Problem]:
    return [
        *diagram.problems,
        *choices.check(diagram),
        *structure.check(diagram),
        *support.check(diagram),
        *soundness.check(diagram),
        *endings.check(diagram),
        *expressions.check(root, diagram),
        *dataflow.check(diagram, catalogue),
        *vendors.check(root),
        *attributes.check(root),
        *standard.check(root),
        *files.check(root),
        *references.check(diagram, catalogue),
        *connectors.check(diagram, catalogue),
    ]
