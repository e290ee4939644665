"""Diagrams as data: safe reading, our extension attributes, the lint that decides what may be deployed, and imports."""

from __future__ import annotations

from engine.diagram.elements import Diagram
from engine.diagram.importing import Change, ChangeKind, add_drawing, import_draft
from engine.diagram.lint import Catalogue, ConnectorGuide, lint
from engine.diagram.problems import DiagramRefused, Problem, Severity
from engine.diagram.reader import read

__all__ = [
    "Catalogue",
    "Change",
    "ChangeKind",
    "ConnectorGuide",
    "Diagram",
    "DiagramRefused",
    "Problem",
    "Severity",
    "add_drawing",
    "import_draft",
    "lint",
    "read",
]
